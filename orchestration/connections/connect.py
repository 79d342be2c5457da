"""`winback connect`: writes the configuration of a connection, as far as the source shows it. Nothing that a user wrote is changed."""

import csv
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from orchestration.connections import configured
from orchestration.connections.configured import Connection, read_connections
from orchestration.connections.facts import facts_of
from orchestration.connections.folders import files_not_read, shape_of
from orchestration.connections.systems import SYSTEMS, VOCABULARIES
from orchestration.connections.thresholds import ADVICE, MOST_FALSE_ALARMS, Thresholds, proposed_thresholds
from orchestration.errors import WinbackError
from orchestration.files import replace_file
from orchestration.landing.files import MOST_NAMED
from orchestration.quoting import shown
from orchestration.refresh import build_on_trial
from orchestration.seed_checks import COLUMNS, check_configuration
from orchestration.settings import SEEDS, load_settings, target

Log = Callable[[str], None]
Row = dict[str, str]


def connect(connection: Connection, given: Mapping[str, str], log: Log) -> None:
    """Connect a business to a system: write its lines into the seeds, and say what was found and assumed.

    Args:
        connection: the connection; its business is added if it is new. An empty shape is recognised.
        given: the `currency` and `timezone` of a new business, as far as the user gives them.
        log: called with messages for people.

    Raises:
        WinbackError: the tables are not there, the business is connected already, or the configuration has mistakes. Nothing is written.
    """
    check_configuration(SEEDS)
    for known in read_connections(SEEDS):
        if known.name == connection.name:
            raise WinbackError(
                f"'{shown(connection.business_id)}' is connected to {SYSTEMS[connection.system]} already, at {shown(known.location)}. Change that line of "
                f"seeds/{configured.FILE}, or give another business with --business."
            )
    connection = connection if connection.shape else replace(connection, shape=shape_of(connection))
    found = {**facts_of(connection, log), **given}
    if connection.shape == "export":
        log(VOCABULARIES[connection.system].assumed)
    if others := files_not_read(connection):
        log(f"Not read, because no name of a table is a word of theirs: {', '.join(map(shown, others[:MOST_NAMED]))}{' and more' if len(others) > MOST_NAMED else ''}.")
    before = {path: path.read_bytes() if path.exists() else None for path in (SEEDS / file for file in (*COLUMNS, configured.FILE))}
    try:
        business = _new_business(connection, found, log)
        _add("businesses.csv", business)
        _add_mappings(connection, log)
        check_configuration(SEEDS)
        if business:
            thresholds = _thresholds(connection, log)
            (SEEDS / "businesses.csv").write_bytes(before[SEEDS / "businesses.csv"])
            _add("businesses.csv", [line | thresholds for line in business])
    except BaseException:
        for path, content in before.items():
            path.unlink(missing_ok=True) if content is None else path.write_bytes(content)
        raise
    log("Check these lines in seeds/, then run `winback refresh`.")


def _new_business(connection: Connection, found: Mapping[str, str], log: Log) -> list[Row]:
    """Return the line of a business that is new; none for one that a user has configured."""
    business, vocabulary = connection.business_id, VOCABULARIES[connection.system]
    if business in {row["business_id"] for row in _rows("businesses.csv")}:
        return []
    kind, zone, currency = vocabulary.business_kind, found.get("timezone", ""), found.get("currency", "").upper()
    if not currency:
        raise WinbackError(f"No currency was found in {shown(connection.location)}: give it with --currency.")
    log(f"New business '{shown(business)}': kind {kind}, currency {currency} (that of most amounts), time zone {zone or 'UTC, for the source names none: correct it'}.")
    line = {"business_id": business, "name": business, "kind": kind, "timezone": zone or "UTC", "currency": currency}
    return [line | {"attribution_days": "30", "recovery_days": vocabulary.recovery_days}]


