"""Measure speed: `make bench` compares floor, core, whole refresh, nightly refreshes, and other common table designs on the same events.

    python tests/benchmarks/bench.py --events 10000000 --runs 3 --json figures.json

Every figure is the median of the runs. Models and tests are the sum of the seconds that dbt reports. Wall time covers everything, from
the start of Python to the published file. Use `--only` to select parts (`--only floor core nights`), and fewer runs for many events.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

from events import write_contracts, write_customers, write_events, write_orders
from measured import HISTORY_ENDS, build_core, copy_project, environment_of, refresh, script
from small import ONE_VIEW, DbtAlone, Golden, trivial_nodes

EVENTS_A_CUSTOMER = 9.675877
PARTS = ("small", "floor", "core", "segments", "whole", "nights", "shapes")
# What recurring revenue and acquisition cohorts add to a refresh: these models, and the tests named after them.
RECURRING = (
    "landed_contracts", "base_contracts", "stg_contracts", "contracts_reconcile", "recurring_revenue_movements", "fct_recurring_revenue", "int_period_mrr_this_run",
    "int_cohort_counts", "fct_acquisition_cohorts",
)  # fmt: skip
NIGHTS = {"night: 0.1 % order": 0.001, "night: 1 % order": 0.01, "night: nothing new, a date later": 0}


def median_of(runs: int, measure: Callable[[], dict]) -> dict:
    """Measure several times; return the median of each number, and the nodes of the last run."""
    measured = [measure() for _ in range(runs)]
    for figures in measured:
        nodes = {**figures.get("models", {}), **figures.get("tests", {})}
        figures["recurring"] = sum(seconds for name, seconds in nodes.items() if name.startswith(RECURRING))
        figures["nodes"] = {kind: dict(sorted(figures.get(kind, {}).items(), key=lambda node: -node[1])[:15]) for kind in ("models", "tests")}
        for kind in ("models", "tests"):
            if kind in figures:
                figures[kind] = sum(figures[kind].values())
    numbers = [name for name, value in measured[-1].items() if isinstance(value, (int, float))]
    return {**measured[-1], **{name: statistics.median(figures[name] for figures in measured) for name in numbers}}


def tell(name: str, figures: dict, floor: float | None) -> None:
    """Print a line of the table."""
    seconds = figures.get("seconds", figures.get("models"))
    cells = [f"{name:<42}{seconds:>10.1f}"]
    cells.append(f"{figures['tests']:>9.1f}{figures['wall']:>9.1f}" if "tests" in figures else " " * 18)
    cells.append(f"{figures['memory']:>8.1f}")
    cells.append(f"{seconds / floor:>9.2f}" if floor else "")
    print("".join(cells), flush=True)


def measure_small(folder: Path, runs: int, figures: dict[str, dict]) -> None:
    """Measure the cost of a refresh with hardly any rows, compared with dbt itself."""
    golden = Golden(folder / "golden")
    view, trivial = DbtAlone(folder / "one_view", ONE_VIEW), DbtAlone(folder / "trivial", trivial_nodes(**golden.nodes))
    print(f"{'':<42}{'wall s':>10}{'':>18}{'peak GB':>8}{'x one view':>12}")
    measured = {
        "dbt alone: one view": view.build,
        f"dbt alone: {golden.nodes['models']} tables of one row, {golden.nodes['tests']} tests": trivial.build,
        "golden landing, first refresh": golden.first,
        "golden landing, night with one order": golden.night,
        "golden landing, nothing new, a date later": golden.later,
        "golden landing, again to the same date": golden.again,
        "a refresh that is refused": golden.refused,
    }
    for name, measure_it in measured.items():
        figures[name] = median_of(runs, measure_it)
        tell(name, figures[name], figures["dbt alone: one view"]["seconds"])
    print()


def measure(arguments: argparse.Namespace, folder: Path) -> dict[str, dict]:
    """Measure every requested part, and print each when it is done."""
    figures: dict[str, dict] = {}
    if "small" in arguments.only:
        measure_small(folder, arguments.runs, figures)
        if len(arguments.only) == 1:
            return figures
    landing = folder / "landing"
    customers = round(arguments.events / EVENTS_A_CUSTOMER)
    events = write_events(landing, customers)
    history = str(landing / "events" / "history.parquet")
    print(f"{events:,} events of {customers:,} customers; medians of {arguments.runs}\n")
    print(f"{'':<42}{'models s':>10}{'tests s':>9}{'wall s':>9}{'peak GB':>8}{'x floor':>9}")

    def add(name: str, measured: Callable[[], dict], runs: int = arguments.runs) -> None:
        figures[name] = median_of(runs, measured)
        tell(name, figures[name], figures.get("floor", {}).get("seconds"))

    copy_project(folder)
    environment = environment_of(folder, landing)
    if "floor" in arguments.only:
        add("floor", lambda: script("floor.py", history))
    if "core" in arguments.only:
        add("core, full build", lambda: build_core(folder, environment))
    if "segments" in arguments.only:
        write_customers(landing, customers)
        add("core, full build with three segments", lambda: build_core(folder, environment))
        (landing / "customers.parquet").unlink()
    (folder / "core.duckdb").unlink(missing_ok=True)
    if "shapes" in arguments.only:
        add("others: customer x month with lag", lambda: script("shapes.py", "months", history))
        add("others: arrays of months, exploded", lambda: script("shapes.py", "arrays", history))
        share = arguments.spine_share
        spine = f"others: customer x day, of {share:.0%} times {1 / share:.0f}"
        add(spine, lambda: {name: value / (share if name == "seconds" else 1) for name, value in script("shapes.py", "days", history, str(share)).items()})
    if {"whole", "nights"} & set(arguments.only):
        write_contracts(landing, customers)
        add("the whole project, first refresh", lambda: refresh(folder, HISTORY_ENDS, environment), runs=1)
        added = figures["the whole project, first refresh"]
        print(f"{'  of which recurring revenue and cohorts':<42}{added['recurring']:>10.1f} s, models and tests: {added['recurring'] / (added['models'] + added['tests']):.1%}")
    if "nights" in arguments.only:
        night = 0
        for name, share in NIGHTS.items():
            def one_night(share: float = share) -> dict:
                nonlocal night
                night += 1
                if share:
                    write_orders(landing, customers, share, night, f"2025-01-{night:02}", f"2025-01-{night + 1:02}")
                return refresh(folder, f"2025-01-{night:02}", environment)

            add(name, one_night)
        add("refresh again to the same date", lambda: refresh(folder, f"2025-01-{night:02}", environment))
    return figures


def main() -> None:
    """Parse the arguments, measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000_000, help="about how many")
    parser.add_argument("--runs", type=int, default=3, help="how often each figure is measured")
    # The spine of all customers and days is too large for most machines; the time is proportional to the share of customers.
    parser.add_argument("--spine-share", type=float, default=0.02, help="the part of the customers whose every day is listed")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="the parts to measure")
    parser.add_argument("--folder", type=Path, help="where to put events and warehouses; several times the size of the events")
    parser.add_argument("--json", type=Path, help="write the figures, and the slowest models and tests, there as well")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as temporary:
        figures = measure(arguments, Path(temporary))
    print()
    print(json.dumps({name: {key: value for key, value in measured.items() if key != "nodes"} for name, measured in figures.items()}))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
