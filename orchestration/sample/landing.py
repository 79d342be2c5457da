"""Writes the sample completely or not at all, so that a landing with a marker is complete."""

import csv
import shutil
from collections.abc import Callable, Iterable
from operator import itemgetter
from pathlib import Path

import duckdb

from orchestration.errors import WinbackError
from orchestration.quoting import literal
from orchestration.sample.cdnow import cdnow_rows, master_file
from orchestration.sample.companies import COMPANIES
from orchestration.sample.dice import Dice
from orchestration.sample.grocer import basket_rows, coupon_campaign_rows, coupon_touch_rows, data_folder
from orchestration.sample.rows import Row, answer_rows, campaign_rows, contract_rows, customer_rows, event_rows, merge_rows, touch_rows
from orchestration.sample.simulation import simulate

MARKER = ".winback-sample"
UNFINISHED = ".winback-sample-unfinished"
# Increment it with every change of the rows: a landing with another version is written again.
SAMPLE_VERSION = "4"

TABLES = {
    "events": (
        "event_id", "business_id", "customer_id", "event_name", "occurred_at", "amount", "currency", "reason", "voids_event_id",
        "contract_id", "covers_until", "loaded_at",
    ),
    "customers": ("business_id", "customer_id", "country", "acquisition_channel", "plan", "contactable", "updated_at", "loaded_at"),
    "customer_merges": ("business_id", "from_customer_id", "into_customer_id", "merged_at", "loaded_at"),
    "campaigns": ("business_id", "campaign_id", "name", "strategy", "objective", "starts_on", "ends_on", "cost", "loaded_at"),
    "campaign_touches": ("touch_id", "business_id", "campaign_id", "customer_id", "touched_at", "arm", "cost", "loaded_at"),
    "contracts": ("contract_id", "business_id", "customer_id", "starts_on", "ends_on", "monthly_amount", "currency", "loaded_at"),
    "survey_responses": ("response_id", "business_id", "customer_id", "answered_at", "survey", "score", "loaded_at"),
}
# Typed files for companies whose rows are all well-formed; they also have contracts. Bare dates (CDNOW) and unreadable rows (Fjord) need text.
_AS_PARQUET = ("lumen", "northlight")
_OF_CONTRACTS = ("contract_id", "covers_until")
_SEED = 20_260_630


def is_sample(folder: Path) -> bool:
    """Return whether a landing holds the sample, complete or half written, and nothing of the user's."""
    return (folder / MARKER).is_file() or (folder / UNFINISHED).is_dir()


def is_current(folder: Path) -> bool:
    """Return whether a landing holds the complete sample in this version, so that it need not be written."""
    marker = folder / MARKER
    return marker.is_file() and marker.read_text().strip() == SAMPLE_VERSION


def write_sample(folder: Path, report: Callable[[str], None] = print) -> None:
    """Write the sample landing: six businesses, `events/` with a file for each, and the other tables.

    Args:
        folder: the landing to write; created if missing. An older or half-written sample there is replaced.
        report: called with progress messages.

    Raises:
        WinbackError: the folder holds a landing that is not the sample, or a package with real orders is missing.
        OSError: the folder cannot be written.
    """
    if not is_sample(folder) and any((folder / name).exists() for table in TABLES for name in (table, f"{table}.csv", f"{table}.parquet")):
        raise WinbackError(f"{folder} holds data of your own, which the sample would replace. Name another folder for the sample.")
    orders, grocer = master_file(), data_folder()
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished / "events", ignore_errors=True)
    (unfinished / "events").mkdir(parents=True)
    (folder / MARKER).unlink(missing_ok=True)
    _write_tables(unfinished, orders, grocer, report)
    _move_into_place(unfinished, folder)


def _write_tables(folder: Path, orders: Path, grocer: Path, report: Callable[[str], None]) -> None:
    events = _write_events(folder, "cdnow", cdnow_rows(orders))
    report(f"cdnow: {events:,} real orders")
    events = _write_events(folder, "grocer", basket_rows(grocer))
    report(f"grocer: {events:,} real baskets")
    others: dict[str, list[Row]] = {table: [] for table in TABLES if table != "events"}
    others["campaigns"] += coupon_campaign_rows(grocer)
    others["campaign_touches"] += coupon_touch_rows(grocer)
    dice = Dice(_SEED)
    for company in COMPANIES:
        history = simulate(company, dice.fork())
        delivery = dice.fork()
        events = _write_events(folder, company.business_id, event_rows(history, delivery))
        others["customers"] += customer_rows(history, delivery)
        others["customer_merges"] += merge_rows(history)
        others["campaigns"] += campaign_rows(history)
        others["campaign_touches"] += touch_rows(history)
        others["contracts"] += contract_rows(history)
        others["survey_responses"] += answer_rows(history)
        report(f"{company.business_id}: {events:,} events of {len(history.people):,} invented customers")
    for table, rows in others.items():
        _write_csv(folder / f"{table}.csv", TABLES[table], rows)


def _write_events(folder: Path, business_id: str, rows: Iterable[Row]) -> int:
    path = folder / "events" / f"{business_id}.csv"
    columns = tuple(column for column in TABLES["events"] if business_id in _AS_PARQUET or column not in _OF_CONTRACTS)
    count = _write_csv(path, columns, rows)
    if business_id in _AS_PARQUET:
        _to_parquet(path)
    return count


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Row]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        lines = list(map(itemgetter(*columns), rows))
        writer.writerows(lines)
    return len(lines)


def _to_parquet(path: Path) -> None:
    types = {"occurred_at": "timestamp", "loaded_at": "timestamp", "amount": "decimal(18, 2)", "covers_until": "date"}
    columns = ", ".join(f"cast({column} as {types.get(column, 'varchar')}) as {column}" for column in TABLES["events"])
    rows = f"""read_csv({literal(path)}, all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')"""
    # One thread preserves the order of the rows, and therefore the bytes.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(f"copy (select {columns} from {rows}) to {literal(path.with_suffix('.parquet'))} (format parquet, compression zstd)")
    path.unlink()


def _move_into_place(unfinished: Path, folder: Path) -> None:
    """Move the files into place. The marker comes last: with it the sample is complete."""
    shutil.rmtree(folder / "events", ignore_errors=True)
    for path in sorted(unfinished.iterdir()):
        path.replace(folder / path.name)
    (unfinished / MARKER).write_text(SAMPLE_VERSION + "\n")
    (unfinished / MARKER).replace(folder / MARKER)
    unfinished.rmdir()
