"""The three rates of each business's latest complete month, as a table for the terminal."""

from rich.table import Table

from orchestration.warehouses import Warehouse

LATEST_COMPLETE_MONTH = """
    with latest as (
        select business_id, period_grain, segment, segment_value, max(period_start) as period_start
        from winback.fct_lifecycle
        where period_grain = 'month' and segment = 'all' and is_complete
        group by business_id, period_grain, segment, segment_value
    )
    select
        dim_business.name, period_start, win_back.is_warm,
        win_back.former_returned, win_back.opening_former,
        win_back.win_back_rate, win_back.win_back_rate_low, win_back.win_back_rate_high,
        reactivation.former_returned + reactivation.dormant_returned, reactivation.opening_former + reactivation.opening_dormant,
        reactivation.reactivation_rate, reactivation.reactivation_rate_low, reactivation.reactivation_rate_high,
        retention.current_retained, retention.opening_current,
        retention.retention_rate, retention.retention_rate_low, retention.retention_rate_high
    from winback.dim_business
    left join latest using (business_id)
    left join winback.fct_win_back as win_back using (business_id, period_grain, period_start, segment, segment_value)
    left join winback.fct_reactivation as reactivation using (business_id, period_grain, period_start, segment, segment_value)
    left join winback.fct_retention as retention using (business_id, period_grain, period_start, segment, segment_value)
    order by business_id
"""


def headline_table(warehouse: Warehouse) -> Table:
    """Build the table of headline rates.

    Args:
        warehouse: where they are published.

    Returns:
        A table to print: each rate with its 95 % interval and its pool.

    Raises:
        WinbackError: nothing is published, or it cannot be read.
    """
    with warehouse.reader() as reader:
        rows = reader.rows(LATEST_COMPLETE_MONTH)
    table = Table(title="Latest complete month, with 95 % intervals", caption_justify="left")
    for column in ("Business", "Month", "Win-back rate", "Reactivation rate", "Retention rate"):
        table.add_column(column)
    if not all(is_warm for _, month, is_warm, *_ in rows if month):
        table.caption = "* history still short: old exits and old customers are unseen"
    for name, month, is_warm, *figures in rows:
        if month is None:
            table.add_row(name, "none yet", "", "", "")
        else:
            table.add_row(name, f"{month:%Y-%m}{'' if is_warm else ' *'}", *(_rate(*figures[start : start + 5]) for start in (0, 5, 10)))
    return table


def _rate(count: int, pool: int, rate: float | None, low: float | None, high: float | None) -> str:
    if rate is None:
        return "–\nnobody in the pool"
    return f"{rate:.1%} ({low:.1%}–{high:.1%})\n{count:,} of {pool:,}"
