"""Runs dbt on an already parsed project: `python dbt_runner.py PARTIAL_PARSE ARGUMENTS…`, run as a script by the refresh.

The argument of `--vars` is a file, because the column names of a landing may exceed what the system accepts as one argument.

dbt parses the project again whenever a variable or the database path differs, which happens in every refresh and takes seconds. The
caller guarantees that the parsed project is the one to run. On a server, nodes are parsed for the schema in which they are published;
the variable `build_schema` names the schema of this build. `left_out` names nodes that get the tag `left_out`, by which they are
excluded: dbt takes a second to find a hundred names. If a file is still being copied to `db_path`, the script waits for it.

It dies with `refresh_process`. While it lives it locks the file `held`; the cleanup after a killed refresh waits for that lock.
"""

import ctypes
import fcntl
import gc
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

PUBLISHED_SCHEMA = "winback_internal"
LEFT_OUT = "left_out"
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run dbt with the arguments after the parsed project's path. The exit code is dbt's."""
    place = sys.argv.index("--vars") + 1
    sys.argv[place] = Path(sys.argv[place]).read_text(encoding="utf-8")
    variables = json.loads(sys.argv[place])
    _die_with(variables["refresh_process"])
    if "held" in variables:
        _hold(variables["held"])
    sys.path.pop(0)  # Modules in this script's folder must not shadow dbt's.
    from dbt.cli.main import cli
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt.task import runnable

    manifest = Manifest.from_msgpack(Path(sys.argv[1]).read_bytes(), decoder=extended_mashumuro_decoder)
    runnable.write_manifest = lambda *_, **__: None  # Nobody reads the manifest: it would be deleted with the build.
    build_schema, left_out = variables.get("build_schema"), set(variables.get("left_out", ()))
    for node in manifest.nodes.values():
        if build_schema and node.schema == PUBLISHED_SCHEMA:
            node.schema = build_schema
            node.relation_name = node.relation_name and node.relation_name.replace(PUBLISHED_SCHEMA, build_schema)
        if node.name in left_out:
            node.tags = [*node.tags, LEFT_OUT]
    manifest.build_flat_graph()
    if db_path := variables.get("db_path"):
        while Path(f"{db_path}.copying").exists():  # If the copy fails, the refresh kills this process.
            time.sleep(0.02)
    # The project stays in memory to the end: repeated garbage collection of it took a tenth of an incremental refresh.
    gc.freeze()
    try:
        cli(sys.argv[2:], obj={"manifest": manifest})
    finally:
        gc.freeze()  # No garbage collection at exit.


def _die_with(parent: int) -> None:
    """End with the refresh: after it is killed, nothing may go on building beside the next one."""
    if sys.platform == "linux":
        # The kernel kills this process when the thread that started it ends: the one that follows the output to the end.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _hold(path: str) -> None:
    """Lock the file to the end. The file is not created: if it is missing, the refresh was killed and its build has already been removed."""
    try:
        fcntl.flock(os.open(path, os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    main()
