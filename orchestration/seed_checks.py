"""Checks of the configuration in `seeds/`, run before any table is changed."""

import csv
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import duckdb

from orchestration.connections import configured as connections
from orchestration.connections.systems import SHAPES, SYSTEMS
from orchestration.errors import WinbackError

BUSINESS_KINDS = ("subscription", "consulting", "agency", "retail")
EVENT_KINDS = ("interest", "purchase", "engagement", "cancellation", "refund", "void", "ignore")
EXIT_KINDS = ("voluntary", "involuntary")
RESERVED_REASONS = ("inactivity", "unknown")
MOST_DAYS = 36_525  # a century: longer periods leave the calendar, and are more likely a typing error than a policy

COLUMNS = {
    "businesses.csv": (
        "business_id", "name", "kind", "timezone", "currency", "dormant_after_days", "former_after_days",
        "prospect_dormant_after_days", "attribution_days", "recovery_days",
    ),
    "event_kinds.csv": ("business_id", "event_name", "kind"),
    "exit_reasons.csv": ("reason", "exit_kind", "category"),
}  # fmt: skip
OPTIONAL_COLUMNS = {"businesses.csv": ("naive_times",), "event_kinds.csv": ("kind_if_zero",), "exit_reasons.csv": ()}
# A seeds folder need not have these.
OPTIONAL_FILES = {connections.FILE: connections.COLUMNS}
REQUIRED_COLUMNS = COLUMNS | OPTIONAL_FILES
NAIVE_TIMES = ("utc", "local")

# dbt reads NULL, in any case, as a missing value, and would silently ignore the row. Tools write the others for a missing value.
NULL = "null"
LIKE_NULL = ("none", "nan", "n/a", "#n/a", "undefined")
FREE_WORDS = ("event_name", "reason", "category")  # users choose these: a reason may well be called `none`

Row = dict[str, str]
Rows = list[tuple[int, Row]]


def check_configuration(seeds: Path) -> None:
    """Check the files that users edit.

    Args:
        seeds: the folder with the files.

    Raises:
        WinbackError: one line for each problem, with file, row and how to fix it.
    """
    problems: list[str] = []
    tables: dict[str, Rows] = {}
    there = {file: columns for file, columns in OPTIONAL_FILES.items() if (seeds / file).exists()}
    columns_of = {file: columns + OPTIONAL_COLUMNS[file] for file, columns in COLUMNS.items()} | there
    for file, columns in columns_of.items():
        try:
            tables[file] = _read(seeds / file)
            problems.extend(f"seeds/{file}, {problem}" for problem in _padded_problems(tables[file], columns))
        except WinbackError as error:
            problems.append(str(error))
    if not problems:
        for file, columns in columns_of.items():
            problems.extend(f"seeds/{file}, {problem}" for problem in _null_problems(tables[file], columns))
            problems.extend(f"seeds/{file}, {problem}" for problem in CHECKS[file](tables))
    if problems:
        raise WinbackError("The configuration has mistakes:\n" + "\n".join(f"  {problem}" for problem in problems))


