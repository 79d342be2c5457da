"""dbt on a project that is parsed already: `python parsed_dbt.py PARTIAL_PARSE ARGUMENTS…`, run as a script by the refresh.

The argument of `--vars` is a file: the columns of a landing may be more than the system takes as one argument.

dbt parses anew whenever a variable or the path of the database differs, which is every night, and takes seconds for it. The
caller vouches that the parsed project is the one to run. On a server, nodes are parsed for the schema in which they are published;
the variable `build_schema` says where this build is. `left_out` names the nodes that get a tag of that name, by which they are excluded:
dbt takes a second to find a hundred names. A file that is still being copied to `db_path` is waited for.

It dies with `refresh_process`, and holds a lock on the file `held` while it lives: who clears away what a killed refresh left waits for that.
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
    """Run dbt with the arguments that follow the parsed project's path; exits as dbt does."""
    place = sys.argv.index("--vars") + 1
    sys.argv[place] = Path(sys.argv[place]).read_text(encoding="utf-8")
    variables = json.loads(sys.argv[place])
    _die_with(variables["refresh_process"])
    if "held" in variables:
        _hold(variables["held"])
    sys.path.pop(0)  # This folder holds a module called dbt as well.
    from dbt.cli.main import cli
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt.task import runnable

    manifest = Manifest.from_msgpack(Path(sys.argv[1]).read_bytes(), decoder=extended_mashumuro_decoder)
    runnable.write_manifest = lambda *_, **__: None  # Nobody reads it: it would be cleared away with the build.
    build_schema, left_out = variables.get("build_schema"), set(variables.get("left_out", ()))
    for node in manifest.nodes.values():
        if build_schema and node.schema == PUBLISHED_SCHEMA:
            node.schema = build_schema
            node.relation_name = node.relation_name and node.relation_name.replace(PUBLISHED_SCHEMA, build_schema)
        if node.name in left_out:
            node.tags = [*node.tags, LEFT_OUT]
    manifest.build_flat_graph()
    if db_path := variables.get("db_path"):
        while Path(f"{db_path}.copying").exists():  # We are killed where the copy fails.
            time.sleep(0.02)
    # The project stays to the end: to look through it for what may be freed, again and again, took a tenth of a night.
    gc.freeze()
    try:
        cli(sys.argv[2:], obj={"manifest": manifest})
    finally:
        gc.freeze()  # The exit need not look through anything.


def _die_with(parent: int) -> None:
    """A refresh that was killed must not go on building behind the back of the next one."""
    if sys.platform == "linux":
        # The kernel kills us when the thread that started us ends: the one that follows what we do, to the end.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _hold(path: str) -> None:
    """To the end. The file is not made anew: where it is gone, the refresh was killed and what it built is cleared away already."""
    try:
        fcntl.flock(os.open(path, os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os._exit(1)


if __name__ == "__main__":
    main()
