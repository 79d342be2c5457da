"""The calendar of the invented companies: days are whole numbers, and day 0 is Monday 2024-01-01."""

from datetime import date, timedelta
from functools import cache

FIRST_DATE = date(2024, 1, 1)
SAMPLE_AS_OF = date(2026, 6, 30)
LAST_DAY = (SAMPLE_AS_OF - FIRST_DATE).days
SECONDS = 86_400

# Companies are older than their history, and contracts extend past its end.
_EARLIEST, _LATEST = -1200, LAST_DAY + 1200
_DATES = [FIRST_DATE + timedelta(days=day) for day in range(_EARLIEST, _LATEST)]
_MONTHS = [one.month for one in _DATES]
_TEXTS = [one.isoformat() for one in _DATES]
_MINUTES = [f"T{minute // 60:02d}:{minute % 60:02d}:" for minute in range(1440)]


@cache
def day_of(text: str) -> int:
    """Convert a date as text (`2025-04-01`) to its day number. Raises ValueError if it is not a date."""
    return (date.fromisoformat(text) - FIRST_DATE).days


def month_of(day: int) -> int:
    """Return the month of a day number, 1 to 12."""
    return _MONTHS[day - _EARLIEST]


def date_text(day: int) -> str:
    """Return the date of a day number as text."""
    return _TEXTS[day - _EARLIEST]


def is_weekend(day: int) -> bool:
    """Return whether a day number is a Saturday or a Sunday."""
    return day % 7 >= 5


def workday(day: int) -> int:
    """Return a day number, moved from a weekend to the Friday before or the Monday after."""
    return day + (0, 0, 0, 0, 0, -1, 1)[day % 7]


def time_text(second: int) -> str:
    """Convert seconds since day 0 in UTC to ISO 8601 text ending in `Z`."""
    day, rest = divmod(second, SECONDS)
    minute, rest = divmod(rest, 60)
    return f"{_TEXTS[day - _EARLIEST]}{_MINUTES[minute]}{rest:02d}Z"
