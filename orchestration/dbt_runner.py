"""Runs dbt once on an already parsed project: `python dbt_runner.py PARTIAL_PARSE ENGINE REFRESH_PROCESS`, run as a script by the refresh.

It loads dbt and the project at once. Then it reads one line of JSON from standard input: dbt's `arguments`, and its `variables`. Until dbt
ends, it writes what happens as lines of JSON to standard output: a `node` that has ended, a `message` of a macro, an `error`. The last line
has the `results` of all nodes, with the message of each that failed.

dbt parses the project again whenever a variable or the database path differs, which happens in every refresh and takes seconds. The
caller guarantees that the parsed project is the one to run. On a server, nodes are parsed for the schema in which they are published;
the variable `build_schema` names the schema of this build. `left_out` names nodes that get the tag `left_out`, by which they are
excluded: dbt takes a second to find a hundred names. If a file is still being copied to `db_path`, the script waits for it.

It dies with the refresh. While dbt runs, it locks the file `held`; the cleanup after a killed refresh waits for that lock.
"""

import ctypes
import fcntl
import gc
import importlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

PUBLISHED_SCHEMA = "winback_internal"
LEFT_OUT = "left_out"
PR_SET_PDEATHSIG = 1
NODE_RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}
MACRO_MESSAGE = "JinjaLogInfo"


def main() -> None:
    """Load dbt and the project, wait for the job, and run it."""
    parsed, engine, refresh_process = sys.argv[1:]
    _die_with(int(refresh_process))
    sys.path.pop(0)  # Modules in this script's folder must not shadow dbt's.
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder
    from dbt.task import build  # noqa: F401 - dbt would import it once the job has come

    importlib.import_module(f"dbt.adapters.{engine}")
    manifest = Manifest.from_msgpack(Path(parsed).read_bytes(), decoder=extended_mashumuro_decoder)
    job = json.loads(sys.stdin.readline() or "null")
    if job is None:  # There was nothing to run.
        return
    variables = job["variables"]
    if "held" in variables:
        _hold(variables["held"])
    _adapt(manifest, variables)
    if db_path := variables.get("db_path"):
        while Path(f"{db_path}.copying").exists():  # If the copy fails, the refresh kills this process.
            time.sleep(0.02)
    lines, sys.stdout = sys.stdout, sys.stderr

    def write(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=lines, flush=True)

    # The project stays in memory to the end: repeated garbage collection of it took a tenth of an incremental refresh.
    gc.freeze()
    try:
        done = dbtRunner(manifest=manifest, callbacks=[lambda event: _report(event, write)]).invoke([*job["arguments"], "--vars", json.dumps(variables, ensure_ascii=False)])
        write({"results": [_result(result) for result in getattr(done.result, "results", ())], "success": done.success, "exception": str(done.exception or "")})
    finally:
        gc.freeze()  # No garbage collection at exit.


def _adapt(manifest: Any, variables: dict[str, Any]) -> None:
    """Point the parsed nodes at this build's schema, and tag those to leave out."""
    build_schema, left_out = variables.get("build_schema"), set(variables.get("left_out", ()))
    for node in manifest.nodes.values():
        if build_schema and node.schema == PUBLISHED_SCHEMA:
            node.schema = build_schema
            node.relation_name = node.relation_name and node.relation_name.replace(PUBLISHED_SCHEMA, build_schema)
        if node.name in left_out:
            node.tags = [*node.tags, LEFT_OUT]
    manifest.build_flat_graph()


def _report(event: Any, write: Any) -> None:
    info, data = event.info, event.data
    if info.name in NODE_RESULTS:
        node = {"name": data.node_info.node_name, "type": data.node_info.resource_type, "status": data.status.split()[0].lower() if data.status else "done"}
        total = data.num_models if info.name == "LogTestResult" else data.total
        write({"node": {**node, "seconds": data.execution_time, "index": data.index, "total": total}})
    elif info.name == MACRO_MESSAGE:
        write({"message": info.msg})
    elif info.level == "error":
        write({"error": info.msg})


def _result(result: Any) -> dict[str, Any]:
    told = {"unique_id": result.node.unique_id, "status": f"{result.status}", "failures": result.failures, "seconds": result.execution_time}
    if told["status"] not in ("success", "pass", "skipped"):
        told |= {"message": result.message, "compiled_code": getattr(result.node, "compiled_code", None)}
    return told


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