def last_date_over(seeds: Path, now: datetime | None = None) -> date:
    """Return the last date that has ended in every business's time zone, as the dbt project computes it if no date is given.

    Args:
        seeds: the folder with the checked configuration.
        now: the moment; by default the present one.

    Returns:
        The date.
    """
    now = now or datetime.now(timezone.utc)
    zones = {row["timezone"] for _, row in _read(seeds / "businesses.csv")}
    return min((now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=now.date()) - timedelta(days=1)


def _read(path: Path) -> Rows:
    """Read the rows with their line numbers. Values are not trimmed, because dbt reads them as they are."""
    name = f"seeds/{path.name}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            padded = [column for column in header if column != column.strip()]
            if padded:
                raise WinbackError(f"{name}, row 1: the column name '{padded[0]}' begins or ends with a blank; write '{padded[0].strip()}'.")
            missing = [column for column in REQUIRED_COLUMNS[path.name] if column not in header]
            if missing:
                raise WinbackError(f"{name}, row 1: the header lacks {', '.join(missing)}; it must be {','.join(REQUIRED_COLUMNS[path.name])}.")
            rows = []
            for values in reader:
                if not any(value.strip() for value in values):
                    raise WinbackError(f"{name}, row {reader.line_num}: the row is blank, and dbt reads it as a row without values; remove the line.")
                if len(values) != len(header):
                    raise WinbackError(f"{name}, row {reader.line_num}: {len(values)} values for {len(header)} columns; quote a comma inside a value.")
                rows.append((reader.line_num, dict(zip(header, values, strict=True))))
            return rows
    except FileNotFoundError:
        raise WinbackError(f"{name} is missing; create it with the header {','.join(COLUMNS[path.name])}.") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WinbackError(f"{name} cannot be read as UTF-8 CSV: {error}.") from None


def _padded_problems(rows: Rows, columns: tuple[str, ...]) -> Iterator[str]:
    for line, row in rows:
        for column in columns:
            text = row.get(column, "")
            if text != text.strip():
                yield f"row {line}: {column} is '{text}', which begins or ends with a blank and would match nothing; write '{text.strip()}'."


def _null_problems(rows: Rows, columns: tuple[str, ...]) -> Iterator[str]:
    for line, row in rows:
        for column in columns:
            text = row.get(column, "")
            if text.lower() == NULL or (text.lower() in LIKE_NULL and column not in FREE_WORDS):
                yield f"row {line}: {column} is '{text}', which dbt reads as no value; leave it empty, or use another name."


def _business_problems(tables: dict[str, Rows]) -> Iterator[str]:
    zones = _known_zones()
    first_row: dict[str, int] = {}
    for line, row in tables["businesses.csv"]:
        where = f"row {line}"
        business = row["business_id"]
        if business in ("", "*"):
            yield f"{where}: business_id is '{business}'; give each business its own id ('*' means all businesses in event_kinds.csv)."
        elif business in first_row:
            yield f"{where}: business '{business}' is already in row {first_row[business]}; keep one of the two."
        first_row.setdefault(business, line)
        if row["kind"] not in BUSINESS_KINDS:
            yield f"{where}: kind is '{row['kind']}'; use one of {', '.join(BUSINESS_KINDS)}."
        if row["timezone"] not in zones:
            yield f"{where}: timezone '{row['timezone']}' is unknown; use an IANA name such as Europe/Stockholm."
        if not row["currency"]:
            yield f"{where}: currency is empty; use the code that the events have, such as EUR."
        if row.get("naive_times", "") not in ("", *NAIVE_TIMES):
            yield f"{where}: naive_times is '{row['naive_times']}'; use one of {', '.join(NAIVE_TIMES)}, or leave it empty for utc."
        yield from (f"{where}: {problem}" for problem in _day_problems(row))


def _day_problems(row: Row) -> Iterator[str]:
    least = {"dormant_after_days": 1, "former_after_days": 1, "prospect_dormant_after_days": 1, "attribution_days": 1, "recovery_days": 0}
    for column, minimum in least.items():
        text = row[column]
        if text == "" and column != "attribution_days":
            continue
        if not (_is_whole(text) and minimum <= int(text) <= MOST_DAYS):
            empty = "" if column == "attribution_days" else ", or empty"
            yield f"{column} is '{text}'; give whole days from {minimum} to {MOST_DAYS}{empty}."
    dormant, former = row["dormant_after_days"], row["former_after_days"]
    if _is_whole(dormant) and _is_whole(former) and int(former) <= int(dormant):
        yield f"former_after_days ({former}) must be more than dormant_after_days ({dormant}); raise the first or lower the second."


def _is_whole(text: str) -> bool:
    """Return whether a text is a whole number; `isdigit` also accepts superscripts."""
    return text.isascii() and text.isdigit()


def _mapping_problems(tables: dict[str, Rows]) -> Iterator[str]:
    businesses = {row["business_id"] for _, row in tables["businesses.csv"]} | {"*"}
    first_row: dict[tuple[str, str], int] = {}
    unknown: dict[str, list[int]] = {}
    for line, row in tables["event_kinds.csv"]:
        where, business, name = f"row {line}", row["business_id"], row["event_name"]
        if business not in businesses:
            unknown.setdefault(business, []).append(line)
        if not name:
            yield f"{where}: event_name is empty; name the event."
        if row["kind"] not in EVENT_KINDS:
            yield f"{where}: kind is '{row['kind']}'; use one of {', '.join(EVENT_KINDS)}."
        if row.get("kind_if_zero", "") not in ("", *EVENT_KINDS):
            yield f"{where}: kind_if_zero is '{row['kind_if_zero']}'; use one of {', '.join(EVENT_KINDS)}, or leave it empty."
        if (business, name) in first_row:
            yield f"{where}: '{name}' of '{business}' is already mapped in row {first_row[business, name]}; keep one of the two."
        first_row.setdefault((business, name), line)
    for business, lines in unknown.items():
        where = f"row {lines[0]}" + (f" and {len(lines) - 1} more" if len(lines) > 1 else "")
        yield f"{where}: business '{business}' is not in businesses.csv; add it there, remove its lines here, or use '*' for all."


def _reason_problems(tables: dict[str, Rows]) -> Iterator[str]:
    first_row: dict[str, int] = {}
    for line, row in tables["exit_reasons.csv"]:
        where, reason = f"row {line}", row["reason"]
        if reason in RESERVED_REASONS or not reason:
            yield f"{where}: reason '{reason}' is reserved or empty; use a word of your own."
        if row["exit_kind"] not in EXIT_KINDS:
            yield f"{where}: exit_kind is '{row['exit_kind']}'; use {' or '.join(EXIT_KINDS)}."
        if reason in first_row:
            yield f"{where}: reason '{reason}' is already in row {first_row[reason]}; keep one of the two."
        first_row.setdefault(reason, line)


def _connection_problems(tables: dict[str, Rows]) -> Iterator[str]:
    businesses = {row["business_id"] for _, row in tables["businesses.csv"]}
    first_row: dict[tuple[str, str], int] = {}
    for line, row in tables[connections.FILE]:
        where, business, system = f"row {line}", row["business_id"], row["source"]
        if business not in businesses:
            yield f"{where}: business '{business}' is not in businesses.csv; add it there, or let `winback connect` add both."
        if system not in SYSTEMS:
            yield f"{where}: source is '{system}'; use one of {', '.join(SYSTEMS)}."
        if row["shape"] not in SHAPES:
            yield f"{where}: shape is '{row['shape']}'; use one of {', '.join(SHAPES)}."
        if not row["location"]:
            yield f"{where}: location is empty; give the folder of the files, or on a server the schema of the tables."
        if (business, system) in first_row:
            yield f"{where}: '{business}' is already connected to '{system}' in row {first_row[business, system]}; keep one of the two."
        first_row.setdefault((business, system), line)


CHECKS: dict[str, Callable[[dict[str, Rows]], Iterator[str]]] = {
    "businesses.csv": _business_problems,
    "event_kinds.csv": _mapping_problems,
    "exit_reasons.csv": _reason_problems,
    connections.FILE: _connection_problems,
}


def _known_zones() -> set[str]:
    """Return the time zones that both Python and DuckDB know, so that every part of a run interprets them alike."""
    with duckdb.connect() as connection:
        known = {name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()}
    return known & available_timezones()
