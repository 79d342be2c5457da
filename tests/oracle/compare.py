"""Compares the oracle's rows with the warehouse's, every row and every column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from datetime import datetime, timezone
from decimal import Decimal
from math import isclose

from . import Expected
from .formulas import COUNTS, LATE_SHARES, LOYALTY, SHARES
from .recurring import FLOWS

TOLERANCE = 1e-9

KEY = ("business_id", "period_grain", "period_start", "segment", "segment_value")
FRAME = ("period_end", "is_complete", "is_warm")
HAVE_INTERVALS = {*SHARES, *LATE_SHARES, "churn_rate", "return_rate", "lift", "purchase_rate"}
POOLS = ("opening_former", "opening_dormant", "opening_prospect", "opening_dormant_prospect")


def with_intervals(*names: str) -> tuple[str, ...]:
    return tuple(
        column
        for name in names
        for column in (
            (name, f"{name}_low", f"{name}_high")
            if name in HAVE_INTERVALS
            else (name,)
        )
    )


LISTED = {
    "rejected_rows": ("rejected", ("landing_table", "business_id", "row_id", "customer_id", "reason")),
    "dropped_values": ("dropped", ("landing_table", "business_id", "row_id", "customer_id", "column_name", "reason")),
}
FACTS = {
    "fct_lifecycle": (*FRAME, *COUNTS),
    "fct_win_back": (
        *FRAME,
        *("opening_former", "former_recovered", "former_returned"),
        *with_intervals("win_back_rate"),
        *("exits", "exits_won_back", *with_intervals("exit_win_back_rate")),
        *("targeted", "targeted_won_back", *with_intervals("targeted_win_back_rate")),
        *("intra_period_win_backs", "recovered", "won_back_revenue"),
    ),
    "fct_reactivation": (
        *FRAME,
        *POOLS,
        *("former_returned", "dormant_returned", "dormant_repurchased", "prospects_converted"),
        *with_intervals("dormant_reactivation_rate", "purchase_reactivation_rate"),
        *with_intervals("reactivation_rate", "extended_reactivation_rate"),
        "reactivated_revenue",
    ),
    "fct_retention": (
        *FRAME,
        *("opening_current", "closing_current", "new_customers", "current_retained"),
        *("active_retained", "returned_at_close", "new_lost_at_close"),
        *with_intervals("retention_rate", "churn_rate", "active_retention_rate"),
        *("crr", "end_over_start_ratio", "quick_ratio", "mean_tenure_days", "revenue_at_risk"),
    ),
    "fct_loyalty": (*FRAME, "opening_current", "coverage", *LOYALTY),
}
CAMPAIGN_FIGURES = (
    *("touched", "observed", "returned", *with_intervals("return_rate"), "cost", "revenue", "cost_per_return"),
    *(*with_intervals("lift"), "p_value", "incremental_returns", "cost_per_incremental_return", "is_observational"),
)
CANDIDATE_COLUMNS = (
    *("from_state", "since", "exit_kind", "exit_reason", "last_purchase_on", "lifetime_revenue"),
    *("revenue_365_days_before", "previous_returns", "last_touched_at", "contactable", "suppressed_because"),
    *("return_probability", "expected_value", "rank", "suggested_strategy"),
)
ROWS = {
    "dim_business": ("businesses", ("business_id",), ("history_starts_on", "as_of_date")),
    "lifecycle_states": (
        "states",
        ("business_id", "customer_id", "valid_from"),
        ("state", "valid_to", "exit_kind", "exit_reason", "projected_state", "projected_on"),
    ),
    "lifecycle_transitions": (
        "transitions",
        ("business_id", "customer_id", "transition_date"),
        (
            *("transition", "from_state", "to_state", "days_in_from_state"),
            *("exit_kind", "exit_reason"),
        ),
    ),
    "fct_returns": (
        "returns",
        ("business_id", "return_id"),
        (
            *("customer_id", "returned_on", "return_type", "from_state", "days_away", "days_away_bucket"),
            *("days_since_last_purchase", "exit_kind", "exit_reason", "previous_returns"),
            *("revenue_90_days_after", "revenue_365_days_before", "campaign_id"),
            *("purchased_again_90_days", "purchased_again_180_days", "left_again_180_days", "left_again_365_days"),
        ),
    ),
    "fct_return_cohorts": (
        "cohorts",
        ("business_id", "from_state", "exit_kind", "cohort_month", "months_since"),
        ("entered", "at_risk", "returned", "cumulative_returned", "return_probability", "is_mature"),
    ),
    "recurring_revenue_movements": (
        "movements",
        ("business_id", "customer_id", "moved_on"),
        ("movement", "mrr_before", "mrr_after", "mrr_change"),
    ),
    "fct_recurring_revenue": (
        "recurring",
        KEY,
        (
            *(*FRAME, "opening_mrr", *FLOWS, "closing_mrr", "opening_paying", "closing_paying", "gross_retained_mrr", "net_retained_mrr"),
            *("gross_revenue_retention", "net_revenue_retention", "mrr_per_customer"),
        ),
    ),
    "fct_acquisition_cohorts": (
        "acquisition",
        ("business_id", "cohort_month", "segment", "segment_value", "months_since"),
        (
            *("is_complete", "customers", "purchased", "current", "former", "current_after_return", "revenue", "cumulative_revenue"),
            *with_intervals("purchase_rate", "retention_rate"),
            *("win_back_share", "cumulative_revenue_per_customer"),
        ),
    ),
    "fct_campaign_performance": (
        "campaigns",
        ("business_id", "campaign_id", "arm", "target_state"),
        ("strategy", *CAMPAIGN_FIGURES),
    ),
    "fct_strategy_performance": ("strategies", ("business_id", "strategy", "arm", "target_state"), CAMPAIGN_FIGURES),
    "win_back_candidates": ("win_back_candidates", ("business_id", "customer_id"), CANDIDATE_COLUMNS),
    "reactivation_candidates": ("reactivation_candidates", ("business_id", "customer_id"), CANDIDATE_COLUMNS),
    "threshold_advice": (
        "thresholds",
        ("business_id", "days"),
        ("is_current_d", "is_current_f", "silent_share", "false_alarm_rate", "pool", "returned", "win_back_rate"),
    ),
}


def compare(connection, expected: Expected, schema: str = "winback", not_yet: Container[str] = ()) -> list[str]:
    """List the differences, one per line: table, key, column, got, expected. An empty list if there are none.

    `not_yet`: tables that may be missing; any other missing table is a difference.
    """
    query = "select table_name from information_schema.tables where table_schema = ?"
    there = {name for (name,) in connection.execute(query, [schema]).fetchall()}
    missing = [table for table in (*LISTED, *ROWS, *FACTS) if table not in there]
    differences = [f"{schema}.{table}: no such table" for table in missing if table not in not_yet]
    for table, (attribute, columns) in LISTED.items():
        if table in there:
            differences += compare_listed(connection, f"{schema}.{table}", columns, getattr(expected, attribute))
    for table, (attribute, key, columns) in ROWS.items():
        if table in there:
            rows = getattr(expected, attribute)
            wanted = ((tuple(row[name] for name in key), row) for row in rows)
            differences += compare_rows([Found(connection, f"{schema}.{table}", key, columns)], wanted)
    found = [Found(connection, f"{schema}.{fact}", KEY, FACTS[fact]) for fact in FACTS if fact in there]
    return differences + compare_rows(found, expected.periods.items())


class Found:
    """A table of the warehouse: its rows by key, and its structural errors."""

    def __init__(self, connection, table: str, key: tuple[str, ...], columns: tuple[str, ...]):
        there = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
        self.table = table
        self.wrong = [f"{table}: no column {name}" for name in columns if name not in there]
        self.columns = [name for name in columns if name in there]
        self.rows: dict[tuple, tuple] = {}
        names = ", ".join((*key, *self.columns))
        for row in connection.execute(f"select {names} from {table}").fetchall():
            place, values = row[: len(key)], row[len(key) :]
            if place in self.rows:
                self.wrong.append(f"{table} {show(place)}: more than one row")
            self.rows[place] = values


def compare_rows(tables: list[Found], wanted: Iterable[tuple[tuple, dict]]) -> list[str]:
    """Compare tables that share a key with rows that contain the columns of all of them."""
    differences = [line for found in tables for line in found.wrong]
    for place, row in wanted:
        for found in tables:
            values = found.rows.pop(place, None)
            if values is None:
                differences.append(f"{found.table} {show(place)}: no such row")
                continue
            differences += [
                f"{found.table} {show(place)} {name}: got {got!s}, expected {row[name]!s}"
                for name, got in zip(found.columns, values, strict=True)
                if not same(got, row[name])
            ]
    return differences + [
        f"{found.table} {show(place)}: not expected, got {show(values)}"
        for found in tables
        for place, values in found.rows.items()
    ]


def compare_listed(connection, table: str, columns: tuple[str, ...], rows: list[dict]) -> list[str]:
    """Compare a table without a key: each row must occur as often as expected."""
    got = Counter(connection.execute(f"select {', '.join(columns)} from {table}").fetchall())
    wanted = Counter(tuple(row[name] for name in columns) for row in rows)
    return [
        f"{table} {show(row)}: got {got[row]}, expected {wanted[row]}"
        for row in sorted(got.keys() | wanted.keys(), key=show)
        if got[row] != wanted[row]
    ]


def same(got, wanted) -> bool:
    """Compare counts and money exactly, quotients within the tolerance; null equals only null."""
    if got is None or wanted is None:
        return got is wanted
    if isinstance(got, bool) or isinstance(wanted, bool):
        return got is wanted
    if isinstance(got, datetime) and got.tzinfo:
        got = got.astimezone(timezone.utc).replace(tzinfo=None)
    if isinstance(got, float) or isinstance(wanted, float):
        return isclose(got, wanted, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(wanted, (int, Decimal)):
        return got == wanted
    return type(got) is type(wanted) and got == wanted


def show(values: Iterable) -> str:
    return "/".join("" if value is None else str(value) for value in values)
