"""How the texts of a landed row are read (section 1): times, amounts, booleans, nothing lenient."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

UTC = timezone.utc

FIRST_YEAR, LAST_YEAR = 1970, 2100
TEN_THOUSANDTH = Decimal("0.0001")
SCORES = {"csat": (1, 5), "nps": (0, 10)}
ARMS = ("treatment", "control")

TIME = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?P<clock>[T ]\d\d:\d\d(:\d\d(?P<fraction>\.\d+)?)?"
    r"(?P<zone>Z|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
AMOUNT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


class Unreadable(ValueError):
    """The text is there, or should be, and cannot be taken for a value of its column."""


def clean(text: str | None) -> str | None:
    """Texts are trimmed, and an empty one is null."""
    return (text or "").strip() or None


def read_time(text: str | None, zone: ZoneInfo) -> datetime:
    """An instant in UTC. A date alone is the start of that date in the business's zone.

    The years are those of the instant, and of a date alone its own.
    """
    found = TIME.fullmatch(text or "")
    if not found:
        raise Unreadable(text)
    if not found["clock"]:
        day = read_date(text)
        return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    try:
        day = date.fromisoformat(found["day"])
        instant = read_clock(day, found["clock"], found["fraction"], found["zone"])
    except (ValueError, OverflowError) as wrong:
        raise Unreadable(text) from wrong
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise Unreadable(text)
    return instant


def read_clock(day: date, clock: str, fraction: str | None, zone: str | None) -> datetime:
    hour, minute = int(clock[1:3]), int(clock[4:6])
    second = int(clock[7:9]) if clock[6:7] == ":" else 0
    micro = int((fraction or ".0")[1:7].ljust(6, "0"))
    instant = datetime(day.year, day.month, day.day, hour, minute, second, micro, tzinfo=UTC)
    if zone in (None, "Z"):
        return instant
    digits = zone[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59 or int(digits[:2]) > 23:
        raise ValueError(zone)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return instant - offset if zone[0] == "+" else instant + offset


def read_date(text: str | None) -> date | None:
    """A plain date that may be missing (campaigns' `starts_on`, `ends_on`)."""
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


def read_amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not AMOUNT.fullmatch(text):
        raise Unreadable(text)
    return Decimal(text).quantize(TEN_THOUSANDTH, rounding=ROUND_HALF_UP)


def read_boolean(text: str | None) -> bool | None:
    if text is None:
        return None
    if text not in BOOLEANS:
        raise Unreadable(text)
    return BOOLEANS[text]


def read_arm(text: str | None) -> str:
    if text not in ARMS:
        raise Unreadable(text)
    return text


def read_survey(text: str | None) -> str:
    if text not in SCORES:
        raise Unreadable(text)
    return text


def read_score(text: str | None, survey: str) -> Decimal:
    """A number on the scale of its survey."""
    score = read_amount(text)
    least, most = SCORES[survey]
    if score is None or not least <= score <= most:
        raise Unreadable(text)
    return score


def in_order(value: object) -> tuple:
    """Sort key of a typed value: texts by bytes, nulls last."""
    return (value is None, value.encode() if isinstance(value, str) else value)
