"""Reads the figures of the report from public tables only. It names no customer and computes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orchestration.headlines import HEADLINES, Headline
from orchestration.summary import Published, left_out
from orchestration.warehouses import Reader

LANGUAGES = ("en", "it", "sv", "nl", "de")
# The most periods that a chart can show; the tables have all of them.
PERIODS = {"month": 60, "quarter": 40}
RESTATEMENTS = 50
# The latest cohorts, and the months of each, that the triangle of acquisition cohorts shows.
COHORTS = 24

STATES = ("active", "dormant", "former", "prospect", "dormant_prospect")
BRIDGE = ("crr", "crr_gain_from_returns", "crr_loss_from_new_customers", "retention_rate")
PERIOD = ("period_grain", "period_start", "period_end", "is_complete", "is_warm")
RATE = ("count", "pool", "rate", "low", "high")
COHORT = ("from_state", "exit_kind", "months_since", "at_risk", "cumulative_returned", "return_probability")
RECURRING = (
    "opening_mrr", "new_mrr", "expansion_mrr", "won_back_mrr", "recovered_mrr", "reactivated_mrr", "contraction_mrr", "churned_mrr", "closing_mrr",
    "closing_paying", "gross_retained_mrr", "net_retained_mrr", "gross_revenue_retention", "net_revenue_retention",
)  # fmt: skip
ACQUISITION = ("cohort_month", "months_since", "customers", "retention_rate", "purchase_rate", "cumulative_revenue_per_customer", "win_back_share")
REASON = ("exit_kind", "exit_reason", "exits", "share_of_exits", "exits_won_back", "exit_win_back_rate", "exit_win_back_rate_low", "exit_win_back_rate_high")
CAMPAIGN = (
    "campaign_id", "is_observational", "observed", "return_rate", "return_rate_low", "return_rate_high",
    "lift", "lift_low", "lift_high", "incremental_returns", "cost_per_incremental_return",
)  # fmt: skip
RESTATEMENT = ("period_grain", "period_start", "metric", "value_before", "value_after", "replaced_at", "is_new_configuration", "is_new_definition")
BUSINESS = ("business_id", "name", "currency", "dormant_after_days", "former_after_days", "as_of_date", "history_starts_on")
CANDIDATES = ("people", "contactable", "expected_value")

OF_ALL = "segment = 'all' and period_grain in ({grains})"


def read_figures(reader: Reader) -> dict[str, Any]:
    """Read everything that the report shows.

    Args:
        reader: reads the published tables.

    Returns:
        The data embedded in the page: the businesses with their figures, the metrics with their texts, and the refresh.
    """
    metrics = _metrics(reader)
    ((refresh_id, as_of, started_at),) = reader.rows("select refresh_id, as_of_date, started_at from winback.refreshes order by refresh_id desc limit 1")
    parts = {
        **{headline.rate: _periods(reader, headline.table, _rate_columns(headline), RATE) for headline in HEADLINES},
        "states": _periods(reader, "fct_lifecycle", [f"closing_{state}" for state in STATES], STATES),
        "bridge": _periods(reader, "fct_retention", BRIDGE, BRIDGE),
        "recurring": _periods(reader, "fct_recurring_revenue", RECURRING, RECURRING),
        "acquisition": _acquisition(reader),
        "cohorts": _by_business(reader, COHORT, "fct_return_cohorts", "cohort_month is null", "from_state, exit_kind, months_since"),
        "reasons": _reasons(reader),
        "campaigns": _by_business(reader, CAMPAIGN, "fct_campaign_performance", "arm = 'treatment' and target_state = 'all'", "campaign_id"),
        "restatements": _latest_restatements(reader),
        "win_back_candidates": _candidates(reader, "win_back_candidates"),
        "reactivation_candidates": _candidates(reader, "reactivation_candidates"),
    }
    businesses = _rows(reader, BUSINESS, f"select {', '.join(BUSINESS)} from winback.dim_business order by name, business_id")
    dropped = Published(reader).dropped
    for business in businesses:
        business_id = business["business_id"]
        business["name"] = business["name"] or business_id
        business["dropped"] = {"amounts": left_out(dropped, business_id), "values": sum(row.values for row in dropped if row.business_id == business_id)}
        business |= {name: rows[business_id] for name, rows in parts.items()}
    of_refresh = {"refresh_id": refresh_id, "as_of_date": _plain(as_of), "started_at": _plain(started_at)}
    return {**of_refresh, "states": STATES, "metrics": metrics, "businesses": businesses}


def _metrics(reader: Reader) -> dict[str, dict[str, Any]]:
    texts = [f"{text}_{language}" for text in ("label", "definition") for language in LANGUAGES]
    names = ("metric", "table", "formula", *texts)
    rows = _rows(reader, names, f"select metric, table_name, formula, {', '.join(texts)} from winback.dim_metric")
    return {row["metric"]: row for row in rows}


def _rate_columns(headline: Headline) -> list[str]:
    return [headline.count, headline.pool, headline.rate, f"{headline.rate}_low", f"{headline.rate}_high"]


def _periods(reader: Reader, table: str, columns: Iterable[str], names: Iterable[str]) -> dict[str, list[dict]]:
    """Read the latest periods of each grain, oldest first."""
    grains = ", ".join(f"'{grain}'" for grain in PERIODS)
    sql = f"select business_id, {', '.join(PERIOD)}, {', '.join(columns)} from winback.{table} where {OF_ALL.format(grains=grains)} order by period_start"
    rows = _grouped(_rows(reader, ("business_id", *PERIOD, *names), sql))
    return defaultdict(list, {business: [row for grain, most in PERIODS.items() for row in _last(periods, grain, most)] for business, periods in rows.items()})


def _last(periods: list[dict], grain: str, most: int) -> list[dict]:
    return [row for row in periods if row["period_grain"] == grain][-most:]


def _by_business(reader: Reader, names: Iterable[str], table: str, where: str, order: str) -> dict[str, list[dict]]:
    columns = ", ".join(names)
    return _grouped(_rows(reader, ("business_id", *names), f"select business_id, {columns} from winback.{table} where {where} order by {order}"))


def _acquisition(reader: Reader) -> dict[str, dict[str, list]]:
    """Read the latest cohorts, and all of them pooled, in the months that are over; by columns, which take up less of the page than rows."""
    columns = ", ".join(ACQUISITION)
    sql = f"""
        select business_id, {columns}
        from (
            select cohorts.*, dense_rank() over (partition by business_id, case when cohort_month is null then 1 else 0 end order by cohort_month desc) as place
            from winback.fct_acquisition_cohorts as cohorts
            where segment = 'all' and is_complete and months_since < {COHORTS}
        ) as placed
        where place <= {COHORTS}
        order by case when cohort_month is null then 0 else 1 end, cohort_month, months_since
    """
    found = _grouped(_rows(reader, ("business_id", *ACQUISITION), sql))
    return defaultdict(dict, {business: {name: [row[name] for row in rows] for name in ACQUISITION} for business, rows in found.items()})


def _reasons(reader: Reader) -> dict[str, list[dict]]:
    """Read the exit reasons of the latest quarter whose exits are 90 days old, so that the returns are known."""
    sql = f"""
        select {', '.join(f'reasons.{column}' for column in ('business_id', 'period_start', *REASON))}
        from winback.fct_exit_reasons as reasons
        inner join (
            select business_id, max(period_start) as period_start
            from winback.fct_win_back
            where segment = 'all' and period_grain = 'quarter' and exit_win_back_rate is not null
            group by business_id
        ) as latest on reasons.business_id = latest.business_id and reasons.period_start = latest.period_start
        where reasons.segment = 'all' and reasons.period_grain = 'quarter'
        order by reasons.exits desc, reasons.exit_kind, reasons.exit_reason
    """
    return _grouped(_rows(reader, ("business_id", "period_start", *REASON), sql))


def _latest_restatements(reader: Reader) -> dict[str, list[dict]]:
    """Read restatements of rates only: counts have many more restatements, and rates are what people quote."""
    newest_first = "replaced_by_refresh_id desc, period_start desc, period_grain, metric"
    sql = f"""
        select business_id, {', '.join(RESTATEMENT)}
        from (
            select restatements.*, row_number() over (partition by business_id order by {newest_first}) as place
            from winback.metric_restatements as restatements
            where metric in (select metric from winback.dim_metric where unit = 'share')
        ) as placed
        where place <= {RESTATEMENTS}
        order by place
    """
    return _grouped(_rows(reader, ("business_id", *RESTATEMENT), sql))


def _candidates(reader: Reader, table: str) -> dict[str, list[dict]]:
    sql = f"select business_id, count(*), sum(case when suppressed_because is null then 1 else 0 end), sum(expected_value) from winback.{table} group by business_id"
    return _grouped(_rows(reader, ("business_id", *CANDIDATES), sql))


def _rows(reader: Reader, names: Iterable[str], sql: str) -> list[dict]:
    names = tuple(names)
    return [dict(zip(names, map(_plain, row), strict=True)) for row in reader.rows(sql)]


def _grouped(rows: list[dict]) -> dict[str, list[dict]]:
    groups: dict[str, list[dict]] = defaultdict(list)
    for row in rows:
        groups[row.pop("business_id")].append(row)
    return groups


def _plain(value: Any) -> Any:
    """Convert for JSON: dates to text, decimals to numbers."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
