"""Metadata of public tables in Dagster: rows, headline figures, a plot, rejected rows and restatements."""

from datetime import date
from typing import Any

from dagster import MetadataValue, TableColumn, TableRecord, TableSchema

from orchestration.data_checks import dropped_figures, unmapped_figures
from orchestration.headlines import HEADLINES, Month, months_of
from orchestration.plots import MOST_LINES, SHOWN, rate_plot, stock_plot
from orchestration.quoting import percent
from orchestration.summary import Published
from orchestration.warehouses import Reader

Metadata = dict[str, Any]

MOST_FIGURES = 20  # businesses whose rates Dagster plots over the refreshes; the table has all of them

STOCKS = """
    select period_start, sum(closing_active), sum(closing_dormant), sum(closing_former)
    from winback.fct_lifecycle
    where period_grain = 'month' and segment = 'all' and is_complete
    group by period_start
    order by period_start
"""


def table_metadata(table: str, reader: Reader, published: Published) -> Metadata:
    """Build the metadata of one public table: only figures of all customers together, none of a single customer.

    Args:
        table: its name.
        reader: reads the published tables.
        published: summary of the published tables.

    Returns:
        Labels and values.
    """
    metadata: Metadata = {"dagster/row_count": published.row_counts[table], "as_of_date": f"{published.as_of_date}"}
    for headline in HEADLINES:
        if headline.table == table:
            metadata |= _headline_metadata(headline.rate, months_of(reader, headline))
    if table == "fct_lifecycle":
        metadata |= _stock_metadata(reader.rows(STOCKS))
    if table == "metric_restatements":
        metadata |= _restatement_metadata(published)
    if table in ("rejected_rows", "refreshes"):
        metadata |= _landing_metadata(published)
    if table == "dropped_values":
        amounts = sum(dropped.of_revenue for dropped in published.dropped)
        metadata |= {"amounts that revenue leaves out": amounts} | _table_if_any("dropped", dropped_figures(published))
    if table == "unmapped_values":
        metadata |= _table_if_any("in no seed", unmapped_figures(published))
    return metadata


def _headline_metadata(rate: str, months: dict[str, list[Month]]) -> Metadata:
    latest = {business: of_business[-1] for business, of_business in months.items()}
    if not latest:
        return {}
    rows = [
        {
            "business": business, "month": f"{month.start:%Y-%m}", rate: percent(month.rate), "interval": f"{percent(month.low)} to {percent(month.high)}",
            "customers": month.count, "of": month.pool, "history": "long enough" if month.is_warm else "still short",
        }
        for business, month in latest.items()
    ]  # fmt: skip
    largest = sorted(latest, key=lambda business: -latest[business].pool)
    figures = {f"{rate} of {business}": latest[business].rate for business in largest[:MOST_FIGURES] if latest[business].rate is not None}
    points = [(business, month.start, month.rate) for business in sorted(largest[:MOST_LINES]) for month in months[business][-SHOWN:]]
    return {"latest complete month": table_of(rows), "plot": MetadataValue.md(rate_plot(rate, points)), **figures}


def _stock_metadata(stocks: list[tuple[date, int, int, int]]) -> Metadata:
    if not stocks:
        return {}
    states = ("active", "dormant", "former")
    points = [(state, month, int(count)) for month, *counts in stocks[-SHOWN:] for state, count in zip(states, counts, strict=True)]
    latest = {f"{state} customers": int(count) for state, count in zip(states, stocks[-1][1:], strict=True)}
    return {"month": f"{stocks[-1][0]:%Y-%m}", **latest, "plot": MetadataValue.md(stock_plot("customers by state", points))}


def _restatement_metadata(published: Published) -> Metadata:
    refresh_id, _, _, _, restated = published.refresh
    rows = [
        {"business": business, "closed periods": periods, "from": f"{start}", "because of": because}
        for business, because, periods, start in published.restated
    ]
    return {"refresh": refresh_id, "closed periods restated": restated, **({"restated": table_of(rows)} if rows else {})}


def _landing_metadata(published: Published) -> Metadata:
    """Build the reconciliation: landed = current + superseded + rejected."""
    refresh_id, is_rebuild, new_rows, recomputed, _ = published.refresh
    landed = [table for table in published.landing if table.landed]
    rows = [
        {"table": table.name, "landed": table.landed, "current": table.current, "superseded": table.superseded, "rejected": table.rejected}
        for table in landed
    ]
    reasons = [{"table": table.name, "reason": reason, "rows": count} for table in landed for reason, count in table.reasons]
    metadata: Metadata = {"refresh": refresh_id, "derived from scratch": is_rebuild, "new rows": new_rows, "customers recomputed": recomputed}
    metadata["rejected rows"] = sum(table.rejected for table in landed)
    return metadata | _table_if_any("reconciliation", rows) | _table_if_any("rejected because", reasons)


def _table_if_any(label: str, rows: list[dict[str, Any]]) -> Metadata:
    return {label: table_of(rows)} if rows else {}


def table_of(rows: list[dict[str, Any]]) -> MetadataValue:
    """Build a table for Dagster's page.

    Args:
        rows: at least one, all with the same columns.

    Returns:
        The table, with columns in the order of the first row.
    """
    schema = TableSchema(columns=[TableColumn(name, "int" if isinstance(value, int) else "string") for name, value in rows[0].items()])
    return MetadataValue.table(records=[TableRecord(row) for row in rows], schema=schema)
