"""What a published warehouse holds, in a few lines for people; no customer is named."""

from datetime import date
from pathlib import Path

import duckdb

LANDING_TABLES = ("events", "customers", "customer_merges", "campaigns", "campaign_touches", "survey_responses")


def published_as_of(warehouse: Path) -> date:
    """The last date counted in a published file.

    Args:
        warehouse: the file.

    Returns:
        Its as_of_date.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select as_of_date from winback_internal.int_as_of_date").fetchone()[0]


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
        businesses = connection.execute(
            """
            select business_id, history_starts_on, count(customer_id), count(*) filter (where state in ('active', 'dormant')),
                count(*) filter (where state = 'former')
            from winback.dim_business left join winback.lifecycle_states as states using (business_id)
            where states.valid_to is null group by all order by business_id
            """
        ).fetchall()
        rows = [f"{name} {connection.execute(f'select count(*) from winback.{name}').fetchone()[0]:,}" for name in tables]
        lines = [f"Published {len(tables)} tables, counted to {as_of}:", "  " + ", ".join(rows)]
        lines += [
            f"  {business}: {customers:,} customers, {current:,} current and {former:,} former, history from {start}"
            if start
            else f"  {business}: no event yet"
            for business, start, customers, current, former in businesses
        ]
        lines += _landing_lines(connection)
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
