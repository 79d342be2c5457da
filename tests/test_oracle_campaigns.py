"""The oracle's campaigns, strategies and audiences, on landings small enough to compute by hand.

A customer is dormant after 10 days of inactivity, former after 30; a campaign's window has 30 days.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest

from cases import campaign, cancel, consent, event, order, read_case, row, touch, values
from oracle.candidates import Outlook

MAY_JUNE_YEAR = (("month", date(2025, 5, 1)), ("month", date(2025, 6, 1)), ("year", date(2025, 1, 1)))


@pytest.fixture
def walked(tmp_path):
    return partial(read_case, tmp_path)


def test_the_targeted_are_judged_when_every_window_has_closed(walked):
    """Of a and b, treated in May while former, a is won back on the window's last day; c is the control, d is active."""
    result = walked(
        *(order(name, "2025-01-01") for name in "abc"),
        order("d", "2025-04-30"),
        order("a", "2025-05-30"),
        campaigns=[campaign("k"), campaign("l")],
        campaign_touches=[
            *(touch("k", name, "2025-05-01") for name in "abd"),
            *(touch("k", "c", "2025-05-01", "control"), touch("k", "c", "2025-05-02"), touch("l", "b", "2025-06-02")),
        ],
    )
    may, june, year = (result.periods[("b000", *place, "all", "all")] for place in MAY_JUNE_YEAR)
    assert values(may, "targeted targeted_won_back targeted_win_back_rate") == (2, 1, 0.5)
    assert values(june, "targeted targeted_won_back targeted_win_back_rate targeted_win_back_rate_low") == (1, 0, None, None)
    assert values(year, "targeted targeted_won_back targeted_win_back_rate") == (2, 1, None)


def test_a_campaign_by_hand(walked):
    """a, b treated and c, d not, all former; e is active, x unknown; f's window is open. Four share the campaign's cost of 12."""
    result = walked(
        *(order(name, "2025-01-01") for name in "abcdf"),
        order("e", "2025-04-30"),
        *(order("a", "2025-05-10", amount="20"), event("r", "2025-05-12", "refund", customer_id="a", amount="5")),
        campaigns=[campaign("k", cost="12"), campaign("idle")],
        campaign_touches=[
            *(touch("k", name, "2025-05-01", cost="0.5") for name in "abe"),
            *(touch("k", name, "2025-05-01", "control") for name in "cdx"),
            *(touch("k", "a", "2025-06-01", "control", cost="1"), touch("k", "f", "2025-06-02", cost="7")),
        ],
    )
    former = row(result.campaigns, arm="treatment", target_state="former")
    assert values(former, "touched observed returned return_rate revenue") == (3, 2, 1, 0.5, 15)
    assert values(former, "cost cost_per_return lift incremental_returns") == (8.0, 8.0, 0.5, 1.0)
    assert former["p_value"] == pytest.approx(0.248213, abs=1e-6) and former["cost_per_incremental_return"] == 8.0
    everyone = row(result.campaigns, arm="treatment", target_state="all")
    assert values(everyone, "touched observed lift is_observational") == (3, 2, 0.5, False)
    active = row(result.campaigns, arm="treatment", target_state="active")
    assert values(active, "touched observed returned return_rate cost lift") == (1, 1, 0, None, 3.5, None)
    assert values(row(result.campaigns, arm="control", target_state="all"), "touched returned return_rate cost lift") == (3, 0, 0.0, 0.0, None)
    assert row(result.campaigns, arm="control", target_state="(none)")["touched"] == 1
    assert {one["campaign_id"] for one in result.campaigns} == {"k"}
    assert values(row(result.strategies, arm="treatment", target_state="former"), "strategy lift p_value") == ("call", 0.5, former["p_value"])


def test_who_was_back_before_the_touch_did_not_return_for_it(walked):
    """On the day of the touch: a returns an hour before it, b with it, c after it; d wakes before it; e leaves once more and returns after it."""
    touched = "2025-05-01T10:00"
    result = walked(
        *(order(name, "2025-01-01") for name in "abc"),
        *(order(name, "2025-04-15") for name in "de"),
        *(order("a", "2025-05-01T09:00"), order("b", touched), order("c", "2025-05-01T11:00"), event("w", "2025-05-01T09:00", "chat", customer_id="d")),
        *(order("d", "2025-05-01T12:00"), event("v", "2025-05-01T08:00", "chat", customer_id="e"), cancel("e", "2025-05-01T09:00")),
        order("e", "2025-05-01T18:00"),
        campaigns=[campaign("k")],
        campaign_touches=[touch("k", name, touched) for name in "abcde"],
    )
    assert values(row(result.campaigns, target_state="former"), "touched returned") == (3, 2)
    assert values(row(result.campaigns, target_state="dormant"), "touched returned") == (2, 1)
    attributed = {one["customer_id"]: one["campaign_id"] for one in result.returns}
    assert attributed == {"a": None, "b": "k", "c": "k", "d": None, "e": "k"}
    assert values(result.periods["b000", "month", date(2025, 5, 1), "all", "all"], "targeted targeted_won_back") == (3, 2)


