"""Section 4 by brute force: every customer is examined in every period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .config import Business
from .formulas import COUNTS, LATE_COUNTS, LOYALTY, TRANSITIONS, late_rates, rates
from .statistics import share
from .walk import Event, Walk

GRAINS = ("day", "week", "month", "quarter", "year")
CURRENT = ("active", "dormant")
UNBOUGHT = ("prospect", "dormant_prospect")
YEAR = 365
ALL = ("all", "all")

Key = tuple[str, str, date, str, str]


@dataclass
class Figures:
    """The sums from which one fact row is computed."""

    counts: Counter = field(default_factory=Counter)
    won_back_revenue: Decimal = Decimal(0)
    reactivated_revenue: Decimal = Decimal(0)
    revenue_at_risk: Decimal = Decimal(0)
    tenures: list[int] = field(default_factory=list)

    def add(self, other: Figures) -> None:
        self.counts.update(other.counts)
        self.won_back_revenue += other.won_back_revenue
        self.reactivated_revenue += other.reactivated_revenue
        self.revenue_at_risk += other.revenue_at_risk
        self.tenures += other.tenures


# Returns the names of a customer's counts between a period's first day and its close.
Look = Callable[[Walk, int, int], list[str]]


@dataclass
class Periods(Mapping):
    """Maps (business, grain, start, segment, value) to the fact row, created on request."""

    figures: dict[Key, Figures] = field(default_factory=dict)
    frames: dict[tuple, dict] = field(default_factory=dict)

    def __getitem__(self, key: Key) -> dict:
        figures = self.figures[key]
        frame = self.frames[key[:3]]
        counts = {name: figures.counts[name] for name in (*COUNTS, *LATE_COUNTS, *LOYALTY)}
        tenures = figures.tenures
        row = rates(counts)
        return {
            **frame,
            **counts,
            **row,
            **late_rates(figures.counts, frame["is_complete"]),
            "coverage": share(counts["answered"], row["opening_current"]),
            "won_back_revenue": figures.won_back_revenue,
            "reactivated_revenue": figures.reactivated_revenue,
            "revenue_at_risk": figures.revenue_at_risk,
            "mean_tenure_days": sum(tenures) / len(tenures) if tenures else None,
        }

    def __iter__(self) -> Iterator[Key]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)


def period_start(grain: str, day: date) -> date:
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return date(day.year, 1, 1)


def period_end(grain: str, start: date) -> date:
    """Return the last day before the next period begins."""
    day = start
    while period_start(grain, day + timedelta(days=1)) == start:
        day += timedelta(days=1)
    return day


def add_periods(
    periods: Periods,
    business: Business,
    walks: list[Walk],
    segments_of: dict[str, list[tuple[str, str]]],
    history_starts_on: date | None,
    as_of: date,
    looks: tuple[Look, ...] = (),
) -> None:
    """Add a business's periods. `segments_of`: the (segment, value) pairs of each customer with a state at `as_of`."""
    if history_starts_on is None:
        return
    limits = (business.dormant_after, business.former_after, YEAR)
    warm_from = history_starts_on + timedelta(days=max(limit for limit in limits if limit))
    segments = {ALL} | {pair for pairs in segments_of.values() for pair in pairs}

    for grain in GRAINS:
        start = period_start(grain, history_starts_on)
        while start <= as_of:
            end = period_end(grain, start)
            place = (business.business_id, grain, start)
            periods.frames[place] = {
                "period_end": end,
                "is_complete": end <= as_of,
                "is_warm": start >= warm_from,
            }
            rows = {pair: Figures() for pair in segments}
            for walk in walks:
                if walk.first_day > min(end, as_of).toordinal():
                    continue
                one = figures_of(walk, start.toordinal(), min(end, as_of).toordinal())
                for look in looks:
                    one.counts.update(look(walk, start.toordinal(), min(end, as_of).toordinal()))
                for pair in (ALL, *segments_of.get(walk.customer_id, ())):
                    rows[pair].add(one)
            for pair, figures in rows.items():
                periods.figures[(*place, *pair)] = figures
            start = end + timedelta(days=1)


def figures_of(walk: Walk, start: int, close: int) -> Figures:
    """Return what one customer adds to the period that opens before `start` and closes at `close`."""
    result = Figures()
    opening, closing = walk.state_at(start - 1), walk.state_at(close)
    if closing is None:
        return result
    moves = [move for move in walk.transitions if start <= move.day <= close]
    made = {move.name for move in moves}

    names = [f"closing_{closing}"]
    if opening is not None:
        names.append(f"opening_{opening}")
    for move in moves:
        names.append(move.name)
        if TRANSITIONS[move.name]:
            names.append(f"{move.name}_from_{move.from_state or 'unknown'}")

    first_return = next((move for move in moves if move.name in ("won_back", "recovered")), None)
    if opening == "former" and first_return:
        if first_return.name == "won_back":
            names.append("former_returned")
            result.won_back_revenue = revenue(walk.events, first_return.day, close)
        else:
            names.append("former_recovered")
    if opening == "dormant" and made & {"reactivated", "won_back"}:
        names.append("dormant_returned")
        returned = first_day(moves, "reactivated", "won_back")
        result.reactivated_revenue = revenue(walk.events, returned, close)
        if any(e.kind == "purchase" and returned <= e.day <= close for e in walk.events):
            names.append("dormant_repurchased")
    if opening in UNBOUGHT and made & {"acquired", "won_back"}:
        names.append("prospects_converted")
    if opening in CURRENT and closing in CURRENT:
        names.append("current_retained")
    if opening == closing == "active":
        names.append("active_retained")
    if opening == "former" and closing in CURRENT:
        names.append("returned_at_close")
    if made & {"acquired", "bounced"} and closing not in CURRENT:
        names.append("new_lost_at_close")
    if opening != "former" and "won_back" in made:
        names.append("intra_period_win_backs")

    if closing in CURRENT:
        result.tenures = [close - min(e.day for e in walk.events if e.kind == "purchase")]
    if made & {"lapsed", "churned"}:
        left = first_day(moves, "lapsed", "churned")
        result.revenue_at_risk = revenue(walk.events, left - YEAR, left - 1)
    result.counts.update(names)
    return result


def first_day(moves: list, *names: str) -> int:
    return min(move.day for move in moves if move.name in names)


def revenue(events: list[Event], first: int, last: int) -> Decimal:
    """Return purchases minus refunds on the dates from `first` to `last`."""
    sign = {"purchase": 1, "refund": -1}
    return sum(
        (sign[e.kind] * e.amount for e in events if e.kind in sign and first <= e.day <= last),
        Decimal(0),
    )
