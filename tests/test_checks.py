"""Checks beyond dbt's tests: the limits against other people's numbers, and what a real refresh says of a month that is out of the ordinary."""

import math
import re
from collections.abc import Iterator
from datetime import date

import duckdb
import numpy as np
import pytest
from scipy import stats

from one_landing import Case
from orchestration.checks import breaches, rejections, silent_businesses, wide_segments
from orchestration.control import LEAST, WINDOW, control_limits
from orchestration.headlines import HEADLINES
from orchestration.landing.contract import LANDING_TABLES
from orchestration.settings import load_settings
from projects import Project

# Montgomery, Introduction to Statistical Quality Control: nonconforming cans of orange juice in 30 samples of 50.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


class Tables:
    """A DuckDB of a few rows, read as a warehouse is."""

    def __init__(self, *statements: str) -> None:
        self.connection = duckdb.connect()
        for statement in ("create schema winback", "create schema winback_internal", *statements):
            self.connection.execute(statement)

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


def test_limits_are_those_of_the_textbook() -> None:
    limits = control_limits([(cans, 50) for cans in CANS], 50, window=30)
    assert [round(value, 4) for value in (limits.centre, limits.low, limits.high)] == [0.2313, 0.0524, 0.4102]


def test_limits_of_uneven_pools_are_three_standard_errors_of_a_binomial_share() -> None:
    dice = np.random.default_rng(7)
    before = [(int(dice.binomial(pool, 0.04)), int(pool)) for pool in dice.integers(200, 2000, 40)]
    limits = control_limits(before, 640)
    centre = sum(count for count, _ in before[-WINDOW:]) / sum(pool for _, pool in before[-WINDOW:])
    spread = stats.binom(640, centre).std() / 640
    assert math.isclose(limits.centre, centre) and math.isclose(limits.low, centre - 3 * spread) and math.isclose(limits.high, centre + 3 * spread)
    # Laney's sigma z is the mean moving range of the standardised shares, as for an individuals chart.
    scores = np.array([(count / pool - centre) / (stats.binom(pool, centre).std() / pool) for count, pool in before[-WINDOW:]])
    assert math.isclose(limits.dispersion, np.abs(np.diff(scores)).mean() / 1.128)
    assert limits.laney_high - centre == pytest.approx(3 * spread * max(1, limits.dispersion))


def test_months_that_spread_further_than_chance_are_seen_to() -> None:
    dice = np.random.default_rng(1)
    chance = [(int(dice.binomial(20_000, 0.03)), 20_000) for _ in range(WINDOW)]
    restless = [(int(dice.binomial(20_000, share)), 20_000) for share in dice.uniform(0.02, 0.04, WINDOW)]
    assert 0.6 < control_limits(chance, 20_000).dispersion < 1.4
    assert control_limits(restless, 20_000).dispersion > 3


def test_too_short_a_past_says_nothing() -> None:
    assert control_limits([(1, 100)] * (LEAST - 1), 100) is None
    assert control_limits([(1, 100)] * (LEAST - 1) + [(0, 0)] * 5, 100) is None
    assert control_limits([(1, 100)] * LEAST, 0) is None
    assert control_limits([(1, 100)] * LEAST, 100).low == 0.0


