"""Runs one refresh of the project in the working directory, as `winback refresh --allow-future --as-of` does, and prints the seconds of its nodes."""

import json
import sys

sys.path.insert(0, "")

from orchestration.request import Request
from orchestration.run import run_refresh

result = run_refresh(Request(sys.argv[1], allow_future=True), print)
seconds: dict[str, dict[str, float]] = {"models": {}, "tests": {}}
for node in result.nodes:
    kind, _, name = node.unique_id.split(".", 2)
    if f"{kind}s" in seconds:
        seconds[f"{kind}s"][name] = node.seconds
print(json.dumps(seconds))
