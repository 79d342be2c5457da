"""Dates with gaps close to the policy's thresholds, and texts of times on them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from .business import DAYS

UTC = timezone.utc

AS_OF = date(2025, 6, 30)
WINDOW_DAYS = 450
# Days on which clocks change in some of the time zones, in Havana and Cairo at midnight.
CLOCK_CHANGES = (
    *(date(2024, 10, 6), date(2024, 10, 27), date(2024, 10, 31), date(2024, 11, 3)),
    *(date(2025, 3, 9), date(2025, 3, 30), date(2025, 4, 6), date(2025, 4, 25)),
)
CLOCKS = (
    time(12, 0),
    time(12, 0),
    time(0, 0),
    time(0, 0, 1),
    time(0, 30),
    time(1, 30),
    time(23, 30),
    time(23, 59, 59, 999999),
)


class Dates:
    """Draws dates with gaps close to the policy's thresholds, and texts of times on them."""

    def __init__(self, draw, policy: dict):
        self.draw = draw
        self.zone = ZoneInfo(policy["timezone"])
        self.naive_times = policy.get("naive_times")
        self.edges = [policy[name] for name in DAYS if policy[name]]
        near = {edge + off for edge in self.edges for off in (-1, 0, 1)}
        self.gaps = sorted({0, 1, *near, 60})

    def first(self) -> date:
        """Draw a first day, usually early in the window; sometimes just before `as_of`, or after it."""
        half = WINDOW_DAYS // 2
        if self.draw(st.integers(0, 3)):
            back = self.draw(st.integers(half, WINDOW_DAYS))
        else:
            back = self.draw(st.integers(-5, half) | st.sampled_from(self.gaps))
        return AS_OF - timedelta(days=back)

    def next(self, day: date) -> date:
        """Draw the next day, usually soon after; sometimes so that the next inactivity ends 365 days later."""
        which = self.draw(st.integers(0, 19))
        if which < 2:
            return max(day, self.draw(st.sampled_from(CLOCK_CHANGES)))
        if which in (2, 3):
            return day + timedelta(days=365 - self.draw(st.sampled_from(self.edges)))
        return day + timedelta(days=self.draw(st.sampled_from(self.gaps) | st.integers(0, 20)))

    def text(self, day: date) -> str:
        """Draw a time on that local day, in one of the accepted formats; sometimes only the date."""
        clock = self.draw(st.sampled_from(CLOCKS))
        instant = datetime.combine(day, clock, tzinfo=self.zone).astimezone(UTC)
        local, at_utc = instant.astimezone(self.zone), instant.replace(tzinfo=None)
        forms = [
            day.isoformat(),
            local.isoformat(),
            f"{local.replace(tzinfo=None).isoformat(sep=' ')} {local:%z}",
            f" {at_utc.isoformat()}Z",
            f"{at_utc.isoformat(sep=' ')} UTC",
            f"{at_utc.isoformat(timespec='auto' if clock.second else 'minutes')} GMT\u00a0",
            *[f"{at_utc.isoformat()}Z"] * 3,
        ]
        if self.naive_times != "local":
            forms.append(at_utc.isoformat(sep=" "))
        elif local.utcoffset() == local.replace(fold=1 - local.fold).utcoffset():  # a clock time that occurs once
            forms.append(local.replace(tzinfo=None).isoformat(sep=" "))
        return self.draw(st.sampled_from(forms))

    def any_text(self) -> str:
        return self.text(self.first())

    def loaded(self) -> str:
        """Draw when a row was loaded: few values, so that duplicates tie."""
        return f"2025-07-0{self.draw(st.integers(1, 4))}T00:00:00Z"
