"""How the texts of a landed row are read (section 1): times, amounts, booleans, always strictly."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal
from zoneinfo import ZoneInfo

UTC = timezone.utc

FIRST_YEAR, LAST_YEAR = 1980, 2100
TEN_THOUSANDTH = Decimal("0.0001")
AS_LONG_AS_IT_IS = Context(prec=1000)
BLANKS = " \t\r\n\u00a0"
SCORES = {"csat": (1, 5), "nps": (0, 10)}
ARMS = ("treatment", "control")

TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?P<clock>[T ]\d\d:\d\d(:\d\d(?P<fraction>\.\d+)?)?"
    r"( ?(?P<zone>Z|UTC|GMT|[+-]\d\d(:?\d\d)?))?)?",
    re.ASCII,
)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\d{1,3}(,\d{3})+\.\d*|\.\d+)", re.ASCII)
BOOLEANS = {**dict.fromkeys(("true", "t", "yes", "y", "1"), True), **dict.fromkeys(("false", "f", "no", "n", "0"), False)}
PLACEHOLDERS = ("null", "none", "nan", "n/a", "undefined", "anonymous", "guest", "true", "false", "[object object]", "0")
MANGLED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]+")
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Unreadable(ValueError):
    """The text is missing although required, or is not a valid value of its column."""


def clean(text: str | None) -> str | None:
    """Trim a text; an empty one is null."""
    return (text or "").strip(BLANKS) or None


def lower(text: str) -> str:
    """Convert only A to Z to lower case."""
    return text.translate(str.maketrans(CAPITALS, CAPITALS.lower()))


def read_customer_id(text: str | None) -> str | None:
    """Return a customer id as it is compared and published."""
    return lower(text) if text and "@" in text else text


def is_placeholder(customer_id: str) -> bool:
    return lower(customer_id) in PLACEHOLDERS


def is_mangled(text: str) -> bool:
    """Return whether a text is a number that a spreadsheet has shortened."""
    return MANGLED.fullmatch(text) is not None


def read_time(text: str | None, zone: ZoneInfo, naive: tzinfo = UTC) -> datetime:
    """Return an instant in UTC. A date without a time is the start of that date in the business's time zone.

    `naive`: the time zone of times without one. The year limits apply to the business's calendar.
    """
    found = TIME.fullmatch(text or "")
    if not found:
        raise Unreadable(text)
    if not found["clock"]:
        day = read_date(text)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    try:
        day = date.fromisoformat(found["day"])
        instant = read_clock(day, found["clock"], found["fraction"], found["zone"], naive)
        local_year = instant.astimezone(zone).year
    except (ValueError, OverflowError) as wrong:
        raise Unreadable(text) from wrong
    if not FIRST_YEAR <= local_year <= LAST_YEAR:
        raise Unreadable(text)
    return instant


def read_clock(day: date, clock: str, fraction: str | None, zone: str | None, naive: tzinfo) -> datetime:
    hour, minute = int(clock[1:3]), int(clock[4:6])
    second = int(clock[7:9]) if clock[6:7] == ":" else 0
    micro = int((fraction or ".0")[1:7].ljust(6, "0"))
    instant = datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=UTC)
    if zone is None:  # of a clock time that occurs twice, the first
        return instant.replace(tzinfo=naive).astimezone(UTC)
    if zone in ("Z", "UTC", "GMT"):
        return instant
    digits = zone[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59 or int(digits[:2]) > 23:
        raise ValueError(zone)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return instant - offset if zone[0] == "+" else instant + offset


def read_date(text: str | None) -> date | None:
    """Read a plain date that may be missing (an event's `covers_until`, campaigns' `starts_on`, `ends_on`)."""
    if text is None:
        return None
    if not DATE.fullmatch(text):
        raise Unreadable(text)
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise Unreadable(text) from wrong
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable(text)
    return day


def read_local_date(text: str | None, zone: ZoneInfo, naive: tzinfo) -> date:
    """Read a date, or the local date of a time (a contract's `starts_on`, `ends_on`)."""
    if DATE.fullmatch(text or ""):
        return read_date(text)
    return read_time(text, zone, naive).astimezone(zone).date()


def read_amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not AMOUNT.fullmatch(text):
        raise Unreadable(text)
    amount = Decimal(text.replace(",", "")).quantize(TEN_THOUSANDTH, ROUND_HALF_UP, AS_LONG_AS_IT_IS)
    return abs(amount) if amount == 0 else amount


def read_boolean(text: str | None) -> bool | None:
    if text is None:
        return None
    if lower(text) not in BOOLEANS:
        raise Unreadable(text)
    return BOOLEANS[lower(text)]


def read_arm(text: str | None) -> str:
    if text not in ARMS:
        raise Unreadable(text)
    return text


def read_survey(text: str | None) -> str:
    if text not in SCORES:
        raise Unreadable(text)
    return text


def read_score(text: str | None, survey: str) -> Decimal:
    """Read a number on the scale of its survey."""
    score = read_amount(text)
    least, most = SCORES[survey]
    if score is None or not least <= score <= most:
        raise Unreadable(text)
    return score


def in_order(value: object) -> tuple:
    """Return the sort key of a typed value: texts by bytes, nulls last."""
    return (value is None, value.encode() if isinstance(value, str) else value)
