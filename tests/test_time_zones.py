"""The date of an event, compared with Python's zoneinfo, around every clock change in difficult time zones."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from one_landing import Case
from projects import Project

UTC = timezone.utc
ZONES = (
    "America/Havana", "America/St_Johns", "America/Sao_Paulo", "America/Asuncion", "America/New_York", "America/Anchorage",
    "Africa/Cairo", "Africa/Casablanca", "Africa/Monrovia", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu",
    "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores", "Australia/Lord_Howe", "Europe/London", "Europe/Rome", "Pacific/Apia",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Kwajalein",
)  # fmt: skip
# Earlier, it is 1979 somewhere, and no event is allowed; later, two editions of the zone data predict different rules.
FIRST, LAST = datetime(1980, 1, 2, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield every instant at which a time zone's clocks were changed."""
    day = FIRST
    while day < LAST:
        low, high = day, day + timedelta(days=1)
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > SECOND:
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset() else (low, middle)
            yield high
        day += timedelta(days=1)


def instants(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield instants around every change, and around the adjacent midnights."""
    for change in changes(zone):
        yield from (change - SECOND, change)
        for offset in {(change - SECOND).astimezone(zone).utcoffset(), change.astimezone(zone).utcoffset()}:
            wall = (change + offset).replace(hour=0, minute=0, second=0)
            for midnight in (wall, wall + timedelta(days=1)):
                yield from (midnight - offset - SECOND, midnight - offset)
    yield FIRST + timedelta(hours=3)


def dates(zone: ZoneInfo) -> Iterator[date]:
    """Yield the dates around every change, except those that a time zone skipped."""
    for change in changes(zone):
        for days in (-1, 0, 1):
            day = (change + timedelta(days=days)).astimezone(zone).date()
            noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
            if noon.astimezone(UTC).astimezone(zone).date() == day:
                yield day


def events(zone: ZoneInfo) -> Iterator[tuple[str, date]]:
    """Yield times as they land, and their calendar dates."""
    for instant in sorted(set(instants(zone))):
        yield f"{instant:%Y-%m-%dT%H:%M:%SZ}", instant.astimezone(zone).date()
    for day in sorted(set(dates(zone))):
        yield f"{day}", day


def cases() -> Iterator[Case]:
    """Only refunds: they have a date, and start no history, which would have rows for every day."""
    for name in ZONES:
        rows = [{"event_id": text, "customer_id": "c", "event_name": "refund", "occurred_at": text, "loaded_at": "2025-01-01"} for text, _ in events(ZoneInfo(name))]
        yield Case(business(name), {"events": rows}, policy={"timezone": name})


def business(zone: str) -> str:
    return zone.replace("/", "_")


def test_events_fall_on_the_dates_that_calendars_showed(cases: Project) -> None:
    wanted = {(business(name), text): day for name in ZONES for text, day in events(ZoneInfo(name))}
    assert len(wanted) > 10_000
    names = ", ".join(f"'{business(name)}'" for name in ZONES)
    rows = cases.query(f"select business_id, event_id, event_date from winback_internal.int_events_this_run where business_id in ({names})")
    found = {(name, event): day for name, event, day in rows}
    assert found.keys() == wanted.keys() and len(rows) == len(wanted)
    assert {event: (found[event], day) for event, day in wanted.items() if found[event] != day} == {}