def test_a_strategy_is_the_mean_of_its_campaigns(walked):
    """Lifts 1/2 (2 and 2 customers) and 1 (1 and 2), in the weights 1 and 2/3; the third campaign has no control and is not compared."""
    touches = [
        *(touch("k", name, "2025-05-01") for name in ("a", "b")),
        *(touch("k", name, "2025-05-01", "control") for name in ("c", "d")),
        *(touch("l", "e", "2025-05-01"), touch("l", "f", "2025-05-01", "control"), touch("l", "g", "2025-05-01", "control")),
        *(touch("alone", "h", "2025-05-01"), touch("nameless", "i", "2025-05-01")),
    ]
    case = {
        "campaigns": [campaign("k", cost="6"), campaign("l"), campaign("alone"), campaign("nameless", strategy="")],
        "campaign_touches": touches,
    }
    events = [order(name, "2025-01-01") for name in "abcdefghi"] + [order("a", "2025-05-02"), order("e", "2025-05-02")]
    result = walked(*events, **case)
    found = row(result.strategies, strategy="call", arm="treatment", target_state="former")
    assert values(found, "touched returned return_rate lift cost") == (4, 2, 0.5, 0.7, 6.0)
    assert found["lift_low"] == pytest.approx(0.7 - 1.959963984540054 * (1 / 8) ** 0.5 / (5 / 3))
    assert found["incremental_returns"] == pytest.approx(2.1) and found["cost_per_incremental_return"] == pytest.approx(6 / 2.1)
    assert row(result.strategies, strategy="(none)", target_state="all")["is_observational"] is True
    assert row(result.campaigns, campaign_id="nameless", target_state="all")["strategy"] is None

    case["campaign_touches"] = [*touches, touch("l", "a", "2025-04-01")]
    found = row(walked(*events, **case).strategies, strategy="call", arm="treatment", target_state="former")
    assert found["lift"] is not None and values(found, "lift_low lift_high p_value") == (None, None, None)


def test_candidates_by_hand(walked):
    """Of four who left by cancellation a returned after 60 days with a revenue of 30, d after 160; b and c, inactive for 20 and 5 days, may do so too."""
    result = walked(
        *(order(name, "2025-01-01", amount="10") for name in "ad"),
        *(cancel("a", "2025-01-02"), order("a", "2025-03-03", amount="30")),
        *(cancel("d", "2025-01-02"), order("b", "2025-06-09"), cancel("b", "2025-06-10"), order("c", "2025-06-24"), cancel("c", "2025-06-25")),
        order("old", "2025-06-11"),
        customers=[consent("a"), consent("b"), consent("c"), consent("d"), consent("old", "false")],
        customer_merges=[{"from_customer_id": "old", "into_customer_id": "d", "merged_at": "2025-06-01", "loaded_at": "2025-07-01"}],
        campaigns=[campaign("k")],
        campaign_touches=[touch("k", "b", "2025-06-01T10:00", "control"), touch("k", "c", "2025-05-31")],
    )
    b, c, a = (row(result.win_back_candidates, customer_id=name) for name in "bca")
    assert values(b, "since exit_kind exit_reason last_purchase_on rank") == (date(2025, 6, 10), "voluntary", "too_expensive", date(2025, 6, 9), 1)
    assert values(b, "return_probability expected_value suppressed_because") == (0.5, 15.0, "cool_down")
    assert b["last_touched_at"] == datetime(2025, 6, 1, 10)
    assert values(c, "return_probability expected_value rank suppressed_because") == (0.5, 15.0, 2, None)
    assert values(a, "exit_kind return_probability expected_value rank") == ("inactivity", None, None, 3)
    assert values(a, "lifetime_revenue revenue_365_days_before previous_returns contactable") == (40, 40, 1, True)
    d = row(result.reactivation_candidates, customer_id="d")
    assert values(d, "from_state exit_kind contactable suppressed_because lifetime_revenue") == ("dormant", None, False, "no_consent", 10)


def test_a_strategy_is_suggested_where_it_has_shown_an_effect():
    shown = {"arm": "treatment", "target_state": "former", "lift": 0.2, "lift_low": 0.1, "treated_compared": 100, "controls_compared": 100}
    strategies = [
        shown | {"strategy": "few", "lift": 0.9, "controls_compared": 99},
        shown | {"strategy": "unsure", "lift": 0.8, "lift_low": 0.0},
        shown | {"strategy": "overlapping", "lift": 0.7, "lift_low": None},
        shown | {"strategy": "best"},
        shown | {"strategy": "as good"},
        shown | {"strategy": "elsewhere", "lift": 0.6, "target_state": "dormant"},
    ]
    outlook = Outlook([], [], strategies)
    assert [outlook.suggested_strategy(state) for state in ("former", "dormant", "dormant_prospect")] == ["as good", "elsewhere", None]
