"""Finds the counts of the period facts that include a customer, computed from the customer's own changes of state."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from orchestration.explain.person import Person
from orchestration.explain.states import Course, Move

# The length of a period in months.
GRAINS = {"month": 1, "quarter": 3, "year": 12}
CURRENT = ("active", "dormant")
PROSPECTS = ("prospect", "dormant_prospect")
# Transitions with a separate column for each state they start from, besides their own column.
SPLIT = ("acquired", "bounced", "churned")
EXITS = ("churned", "bounced")
EXIT_WINDOW = 90


def periods(grain: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """List the periods of a grain that contain any date of a range.

    Args:
        grain: a key of `GRAINS`.
        first: the first date.
        last: the last date.

    Yields:
        First and last day of each period.
    """
    months = GRAINS[grain]
    start = date(first.year, (first.month - 1) // months * months + 1, 1)
    while start <= last:
        following = (start.year * 12 + start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
        yield start, date(*following, 1) - timedelta(days=1)
        start = date(*following, 1)


def contribution(course: Course, opens_on: date, closes_on: date, as_of: date) -> Counter[str]:
    """Compute what a customer adds to the counts of a period, by the definitions of its columns.

    Args:
        course: the customer's states over time.
        opens_on: first day of the period.
        closes_on: last day of the period.
        as_of: the last date counted.

    Returns:
        How often the customer counts in each column; columns without the customer are left out.
    """
    closes_on = min(closes_on, as_of)
    opening, closing = course.state_on(opens_on - timedelta(days=1)), course.state_on(closes_on)
    moves = [move for move in course.moves if opens_on <= move.day <= closes_on]
    names = [move.transition for move in moves]
    counts = Counter([f"opening_{opening}"] if opening else [])
    counts.update([f"closing_{closing}"] if closing else [])
    counts.update(names)
    counts.update(f"{move.transition}_from_{move.from_state or 'unknown'}" for move in moves if move.transition in SPLIT)
    was_current, is_current = opening in CURRENT, closing in CURRENT
    is_new = "acquired" in names or "bounced" in names
    first_return = next((name for name in names if name in ("won_back", "recovered")), None)
    woken_on = next((move.day for move in moves if move.transition in ("reactivated", "won_back")), None) if opening == "dormant" else None
    counts.update(
        column
        for column, holds in {
            "opening_current": was_current,
            "closing_current": is_current,
            "former_returned": opening == "former" and first_return == "won_back",
            "former_recovered": opening == "former" and first_return == "recovered",
            "dormant_returned": woken_on is not None,
            "dormant_repurchased": woken_on is not None and any(day.has_purchase and woken_on <= day.day <= closes_on for day in course.days.values()),
            "prospects_converted": opening in PROSPECTS and ("acquired" in names or "won_back" in names),
            "current_retained": was_current and is_current,
            "active_retained": opening == closing == "active",
            "returned_at_close": opening == "former" and is_current,
            "new_lost_at_close": is_new and not is_current,
            "intra_period_win_backs": opening != "former" and "won_back" in names,
        }.items()
        if holds
    )
    counts.update({"new_customers": names.count("acquired") + names.count("bounced")})
    for move in moves:
        counts.update(_exit_counts(move, course.moves))
    return +counts


def figure_lines(course: Course, person: Person) -> list[str]:
    """List the counts that include a customer, for each month, quarter and year since the customer is known.

    Args:
        course: the customer's states over time.
        person: the customer.

    Returns:
        A line for each period; consecutive periods with the same counts share one line.
    """
    if not course.moves:
        return []
    lines = []
    for grain in GRAINS:
        lines.append(f"{grain}:")
        told = ((start, _counted(contribution(course, start, end, person.as_of))) for start, end in periods(grain, course.moves[0].day, person.as_of))
        lines += [f"    {first}{f' to {last}' if last != first else ''}: {counts}" for first, last, counts in _runs(told)]
    return lines


def _exit_counts(move: Move, moves: Iterable[Move]) -> list[str]:
    """Return the exit counts: an exit counts unless the customer recovered, and also as won back if that happened within the window."""
    if move.transition not in EXITS:
        return []
    back = next((later for later in moves if later.day > move.day), None)
    if back and back.transition == "recovered":
        return []
    is_won_back = back is not None and back.transition == "won_back" and (back.day - move.day).days <= EXIT_WINDOW
    return ["exits", "exits_won_back"] if is_won_back else ["exits"]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(column if number == 1 else f"{column} {number}" for column, number in counts.items())


def _runs(told: Iterable[tuple[date, str]]) -> Iterator[tuple[date, date, str]]:
    """Merge consecutive periods with the same counts."""
    run: tuple[date, date, str] | None = None
    for start, counts in told:
        if run and run[2] == counts:
            run = run[0], start, counts
            continue
        if run:
            yield run
        run = start, start, counts
    if run:
        yield run
