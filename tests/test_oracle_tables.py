"""The oracle's exits, returns, cohorts, loyalty and thresholds, on landings small enough to compute by hand.

Dormant after 10 days of inactivity, former after 30; a payment made good within 7 days is a recovery; a campaign's window has 30 days.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from cases import answer, as_warehouse, campaign, cancel, consent, event, order, read_case, row, touch, values
from oracle.compare import FACTS, ROWS, compare


@pytest.fixture
def walked(tmp_path):
    return partial(read_case, tmp_path)


def test_returns_and_whether_they_held(walked):
    """Former from 31 January, won back on 3 March, dormant from 15 March, awake on the 20th by a chat; former since 19 April."""
    result = walked(
        order("c", "2025-01-01", amount="100"),
        order("c", "2025-03-03", amount="40"),
        order("c", "2025-03-05", amount="10"),
        event("r", "2025-03-06", "refund", amount="4"),
        event("e", "2025-03-20", "chat"),
        campaigns=[campaign("first"), campaign("last"), campaign("control"), campaign("late")],
        campaign_touches=[
            touch("first", "c", "2025-02-10"),
            touch("last", "c", "2025-02-11"),
            touch("control", "c", "2025-02-12", "control"),
            touch("late", "c", "2025-03-04"),
        ],
    )
    won_back, reactivated = result.returns
    assert won_back["return_id"] == "c:2025-03-03"
    assert values(won_back, "return_type from_state days_away days_away_bucket") == ("won_back", "former", 31, "31-60")
    assert values(won_back, "exit_kind exit_reason days_since_last_purchase previous_returns") == ("inactivity", "inactivity", 61, 0)
    assert values(won_back, "revenue_90_days_after revenue_365_days_before campaign_id") == (46, 100, "last")
    assert values(won_back, "purchased_again_90_days purchased_again_180_days left_again_180_days") == (True, None, None)
    assert values(reactivated, "return_type days_away days_since_last_purchase previous_returns") == ("reactivated", 5, 15, 1)
    assert values(reactivated, "exit_kind revenue_90_days_after revenue_365_days_before campaign_id") == (None, 0, 146, "late")
    assert reactivated["purchased_again_90_days"] is False
    assert result.win_back_candidates[0]["previous_returns"] == 2


def test_cohorts_by_hand(walked):
    """Of three who left on 10 January one returns after 20 days and one after 45; a fourth had a recovered payment."""
    result = walked(
        *(order(name, "2025-01-09") for name in "abcd"),
        *(cancel(name, "2025-01-10") for name in "abc"),
        cancel("d", "2025-01-10", "card_declined"),
        *(order("a", "2025-01-30"), order("b", "2025-02-24"), order("d", "2025-01-17")),
    )
    january = [one for one in result.cohorts if one["exit_kind"] == "voluntary" and one["cohort_month"] == date(2025, 1, 1)]
    shown = [values(one, "entered at_risk returned cumulative_returned is_mature") for one in january]
    assert shown[:2] == [(3, 2, 1, 1, True), (3, 1, 1, 2, True)]
    assert shown[4:6] == [(3, 1, 0, 2, True), (3, 0, 0, 2, False)]
    assert [one["return_probability"] for one in january[:2]] == pytest.approx([1 / 3, 2 / 3])
    assert january[4]["return_probability"] == pytest.approx(2 / 3) and january[5]["return_probability"] is None
    assert len(january) == 24 and not [one for one in result.cohorts if one["exit_kind"] == "involuntary"]
    dormant = row(result.cohorts, from_state="dormant", cohort_month=None, months_since=1)
    assert dormant["entered"] == 3  # a, b and d again, by inactivity


def test_failed_payments_are_at_risk_once_they_can_no_longer_be_made_good(walked):
    """Observed from day 41 on: e returns on day 45, f never; before, of a and c, a returned on day 20."""
    result = walked(
        *(order(name, "2025-01-09") for name in "acef"),
        *(cancel(name, "2025-01-10") for name in "ac"),
        *(cancel(name, "2025-01-10", "card_declined") for name in "ef"),
        *(order("a", "2025-01-30"), order("e", "2025-02-24")),
        policy={"recovery_days": 40},
    )
    first, second = (row(result.cohorts, exit_kind="all", cohort_month=date(2025, 1, 1), months_since=k) for k in (1, 2))
    assert values(first, "entered at_risk returned return_probability") == (4, 1, 1, 0.5)
    assert values(second, "entered at_risk returned cumulative_returned") == (4, 2, 1, 2)
    assert second["return_probability"] == pytest.approx(1 - 1 / 2 * 2 / 3)


def test_prospects_who_warm_again_are_no_longer_followed(walked):
    result = walked(
        *(event(f"{name}1", "2025-01-01", "visit", customer_id=name) for name in "abc"),
        event("a2", "2025-01-16", "visit", customer_id="a"),
        order("b", "2025-01-26"),
    )
    cohort = row(result.cohorts, from_state="dormant_prospect", cohort_month=date(2025, 1, 1), months_since=1)
    assert values(cohort, "entered at_risk returned return_probability") == (4, 2, 1, pytest.approx(1 / 3))  # a cooled twice
    assert values(result.returns[0], "return_type from_state days_away days_since_last_purchase") == ("acquired", "dormant_prospect", 20, None)


def test_exits_are_judged_after_90_days(walked):
    result = walked(
        *(order(name, "2025-01-01") for name in "abcd"),
        *(cancel("a", "2025-01-05"), order("a", "2025-04-05"), cancel("b", "2025-01-05"), order("b", "2025-04-06")),
        *(cancel("c", "2025-01-05", "card_declined"), order("c", "2025-01-12")),
        customers=[{**consent("a"), "country": "IT"}],
    )

    def figures(grain: str, start: date, segment: str = "all", value: str = "all") -> tuple:
        found = result.periods["b000", grain, start, segment, value]
        return values(found, "exits exits_won_back exit_win_back_rate")

    assert figures("day", date(2025, 1, 5)) == (2, 1, 0.5)  # 90 days and 91; c's was recovered
    assert figures("month", date(2025, 1, 1)) == (3, 1, pytest.approx(1 / 3))  # and d by inactivity
    assert figures("month", date(2025, 1, 1), "country", "IT") == (1, 1, 1.0)
    assert figures("quarter", date(2025, 4, 1)) == (2, 0, None)
    assert figures("year", date(2025, 1, 1)) == (6, 1, None)
    assert figures("day", date(2025, 2, 1)) == (0, 0, None)
    half = result.periods["b000", "day", date(2025, 1, 5), "all", "all"]
    assert half["exit_win_back_rate_low"] == pytest.approx(1 - half["exit_win_back_rate_high"]) and half["exit_win_back_rate_low"] > 0


def test_loyalty_by_hand(walked):
    """Customers at the opening of May, and their last answer: from a year before to the day before."""
    result = walked(
        *(event(f"{name}{month}", f"2025-{month}-28", "renewal", customer_id=name) for name in "abcdef" for month in ("03", "04")),
        *(cancel(name, "2025-05-20") for name in "bd"),
        *(event(f"{name}5", f"2025-05-{day}", "chat", customer_id=name) for name in "acef" for day in ("20",)),
        survey_responses=[
            *(answer("1", "a", "2025-04-30", "csat", "4"), answer("2", "a", "2025-04-29", "nps", "0"), answer("3", "a", "2025-05-01", "nps", "0")),
            *(answer("4", "b", "2024-05-01", "nps", "6"), answer("5", "c", "2024-04-30", "nps", "10")),
            *(answer("6", "d", "2025-04-01", "csat", "3"), answer("7", "e", "2025-04-01", "nps", "8.5")),
            *(answer("8", "f", "2025-04-01T10:00", "csat", "5"), answer("9", "f", "2025-04-01T10:00", "csat", "2")),
            answer("10", "x", "2025-04-01", "csat", "2"),
        ],
    )
    may = result.periods["b000", "month", date(2025, 5, 1), "all", "all"]
    assert values(may, "opening_current answered coverage") == (6, 5, pytest.approx(5 / 6))
    assert values(may, "loyal neutral_retained captive lost_satisfied lost_neutral lost_dissatisfied") == (1, 1, 1, 0, 1, 1)
    assert result.periods["b000", "month", date(2025, 3, 1), "all", "all"]["coverage"] is None


def test_thresholds_by_hand(walked):
    """Gaps of 40 and 400 days; one open for 150, one ended by a cancellation after 35, one at once. The year 2024 is the first to be evaluated."""
    result = walked(
        *(order("a", "2022-06-01"), order("a", "2022-07-11"), order("a", "2023-08-15"), order("b", "2025-01-31")),
        *(order("c", "2023-12-01"), cancel("c", "2024-01-05"), order("d", "2023-06-01T09:00"), cancel("d", "2023-06-01T10:00")),
        order("a", "2024-03-01"),
    )
    shares = {one["days"]: one["silent_share"] for one in result.thresholds}
    assert sorted(shares) == [10, 30, 45, 60, 75, 90, 120, 150, 180, 240, 300, 365, 540, 730]
    # At risk at 40: the gaps of 40, 199, 400 and the open ones of 150 and 486; at 199: 199, 400, 486; at 400: 400, 486.
    assert values(result.thresholds[1], "days silent_share is_current_d is_current_f") == (30, 1.0, False, True)
    assert shares[45] == pytest.approx(4 / 5) and shares[240] == pytest.approx(8 / 15) and shares[540] is None
    assert result.thresholds[0]["false_alarm_rate"] == pytest.approx(1 - 8 / 15)  # S(375) / S(10)
    assert row(result.thresholds, days=120)["false_alarm_rate"] == pytest.approx(1 - 8 / 30 / (4 / 5))  # S(485) / S(120)
    assert row(result.thresholds, days=150)["false_alarm_rate"] is None
    # At the close of 2023 a was inactive for 138 days and c for 30; d had cancelled. Only a bought in 2024.
    assert values(row(result.thresholds, days=30), "pool returned win_back_rate") == (3, 1, pytest.approx(1 / 3))
    assert values(row(result.thresholds, days=120), "pool returned win_back_rate") == (2, 1, 0.5)
    assert values(row(result.thresholds, days=150), "pool returned win_back_rate") == (1, 0, 0.0)


def test_the_end_of_one_contract_of_several_ends_no_gap(walked):
    """c leaves only on 1 June; the gap of 151 days since 1 January is not cut by the end on 1 February."""
    events = [order("c", "2025-01-01", contract_id="s"), order("c", "2025-01-01T10:00", contract_id="t")]
    ends = [cancel("c", "2025-02-01") | {"contract_id": "s"}, cancel("c", "2025-06-01") | {"contract_id": "t"}]
    shares = {one["days"]: one["silent_share"] for one in walked(*events, *ends).thresholds}
    assert (shares[150], shares[180]) == (1.0, None)


def test_a_young_history_is_judged_by_a_quarter(walked):
    """No year is warm. In the second quarter, which ends on 30 June, c returned after 89 days of inactivity before it."""
    result = walked(order("c", "2025-01-01"), order("c", "2025-05-01"))
    assert values(row(result.thresholds, days=75), "pool returned win_back_rate") == (1, 1, 1.0)
    assert values(row(result.thresholds, days=90), "pool returned win_back_rate") == (0, 0, None)
    nothing = row(walked(order("c", "2025-07-01")).thresholds, days=30)
    assert values(nothing, "silent_share false_alarm_rate pool returned win_back_rate") == (None,) * 5


@pytest.fixture
def eventful(walked):
    """Rows in every table: c is won back, d is dormant."""
    return walked(
        *(order("c", "2025-05-01", amount="10"), cancel("c", "2025-05-02"), order("c", "2025-06-01", amount="5"), cancel("c", "2025-06-02")),
        *(order("d", "2025-06-10"), event("1", "2025-05-01", "teleport")),
        campaigns=[campaign("k")],
        campaign_touches=[touch("k", "c", "2025-05-31", cost="0.5")],
        survey_responses=[answer("1", "c", "2025-05-01", "nps", "10")],
        contracts=[{"contract_id": "1", "customer_id": "c", "starts_on": "2025-06-01", "monthly_amount": "10", "loaded_at": "2025-07-01"}],
    )


def test_compare_reads_every_table(eventful):
    """Tables made of the oracle's own rows match; a missing table, column or row is reported."""
    connection = as_warehouse(eventful)
    assert compare(connection, eventful) == []
    columns_of = {table: columns for table, (_, _, columns) in ROWS.items()} | FACTS
    for table, columns in columns_of.items():
        name = f"winback.{table}"
        connection.execute(f"alter table {name} rename to kept")
        assert compare(connection, eventful) == [f"{name}: no such table"]
        assert compare(connection, eventful, not_yet=(table,)) == []
        connection.execute(f"create table {name} as select * exclude ({columns[-1]}) from winback.kept")
        assert compare(connection, eventful, not_yet=(table,)) == [f"{name}: no column {columns[-1]}"]
        connection.execute(f"create or replace table {name} as from winback.kept limit (select count(*) - 1 from winback.kept)")
        (missing,) = compare(connection, eventful)
        assert missing.startswith(f"{name} b000") and missing.endswith(": no such row")
        connection.execute(f"drop table {name}")
        connection.execute(f"alter table winback.kept rename to {table}")


def test_compare_sees_a_wrong_value(eventful):
    connection = as_warehouse(eventful)
    connection.execute("update winback.fct_returns set revenue_365_days_before = 10.0001")
    connection.execute("update winback.win_back_candidates set contactable = true")
    connection.execute("update winback.fct_campaign_performance set cost = 0.500001")
    assert compare(connection, eventful) == [
        "winback.fct_returns b000/c:2025-06-01 revenue_365_days_before: got 10.0001, expected 10.0000",
        "winback.fct_campaign_performance b000/k/treatment/all cost: got 0.500001, expected 0.5",
        "winback.fct_campaign_performance b000/k/treatment/former cost: got 0.500001, expected 0.5",
        "winback.win_back_candidates b000/c contactable: got True, expected False",
    ]
