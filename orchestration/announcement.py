"""Shows what a refresh has published, once it is published: nothing here can fail the refresh."""

from collections.abc import Callable
from pathlib import Path

from orchestration import outcome
from orchestration.report import write_report
from orchestration.summary import Published, summary_lines
from orchestration.warehouses import Warehouse

Log = Callable[[str], None]


def announce(warehouse: Warehouse, report: Path, log: Log) -> None:
    """Say what was published and where, and draw the report.

    Args:
        warehouse: has the published tables.
        report: the page to write.
        log: called with messages for people; with a warning if something cannot be shown.

    Raises:
        Stopped: a signal came.
    """
    for line in _summary(warehouse):
        log(line)
    outcome.stop_if_asked()
    _draw_report(warehouse, report, log)
    outcome.stop_if_asked()


def _summary(warehouse: Warehouse) -> list[str]:
    try:
        with warehouse.reader() as reader:
            return summary_lines(Published(reader), warehouse)
    except Exception as error:  # noqa: BLE001
        outcome.stop_if_asked()
        words = f"WARNING: the tables are published, but their figures could not be read: {type(error).__name__}: {error}."
        return [words, f"Warehouse: {warehouse.name}"]


def _draw_report(warehouse: Warehouse, report: Path, log: Log) -> None:
    try:
        warning = write_report(warehouse, report)
        log(f"Report: {report}")
        if warning:
            log(f"WARNING: {warning}")
    except Exception as error:  # noqa: BLE001
        outcome.stop_if_asked()
        log(f"WARNING: the tables are published, but the report could not be drawn: {error}. Mend that, then run `winback report`.")
