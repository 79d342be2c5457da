"""`fct_acquisition_cohorts`: what became of the customers who first bought in a month (section 13)."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from .periods import ALL, CURRENT, period_end, period_start, revenue
from .statistics import share, wilson
from .walk import Walk

SUMS = ("customers", "purchased", "current", "former", "current_after_return", "revenue", "cumulative_revenue")


def acquisition_rows(business_id: str, known: list[Walk], segments_of: dict[str, list[tuple[str, str]]], as_of: date) -> list[dict]:
    cohorts: dict[tuple, list[Walk]] = defaultdict(list)
    for walk in known:
        bought = min((event.day for event in walk.events if event.kind == "purchase"), default=as_of.toordinal() + 1)
        if bought <= as_of.toordinal():
            for pair in (ALL, *segments_of[walk.customer_id]):
                cohorts[(period_start("month", date.fromordinal(bought)), *pair)].append(walk)

    rows = []
    pooled: dict[tuple, list[dict]] = defaultdict(list)
    for (cohort_month, segment, value), walks in cohorts.items():
        month, months_since, brought = cohort_month, 0, Decimal(0)
        while month <= as_of:
            end = period_end("month", month)
            sums = in_month(walks, month.toordinal(), min(end, as_of).toordinal())
            brought += sums["revenue"]
            row = row_of(business_id, cohort_month, segment, value, months_since, end <= as_of, sums | {"cumulative_revenue": brought})
            rows.append(row)
            if row["is_complete"]:
                pooled[segment, value, months_since].append(row)
            month, months_since = end + timedelta(days=1), months_since + 1
    for (segment, value, months_since), over in pooled.items():
        rows.append(row_of(business_id, None, segment, value, months_since, True, {name: sum(row[name] for row in over) for name in SUMS}))
    return rows


def in_month(walks: list[Walk], first: int, close: int) -> dict:
    current = [walk for walk in walks if walk.state_at(close) in CURRENT]
    return {
        "customers": len(walks),
        "purchased": sum(any(event.kind == "purchase" and first <= event.day <= close for event in walk.events) for walk in walks),
        "current": len(current),
        "former": sum(walk.state_at(close) == "former" for walk in walks),
        "current_after_return": sum(any(move.name == "won_back" and move.day <= close for move in walk.transitions) for walk in current),
        "revenue": sum((revenue(walk.events, first, close) for walk in walks), Decimal(0)),
    }


def row_of(business_id: str, cohort_month: date | None, segment: str, value: str, months_since: int, is_complete: bool, sums: dict) -> dict:
    row = {"business_id": business_id, "cohort_month": cohort_month, "segment": segment, "segment_value": value}
    row |= {"months_since": months_since, "is_complete": is_complete, **sums}
    for rate, part in (("purchase_rate", "purchased"), ("retention_rate", "current")):
        row[rate] = share(sums[part], sums["customers"])
        row[f"{rate}_low"], row[f"{rate}_high"] = wilson(sums[part], sums["customers"])
    row["win_back_share"] = share(sums["current_after_return"], sums["current"])
    row["cumulative_revenue_per_customer"] = float(sums["cumulative_revenue"] / sums["customers"])
    return row
