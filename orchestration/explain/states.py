"""Every state of a customer, with its dates and reason, and the next change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from orchestration.explain.person import Person
from orchestration.quoting import shown
from orchestration.warehouses import Reader


@dataclass(frozen=True)
class Move:
    """A change of state: a row of `lifecycle_transitions`."""

    day: date
    transition: str
    from_state: str | None
    to_state: str
    days_in_from_state: int | None
    exit_kind: str | None
    exit_reason: str | None


@dataclass(frozen=True)
class Day:
    """The events of a customer's date: a row of `int_customer_days`."""

    day: date
    has_interest: bool
    has_purchase: bool
    has_engagement: bool
    covered_until: date | None


@dataclass(frozen=True)
class Course:
    """A customer's states over time.

    Attributes:
        moves: the changes of state up to the last date counted.
        days: the dates on which something happened, including future ones.
        coming: later changes, assuming that nothing happens beyond what has landed.
    """

    moves: Sequence[Move]
    days: dict[date, Day]
    coming: Sequence[Move]

    def state_on(self, day: date) -> str | None:
        """Return the state at the end of a date.

        Args:
            day: the date.

        Returns:
            The state; None if the customer was not yet known.
        """
        return next((move.to_state for move in reversed([*self.moves, *self.coming]) if move.day <= day), None)


# Transitions that happen by inactivity, with the threshold that triggers each.
CLOCKS = {"cooled": ("P", "prospect_dormant_after_days"), "lapsed": ("D", "dormant_after_days"), "churned": ("F", "former_after_days")}
COLUMNS = "transition_date, transition, from_state, to_state, days_in_from_state, exit_kind, exit_reason"


def read_course(reader: Reader, person: Person) -> Course:
    """Read a customer's changes of state.

    Args:
        reader: reads the published tables.
        person: the customer.

    Returns:
        The states over time; empty if no row of the customer counts.
    """
    if person.key is None:
        return Course((), {}, ())
    own = f"customer_key = {person.key}"
    moves = reader.rows(f"select {COLUMNS} from winback.lifecycle_transitions where {person.theirs()} order by transition_date")
    coming = reader.rows(
        f"select {COLUMNS} from winback_internal.int_transitions where {own} and transition_date > date '{person.as_of}' order by transition_date"
    )
    days = reader.rows(f"select event_date, has_interest, has_purchase, has_engagement, covered_until from winback_internal.int_customer_days where {own}")
    return Course([Move(*row) for row in moves], {row[0]: Day(*row) for row in days}, [Move(*row) for row in coming])


def state_lines(course: Course, person: Person) -> list[str]:
    """Describe the states.

    Args:
        course: the customer's states over time.
        person: the customer.

    Returns:
        A line for each state, and one for the next change.
    """
    untils = [*(f" until {move.day}" for move in course.moves[1:]), ""]
    lines = [
        f"{move.to_state} from {move.day}{until} ({move.transition}): {why(move, course, person)}"
        for move, until in zip(course.moves, untils, strict=False)
    ]
    for move in course.coming[:1]:
        lines.append(f"projected: {move.to_state} from {move.day} ({move.transition}) if nothing else happens: {why(move, course, person)}")
    if lines and not course.coming:
        lines.append("projected: no change, if nothing else happens")
    return lines


def why(move: Move, course: Course, person: Person) -> str:
    """Explain why a state changed.

    Args:
        move: the change.
        course: the customer's states over time.
        person: the customer.

    Returns:
        The reason, as text.
    """
    if move.transition in CLOCKS and move.exit_kind in (None, "inactivity"):
        return _silence(move, course, person)
    today = course.days.get(move.day)
    left = "inactivity" if move.exit_kind == "inactivity" else f"cancellation ({shown(move.exit_reason)}, {shown(move.exit_kind)})"
    back = f"purchase {move.days_in_from_state} day{'s' if move.days_in_from_state != 1 else ''} after the exit by {left}"
    words = {
        "identified": "interest",
        "rewarmed": "interest",
        "acquired": "first purchase",
        "bounced": f"first purchase, and exit by {left}, within the day",
        "churned": f"exit by {left}",
        "reactivated": "purchase" if today and today.has_purchase else "engagement",
        "won_back": back,
        "recovered": f"{back}, within recovery_days = {person.policy['recovery_days'] or 0}: a failed payment made good, no win-back",
    }
    return words[move.transition]


def _silence(move: Move, course: Course, person: Person) -> str:
    """Describe the start of the inactivity: the last event, or the date until which the customer had paid."""
    name, threshold = CLOCKS[move.transition]
    days = person.policy[threshold]
    since = move.day - timedelta(days=days)
    last = course.days.get(since)
    if move.transition == "cooled":
        return f"{days} days after the last interest on {since}, {name} = {days}"
    if last and (last.has_purchase or last.has_engagement):
        return f"{days} days after the last activity on {since}, {name} = {days}"
    paid_on = max((day.day for day in course.days.values() if day.covered_until == since), default=None)
    return f"{days} days after {since}, until which date the purchase of {paid_on} was paid, {name} = {days}"
