"""The oracle's contracts, paid periods, kinds for an amount of 0 and recovered payments, on landings small enough to compute by hand.

A customer is dormant after 10 days of inactivity, former after 30; a payment made good within 7 days is a recovery.
"""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from cases import cancel, event, order, read_case, values
from oracle import Expected

LONG = {"dormant_after_days": 60, "former_after_days": 90}


@pytest.fixture
def walked(tmp_path):
    return partial(read_case, tmp_path)


def begin(contract: str, when: str, **more) -> dict:
    return order("c", when, contract_id=contract, **more)


def end(contract: str, when: str, reason: str = "too_expensive") -> dict:
    return cancel("c", when, reason) | {"contract_id": contract}


def moves(result: Expected) -> list[str]:
    return [f"{row['transition_date']:%m-%d} {row['transition']}" for row in result.transitions]


def exits(result: Expected) -> list[tuple]:
    return [(f"{row['transition_date']:%m-%d}", row["exit_reason"]) for row in result.transitions if row["transition"] in ("churned", "bounced")]


@pytest.mark.parametrize(
    ("ends", "left"),
    [
        ([("s", "06-04")], []),
        ([("s", "06-04"), ("t", "06-05")], [("06-05", "bad_service")]),
        ([("", "06-05")], [("06-05", "bad_service")]),  # all of them
        ([("u", "06-05")], []),  # never opened
        ([("s", "06-03"), ("s", "06-05")], []),  # ends once
        ([("", "06-04"), ("t", "06-05")], [("06-04", "too_expensive")]),  # gone by then
    ],
)
def test_a_customer_leaves_with_the_last_contract(walked, ends, left):
    reasons = dict.fromkeys([when for _, when in ends], "too_expensive") | ({"06-05": "bad_service"})
    ended = [end(contract, f"2025-{when}", reasons[when]) for contract, when in ends]
    assert exits(walked(begin("s", "2025-06-01"), begin("t", "2025-06-02"), *ended, event("e", "2025-06-06", "chat"), policy=LONG)) == left


def test_who_has_begun_the_new_before_the_old_ends_has_not_left(walked):
    """At one instant the end comes first: an exit of zero days. A purchase without a contract prevents no exit."""
    assert moves(walked(begin("s", "2025-06-01"), begin("t", "2025-06-10T22:00"), end("s", "2025-06-11T02:00"))) == ["06-01 acquired", "06-20 lapsed"]
    assert moves(walked(begin("s", "2025-06-01"), end("s", "2025-06-05T09:00"), begin("t", "2025-06-05T09:00"))) == ["06-01 acquired", "06-15 lapsed"]
    assert moves(walked(begin("s", "2025-06-01"), order("c", "2025-06-03"), end("s", "2025-06-05"))) == ["06-01 acquired", "06-05 churned"]


def test_contracts_stay_open_until_they_are_ended(walked):
    """They stay open through an exit by inactivity; and an ended contract can open again."""
    silent = walked(begin("s", "2025-03-01"), begin("t", "2025-05-01"), end("t", "2025-05-03"))
    assert moves(silent) == ["03-01 acquired", "03-11 lapsed", "03-31 churned", "05-01 won_back", "05-11 lapsed", "05-31 churned"]
    assert exits(silent)[-1] == ("05-31", "inactivity")
    again = [begin("s", "2025-06-01"), begin("t", "2025-06-02"), end("s", "2025-06-03"), begin("s", "2025-06-04"), end("t", "2025-06-05")]
    assert exits(walked(*again)) == [] and exits(walked(*again, end("s", "2025-06-06"))) == [("06-06", "too_expensive")]


def test_contracts_of_the_merged_are_the_survivors(walked):
    merge = {"from_customer_id": "old", "into_customer_id": "c", "merged_at": "2025-06-20", "loaded_at": "2025-07-01"}
    events = [begin("s", "2025-06-01") | {"customer_id": "old"}, order("c", "2025-06-02", contract_id="t"), end("t", "2025-06-03")]
    assert exits(walked(*events, customer_merges=[merge])) == []
    assert exits(walked(*events)) == [("06-03", "too_expensive")]


