"""One customer's states, day by day (sections 2 and 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .config import Business

APPLIED_IN_ORDER = ("interest", "cancellation", "purchase", "engagement")
INACTIVITY = ("inactivity", "inactivity")

TRANSITION = {
    (None, "prospect"): "identified",
    ("prospect", "dormant_prospect"): "cooled",
    ("dormant_prospect", "prospect"): "rewarmed",
    (None, "active"): "acquired",
    ("prospect", "active"): "acquired",
    ("dormant_prospect", "active"): "acquired",
    (None, "former"): "bounced",
    ("prospect", "former"): "bounced",
    ("dormant_prospect", "former"): "bounced",
    ("active", "dormant"): "lapsed",
    ("active", "former"): "churned",
    ("dormant", "former"): "churned",
    ("dormant", "active"): "reactivated",
    ("former", "active"): "won_back",
}


@dataclass(frozen=True)
class Event:
    """A current event that is not voided, on its date in the business's time zone."""

    day: int
    occurred_at: datetime
    kind: str
    event_id: str
    amount: Decimal
    exit: tuple[str, str]
    contract_id: str | None = None
    covers_until: int | None = None


@dataclass(frozen=True)
class Transition:
    """A change of state. `made_at`: for a return, the time of the event that caused it."""

    day: int
    name: str
    from_state: str | None
    to_state: str
    days_in_from_state: int | None
    exit: tuple[str | None, str | None]
    made_at: datetime | None = None


@dataclass
class Walk:
    """A customer's states. `closes[i]` is the state at the close of day `first_day + i`, up to `as_of`."""

    business_id: str
    customer_id: str
    events: list[Event]
    first_day: int = 0
    closes: list[str | None] = field(default_factory=list)
    exits: list[tuple | None] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    projected_state: str | None = None
    projected_day: int | None = None

    def state_at(self, day: int) -> str | None:
        """Return the state at the close of `day` (not after `as_of`); none before the first event."""
        return self.closes[day - self.first_day] if day >= self.first_day else None


class Customer:
    """The state of a customer during the walk."""

    def __init__(self, business: Business):
        self.business = business
        self.last_interest: int | None = None
        self.last_activity: int | None = None  # none until the first purchase
        self.covered: list[int] = []  # ends of the paid periods bought since the last exit by cancellation
        self.cancellation: tuple[str, str] | None = None  # in force until the next purchase
        self.state: str | None = None  # at the close of the previous day
        self.exit: tuple[str, str] | None = None
        self.bought_today = False
        self.woken_at: datetime | None = None  # today, since today's last exit: the time of the first effective activity

    def apply(self, event: Event) -> None:
        bought = self.last_activity is not None
        was_former = self.state == "former"
        if event.kind == "interest":
            self.last_interest = event.day
        elif event.kind == "purchase":
            self.be_active(event)
            self.cancellation = None
            self.bought_today = True
            if event.covers_until is not None:
                self.covered.append(event.covers_until)
        elif event.kind == "engagement":
            if bought and self.cancellation is None and not was_former:
                self.be_active(event)
        elif event.kind == "cancellation":
            already_former = self.cancellation is not None or (was_former and not self.bought_today)
            if bought and not already_former:
                self.cancellation = event.exit
                self.covered = []
                self.woken_at = None

    def be_active(self, event: Event) -> None:
        self.last_activity = event.day
        self.woken_at = self.woken_at or event.occurred_at

    def state_at_close_of(self, day: int) -> str | None:
        policy = self.business
        if self.last_activity is not None:
            silent = day - max(self.last_activity, *self.covered, 0)
            if self.cancellation is not None:
                return "former"
            if policy.former_after is not None and silent >= policy.former_after:
                return "former"
            if policy.dormant_after is not None and silent >= policy.dormant_after:
                return "dormant"
            return "active"
        if self.last_interest is not None:
            silent = day - self.last_interest
            cool = policy.prospect_dormant_after
            return "dormant_prospect" if cool is not None and silent >= cool else "prospect"
        return None

    def close(self, day: int) -> tuple[str | None, str | None]:
        """Close the day; return the previous state and the new one."""
        before, now = self.state, self.state_at_close_of(day)
        if now == "former" and before != "former":
            self.exit = self.cancellation or INACTIVITY
        self.state = now
        self.bought_today = False
        self.woken_at = None
        return before, now


def walk(business: Business, customer_id: str, events: list[Event], as_of: date) -> Walk:
    """Walk day by day from the first event to `as_of`, and on to the next change after it."""
    last_counted = as_of.toordinal()
    events_on: dict[int, list[Event]] = {}
    for event in sorted(events, key=order_within_a_date):
        events_on.setdefault(event.day, []).append(event)

    result = Walk(business.business_id, customer_id, events)
    if not events_on:
        return result
    result.first_day = min(events_on)
    limits = (business.dormant_after, business.former_after, business.prospect_dormant_after)
    covered = (event.covers_until or 0 for event in events)
    nothing_after = max(*events_on, *covered, last_counted) + max(limit or 0 for limit in limits) + 1

    customer = Customer(business)
    since = exited_on = None
    for day in range(result.first_day, nothing_after + 1):
        for event in events_on.get(day, ()):
            customer.apply(event)
        exit_before, woken_at = customer.exit, customer.woken_at
        before, now = customer.close(day)
        if day > last_counted and now != before:
            result.projected_state, result.projected_day = now, day
            break
        if day > last_counted:
            continue
        result.closes.append(now)
        result.exits.append(customer.exit if now == "former" else None)
        if now == before:
            continue
        name = TRANSITION[before, now]
        exit_meant = (None, None)
        if now == "former":
            exit_meant, exited_on = customer.exit, day
        elif before == "former":
            exit_meant = exit_before
            if exit_meant[0] == "involuntary" and day - exited_on <= business.recovery_days:
                name = "recovered"
        days_in = None if before is None else day - since
        result.transitions.append(Transition(day, name, before, now, days_in, exit_meant, woken_at))
        since = day
    return result


def order_within_a_date(event: Event) -> tuple:
    rank = APPLIED_IN_ORDER.index(event.kind) if event.kind in APPLIED_IN_ORDER else -1
    return (event.day, event.occurred_at, rank, event.event_id.encode())
