"""Records a refresh of the command line as a run of Dagster, as it goes: `python -m orchestration.recorder RUN_ID OPTIONS`.

A process of its own, which reads what the refresh says from standard input (`refreshers.Recorded`). Dagster is imported while dbt works. It
sits in a session of its own: it outlives a refresh that is killed, and then records that too.
"""

import json
import os
import sys
from pathlib import Path

from orchestration.settings import STATE

CONFIGURATION = Path(__file__).with_name("dagster.yaml")


def main() -> int:
    """Record the run; return 0, or 1 after one line on standard output that says why it could not be recorded."""
    run_id, options = sys.argv[1:]
    home = dagster_home()
    told, sys.stdout = sys.stdout, sys.stderr
    try:
        _make(home)
        _record(home, run_id, json.loads(options))
    except Exception as error:  # noqa: BLE001 - Dagster and its database raise errors of any type
        words = " ".join(str(error).split("[SQL:", maxsplit=1)[0].split())[:300]
        print(
            f"Dagster's home {home} cannot be used ({type(error).__name__}: {words}). It keeps the history of runs, and no tables: "
            "mend it, move it away to begin another one, or set DAGSTER_HOME to another folder.",
            file=told,
        )
        return 1
    return 0


def dagster_home() -> Path:
    """Return the folder in which Dagster keeps the history of runs.

    Returns:
        `DAGSTER_HOME`, set to `.winback/dagster` of this checkout if it is not: `dagster.yaml` names it.
    """
    return Path(os.environ.setdefault("DAGSTER_HOME", str(STATE / "dagster")))


def _make(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    if not (home / CONFIGURATION.name).exists():
        (home / CONFIGURATION.name).write_bytes(CONFIGURATION.read_bytes())


def _record(home: Path, run_id: str, options: dict) -> None:
    from dagster import DagsterInstance, ResourceDefinition

    from orchestration.alive import declared_alive
    from orchestration.definitions import defs
    from orchestration.refreshers import Recorded

    recorded = Recorded()
    config = {"ops": {"warehouse": {"config": options}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with DagsterInstance.from_config(str(home)) as instance, declared_alive(instance, run_id):
        done = defs.resolve_job_def("refresh").execute_in_process(
            run_config=config, instance=instance, run_id=run_id, raise_on_error=False, resources={"refresher": ResourceDefinition.hardcoded_resource(recorded)}
        )
    if recorded.has_succeeded and not done.success:
        raise RuntimeError(f"the record of run {run_id} is incomplete")


if __name__ == "__main__":
    sys.exit(main())
