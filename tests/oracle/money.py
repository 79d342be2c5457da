"""Amounts that are too large to be summed, and so are not counted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .walk import Event

TOO_MUCH = Decimal(10) ** 14


def drop_too_large(events: list[Event]) -> tuple[list[Event], set[str]]:
    """Return a customer's events as they count, and the ids of dropped amounts: sorted by size, those from which the sum is too large."""
    dropped, so_far = set(), Decimal(0)
    money = (event for event in events if event.kind in ("purchase", "refund"))
    for event in sorted(money, key=lambda one: (abs(one.amount), one.event_id.encode())):
        so_far += abs(event.amount)
        if so_far >= TOO_MUCH:
            dropped.add(event.event_id)
    return [replace(event, amount=Decimal(0)) if event.event_id in dropped else event for event in events], dropped