def test_what_is_paid_for_is_no_silence(walked):
    """Paid until 20 May: dormant ten days later, former thirty. A refund shortens nothing, a void removes all; dates before the purchase have no effect."""
    paid = begin("", "2025-04-01", covers_until="2025-05-20")
    longer = ["04-01 acquired", "05-30 lapsed", "06-19 churned"]
    assert moves(walked(paid)) == moves(walked(paid, event("r", "2025-04-02", "refund", amount="5"))) == longer
    assert moves(walked(paid, event("e", "2025-05-30", "chat"))) == ["04-01 acquired", "06-09 lapsed", "06-29 churned"]
    assert moves(walked(paid, order("c", "2025-04-02"), event("v", "2025-04-03", "void", voids_event_id=paid["event_id"])))[:2] == ["04-02 acquired", "04-12 lapsed"]
    assert moves(walked(begin("", "2025-06-01", covers_until="2025-05-20"))) == ["06-01 acquired", "06-11 lapsed"]
    assert moves(walked(event("e", "2025-06-01", "order"), event("n", "2025-06-02", "chat", covers_until="2025-06-30"))) == ["06-01 acquired", "06-12 lapsed"]


def test_what_is_paid_for_ends_with_its_contract(walked):
    """s is paid until August and ends on 20 May; t and purchases without a contract have no paid period."""
    paid = begin("s", "2025-05-01", covers_until="2025-08-01")
    assert moves(walked(paid, begin("t", "2025-05-02"), end("s", "2025-05-20"))) == ["05-01 acquired", "05-30 lapsed", "06-19 churned"]
    assert moves(walked(paid, begin("t", "2025-05-02"), end("t", "2025-05-20"))) == ["05-01 acquired"]
    assert moves(walked(paid, begin("t", "2025-05-02"), end("s", "2025-05-20"), begin("s", "2025-05-25"))) == ["05-01 acquired", "06-04 lapsed", "06-24 churned"]


def test_an_exit_ends_all_that_was_paid_for_before_it(walked):
    """This includes an exit that the close of the day does not show; a purchase after it starts a new paid period."""
    paid = begin("", "2025-05-01", covers_until="2025-08-01")
    within = walked(paid, cancel("c", "2025-05-10T08:00"), order("c", "2025-05-10T20:00"))
    assert moves(within) == ["05-01 acquired", "05-20 lapsed", "06-09 churned"]
    anew = walked(paid, cancel("c", "2025-05-10"), begin("", "2025-05-20", covers_until="2025-06-10"))
    assert moves(anew) == ["05-01 acquired", "05-10 churned", "05-20 won_back", "06-20 lapsed"]


def test_the_next_change_knows_what_is_paid_for(walked):
    (state,) = walked(begin("s", "2025-06-01", covers_until="2026-05-31")).states
    assert values(state, "state projected_state projected_on") == ("active", "dormant", date(2026, 6, 10))
    (state,) = walked(begin("s", "2025-06-01", covers_until="2026-05-31"), end("s", "2025-09-01")).states
    assert values(state, "projected_state projected_on") == ("former", date(2025, 9, 1))


@pytest.mark.parametrize(("amount", "found"), [("0", []), ("-0.00", []), ("0.01", ["06-01 acquired"]), ("", ["06-01 acquired"]), ("nil", ["06-01 acquired"])])
def test_what_costs_nothing_may_be_another_kind(walked, amount, found):
    """An invoice of zero is ignored, but not one whose amount is missing or unreadable."""
    assert moves(walked(event("1", "2025-06-01", "invoice", amount=amount)))[:1] == found


def test_an_invoice_over_nothing_in_another_currency_is_still_over_nothing(walked):
    result = walked(event("1", "2025-06-01", "invoice", amount="0.00", currency="USD"))
    assert result.transitions == [] and [values(one, "column_name reason") for one in result.dropped] == [("amount", "foreign_currency")]


def test_whose_payment_was_made_good_is_in_neither_part_of_the_rate(walked):
    """Former at the open of June: a, recovered on the 2nd and won back on the 20th; b, won back; d, gone for good. e was dormant."""
    result = walked(
        *(order("a", "2025-05-20"), cancel("a", "2025-05-30", "card_declined"), order("a", "2025-06-02", amount="7"), cancel("a", "2025-06-05")),
        *(order("a", "2025-06-20", amount="9"), order("b", "2025-01-01"), order("b", "2025-06-03", amount="5"), order("d", "2025-01-01")),
        *(order("e", "2025-05-15"), event("w", "2025-06-01", "chat", customer_id="e")),
    )
    june = result.periods["b000", "month", date(2025, 6, 1), "all", "all"]
    assert values(june, "opening_former former_recovered former_returned won_back won_back_revenue") == (3, 1, 1, 2, 5)
    assert june["win_back_rate"] == 0.5 and june["win_back_rate_low"] == pytest.approx(1 - june["win_back_rate_high"])
    assert values(june, "reactivation_rate purchase_reactivation_rate extended_reactivation_rate") == pytest.approx((2 / 3, 1 / 3, 2 / 3))
    week = result.periods["b000", "week", date(2025, 6, 16), "all", "all"]
    assert values(week, "former_recovered former_returned intra_period_win_backs") == (0, 1, 0)
