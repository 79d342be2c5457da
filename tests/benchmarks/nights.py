"""What a night costs beside a full build, on generated events: `make bench-nights`, or with CUSTOMERS=100000 for a small one.

Each line is one real refresh. Time in models and in tests are dbt's own, added up over its threads; wall is everything, from
the start of Python to the published file.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from events import BUSINESSES, EVENT_KINDS, EXIT_REASONS, write_events, write_orders

ROOT = Path(__file__).resolve().parent.parent.parent
HISTORY_ENDS = "2024-12-31"

# Runs in a copy of the project: the job as Dagster runs it, with the seconds that dbt reports for each node.
REFRESH = """
import json, sys
from dagster import DagsterInstance
from orchestration.definitions import defs

config = {"ops": {"warehouse": {"config": {"as_of": sys.argv[1]}}}, "loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
result = defs.resolve_job_def("refresh").execute_in_process(run_config=config, instance=DagsterInstance.ephemeral())
seconds = lambda event: float(event.metadata["Execution Duration"].value) if "Execution Duration" in event.metadata else 0
models = {event.asset_key.path[-1]: seconds(event.materialization) for event in result.get_asset_materialization_events()}
tests = {check.check_name: seconds(check) for check in result.get_asset_check_evaluations()}
slowest = lambda nodes: sorted(nodes.items(), key=lambda node: -node[1])[:12]
print("RESULT" + json.dumps({
    "models": sum(models.values()), "tests": sum(tests.values()), "slowest_models": slowest(models), "slowest_tests": slowest(tests),
}))
"""


def copy_project(folder: Path) -> None:
    for name in ("dbt_project", "orchestration"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb", "target", "logs"))
    (folder / "seeds").mkdir()
    for name, text in (("businesses", BUSINESSES), ("event_kinds", EVENT_KINDS), ("exit_reasons", EXIT_REASONS)):
        (folder / "seeds" / f"{name}.csv").write_text(text)


def refresh(folder: Path, as_of: str, environment: dict[str, str]) -> dict[str, float]:
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", REFRESH, as_of], cwd=folder, env=environment, text=True, capture_output=True)
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT")), None)
    if line is None:
        sys.exit(done.stderr[-3000:])
    with duckdb.connect(environment["WINBACK_WAREHOUSE"], read_only=True) as connection:
        new_rows, recomputed = connection.execute("select new_rows, customers_recomputed from winback.refreshes order by refresh_id desc limit 1").fetchone()
    return {**json.loads(line.removeprefix("RESULT")), "wall": time.monotonic() - started, "new_rows": new_rows, "recomputed": recomputed}


def main() -> None:
    import os

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000, help="about 9.7 events each")
    parser.add_argument("--slowest", action="store_true", help="name the slowest models and tests of each refresh")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        copy_project(folder)
        landing = folder / "landing"
        environment = {**os.environ, "WINBACK_LANDING": str(landing), "WINBACK_WAREHOUSE": str(folder / "published" / "warehouse.duckdb")}
        events = write_events(landing, arguments.customers)
        print(f"{events:,} events of {arguments.customers:,} customers")
        figures = {"full build": refresh(folder, HISTORY_ENDS, environment)}
        nights = {
            "0.1 % order": (0.001, "2025-01-01"),
            "1 % order": (0.01, "2025-01-02"),
            "0.1 %, orders of 2021 come late": (0.001, "2021-06-01"),
            "nothing new": (0, ""),
        }
        for night, (name, (share, on)) in enumerate(nights.items(), start=1):
            if share:
                write_orders(landing, arguments.customers, share, night, on, f"2025-01-0{night + 1}")
            figures[name] = refresh(folder, f"2025-01-0{night}", environment)
    full = figures["full build"]["models"]
    print(f"{'refresh':<32}{'new rows':>12}{'recomputed':>12}{'models s':>10}{'tests s':>9}{'wall s':>8}{'models / full':>15}")
    for name, figure in figures.items():
        print(
            f"{name:<32}{figure['new_rows']:>12,}{figure['recomputed']:>12,}{figure['models']:>10.1f}{figure['tests']:>9.1f}"
            f"{figure['wall']:>8.1f}{figure['models'] / full:>15.3f}"
        )
        for kind in ("models", "tests") if arguments.slowest else ():
            print(f"    {kind}: " + ", ".join(f"{node} {seconds:.1f}" for node, seconds in figure[f"slowest_{kind}"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
