"""The lower bound for this machine: the core's work as one hand-written DuckDB script, without tests, contracts or safeguards.

    python tests/benchmarks/floor.py EVENTS.parquet

Events to keys, a search for duplicates, customer-days, active periods, transitions, and the counts of five grains, with D = 60,
F = 180 and one fixed time zone. It takes shortcuts that the definitions do not allow, keeps only the columns it needs, and writes
nothing to disk. No usable project can be as fast, but it shows how far away one is. Prints a line per step, and the total.
"""

import sys
import time

import duckdb

STEPS = {
    "keys": "select business_id, customer_id, row_number() over () as ck from (select distinct business_id, customer_id from '{events}')",
    "events": """
        select ck, hash(event_id) as eh, occurred_at, loaded_at, case event_name when 'order' then 2 when 'login' then 3 else 1 end::tinyint as kind
        from '{events}' join keys using (business_id, customer_id)""",
    "duplicates": "select eh from events group by eh having count(*) > 1",
    "days": """
        select ck, (occurred_at::timestamp + interval 1 hour)::date as d, max(kind = 2) as bought,
            max(case when kind in (1, 2) then epoch_us(occurred_at) * 4 + kind end) % 4 = 1 as cancelled
        from events group by all""",
    "stretches": """
        with e as (
            select *, sum(bought::int) over w as seg, lag(d) over w as pd, lag(cancelled) over w as pc from days window w as (partition by ck order by d)
        ),
        b as (
            select *, sum((not bought and (coalesce(pc, false) or d - pd > 180))::int) over (partition by ck order by d rows unbounded preceding) as br
            from e where seg > 0
        ),
        g as (select *, br - first_value(br) over (partition by ck, seg order by d) as broken from b),
        h as (select ck, d, cancelled, lead(d) over (partition by ck order by d) as nd from g where broken = 0)
        select * from h where nd is null or nd - d > 60 or cancelled""",
    "transitions": """
        with s as (
            select ck, 1 as s, d as f from stretches where not cancelled
            union all select ck, 2, d + 60 from stretches where not cancelled and (nd is null or nd > d + 60)
            union all select ck, 3, case when cancelled then d else d + 180 end from stretches where cancelled or nd is null or nd > d + 180
        )
        select ck, f, s, lag(s) over (partition by ck order by f) as ps from s where f <= date '2024-12-31'""",
}

PERIODS = """
    with p as (
        select ck, date_trunc('{grain}', f)::date as p, min_by(coalesce(ps, 0), f) as o, max_by(s, f) as c, max((s = 1 and ps in (2, 3))::int) as back,
            count(*) filter (s = 1 and ps = 3) as wb, count(*) filter (s = 2) as l, count(*) filter (s = 3) as ch
        from transitions group by all
    )
    select p, count(*) filter (o = 3 and back = 1) as former_returned, count(*) filter (o = 2 and back = 1) as dormant_returned,
        sum(wb) as won_back, sum(l) as lapsed, sum(ch) as churned, count(*) filter (o = 1) as o1, count(*) filter (o = 2) as o2,
        count(*) filter (o = 3) as o3, count(*) filter (c = 1) as c1, count(*) filter (c = 2) as c2, count(*) filter (c = 3) as c3
    from p group by all"""


def main() -> None:
    """Run every step on the given file, and print the time of each."""
    steps = {**STEPS, **{grain: PERIODS.format(grain=grain) for grain in ("day", "week", "month", "quarter", "year")}}
    total = 0.0
    with duckdb.connect(config={"threads": 2, "memory_limit": "16GB"}) as connection:
        connection.execute("set preserve_insertion_order = false")
        for name, query in steps.items():
            began = time.perf_counter()
            connection.execute(f"create table {name} as {query.replace('{events}', sys.argv[1])}")
            took = time.perf_counter() - began
            total += took
            print(f"{name:<14}{took:8.2f} s", flush=True)
    print(f"{'total':<14}{total:8.2f} s")


if __name__ == "__main__":
    main()