def months(business: str, counts: list[int], pool: int, warm_from: int = 0) -> str:
    """Rows of a table of a headline rate, from January 2024 on."""
    rows = []
    for number, count in enumerate(counts):
        start = date(2024 + number // 12, number % 12 + 1, 1)
        rows.append(f"('{business}', 'month', date '{start}', 'all', true, {number >= warm_from}, {count}, {pool}, {count} / {pool}, 0.0, 1.0)")
    return ", ".join(rows)


WIN_BACK = """
    create table winback.fct_win_back as select * from (values {rows}) as rows(
        business_id, period_grain, period_start, segment, is_complete, is_warm,
        former_returned, opening_former, win_back_rate, win_back_rate_low, win_back_rate_high
    )
"""


def test_only_a_warm_month_beyond_the_limits_of_its_own_past_is_a_breach(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = [28, 31, 30, 29, 33, 27, 30, 32, 30, 29, 31, 30]
    restless = [10, 50] * 6
    rows = ", ".join([
        months("steady", [*usual, 32], 1000), months("risen", [*usual, 60], 1000), months("fallen", [*usual, 5], 1000), months("restless", [*restless, 60], 1000),
        months("young", [*usual[1:], 60], 1000), months("cold", [*usual, 60], 1000, warm_from=1),
    ])  # fmt: skip
    tables = Tables(WIN_BACK.format(rows=rows))
    warnings, figures = breaches(tables, HEADLINES[0], load_settings())
    assert [warning.split(":")[0] for warning in warnings] == [
        "win_back_rate of fallen in 2025-01 is below its control limits",
        "win_back_rate of restless in 2025-01 is above its control limits",
        "win_back_rate of risen in 2025-01 is above its control limits",
    ]
    assert "6.0% (60 of 1,000), limits 1.4% to 4.6%, 3.0% in the months before" in warnings[2]
    assert "Laney" in warnings[1] and "Laney" not in warnings[2]
    verdicts = {row["business"]: row["verdict"] for row in figures}
    assert verdicts == {
        "cold": "too few months before it", "fallen": "beyond its limits", "restless": "beyond its limits", "risen": "beyond its limits",
        "steady": "within its limits", "young": "too few months before it",
    }  # fmt: skip
    monkeypatch.setenv("WINBACK_CONTROL_LIMITS", "laney")
    warnings, _ = breaches(tables, HEADLINES[0], load_settings())
    assert [warning.split(" ")[2] for warning in warnings] == ["fallen", "risen"]


def cases() -> Iterator[Case]:
    """Sixteen warm months in which five of some three hundred leave, then one in which sixty do; and a business of which nothing is heard."""
    rows = []

    def event(name: str, customer: int, on: str) -> None:
        rows.append({"event_id": f"{name}{customer}", "customer_id": f"c{customer}", "event_name": name, "occurred_at": on, "loaded_at": on})

    for customer in range(300):
        event("order", customer, "2023-02-01")
    leaving = [f"{year}-{month:02}" for year, month in [(2024, month) for month in range(2, 13)] + [(2025, month) for month in range(1, 6)]]
    for number, month in enumerate(leaving):
        for customer in range(5 * number, 5 * number + 5):
            event("cancel", customer, f"{month}-15")
    for customer in range(80, 140):
        event("cancel", customer, "2025-06-10")
    yield Case("leavers", {"events": rows}, policy={"kind": "subscription", "dormant_after_days": "", "former_after_days": ""})
    yield Case("silent")


def test_a_breach_is_told_and_blocks_nothing(cases: Project) -> None:
    # By hand: pools 300, 295, … 225, each but five retained; then 160 of 220.
    pools = [300 - 5 * number for number in range(16)]
    centre = 1 - 80 / sum(pools)
    low = centre - 3 * math.sqrt(centre * (1 - centre) / 220)
    said = f"{160 / 220:.1%} (160 of 220), limits {low:.1%} to 100.0%, {centre:.1%} in the months before."
    assert [line.partition("WARNING: ")[2] for line in cases.told.splitlines() if " of leavers " in line and "control limits" in line] == [
        f"retention_rate of leavers in 2025-06 is below its control limits: {said}"
    ]
    of_june = "business_id = 'leavers' and period_grain = 'month' and period_start = '2025-06-01' and segment = 'all'"
    assert cases.query(f"select current_retained, opening_current from winback.fct_retention where {of_june}") == [(160, 220)]


def test_a_silent_feed_is_told_and_blocks_nothing(cases: Project) -> None:
    assert "the landing of leavers is stale: its newest event is of 2025-06-10, 20 days before 2025-06-30." in cases.told
    assert "the landing of silent holds no event up to 2025-06-30" in cases.told


def test_many_rejected_rows_are_told_and_few_are_not(cases: Project) -> None:
    told = set(re.findall(r"WARNING: many rows of (\w+) are rejected", cases.told))
    share = "select count(*) filter (verdict = 'rejected') / count(*) from winback_internal.base_{}"
    assert told == {table for table in LANDING_TABLES if cases.query(share.format(table))[0][0] > 0.05}
    assert told and told != set(LANDING_TABLES)


def landing(rows: int, rejected: int, judged_now: int) -> Tables:
    """A landing of events alone, of which the first ones were judged by the last refresh, and of those the first ones rejected."""
    statements = [
        "create table winback.refreshes as select 2 as refresh_id",
        f"create table winback.rejected_rows as select 'events' as landing_table, 'invalid_amount' as reason from range({rejected})",
        "create table winback.dropped_values (landing_table text, column_name text, reason text)",
    ]
    for table in LANDING_TABLES:
        landed, standing = (rows, rows - rejected) if table == "events" else (0, 0)
        statements += [
            f"create table winback_internal.landed_{table} as from range({landed})",
            f"create table winback_internal.stg_{table} as from range({standing})",
            f"""create table winback_internal.base_{table} as select
                case when range < {rejected} then 'rejected' else 'standing' end as verdict, case when range < {judged_now} then 2 else 1 end as judged_in
                from range({landed})""",
        ]
    return Tables(*statements)


def test_a_bad_delivery_is_seen_among_many_good_rows() -> None:
    warnings, (figures,) = rejections(landing(rows=1000, rejected=3, judged_now=20), load_settings())
    said = "many rows of events are rejected: 3 of the 20 that this refresh judged, 3 of all 1,000 (invalid_amount 3). More than 5.0%"
    assert len(warnings) == 1 and warnings[0].startswith(said)
    assert (figures["share"], figures["share of these"]) == ("0.30%", "15.00%")
    assert rejections(landing(rows=1000, rejected=3, judged_now=60), load_settings())[0] == []
    assert len(rejections(landing(rows=100, rejected=6, judged_now=0), load_settings())[0]) == 1


def test_a_segment_with_too_many_values_is_named() -> None:
    tables = Tables("create table winback_internal.int_wide_segments as select 'shop' as business_id, 'plan' as segment, 4800 as value_count")
    (warning,), figures = wide_segments(tables)
    assert warning.startswith("segment plan has 4,800 values among the customers of shop, too many to compare: it adds no rows to the facts there.")
    assert figures == [{"business": "shop", "segment": "plan", "values": 4800}]


def test_a_feed_that_dried_up_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = Tables(
        "create table winback.dim_business as select unnest(['fresh', 'stale', 'future']) as business_id, date '2025-06-30' as as_of_date",
        """create table winback_internal.stg_events as select * from (values
            ('fresh', timestamp '2025-06-27 08:00:00'), ('stale', timestamp '2025-06-26 23:00:00'), ('future', timestamp '2025-08-01 00:00:00')
        ) as rows(business_id, occurred_at)""",
    )
    warnings, figures = silent_businesses(tables, date(2025, 6, 30), load_settings())
    assert [row["days without one"] for row in figures] == [3, 4]
    assert len(warnings) == 2 and "future holds no event up to 2025-06-30" in warnings[0] and "stale is stale: its newest event is of 2025-06-26, 4 days before" in warnings[1]
    monkeypatch.setenv("WINBACK_LANDING_DAYS", "4")
    assert len(silent_businesses(tables, date(2025, 6, 30), load_settings())[0]) == 1
