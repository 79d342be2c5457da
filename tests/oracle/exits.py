"""The other two definitions of the win-back rate (section 4): based on exits, and on targeted customers."""

from __future__ import annotations

from datetime import date

from .touches import Target
from .walk import Transition, Walk

EXITS = ("churned", "bounced")
DAYS_TO_WIN_BACK = 90


def exits_of(walk: Walk, start: int, close: int, as_of: date) -> list[str]:
    """Return the exits from `start` to `close`, except those recovered by `as_of`, and which of them were won back in time."""
    names = []
    for move in walk.transitions:
        if move.name not in EXITS or not start <= move.day <= close:
            continue
        end = next((later for later in walk.transitions if later.day > move.day), None)  # the end of the former state
        if end and end.name == "recovered":
            continue
        names.append("exits")
        if end and end.day - move.day <= DAYS_TO_WIN_BACK:
            names.append("exits_won_back")
        if move.day + DAYS_TO_WIN_BACK > as_of.toordinal():
            names.append("recent_exits")
    return names


def targeted_of(walk: Walk, start: int, close: int, targets_of: dict[str, list[Target]]) -> list[str]:
    """Return whether the customer was treated from `start` to `close` while former, and won back in that treatment's window."""
    treated = [
        target
        for target in targets_of.get(walk.customer_id, ())
        if target.touch.arm == "treatment" and target.state == "former" and start <= target.touch.day <= close
    ]
    names = ["targeted"] if treated else []
    if any(was_won_back(walk.transitions, target) for target in treated):
        names.append("targeted_won_back")
    return names + ["open_windows" for target in treated if not target.is_observed]


def was_won_back(moves: list[Transition], target: Target) -> bool:
    return any(move.name == "won_back" and target.has_in_window(move) for move in moves)
