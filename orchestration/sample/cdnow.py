"""Real orders: CDNOW, an online shop of compact discs, all first-time customers of 1997 Q1 with their orders to June 1998.

The data set of Fader and Hardie as contained in the package `lifetimes`; the package itself is never imported.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from orchestration.errors import WinbackError

# 28 years in whole weeks, with no irregular leap day between: weekdays, months and quarters stay the same.
MOVED_BY = timedelta(days=10_227)


def master_file() -> Path:
    """Return the path of the orders. Raises WinbackError if the package that contains them is not installed."""
    try:
        path = Path(str(distribution("lifetimes").locate_file("lifetimes/datasets/CDNOW_master.txt")))
    except PackageNotFoundError:
        path = None
    if path is None or not path.is_file():
        raise WinbackError("The sample's real orders (CDNOW) come with the package lifetimes, which is not installed. Run: pip install --no-deps lifetimes==0.11.3")
    return path


def cdnow_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield every order in the file as an event row, its date shifted by 28 years."""
    with path.open(encoding="ascii") as lines:
        next(lines)
        for number, line in enumerate(lines, start=1):
            customer, ordered, _, dollars = line.split()
            ordered_on, loaded_at = _dates(ordered)
            yield {
                "event_id": f"cdnow-{number}",
                "business_id": "cdnow",
                "customer_id": customer,
                "event_name": "order",
                "occurred_at": ordered_on,
                "amount": dollars,
                "currency": "USD",
                "reason": "",
                "voids_event_id": "",
                "loaded_at": loaded_at,
            }


@cache
def _dates(ordered: str) -> tuple[str, str]:
    day = date(int(ordered[:4]), int(ordered[4:6]), int(ordered[6:])) + MOVED_BY
    return day.isoformat(), f"{day + timedelta(days=1)}T02:00:00Z"
