"""`fct_returns`: each return, its revenue and whether the customer stayed (section 5)."""

from __future__ import annotations

from datetime import date

from .periods import YEAR, revenue
from .touches import Target
from .walk import Transition, Walk

COME_BACK = ("won_back", "reactivated")
BUCKETS = ((30, "1-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"), (365, "181-365"))


def is_return(move: Transition) -> bool:
    """Return whether a transition is a return: a new customer who buys at once was never inactive."""
    from_prospect = move.from_state in ("prospect", "dormant_prospect")
    return move.name in (*COME_BACK, "recovered") or (move.name == "acquired" and from_prospect)


def return_rows(walk: Walk, targets: list[Target], as_of: date) -> list[dict]:
    """Return the customer's returns. `targets`: the customer's targets, in the order of their touches."""
    rows = []
    for move in filter(is_return, walk.transitions):
        day, left = move.day, move.day - move.days_in_from_state
        bought_before = [event.day for event in walk.events if event.kind == "purchase" and event.day < day]
        rows.append(
            {
                "business_id": walk.business_id,
                "return_id": f"{walk.customer_id}:{date.fromordinal(day).isoformat()}",
                "customer_id": walk.customer_id,
                "returned_on": date.fromordinal(day),
                "return_type": move.name,
                "from_state": move.from_state,
                "days_away": move.days_in_from_state,
                "days_away_bucket": bucket(move.days_in_from_state),
                "days_since_last_purchase": day - max(bought_before) if bought_before else None,
                "exit_kind": move.exit[0],
                "exit_reason": move.exit[1],
                "previous_returns": came_back(walk, day - 1),
                "revenue_90_days_after": revenue(walk.events, day, day + 89) if day + 89 <= as_of.toordinal() else None,
                "revenue_365_days_before": revenue(walk.events, left - YEAR, left - 1),
                "campaign_id": attributed_to(move, targets),
                "purchased_again_90_days": within(bought_on(walk), day, 90, as_of),
                "purchased_again_180_days": within(bought_on(walk), day, 180, as_of),
                "left_again_180_days": within(left_on(walk), day, 180, as_of),
                "left_again_365_days": within(left_on(walk), day, 365, as_of),
            }
        )
    return rows


def bucket(days: int) -> str:
    return next((name for most, name in BUCKETS if days <= most), "366+")


def came_back(walk: Walk, day: int) -> int:
    """Return how often the customer had returned by the close of `day`."""
    return sum(move.name in COME_BACK and move.day <= day for move in walk.transitions)


def bought_on(walk: Walk) -> list[int]:
    return [event.day for event in walk.events if event.kind == "purchase"]


def left_on(walk: Walk) -> list[int]:
    return [move.day for move in walk.transitions if move.name == "churned"]


def within(days: list[int], start: int, length: int, as_of: date) -> bool | None:
    """Return whether one of the days lies in the `length` dates after `start`; null until they are over."""
    if start + length > as_of.toordinal():
        return None
    return any(start < day <= start + length for day in days)


def attributed_to(move: Transition, targets: list[Target]) -> str | None:
    """Return the campaign of the last treatment whose window contains the return."""
    treated = [one.touch.campaign_id for one in targets if one.touch.arm == "treatment" and one.has_in_window(move)]
    return treated[-1] if treated else None
