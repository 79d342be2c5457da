"""Rows for benchmarks: one shop, six years, about ten events and one contract per customer; the same arguments give the same rows."""

import multiprocessing
from pathlib import Path

import duckdb

BUSINESSES = """business_id,name,kind,timezone,currency,dormant_after_days,former_after_days,prospect_dormant_after_days,attribution_days,recovery_days
shop,Shop,retail,UTC,EUR,60,180,90,30,0
"""
EVENT_KINDS = """business_id,event_name,kind
*,order,purchase
*,login,engagement
*,order_cancelled_account,cancellation
"""
EXIT_REASONS = "reason,exit_kind,category\n"

EVENTS = """
    with customers as (
        select i as c, (hash(i) % 1500)::int as start_day, 5 + hash(i * 7 + 1) % 90 as mean_gap, 1 + hash(i * 13 + 5) % 19 as n
        from range({customers}) t(i)
    ),
    gaps as (select c, start_day, mean_gap, unnest(range(1::int, n::int + 1)) as k from customers),
    days as (
        select c, k, start_day + sum(ceil(-ln((hash(c * 100 + k) % 100000 + 1) / 100001.0) * mean_gap)) over (partition by c order by k) as d
        from gaps
    )
    select (c * 100 + k)::varchar as event_id, 'shop' as business_id, 'c' || c as customer_id,
        case when hash(c * 31 + k) % 100 < 8 then 'order_cancelled_account' when hash(c * 31 + k) % 100 < 30 then 'login' else 'order' end as event_name,
        timestamp '2019-01-01' + to_days(d::int) + to_seconds((hash(c * 17 + k) % 86400)::int) as occurred_at,
        ((hash(c + k) % 10000) / 100.0)::decimal(18, 2) as amount, 'EUR' as currency,
        null::varchar as reason, null::varchar as voids_event_id, timestamp '2019-01-01' + to_days(d::int + 1) as loaded_at
    from days where d < 2200 order by d
"""

# Three attributes of every customer: 5 countries, 4 channels, 3 plans.
CUSTOMERS = """
    select 'shop' as business_id, 'c' || i as customer_id, ['DE', 'IT', 'SE', 'NL', 'FR'][1 + (hash(i) % 5)::int] as country,
        ['search', 'friends', 'partner', 'fair'][1 + (hash(i * 3) % 4)::int] as acquisition_channel,
        ['free', 'plus', 'pro'][1 + (hash(i * 5) % 3)::int] as plan, timestamp '2019-01-01' as updated_at, timestamp '2019-01-01' as loaded_at
    from range({customers}) t(i)
"""

# Two priced contracts of every second customer: the second follows at another price, at once or after a gap, and three in five of them run on.
CONTRACTS = """
    with chains as (
        select i as c, k, (hash(i) % 1500)::int as start_day, 30 + (hash(i * 19 + 3) % 330)::int as days, (hash(i * 23 + 7) % 3 * 40)::int as gap
        from range(0, {customers}, 2) t(i), range(2) s(k)
    )
    select 'p' || c || '-' || k as contract_id, 'shop' as business_id, 'c' || c as customer_id,
        (date '2019-01-01' + start_day + k::int * (days + gap))::date as starts_on,
        case when k = 0 or hash(c * 29 + 1) % 5 < 2 then (date '2019-01-01' + start_day + (k::int + 1) * days + k::int * gap)::date end as ends_on,
        (10 + hash(c * 31 + k) % 90)::decimal(18, 2) as monthly_amount, 'EUR' as currency, timestamp '2019-01-01' as loaded_at
    from chains
"""

# An order of every n-th customer; `{night}` keeps the event ids of different nights distinct.
ORDERS = """
    select 'night-{night}-' || i as event_id, 'shop' as business_id, 'c' || i as customer_id, 'order' as event_name,
        timestamp '{on}' + to_seconds((hash(i) % 86400)::int) as occurred_at, 25.00::decimal(18, 2) as amount, 'EUR' as currency,
        null::varchar as reason, null::varchar as voids_event_id, timestamp '{loaded}' as loaded_at
    from range(0, {customers}, {every}) t(i)
"""


def write_events(landing: Path, customers: int) -> int:
    """Write the history of all customers.

    Args:
        landing: the folder of raw files.
        customers: their number.

    Returns:
        The number of events.
    """
    return _write(EVENTS.format(customers=customers), landing / "events" / "history.parquet")


def write_customers(landing: Path, customers: int) -> int:
    """Write the attributes of all customers.

    Args:
        landing: the folder of raw files.
        customers: their number.

    Returns:
        The number of rows.
    """
    return _write(CUSTOMERS.format(customers=customers), landing / "customers.parquet")


def write_contracts(landing: Path, customers: int) -> int:
    """Write as many priced contracts as there are customers.

    Args:
        landing: the folder of raw files.
        customers: their number.

    Returns:
        The number of contracts.
    """
    return _write(CONTRACTS.format(customers=customers), landing / "contracts.parquet")


def write_orders(landing: Path, customers: int, share: float, night: int, on: str, loaded: str) -> int:
    """Write one order for each customer of a share of all.

    Args:
        landing: the folder of raw files.
        customers: the number of all customers.
        share: the share of customers who order.
        night: the number of the night.
        on: the date of the orders, which may be in the past.
        loaded: when they are loaded.

    Returns:
        The number of events.
    """
    query = ORDERS.format(night=night, on=on, loaded=loaded, customers=customers, every=max(round(1 / share), 1))
    return _write(query, landing / "events" / f"night_{night}.parquet")


def _write(query: str, path: Path) -> int:
    """Run the query in a subprocess: its memory would otherwise count for every process started later."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_write_here, (query, str(path)))


def _write_here(query: str, path: str) -> int:
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
        return connection.execute(f"select count(*) from '{path}'").fetchone()[0]
