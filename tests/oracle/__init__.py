"""The oracle: the definitions' figures computed by a plain day-by-day walk that shares nothing with the SQL.

It reads a landing of CSV files (`<table>.csv`) and the three seed files, and follows
the definitions' sections 1 to 9, 12 and 13 literally. It is slow on purpose.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from .acquisition import acquisition_rows
from .campaigns import campaign_rows, strategy_rows
from .candidates import REACTIVATION, WIN_BACK, Outlook, candidate_rows, consenting_customers
from .cohorts import absences, cohort_rows
from .config import Config, read_config
from .contracts import settle
from .exits import exits_of, targeted_of
from .landing import Landing, read_landing, survivors
from .loyalty import loyalty_of, read_answers
from .money import drop_too_large
from .periods import Periods, add_periods
from .recurring import Payer, contracts_by_customer, follow, recurring_rows
from .returns import return_rows
from .tables import ATTRIBUTES
from .thresholds import threshold_rows
from .touches import by_customer, find_targets, read_touches
from .walk import Event, Walk, walk

__all__ = ["Expected", "expected"]

KINDS_OF_HISTORY = ("interest", "purchase", "engagement", "cancellation")
COOL_DOWN_DAYS = 30
ROW = ("landing_table", "business_id", "row_id", "customer_id")


@dataclass
class Expected:
    """The expected tables. Rows are dicts with the public tables' columns."""

    states: list[dict] = field(default_factory=list)
    transitions: list[dict] = field(default_factory=list)
    rejected: list[dict] = field(default_factory=list)
    dropped: list[dict] = field(default_factory=list)
    periods: Periods = field(default_factory=Periods)
    businesses: list[dict] = field(default_factory=list)
    returns: list[dict] = field(default_factory=list)
    cohorts: list[dict] = field(default_factory=list)
    acquisition: list[dict] = field(default_factory=list)
    movements: list[dict] = field(default_factory=list)
    recurring: list[dict] = field(default_factory=list)
    campaigns: list[dict] = field(default_factory=list)
    strategies: list[dict] = field(default_factory=list)
    win_back_candidates: list[dict] = field(default_factory=list)
    reactivation_candidates: list[dict] = field(default_factory=list)
    thresholds: list[dict] = field(default_factory=list)
    landed: dict[str, int] = field(default_factory=dict)
    superseded: dict[str, int] = field(default_factory=dict)
    standing: dict[str, int] = field(default_factory=dict)


def expected(landing_folder: Path, seeds_folder: Path, as_of: date, cool_down_days: int = COOL_DOWN_DAYS) -> Expected:
    config = read_config(Path(seeds_folder))
    landing = read_landing(Path(landing_folder), config)
    merged_into = survivors(landing)
    events_of = standing_events(config, landing, merged_into)
    too_large = drop_amounts(events_of, landing)
    touches_of = read_touches(landing, merged_into, as_of)
    answers_of = read_answers(landing, merged_into)
    contracts_of = contracts_by_customer(landing, merged_into)
    attributes_of = {(row["business_id"], row["customer_id"]): row for row in landing.standing["customers"]}
    result = Expected(
        rejected=[dict(zip((*ROW, "reason"), row, strict=True)) for row in landing.rejected],
        dropped=[dict(zip((*ROW, "column_name", "reason"), value, strict=True)) for value in landing.dropped + too_large],
        landed=landing.landed,
        superseded=landing.superseded,
        standing={table: len(rows) for table, rows in landing.standing.items()},
    )
    for business_id, business in config.businesses.items():
        customers = {customer: settle(events) for customer, events in events_of[business_id].items()}
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
            result.states += state_rows(one)
            result.transitions += transition_rows(one)
        segments_of = {
            one.customer_id: segments(landing, attributes_of.get((business_id, one.customer_id), {}))
            for one in known
        }
        campaigns = {row["campaign_id"]: row for row in landing.standing["campaigns"] if row["business_id"] == business_id}
        targets = find_targets(business, touches_of[business_id], campaigns, walks, as_of)
        targets_of = by_customer(targets)
        looks = (
            partial(exits_of, as_of=as_of),
            partial(targeted_of, targets_of=targets_of),
            partial(loyalty_of, answers_of=answers_of[business_id]),
        )
        add_periods(result.periods, business, known, segments_of, starts_on, as_of, looks)

        result.acquisition += acquisition_rows(business_id, known, segments_of, as_of)
        walk_of = {one.customer_id: one for one in walks}
        payers = [
            follow(Payer(name, contracts, segments(landing, attributes_of.get((business_id, name), {}))), walk_of.get(name), business_id, as_of)
            for name, contracts in contracts_of[business_id].items()
        ]
        result.movements += [row for payer in payers for row in payer.movements]
        result.recurring += recurring_rows(business, payers, list(segments_of.values()), starts_on, as_of)

        absent = [absence for one in known for absence in absences(one, business, as_of)]
        returns = [row for one in known for row in return_rows(one, targets_of[one.customer_id], as_of)]
        strategies = strategy_rows(business_id, campaigns, targets)
        result.returns += returns
        result.cohorts += cohort_rows(business_id, absent, as_of)
        result.campaigns += campaign_rows(business_id, campaigns, targets)
        result.strategies += strategies
        result.thresholds += threshold_rows(business, known, result.periods, as_of)
        audience = partial(
            candidate_rows,
            walks=known,
            touches=touches_of[business_id],
            consenting=consenting_customers(landing, business_id, merged_into, known),
            outlook=Outlook(absent, returns, strategies),
            as_of=as_of,
            cool_down_days=cool_down_days,
        )
        result.win_back_candidates += audience(WIN_BACK)
        result.reactivation_candidates += audience(REACTIVATION)
    return result


def standing_events(
    config: Config, landing: Landing, merged_into: dict
) -> dict[str, dict[str, list[Event]]]:
    """Map business → customer → the events that count, after voids and merges."""
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
                contract_id=row["contract_id"],
                covers_until=row["covers_until"].toordinal() if row["covers_until"] else None,
                exit=(
                    config.exit_kinds[row["reason"]] if known else "voluntary",
                    row["reason"] if known else "unknown",
                ),
            )
        )
    return events_of


def drop_amounts(events_of: dict, landing: Landing) -> list[tuple]:
    """Remove amounts that are too large to be summed; return each with the customer that its row names."""
    named = {(row["business_id"], row["event_id"]): row["customer_id"] for row in landing.standing["events"]}
    lines = []
    for business_id, customers in events_of.items():
        for customer, events in customers.items():
            customers[customer], dropped = drop_too_large(events)
            lines += [("events", business_id, event_id, named[business_id, event_id], "amount", "amount_too_large") for event_id in sorted(dropped)]
    return lines


def segments(landing: Landing, own: dict) -> list[tuple[str, str]]:
    """Return a customer's own current attribute values, for the attributes in the landing."""
    return [
        (attribute, own.get(attribute) or "(none)")
        for attribute in ATTRIBUTES
        if attribute in landing.headers["customers"]
    ]


def state_rows(one: Walk) -> list[dict]:
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
