"""Contracts (section 2): which cancellations are exits, and for how long prepayment counts as activity."""

from __future__ import annotations

from dataclasses import replace

from .walk import Event, order_within_a_date

ONE_OF_SEVERAL = "end of one contract of several"  # without effect


def settle(events: list[Event]) -> list[Event]:
    """Return a customer's events in order; mark contract ends that are not exits, and cut paid periods where their contracts end."""
    settled: list[Event] = []
    opened: set[str] = set()
    for event in sorted(events, key=order_within_a_date):
        if event.kind == "purchase" and event.contract_id:
            opened.add(event.contract_id)
        elif event.kind == "cancellation":
            ended = set(opened) if event.contract_id is None else opened & {event.contract_id}
            opened -= ended
            settled = [cut(earlier, event.day) if earlier.contract_id in ended else earlier for earlier in settled]
        stays = event.kind == "cancellation" and opened
        settled.append(replace(event, kind=ONE_OF_SEVERAL) if stays else event)
    return settled


def cut(event: Event, day: int) -> Event:
    return event if event.covers_until is None else replace(event, covers_until=min(event.covers_until, day))