def _add_mappings(connection: Connection, log: Log) -> None:
    """Add the event names and reasons that are not mapped yet, and the connection itself."""
    business, vocabulary = connection.business_id, VOCABULARIES[connection.system]
    shared = {row["event_name"]: row["kind"] for row in _rows("event_kinds.csv") if row["business_id"] == "*"}
    own = {row["event_name"] for row in _rows("event_kinds.csv") if row["business_id"] == business}
    kinds = {name: kind for name, kind in vocabulary.event_kinds.items() if name not in own and shared.get(name) != kind}
    _add("event_kinds.csv", [{"business_id": business, "event_name": name, "kind": kind} for name, kind in kinds.items()])
    known = {row["reason"] for row in _rows("exit_reasons.csv")}
    reasons = {reason: of for reason, of in vocabulary.exit_reasons.items() if reason not in known}
    _add("exit_reasons.csv", [{"reason": reason, "exit_kind": kind, "category": category} for reason, (kind, category) in reasons.items()])
    _add(configured.FILE, [dict(zip(configured.COLUMNS, (business, connection.system, connection.shape, connection.location), strict=True))])
    log(f"Mapped {len(kinds)} event names in event_kinds.csv and {len(reasons)} reasons in exit_reasons.csv, and wrote the connection to {configured.FILE}.")


def _thresholds(connection: Connection, log: Log) -> Row:
    """Build what shows the gaps in a warehouse of its own, and choose D and F of the new business by what its purchases show."""
    if target() != "duckdb":
        log("dormant_after_days and former_after_days are empty: after the first refresh, `threshold_advice` shows the choices.")
        return {}
    log("Looking at the gaps between purchases, to choose the days of silence. This builds some tables on trial, and may take a minute.")
    with tempfile.TemporaryDirectory() as folder:
        landing, warehouse = Path(folder) / "landing", Path(folder) / "trial.duckdb"
        landing.mkdir()
        try:
            build_on_trial(replace(load_settings(), landing=landing, warehouse=warehouse), ADVICE, lambda _: None)
        except WinbackError as failure:
            raise WinbackError(f"The tables of {SYSTEMS[connection.system]} could not be read; nothing was written to seeds/.\n{failure}") from None
        can_cancel = "cancellation" in VOCABULARIES[connection.system].event_kinds.values()
        thresholds = proposed_thresholds(warehouse, connection.business_id, can_cancel=can_cancel)
    log(_words(thresholds))
    return {"dormant_after_days": f"{thresholds.dormant_after_days or ''}", "former_after_days": f"{thresholds.former_after_days or ''}"}


def _words(thresholds: Thresholds) -> str:
    if thresholds.former_after_days is None:
        return (
            "The purchases show no number of days after which customers stay away: too few bought twice, the history is shorter than that and a year, or more "
            f"than {MOST_FALSE_ALARMS:.0%} come back however long they were silent. dormant_after_days and former_after_days are empty, so customers leave by "
            "cancellation only. Where they cannot cancel, as in a shop, write days of your own into seeds/businesses.csv: `threshold_advice` shows the choices."
        )
    former = f"former_after_days {thresholds.former_after_days}: of customers so silent, {thresholds.false_alarm_rate:.0%} come back within a year by themselves. "
    if thresholds.false_alarm_rate > MOST_FALSE_ALARMS:
        former += f"That is more than {MOST_FALSE_ALARMS:.0%}, but the least of all that were tried: many of those who will count as won back come by themselves. "
    if thresholds.dormant_after_days is None:
        return former + "dormant_after_days is empty: nobody is dormant. `threshold_advice` has the other choices."
    dormant = f"dormant_after_days {thresholds.dormant_after_days}: of those who buy again in that time, {thresholds.back_share:.0%} have by then. "
    return former + dormant + "`threshold_advice` has the other choices."


def _rows(file: str) -> list[Row]:
    with (SEEDS / file).open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def _add(file: str, rows: list[Row]) -> None:
    """Add lines to a file, which is created if it is missing. The lines in it stay as they are, byte for byte."""
    path = SEEDS / file
    text = path.read_text(encoding="utf-8") if path.exists() else ",".join(configured.COLUMNS) + "\n"
    header = next(csv.reader([text.lstrip("\ufeff").splitlines()[0]]))
    replace_file(path, text + ("" if text.endswith("\n") else "\n") + _lines(header, rows))


def _lines(header: list[str], rows: list[Row]) -> str:
    lines = io.StringIO()
    writer = csv.DictWriter(lines, header, restval="", lineterminator="\n")
    writer.writerows(rows)
    return lines.getvalue()
