"""The report: one self-contained HTML page that each refresh writes beside the warehouse."""

from pathlib import Path

from orchestration.report.figures import read_figures
from orchestration.report.files import replace_file
from orchestration.report.page import render
from orchestration.warehouses import Warehouse


def write_report(warehouse: Warehouse, path: Path) -> None:
    """Draw the published tables as a page.

    Args:
        warehouse: where the tables are.
        path: the page's file.

    Raises:
        WinbackError: nothing is published.
        OSError: the file cannot be written.
    """
    with warehouse.reader() as reader:
        page = render(read_figures(reader))
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, page)
