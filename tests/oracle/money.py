"""Amounts that are too large to be added up, and so are not counted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .walk import Event

TOO_MUCH = Decimal(10) ** 14


def drop_too_large(events: list[Event]) -> tuple[list[Event], set[str]]:
    """A customer's events as they count, and the ids of those whose amount does not: what comes, by size, once the sum is too much."""
    dropped, so_far = set(), Decimal(0)
    money = (event for event in events if event.kind in ("purchase", "refund"))
    for event in sorted(money, key=lambda one: (abs(one.amount), one.event_id.encode())):
        so_far += abs(event.amount)
        if so_far >= TOO_MUCH:
            dropped.add(event.event_id)
    return [replace(event, amount=Decimal(0)) if event.event_id in dropped else event for event in events], dropped
