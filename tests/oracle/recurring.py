"""`recurring_revenue_movements` and `fct_recurring_revenue` (section 12): what each customer pays is worked out for every day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .config import Business
from .landing import Landing
from .periods import ALL, GRAINS, YEAR, period_end, period_start
from .statistics import share
from .walk import Walk

PAYMENT_DAYS = 7
GAINS = ("new", "expansion", "won_back", "recovered", "reactivated")
LOSSES = ("contraction", "churned")
FLOWS = tuple(f"{name}_mrr" for name in (*GAINS, *LOSSES))


@dataclass(frozen=True)
class Contract:
    """It runs from `first` to the day before `end`."""

    first: date
    end: date | None
    amount: Decimal

    def runs_on(self, day: date) -> bool:
        return self.first <= day and (self.end is None or day < self.end)


@dataclass
class Payer:
    """What one customer pays a month, for every day from their first contract on, and why it changes."""

    customer_id: str
    contracts: list[Contract]
    segments: list[tuple[str, str]]
    amounts: dict[date, Decimal] = field(default_factory=dict)
    movements: list[dict] = field(default_factory=list)

    def on(self, day: date) -> Decimal:
        return self.amounts.get(day, Decimal(0))


def contracts_by_customer(landing: Landing, merged_into: dict) -> dict[str, dict[str, list[Contract]]]:
    """Map business → customer → the contracts that stand, after merges."""
    found: dict = defaultdict(lambda: defaultdict(list))
    for row in landing.standing["contracts"]:
        customer = merged_into.get((row["business_id"], row["customer_id"]), row["customer_id"])
        found[row["business_id"]][customer].append(Contract(row["starts_on"], row["ends_on"], row["monthly_amount"]))
    return found


def follow(payer: Payer, walk: Walk | None, business_id: str, as_of: date) -> Payer:
    """Go through every day from the first contract to `as_of`."""
    day, before, fell_on = min(contract.first for contract in payer.contracts), Decimal(0), None
    while day <= as_of:
        now = sum((contract.amount for contract in payer.contracts if contract.runs_on(day)), Decimal(0))
        payer.amounts[day] = now
        if now != before:
            payer.movements.append(
                {
                    "business_id": business_id, "customer_id": payer.customer_id, "moved_on": day,
                    "movement": movement(before, now, day, fell_on, bool(payer.movements), walk, as_of),
                    "mrr_before": before, "mrr_after": now, "mrr_change": now - before,
                }
            )  # fmt: skip
            fell_on = day if now == 0 else None
        before, day = now, day + timedelta(days=1)
    return payer


def movement(before: Decimal, now: Decimal, day: date, fell_on: date | None, has_paid: bool, walk: Walk | None, as_of: date) -> str:
    if before > 0:
        return "churned" if now == 0 else "expansion" if now > before else "contraction"
    if not has_paid:
        return "new"
    last = min(day + timedelta(days=PAYMENT_DAYS), as_of).toordinal()
    moves = walk.transitions if walk else []
    found = [move.name for move in moves if move.name in ("won_back", "recovered") and fell_on.toordinal() <= move.day <= last]
    return found[-1] if found else "reactivated"


def recurring_rows(business: Business, payers: list[Payer], known_segments: list[list[tuple[str, str]]], starts_on: date | None, as_of: date) -> list[dict]:
    """Return the rows of a business; `known_segments` are those of its customers with a state at `as_of`."""
    if not payers:
        return []
    limits = (business.dormant_after, business.former_after, YEAR)
    warm_from = starts_on + timedelta(days=max(limit for limit in limits if limit)) if starts_on else date.max
    first = min([starts_on or date.max, *(contract.first for payer in payers for contract in payer.contracts)])
    moving = [payer.segments for payer in payers if payer.movements]
    pairs = [ALL, *sorted({pair for pairs in (*known_segments, *moving) for pair in pairs})]
    rows = []
    for grain in GRAINS:
        start = period_start(grain, first)
        while first <= as_of and start <= as_of:
            end = period_end(grain, start)
            for pair in pairs:
                of_pair = [payer for payer in payers if pair == ALL or pair in payer.segments]
                frame = dict(zip(("business_id", "period_grain", "period_start", "segment", "segment_value"), (business.business_id, grain, start, *pair), strict=True))
                frame |= {"period_end": end, "is_complete": end <= as_of, "is_warm": start >= warm_from}
                rows.append(frame | figures(of_pair, start, min(end, as_of)))
            start = end + timedelta(days=1)
    return rows


def figures(payers: list[Payer], start: date, close: date) -> dict:
    both = [(payer.on(start - timedelta(days=1)), payer.on(close)) for payer in payers]
    moved = [row for payer in payers for row in payer.movements if start <= row["moved_on"] <= close]
    row: dict = {flow: sum((abs(one["mrr_change"]) for one in moved if f"{one['movement']}_mrr" == flow), Decimal(0)) for flow in FLOWS}
    row["opening_mrr"] = sum((opened for opened, _ in both), Decimal(0))
    row["closing_mrr"] = sum((closed for _, closed in both), Decimal(0))
    row["opening_paying"] = sum(opened > 0 for opened, _ in both)
    row["closing_paying"] = sum(closed > 0 for _, closed in both)
    row["gross_retained_mrr"] = sum((min(opened, closed) for opened, closed in both if opened > 0), Decimal(0))
    row["net_retained_mrr"] = sum((closed for opened, closed in both if opened > 0), Decimal(0))
    row["gross_revenue_retention"] = share_of(row["gross_retained_mrr"], row["opening_mrr"])
    row["net_revenue_retention"] = share_of(row["net_retained_mrr"], row["opening_mrr"])
    row["mrr_per_customer"] = share_of(row["closing_mrr"], row["closing_paying"])
    return row


def share_of(part: Decimal, whole: Decimal | int) -> float | None:
    found = share(part, whole)
    return None if found is None else float(found)
