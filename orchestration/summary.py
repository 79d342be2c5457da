"""Summary of a published warehouse, computed once for the printed lines and for Dagster's metadata; no customer is named."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from orchestration.dbt_project import published_models
from orchestration.landing.contract import LANDING_TABLES
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

DROPPED = """
    select dropped.business_id, landing_table, column_name, reason, count(*), sum(case when revenue.event_id is null then 0 else 1 end)
    from winback.dropped_values as dropped
    left join (
        select events.business_id, events.event_id
        from winback_internal.stg_events as events
        left join winback_internal.int_voided_events as voided
            on events.business_id = voided.business_id and events.event_id = voided.event_id
        where events.kind in ('purchase', 'refund') and voided.event_id is null
    ) as revenue
        on
            dropped.landing_table = 'events'
            and dropped.column_name = 'amount'
            and dropped.business_id = revenue.business_id
            and dropped.row_id = revenue.event_id
    group by dropped.business_id, landing_table, column_name, reason
    order by 1, 5 desc, 2, 3, 4
"""

UNMAPPED = """
    select business_id, column_name, value, unmapped.rows, first_seen_on, last_seen_on
    from winback.unmapped_values as unmapped
    order by business_id, column_name, unmapped.rows desc, value
"""

CONNECTED = """
    select business_id, source, outcome, reason, sum(connected.rows)
    from winback.connected_rows as connected
    group by business_id, source, outcome, reason
    order by business_id, source, 5 desc, reason
"""

RESTATED = """
    select business_id, because, count(*), min(period_start)
    from (
        select distinct
            business_id,
            case when is_new_definition then 'a changed definition' when is_new_configuration then 'a changed configuration' else 'late or corrected data' end as because,
            period_grain,
            period_start
        from winback.metric_restatements
        where replaced_by_refresh_id = {refresh_id}
    ) as periods
    group by business_id, because
    order by business_id, because
"""


class Dropped(NamedTuple):
    """Number of a business's values that are not counted, for one column and reason, and how many of them are amounts missing from revenue."""

    business_id: str
    table: str
    column: str
    reason: str
    values: int
    of_revenue: int  # of purchases and refunds that are not voided


class Unmapped(NamedTuple):
    """A name or reason that no seed lists, as it landed: print it with `quoting.shown`."""

    business_id: str
    column: str
    value: str
    rows: int
    first_seen_on: date | None
    last_seen_on: date | None


def left_out(dropped: list[Dropped], business: str) -> int:
    """Count the amounts that the revenue of a business leaves out.

    Args:
        dropped: the dropped values of all businesses.
        business: its id.

    Returns:
        The number of amounts.
    """
    return sum(values.of_revenue for values in dropped if values.business_id == business)


@dataclass(frozen=True)
class LandingTable:
    """Outcome of the rows of a landing table: landed = current + superseded + rejected.

    Attributes:
        name: the table's name.
        landed: number of distinct rows in the warehouse.
        current: number of current rows.
        reasons: number of rows rejected for each reason, the most frequent first.
        dropped: number of values of current rows that are not counted, for each column and reason.
    """

    name: str
    landed: int
    current: int
    reasons: list[tuple[str, int]]
    dropped: list[tuple[str, str, int]]

    @property
    def rejected(self) -> int:
        """Return the number of rows in `rejected_rows`."""
        return sum(count for _, count in self.reasons)

    @property
    def superseded(self) -> int:
        """Return the number of rows replaced by a newer copy."""
        return self.landed - self.current - self.rejected


