"""What a published warehouse holds, in a few lines for people; no customer is named."""

from pathlib import Path

import duckdb

from orchestration.landing import LANDING_TABLES

def summary_lines(warehouse: Path) -> list[str]:
    """Say what was published and where.

    Args:
        warehouse: the published file.

    Returns:
        Lines to print; loud where nothing stands.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = [name for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = 'winback' order by 1").fetchall()]
        as_of = connection.execute("select as_of_date from winback_internal.int_as_of_date").fetchone()[0]
        views = connection.execute("select view_name from duckdb_views() where schema_name = 'winback'").fetchall()
        businesses = connection.execute(
            """
            select business_id, history_starts_on, count(customer_id), count(*) filter (where state in ('active', 'dormant')),
                count(*) filter (where state = 'former')
            from winback.dim_business left join winback.lifecycle_states as states using (business_id)
            where states.valid_to is null group by all order by business_id
            """
        ).fetchall()
        rows = [f"{name} {connection.execute(f'select count(*) from winback.{name}').fetchone()[0]:,}" for name in tables]
        lines = [f"Published {len(tables) + len(views)} tables, counted to {as_of}:", "  " + ", ".join(rows)]
        lines += [
            f"  {business}: {customers:,} customers, {current:,} current and {former:,} former, history from {start}"
            if start
            else f"  {business}: no event yet"
            for business, start, customers, current, former in businesses
        ]
        lines += _landing_lines(connection)
        lines += _refresh_lines(connection)
    return [*lines, f"Warehouse: {warehouse}"]


def _landing_lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    lines = []
    for table in LANDING_TABLES:
        landed, standing = connection.execute(
            f"select (select count(*) from winback_internal.landed_{table}), (select count(*) from winback_internal.stg_{table})"
        ).fetchone()
        reasons = connection.execute(
            "select reason, count(*) from winback.rejected_rows where landing_table = ? group by reason order by 2 desc, 1", [table]
        ).fetchall()
        rejected = sum(count for _, count in reasons)
        if landed:
            why = f" ({', '.join(f'{reason} {count:,}' for reason, count in reasons)})" if reasons else ""
            lines.append(f"  {table}: {landed:,} rows landed, {standing:,} stand, {landed - standing - rejected:,} superseded, {rejected:,} rejected{why}")
        if table == "events" and not standing:
            lines.append(f"  WARNING: NO EVENT STANDS. {f'All {landed:,} rows were rejected: see winback.rejected_rows.' if landed else 'The landing holds no event.'} The tables are empty.")
    return lines


def _refresh_lines(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What this refresh did, loud where figures that were published have changed."""
    refresh_id, is_rebuild, new_rows, recomputed, restated = connection.execute(
        "select refresh_id, is_rebuild, new_rows, customers_recomputed, periods_restated from winback.refreshes order by refresh_id desc limit 1"
    ).fetchone()
    everyone = "everything derived anew, " if is_rebuild else ""
    lines = [f"  refresh {refresh_id}: {everyone}{new_rows:,} new rows, {recomputed:,} customers recomputed, {restated:,} closed periods restated"]
    if restated:
        reasons = connection.execute(
            """
            select business_id, is_new_configuration, count(distinct (period_grain, period_start)), min(period_start)
            from winback.metric_restatements where replaced_by_refresh_id = ? group by all order by all
            """,
            [refresh_id],
        ).fetchall()
        lines += [
            f"  RESTATED: {business}, {periods:,} closed periods from {start} on, because of {'a changed configuration' if configured else 'late or corrected data'}"
            for business, configured, periods, start in reasons
        ]
        lines.append("  See winback.metric_restatements for what changed, from what to what.")
    return lines
