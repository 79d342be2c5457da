"""Checks beyond dbt's tests: the limits against published numbers, and what a real refresh reports about an unusual month."""

import math
import re
from collections.abc import Iterator
from datetime import date

import numpy as np
import pytest
from scipy import stats

from one_landing import Case
from orchestration.checks import control_limit_breaches
from orchestration.control_chart import LEAST, WINDOW, control_limits
from orchestration.headlines import HEADLINES
from orchestration.landing.contract import LANDING_TABLES
from orchestration.settings import load_settings
from projects import Project
from rows import Tables

# Montgomery, Introduction to Statistical Quality Control: nonconforming cans of orange juice in 30 samples of 50.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


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
    """Return rows of a table of a headline rate, from January 2024 on."""
    rows = []
    for number, count in enumerate(counts):
        start = date(2024 + number // 12, number % 12 + 1, 1)
        rows.append(f"('{business}', 'month', date '{start}', 'all', true, {number >= warm_from}, {count}, {pool}, {count} / {pool}, 0.0, 1.0, 0)")
    return ", ".join(rows)


WIN_BACK = """
    create table winback.fct_win_back as select * from (values {rows}) as rows(
        business_id, period_grain, period_start, segment, is_complete, is_warm,
        former_returned, opening_former, win_back_rate, win_back_rate_low, win_back_rate_high, former_recovered
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
    warnings, figures = control_limit_breaches(tables, load_settings(), HEADLINES[0])
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
    warnings, _ = control_limit_breaches(tables, load_settings(), HEADLINES[0])
    assert [warning.split(" ")[2] for warning in warnings] == ["fallen", "risen"]


def cases() -> Iterator[Case]:
    """Sixteen warm months in which five of about three hundred leave, then one in which sixty do; and a business without events."""
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
    days = [{"event_id": f"d{day}", "customer_id": "d", "event_name": "order", "occurred_at": f"2025-05-{day}", "loaded_at": "2025-06-01"} for day in (11, 21, 31)]
    yield Case("dried", {"events": days})


def test_a_breach_is_told_and_blocks_nothing(cases: Project) -> None:
    # By hand: pools 300, 295, … 225, each with all but five retained; then 160 of 220.
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
    """The leavers have monthly events, so twenty days mean nothing; a feed is stale if its silence is longer than ever before."""
    assert re.search(r"WARNING: the landing of [^.]*\bsilent\b[^.]* has no event up to 2025-06-30", cases.told)
    assert "the landing of leavers is stale" not in cases.told and "the landing of dried is stale: its newest event is of 2025-05-31, 30 days before" in cases.told


def test_many_rejected_rows_are_told_and_few_are_not(cases: Project) -> None:
    told = set(re.findall(r"WARNING: many rows of (\w+) are rejected", cases.told))
    share = "select count(*) filter (row_status = 'rejected') / count(*) from winback_internal.base_{}"
    assert told == {table for table in LANDING_TABLES if cases.query(share.format(table))[0][0] > 0.05}
    assert told and told != set(LANDING_TABLES)
