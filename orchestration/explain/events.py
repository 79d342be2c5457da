"""A customer's landed events, how they count, and the effect of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from orchestration.explain.contracts import Step, contract_steps
from orchestration.explain.person import Person
from orchestration.explain.states import Course
from orchestration.quoting import shown
from orchestration.warehouses import Reader

LANDED = ("event_name", "occurred_at", "amount", "currency", "reason", "voids_event_id", "contract_id", "covers_until", "loaded_at")
# The order of events at the same instant; refunds, which affect only value, come last.
ORDER = ("interest", "cancellation", "purchase", "engagement", "refund")
LATEST = datetime(9999, 12, 31)  # noqa: DTZ001  # Timestamps in the warehouse have no time zone.


@dataclass(frozen=True)
class Event:
    """A landed row of `events` with its interpretation."""

    landed: dict[str, str | None]
    event_id: str | None
    customer_id: str
    row_status: str
    rejection_reason: str | None
    kind: str | None
    occurred_at: datetime | None
    local_date: date | None
    amount: Decimal | None
    contract_id: str | None
    covers_until: date | None
    dropped: tuple[str, ...]
    is_voided: bool

    @property
    def counts(self) -> bool:
        """Return whether the event affects states or money."""
        return self.row_status == "current" and self.kind in ORDER and not self.is_voided

    @property
    def place(self) -> tuple:
        """Return its sort key among a customer's events."""
        kind = ORDER.index(self.kind) if self.kind in ORDER else len(ORDER)
        at = self.occurred_at or LATEST
        return self.local_date or at.date(), at, kind, (self.event_id or "").encode(), self.row_status != "current"


def read_events(reader: Reader, person: Person) -> list[Event]:
    """Read a customer's landed events.

    Args:
        reader: reads the published tables.
        person: the customer.

    Returns:
        The events, in the order in which they apply.
    """
    rows = reader.rows(
        f"""
        select {", ".join(f"landed.{column}" for column in LANDED)},
            events.event_id, events.customer_id, events.row_status, events.rejection_reason, events.kind, events.occurred_at,
            offsets.opening_offset, offsets.changes_at, offsets.next_offset,
            events.amount, events.contract_id, events.covers_until, events.amount_dropped, events.covers_until_dropped, too_large.event_id, voided.event_id
        from winback_internal.base_events as events
        inner join winback_internal.landed_events as landed on events.row_hash = landed.row_hash
        inner join winback.dim_business as businesses on events.business_id = businesses.business_id
        left join winback_internal.int_utc_offsets as offsets
            on businesses.timezone = offsets.timezone and cast(events.occurred_at as date) = offsets.utc_date
        left join winback_internal.int_dropped_amounts as too_large on events.business_id = too_large.business_id and events.event_id = too_large.event_id
        left join winback_internal.int_voided_events as voided on events.business_id = voided.business_id and events.event_id = voided.event_id
        where {person.theirs(table="events")}
        """
    )
    return sorted((_event(row[: len(LANDED)], *row[len(LANDED) :]) for row in rows), key=lambda event: event.place)


def event_lines(events: Sequence[Event], course: Course, person: Person) -> list[str]:
    """Describe the events.

    Args:
        events: in the order in which they apply.
        course: the customer's states over time.
        person: the customer.

    Returns:
        A few lines for each.
    """
    acts = [event for event in events if event.counts and event.kind in ("purchase", "cancellation")]
    steps = dict(zip(map(id, acts), contract_steps(acts), strict=True))
    has_bought = has_left = False
    bought_on = None
    lines = []
    for event in events:
        lines += [_headline(event, person), "    landed: " + ", ".join(f"{name}={shown(text)}" for name, text in event.landed.items() if text)]
        if event.dropped:
            lines.append(f"    dropped: {', '.join(event.dropped)}")
        if not event.counts:
            continue
        step = steps.get(id(event))
        is_former = has_left or (course.state_on(event.local_date - timedelta(days=1)) == "former" and bought_on != event.local_date)
        lines += [f"    {effect}" for effect in _effects(event, step, has_bought=has_bought, is_former=is_former)]
        if event.kind == "purchase":
            has_bought, has_left, bought_on = True, False, event.local_date
        elif step and step.is_exit:
            has_left = has_bought
    return lines


def _event(landed: tuple, *values: object) -> Event:
    event_id, customer, row_status, rejected, kind, occurred_at, offset, changes_at, next_offset, *rest = values
    amount, contract, covers_until, amount_dropped, covers_dropped, too_large, voided = rest
    is_current = row_status == "current"
    local_date = None
    if offset is not None:
        local_date = (occurred_at + timedelta(seconds=next_offset if changes_at and occurred_at >= changes_at else offset)).date()
    if is_current and too_large is not None:
        amount, amount_dropped = None, "amount_too_large"
    dropped = {"amount": amount_dropped, "covers_until": covers_dropped} if is_current else {}
    return Event(
        dict(zip(LANDED, landed, strict=True)), event_id, customer, row_status, rejected, kind, occurred_at, local_date, amount, contract, covers_until,
        tuple(f"{column} ({reason})" for column, reason in dropped.items() if reason), is_current and kind in ORDER and voided is not None,
    )  # fmt: skip


def _headline(event: Event, person: Person) -> str:
    row_status = event.row_status if event.rejection_reason is None else f"{event.row_status}: {event.rejection_reason}"
    parts = [str(event.local_date or "(not dated)"), shown(event.event_id), row_status]
    if event.row_status == "current":
        parts.append("voided: it never happened" if event.is_voided else str(event.kind))
        if event.local_date and event.local_date > person.as_of and event.counts:
            parts.append(f"waits: dated after {person.as_of}")
    if event.customer_id != person.survivor:
        parts.append(f"as customer {shown(event.customer_id)}")
    return "  ".join(parts)


def _effects(event: Event, step: Step | None, *, has_bought: bool, is_former: bool) -> list[str]:
    """Describe the effect of a counted event."""
    if event.kind in ("purchase", "refund"):
        sign = "-" if event.kind == "refund" else ""
        money = [f"revenue {sign}{event.amount}" if event.amount is not None else "no revenue: no amount that counts"]
        return money + (_purchase(event, step) if step else [])
    if event.kind == "interest":
        return ["no effect: has bought already"] if has_bought else ["interest of one who has not bought yet"]
    if event.kind == "engagement":
        return ["no effect: has not bought yet"] if not has_bought else ["no effect: is former"] if is_former else ["keeps or makes active"]
    ends = f"ends {', '.join(map(_contract, step.ends))}" if step.ends else "ends no contract"
    if not step.is_exit:
        return [f"{ends}, {step.still_open} still open: no exit"]
    barred = "no effect: has not bought yet" if not has_bought else "no effect: is former already" if is_former else "an exit"
    return [f"{ends}, none open: {barred}" if event.contract_id or step.ends else barred]


def _purchase(event: Event, step: Step) -> list[str]:
    effects = []
    if event.contract_id is not None:
        effects.append(f"{'opens' if step.opens else 'continues'} {_contract(event.contract_id)}, {step.still_open} open")
    if event.covers_until and event.covers_until > event.local_date:
        is_cut = step.contract_ends_on is not None and step.contract_ends_on < event.covers_until
        effects.append(f"paid until {step.contract_ends_on}, when its contract ends" if is_cut else f"paid until {event.covers_until}")
    return effects


def _contract(name: str) -> str:
    return f"contract {shown(name)}"
