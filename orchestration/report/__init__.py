"""The report: one self-contained HTML page that each refresh writes beside the warehouse."""

from pathlib import Path

from orchestration.files import hidden_from_others, real_path, replace_file
from orchestration.report.figures import read_figures
from orchestration.report.page import render
from orchestration.warehouses import Warehouse


def write_report(warehouse: Warehouse, path: Path) -> str | None:
    """Write the report of the published tables.

    Args:
        warehouse: has the tables.
        path: the file to write.

    Returns:
        A warning if the file's owner or group could not be kept, else None.

    Raises:
        WinbackError: nothing is published.
        OSError: the file cannot be written.
    """
    with warehouse.reader() as reader:
        page = render(read_figures(reader))
    with hidden_from_others():
        real_path(path).parent.mkdir(parents=True, exist_ok=True)
    return replace_file(path, page)
