"""`threshold_advice`: the results of other values of D and F, by purchases and cancellations only (section 9)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from .config import Business
from .periods import YEAR, Periods
from .statistics import Spell, Survival, share
from .walk import Event, Walk, order_within_a_date

CANDIDATES = (30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365, 540, 730)


def threshold_rows(business: Business, walks: list[Walk], periods: Periods, as_of: date) -> list[dict]:
    own = {days for days in (business.dormant_after, business.former_after) if days}
    survival = Survival(spell for walk in walks for spell in gaps(walk.events, as_of))
    judged_by = period_to_judge_by(business.business_id, periods)
    rows = []
    for days in sorted({*CANDIDATES, *own}):
        pool, returned = pool_and_returned(days, walks, *judged_by) if judged_by else (None, None)
        silent = survival.at(days) if days <= survival.longest else None
        comes_back = survival.ends_between(days, days + YEAR)
        rows.append(
            {
                "business_id": business.business_id,
                "days": days,
                "is_current_d": days == business.dormant_after,
                "is_current_f": days == business.former_after,
                "silent_share": None if silent is None else float(silent),
                "false_alarm_rate": None if comes_back is None else float(comes_back),
                "pool": pool,
                "returned": returned,
                "win_back_rate": share(returned, pool) if pool else None,
            }
        )
    return rows


def gaps(events: list[Event], as_of: date) -> list[Spell]:
    """Return the gaps from purchase to purchase; the last gap ends with a cancellation, or is open."""
    today = as_of.toordinal()
    bought = sorted({event.day for event in events if event.kind == "purchase" and event.day <= today})
    if not bought:
        return []
    spells = [Spell(later - day, ended=True) for day, later in pairwise(bought)]
    cancelled = [
        event.day
        for event in events
        if event.kind == "cancellation" and bought[-1] <= event.day <= today and closes_cancelled(events, event.day)
    ]
    return [*spells, Spell(min(cancelled, default=today) - bought[-1], ended=False)]


def closes_cancelled(events: list[Event], day: int) -> bool:
    """Return whether, by the close of `day`, the last purchase had been cancelled."""
    has_bought = cancelled = False
    for event in sorted(events, key=order_within_a_date):
        if event.day > day:
            break
        if event.kind == "purchase":
            has_bought, cancelled = True, False
        elif event.kind == "cancellation":
            cancelled = has_bought
    return cancelled


def period_to_judge_by(business_id: str, periods: Periods) -> tuple[int, int] | None:
    """Return first and last day of the latest complete and warm year, else of such a quarter, else of a complete one."""
    frames = [(grain, start, frame) for (business, grain, start), frame in periods.frames.items() if business == business_id]
    for wanted, warm_only in (("year", True), ("quarter", True), ("quarter", False)):
        found = [
            (start.toordinal(), frame["period_end"].toordinal())
            for grain, start, frame in frames
            if grain == wanted and frame["is_complete"] and (frame["is_warm"] or not warm_only)
        ]
        if found:
            return max(found)
    return None


def pool_and_returned(days: int, walks: list[Walk], start: int, end: int) -> tuple[int, int]:
    """Count the customers who had left when the period opened, with `days` as F, and those of them who bought in it and stayed that day."""
    pool = returned = 0
    for walk in walks:
        bought = [event.day for event in walk.events if event.kind == "purchase"]
        before = [day for day in bought if day < start]
        if not before:
            continue
        if closes_cancelled(walk.events, start - 1) or max(before) <= start - 1 - days:
            pool += 1
            returned += any(start <= day <= end and not closes_cancelled(walk.events, day) for day in bought)
    return pool, returned
