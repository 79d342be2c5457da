"""Campaign touches, and the one that counts for each customer and campaign (section 6)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from .config import Business
from .landing import Landing
from .periods import revenue
from .walk import Transition, Walk

UNKNOWN = "(none)"
CAMPAIGN_RETURNS = ("won_back", "reactivated", "acquired")


@dataclass(frozen=True)
class Touch:
    """A touch on its date in the business's time zone, of the customer after merges."""

    touch_id: str
    campaign_id: str
    customer_id: str
    touched_at: datetime
    day: int
    arm: str
    cost: Decimal


@dataclass(frozen=True)
class Target:
    """A customer in a campaign: the first touch, and its outcome by `as_of`."""

    touch: Touch
    state: str
    window_end: int
    is_observed: bool
    returned: bool
    revenue: Decimal
    cost: Fraction

    def has_in_window(self, move: Transition) -> bool:
        """Return whether a return counts: one earlier on the day of the touch is not its result."""
        return has_in_window(self.touch, self.window_end, move)


def has_in_window(touch: Touch, window_end: int, move: Transition) -> bool:
    return touch.day <= move.day <= window_end and (touch.day < move.day or touch.touched_at <= move.made_at)


def read_touches(landing: Landing, merged_into: dict, as_of: date) -> dict[str, list[Touch]]:
    """Map business → its touches up to `as_of`, in order."""
    touches_of: dict[str, list[Touch]] = defaultdict(list)
    for row in landing.standing["campaign_touches"]:
        business_id, customer = row["business_id"], row["customer_id"]
        day = row["touched_at"].astimezone(landing.config.businesses[business_id].zone).date()
        if day > as_of:
            continue
        touches_of[business_id].append(
            Touch(
                touch_id=row["touch_id"],
                campaign_id=row["campaign_id"],
                customer_id=merged_into.get((business_id, customer), customer),
                touched_at=row["touched_at"],
                day=day.toordinal(),
                arm=row["arm"],
                cost=row["cost"] or Decimal(0),
            )
        )
    for touches in touches_of.values():
        touches.sort(key=lambda touch: (touch.touched_at, touch.touch_id.encode()))
    return touches_of


def find_targets(
    business: Business, touches: list[Touch], campaigns: dict[str, dict], walks: list[Walk], as_of: date
) -> list[Target]:
    """Return the touches that count, in order. `touches` are in order."""
    first: dict[tuple[str, str], Touch] = {}
    costs: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for touch in touches:
        place = touch.campaign_id, touch.customer_id
        first.setdefault(place, touch)
        costs[place] += touch.cost  # a repeated mailing costs again
    walk_of = {walk.customer_id: walk for walk in walks}
    treated = Counter(touch.campaign_id for touch in first.values() if touch.arm == "treatment")

    targets = []
    for place, touch in first.items():
        cost = Fraction(costs[place])
        if touch.arm == "treatment":
            cost += Fraction(campaigns[touch.campaign_id]["cost"] or 0) / treated[touch.campaign_id]
        targets.append(target(touch, walk_of.get(touch.customer_id), business, cost, as_of))
    return targets


def by_customer(targets: list[Target]) -> dict[str, list[Target]]:
    targets_of: dict[str, list[Target]] = defaultdict(list)
    for one in targets:
        targets_of[one.touch.customer_id].append(one)
    return targets_of


def target(touch: Touch, walk: Walk | None, business: Business, cost: Fraction, as_of: date) -> Target:
    window_end = touch.day + business.attribution_days - 1
    state = (walk.state_at(touch.day - 1) if walk else None) or UNKNOWN
    moves = walk.transitions if walk else []
    returned = any(move.name in CAMPAIGN_RETURNS and has_in_window(touch, window_end, move) for move in moves)
    return Target(
        touch=touch,
        state=state,
        window_end=window_end,
        is_observed=window_end <= as_of.toordinal(),
        returned=returned and state != "active",  # an active customer cannot return
        revenue=revenue(walk.events, touch.day, window_end) if walk else Decimal(0),
        cost=cost,
    )
