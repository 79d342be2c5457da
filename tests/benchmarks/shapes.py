"""Other common table designs, written simply in DuckDB on the same events: `python tests/benchmarks/shapes.py SHAPE EVENTS.parquet [SHARE]`.

- `months`: a spine of customers and months with `lag`, as in subscription playbooks. Only months, and nobody ever leaves: a
  customer is active in a month or not.
- `arrays`: the customer's active months as an array, unnested again, as in product analytics. It answers as little as `months`.
- `days`: a spine of customers and days with the state of each, as in usage-state pipelines. It answers the same questions as Winback:
  thresholds, cancellations, and who returned in each grain by their state at its opening. SHARE takes a part of the customers,
  because the spine of all customers is too large for most machines.

Prints the seconds.
"""

import sys
import time

import duckdb

END = "date '2024-12-31'"

MONTHS = f"""
    with active as (
        select distinct business_id, customer_id, date_trunc('month', occurred_at)::date as month from events where event_name = 'order'
    ),
    customers as (select business_id, customer_id, min(month) as first_month from active group by all),
    spine as (
        select business_id, customer_id, first_month, unnest(generate_series(first_month, {END}, interval 1 month))::date as month from customers
    ),
    followed as (
        select spine.*, active.month is not null as is_active,
            lag(active.month is not null) over (partition by spine.business_id, spine.customer_id order by spine.month) as was_active
        from spine left join active on spine.business_id = active.business_id and spine.customer_id = active.customer_id and spine.month = active.month
    )
    select business_id, month, count(*) filter (month = first_month) as new, count(*) filter (is_active and was_active) as retained,
        count(*) filter (not is_active and was_active) as churned, count(*) filter (is_active and not was_active) as resurrected
    from followed group by all"""

ARRAYS = """
    with arrays as (
        select business_id, customer_id, list_sort(list_distinct(list(date_trunc('month', occurred_at)::date))) as months
        from events where event_name = 'order' group by all
    ),
    exploded as (
        select business_id, customer_id, unnest(months) as month, unnest(list_concat([null], months[:-2])) as before,
            unnest(list_concat(months[2:], [null])) as after
        from arrays
    )
    select business_id, month, count(*) filter (before is null) as new, count(*) filter (before = month - interval 1 month) as retained,
        count(*) filter (before < month - interval 1 month) as resurrected,
        count(*) filter (after is null or after > month + interval 1 month) as churned_next
    from exploded group by all"""

DAYS = [
    "create table keys as select business_id, customer_id, row_number() over () as ck from (select distinct business_id, customer_id from events)",
    """create table daily as
    select ck, occurred_at::date as day, max(event_name = 'order') as bought, max(event_name = 'login') as used,
        arg_max(event_name, occurred_at) filter (event_name <> 'login') = 'order_cancelled_account' as cancelled
    from events join keys using (business_id, customer_id) group by all""",
    f"""create table states as
    with customers as (select ck, min(day) as first_day from daily where bought group by all),
    spine as (select ck, unnest(generate_series(first_day, {END}, interval 1 day))::date as day from customers),
    followed as (
        select spine.*, max(case when bought then spine.day end) over before as last_bought,
            max(case when bought or used then spine.day end) over before as last_active,
            max(case when cancelled then spine.day end) over before as last_cancelled
        from spine left join daily using (ck, day)
        window before as (partition by ck order by day rows unbounded preceding)
    ),
    stated as (
        select ck, day, case
            when last_cancelled >= last_bought or day - last_active >= 180 then 3 when day - last_active >= 60 then 2 else 1 end::tinyint as state
        from followed
    )
    select *, lag(state) over (partition by ck order by day) as before from stated""",
    *(
        f"""create table f_{grain} as
    with customers as (
        select ck, date_trunc('{grain}', day)::date as period, arg_min(coalesce(before, 0), day) as opened, arg_max(state, day) as closed,
            max(state = 1 and before in (2, 3)) as is_back, count(*) filter (state = 1 and before = 3) as won_back,
            count(*) filter (state = 2 and before = 1) as lapsed, count(*) filter (state = 3 and before in (1, 2)) as churned
        from states group by all
    )
    select period, count(*) filter (opened = 3 and is_back) as former_returned, count(*) filter (opened = 2 and is_back) as dormant_returned,
        sum(won_back) as won_back, sum(lapsed) as lapsed, sum(churned) as churned, count(*) filter (closed = 3) as closing_former
    from customers group by all"""
        for grain in ("day", "week", "month", "quarter", "year")
    ),
]

SHAPES = {"months": [f"create table f as {MONTHS}"], "arrays": [f"create table f as {ARRAYS}"], "days": DAYS}


def main() -> None:
    """Run a design on a file, both given as arguments, and print the seconds it took."""
    shape, events, share = sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 1
    with duckdb.connect(config={"threads": 2, "memory_limit": "16GB"}) as connection:
        connection.execute("set preserve_insertion_order = false")
        of_share = f"where hash(customer_id) % 1000 < {share * 1000}" if share < 1 else ""
        connection.execute(f"create view events as select * from '{events}' {of_share}")
        began = time.perf_counter()
        for query in SHAPES[shape]:
            connection.execute(query)
        print(f"total {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
