"""What a published warehouse holds, in a few lines for people; no customer is named."""

from orchestration.dbt import published_models
from orchestration.landing import LANDING_TABLES
from orchestration.warehouses import Reader, Warehouse

BUSINESSES = """
    select
        businesses.business_id,
        businesses.history_starts_on,
        count(states.customer_id),
        sum(case when states.state in ('active', 'dormant') then 1 else 0 end),
        sum(case when states.state = 'former' then 1 else 0 end)
    from winback.dim_business as businesses
    left join winback.lifecycle_states as states on businesses.business_id = states.business_id and states.valid_to is null
    group by businesses.business_id, businesses.history_starts_on
    order by businesses.business_id
"""

LAST = "select refresh_id, is_rebuild, new_rows, customers_recomputed, periods_restated from winback.refreshes order by refresh_id desc limit 1"

RESTATED = """
    select business_id, is_new_configuration, count(*), min(period_start)
    from (
        select distinct business_id, is_new_configuration, period_grain, period_start
        from winback.metric_restatements
        where replaced_by_refresh_id = {refresh_id}
    ) as periods
    group by business_id, is_new_configuration
    order by business_id, is_new_configuration
"""


def summary_lines(warehouse: Warehouse) -> list[str]:
    """Say what was published and where.

    Args:
        warehouse: where.

    Returns:
        Lines to print; loud where nothing stands.
    """
    with warehouse.reader() as reader:
        ((as_of,),) = reader.rows("select as_of_date from winback_internal.int_as_of_date")
        tables = published_models()
        counts = [f"{name} {_count(reader, f'winback.{name}'):,}" for name in tables]
        lines = [f"Published {len(tables)} tables, counted to {as_of}:", "  " + ", ".join(counts)]
        lines += [
            f"  {business}: {customers:,} customers, {current:,} current and {former:,} former, history from {start}"
            if start
            else f"  {business}: no event yet"
            for business, start, customers, current, former in reader.rows(BUSINESSES)
        ]
        lines += _landing_lines(reader)
        lines += _refresh_lines(reader)
    return [*lines, f"Warehouse: {warehouse.name}"]


def _count(reader: Reader, table: str) -> int:
    ((rows,),) = reader.rows(f"select count(*) from {table}")
    return rows


def _landing_lines(reader: Reader) -> list[str]:
    lines = []
    for table in LANDING_TABLES:
        landed, standing = _count(reader, f"winback_internal.landed_{table}"), _count(reader, f"winback_internal.stg_{table}")
        reasons = reader.rows(f"select reason, count(*) from winback.rejected_rows where landing_table = '{table}' group by reason order by 2 desc, 1")
        rejected = sum(count for _, count in reasons)
        if landed:
            why = f" ({', '.join(f'{reason} {count:,}' for reason, count in reasons)})" if reasons else ""
            lines.append(f"  {table}: {landed:,} rows landed, {standing:,} stand, {landed - standing - rejected:,} superseded, {rejected:,} rejected{why}")
        if table == "events" and not standing:
            why = f"All {landed:,} rows were rejected: see winback.rejected_rows." if landed else "The landing holds no event."
            lines.append(f"  WARNING: NO EVENT STANDS. {why} The tables are empty.")
    return lines


def _refresh_lines(reader: Reader) -> list[str]:
    """What this refresh did, loud where figures that were published have changed."""
    ((refresh_id, is_rebuild, new_rows, recomputed, restated),) = reader.rows(LAST)
    everyone = "everything derived anew, " if is_rebuild else ""
    lines = [f"  refresh {refresh_id}: {everyone}{new_rows:,} new rows, {recomputed:,} customers recomputed, {restated:,} closed periods restated"]
    if restated:
        lines += [
            f"  RESTATED: {business}, {periods:,} closed periods from {start} on, because of {'a changed configuration' if configured else 'late or corrected data'}"
            for business, configured, periods, start in reader.rows(RESTATED.format(refresh_id=refresh_id))
        ]
        lines.append("  See winback.metric_restatements for what changed, from what to what.")
    return lines
