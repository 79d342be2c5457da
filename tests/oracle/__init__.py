"""The oracle: the definitions' figures by a plain day-by-day walk, sharing nothing with the SQL.

It reads a landing of CSV files (`<table>.csv`) and the three seeds files, and follows
docs/DEFINITIONS.md sections 1 to 4 word by word. It is slow on purpose.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from .config import Config, read_config
from .landing import Landing, read_landing, survivors
from .periods import Periods, add_periods
from .tables import ATTRIBUTES
from .walk import Event, Walk, walk

__all__ = ["Expected", "expected"]

KINDS_OF_HISTORY = ("interest", "purchase", "engagement", "cancellation")


@dataclass
class Expected:
    """Rows are dicts with the public tables' columns."""

    states: list[dict] = field(default_factory=list)
    transitions: list[dict] = field(default_factory=list)
    rejected: list[dict] = field(default_factory=list)
    periods: Periods = field(default_factory=Periods)
    businesses: list[dict] = field(default_factory=list)
    landed: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    standing: dict[str, int] = field(default_factory=dict)


def expected(landing_folder: Path, seeds_folder: Path, as_of: date) -> Expected:
    config = read_config(Path(seeds_folder))
    landing = read_landing(Path(landing_folder), config)
    merged_into = survivors(landing)
    events_of = standing_events(config, landing, merged_into)
    result = Expected(
        rejected=rejected_rows(landing),
        landed=landing.landed,
        superseded=landing.superseded,
        standing={table: len(rows) for table, rows in landing.standing.items()},
    )
    for business_id, business in config.businesses.items():
        customers = events_of[business_id]
        days = [
            event.day
            for events in customers.values()
            for event in events
            if event.kind in KINDS_OF_HISTORY and event.day <= as_of.toordinal()
        ]
        starts_on = date.fromordinal(min(days)) if days else None
        result.businesses.append(
            {"business_id": business_id, "history_starts_on": starts_on, "as_of_date": as_of}
        )

        walks = [walk(business, name, events, as_of) for name, events in sorted(customers.items())]
        known = [one for one in walks if one.state_at(as_of.toordinal())]
        for one in known:
            result.states += state_rows(one, as_of)
            result.transitions += transition_rows(one)
        segments_of = {
            one.customer_id: segments(landing, business_id, one.customer_id) for one in known
        }
        add_periods(result.periods, business, known, segments_of, starts_on, as_of)
    return result


def rejected_rows(landing: Landing) -> list[dict]:
    names = ("landing_table", "business_id", "row_id", "customer_id", "reason")
    return [dict(zip(names, row, strict=True)) for row in landing.rejected]


def standing_events(
    config: Config, landing: Landing, merged_into: dict
) -> dict[str, dict[str, list[Event]]]:
    """Business → customer → the events that count: voids carried out, merges followed."""
    rows = landing.standing["events"]
    voided = {
        (row["business_id"], row["voids_event_id"]) for row in rows if row["kind"] == "void"
    }
    events_of: dict = defaultdict(lambda: defaultdict(list))
    for row in rows:
        business_id, kind = row["business_id"], row["kind"]
        if kind in ("void", "ignore") or (business_id, row["event_id"]) in voided:
            continue
        zone = config.businesses[business_id].zone
        customer = merged_into.get((business_id, row["customer_id"]), row["customer_id"])
        known = row["reason"] in config.exit_kinds
        events_of[business_id][customer].append(
            Event(
                day=row["occurred_at"].astimezone(zone).date().toordinal(),
                occurred_at=row["occurred_at"],
                kind=kind,
                event_id=row["event_id"],
                amount=row["amount"] or Decimal(0),
                exit=(
                    config.exit_kinds[row["reason"]] if known else "voluntary",
                    row["reason"] if known else "unknown",
                ),
            )
        )
    return events_of


def segments(landing: Landing, business_id: str, customer_id: str) -> list[tuple[str, str]]:
    """The standing attribute values of a customer, for the attributes the landing has."""
    own = {}
    for row in landing.standing["customers"]:
        if (row["business_id"], row["customer_id"]) == (business_id, customer_id):
            own = row
    return [
        (attribute, own.get(attribute) or "(none)")
        for attribute in ATTRIBUTES
        if attribute in landing.headers["customers"]
    ]


def state_rows(one: Walk, as_of: date) -> list[dict]:
    rows: list[dict] = []
    for i, (state, exit_made) in enumerate(zip(one.closes, one.exits, strict=True)):
        if state is None or (i and state == one.closes[i - 1]):
            continue
        day = date.fromordinal(one.first_day + i)
        if rows:
            rows[-1]["valid_to"] = day
        rows.append(
            {
                "business_id": one.business_id,
                "customer_id": one.customer_id,
                "state": state,
                "valid_from": day,
                "valid_to": None,
                "exit_kind": exit_made[0] if exit_made else None,
                "exit_reason": exit_made[1] if exit_made else None,
                "projected_state": None,
                "projected_on": None,
            }
        )
    if one.projected_day:
        rows[-1]["projected_state"] = one.projected_state
        rows[-1]["projected_on"] = date.fromordinal(one.projected_day)
    return rows


def transition_rows(one: Walk) -> list[dict]:
    return [
        {
            "business_id": one.business_id,
            "customer_id": one.customer_id,
            "transition_date": date.fromordinal(move.day),
            "transition": move.name,
            "from_state": move.from_state,
            "to_state": move.to_state,
            "days_in_from_state": move.days_in_from_state,
            "exit_kind": move.exit[0],
            "exit_reason": move.exit[1],
        }
        for move in one.transitions
    ]