class Published:
    """The published tables as the last refresh left them. Each attribute is queried once, on first access.

    Args:
        reader: reads the published tables.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @cached_property
    def as_of_date(self) -> date:
        """Return the last date counted."""
        ((as_of,),) = self._reader.rows("select as_of_date from winback.refreshes order by refresh_id desc limit 1")
        return as_of

    @cached_property
    def row_counts(self) -> dict[str, int]:
        """Count the rows of each public table."""
        return {name: self._count(f"winback.{name}") for name in published_models()}

    @cached_property
    def businesses(self) -> list[tuple]:
        """Return for each business: id, start of its history (None without an event), customers, current and former ones."""
        return self._reader.rows(BUSINESSES)

    @cached_property
    def dropped(self) -> list[Dropped]:
        """Return the dropped values of current rows, by business; the most frequent first."""
        return [Dropped(*row) for row in self._reader.rows(DROPPED)]

    @cached_property
    def unmapped(self) -> list[Unmapped]:
        """Return names and reasons that no seed lists, by business and column; the most frequent first."""
        return [Unmapped(*row) for row in self._reader.rows(UNMAPPED)]

    @cached_property
    def connected(self) -> list[tuple]:
        """Return what became of the rows of connections, by business and source; the most frequent first. None if nothing is connected."""
        return self._reader.rows(CONNECTED) if "connected_rows" in self.row_counts else []

    @cached_property
    def landing(self) -> list[LandingTable]:
        """Return the outcome of the landed rows, for each landing table."""
        return [
            LandingTable(
                table,
                self._count(f"winback_internal.landed_{table}"),
                self._count(f"winback_internal.stg_{table}"),
                self._reader.rows(f"select reason, count(*) from winback.rejected_rows where landing_table = '{table}' group by reason order by 2 desc, 1"),
                self._dropped_of(table),
            )
            for table in LANDING_TABLES
        ]

    @cached_property
    def refresh(self) -> tuple:
        """Return the last refresh: its number, whether it was a rebuild, new rows, customers recomputed, closed periods restated."""
        (last,) = self._reader.rows(LAST)
        return last

    @cached_property
    def restated(self) -> list[tuple]:
        """Return the last refresh's restatements: business, cause, number of closed periods, the first of them."""
        return self._reader.rows(RESTATED.format(refresh_id=self.refresh[0])) if self.refresh[-1] else []

    def _dropped_of(self, table: str) -> list[tuple[str, str, int]]:
        counts: Counter[tuple[str, str]] = Counter()
        for row in self.dropped:
            if row.table == table:
                counts[row.column, row.reason] += row.values
        return [(*key, values) for key, values in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]

    def _count(self, table: str) -> int:
        ((rows,),) = self._reader.rows(f"select count(*) from {table}")
        return rows


def summary_lines(published: Published, warehouse: Warehouse) -> list[str]:
    """Describe what was published and where.

    Args:
        published: summary of the published tables.
        warehouse: where they are published.

    Returns:
        Lines to print, with a warning if no row is current.
    """
    counts = [f"{name} {count:,}" for name, count in published.row_counts.items()]
    lines = [f"Published {len(counts)} tables, counted to {published.as_of_date}:", "  " + ", ".join(counts)]
    for business, start, customers, current, former in published.businesses:
        amounts = left_out(published.dropped, business)
        without = f"; revenue leaves out {amounts:,} amounts" if amounts else ""
        known = f"{customers:,} customers, {current:,} current and {former:,} former, history from {start}{without}"
        lines.append(f"  {business}: {known if start else 'no event yet'}")
    lines += _connection_lines(published.connected)
    lines += _landing_lines(published.landing)
    lines += _refresh_lines(published)
    return [*lines, f"Warehouse: {warehouse.name}"]


def _connection_lines(connected: list[tuple]) -> list[str]:
    lines = []
    for (business, source), outcomes in groupby(connected, itemgetter(0, 1)):
        counts = [(outcome, reason, rows) for *_, outcome, reason, rows in outcomes]
        used, superseded, others = (sum(rows for found, _, rows in counts if found == outcome) for outcome in ("used", "superseded", "left_out"))
        why = ", ".join(f"{reason} {rows:,}" for _, reason, rows in counts if reason)
        lines.append(f"  {source} of {business}: {used:,} rows used, {superseded:,} superseded, {others:,} left out{f' ({why})' if why else ''}")
    return lines


def _landing_lines(landing: list[LandingTable]) -> list[str]:
    lines = []
    for table in landing:
        if table.landed:
            why = f" ({', '.join(f'{reason} {count:,}' for reason, count in table.reasons)})" if table.reasons else ""
            lines.append(
                f"  {table.name}: {table.landed:,} rows landed, {table.current:,} stand, {table.superseded:,} superseded, {table.rejected:,} rejected{why}"
            )
        if table.dropped:
            why = ", ".join(f"{column} {reason} {count:,}" for column, reason, count in table.dropped)
            values = sum(count for *_, count in table.dropped)
            lines.append(f"  {table.name}: {values:,} values dropped ({why}), whose rows stand: see winback.dropped_values.")
        if table.name == "events" and not table.current:
            why = f"All {table.landed:,} rows were rejected: see winback.rejected_rows." if table.landed else "The landing holds no event."
            lines.append(f"  WARNING: NO EVENT STANDS. {why} The tables are empty.")
    return lines


def _refresh_lines(published: Published) -> list[str]:
    """Describe what this refresh did, with a warning if published figures have changed."""
    refresh_id, is_rebuild, new_rows, recomputed, restated = published.refresh
    everyone = "everything derived from scratch, " if is_rebuild else ""
    lines = [f"  refresh {refresh_id}: {everyone}{new_rows:,} new rows, {recomputed:,} customers recomputed, {restated:,} closed periods restated"]
    if restated:
        lines += [
            f"  RESTATED: {business}, {periods:,} closed periods from {start} on, because of {because}"
            for business, because, periods, start in published.restated
        ]
        lines.append("  See winback.metric_restatements for what changed, from what to what.")
    return lines
