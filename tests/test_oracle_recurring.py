"""The walk's recurring revenue and acquisition cohorts, in cases small enough to compute by hand. `as_of` is 30 June 2025; D is 10, F is 30."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from cases import cancel, order, read_case, row, values


@pytest.fixture
def walked(tmp_path):
    return partial(read_case, tmp_path)


def contract(contract_id: str, customer: str, starts_on: str, ends_on: str = "", amount: str = "10") -> dict:
    return {
        "contract_id": contract_id, "customer_id": customer, "starts_on": starts_on, "ends_on": ends_on,
        "monthly_amount": amount, "currency": "eur", "loaded_at": "2025-07-01",
    }  # fmt: skip


def moves(result, customer: str = "c") -> list[str]:
    return [f"{one['moved_on']:%m-%d} {one['movement']} {one['mrr_change']}" for one in result.movements if one["customer_id"] == customer]


def test_each_movement(walked):
    prices = [contract("1", "c", "2025-01-01", "2025-02-01"), contract("2", "c", "2025-02-01", "2025-03-01", "15"), contract("3", "c", "2025-03-01", "2025-04-01", "12")]
    same = [contract("4", "c", "2025-05-01", "2025-05-15"), contract("5", "c", "2025-05-15")]
    result = walked(order("c", "2025-01-01"), contracts=prices + same)
    assert moves(result) == ["01-01 new 10.0000", "02-01 expansion 5.0000", "03-01 contraction -3.0000", "04-01 churned -12.0000", "05-01 reactivated 10.0000"]


@pytest.mark.parametrize(("returned", "movement"), [("2025-06-08", "won_back"), ("2025-06-09", "reactivated"), ("2025-04-10", "won_back"), ("2025-04-09", "reactivated")])
def test_a_return_counts_from_the_fall_to_seven_days_after(walked, returned, movement):
    """Former since 31 January, back on the date given, and paying from 1 June after a fall on 10 April."""
    result = walked(order("c", "2025-01-01"), order("c", returned), contracts=[contract("1", "c", "2025-01-01", "2025-04-10"), contract("2", "c", "2025-06-01")])
    assert moves(result)[-1] == f"06-01 {movement} 10.0000"


def test_a_payment_made_good_is_recovered(walked):
    events = [order("c", "2025-06-01"), cancel("c", "2025-06-05", "card_declined"), order("c", "2025-06-12")]
    result = walked(*events, contracts=[contract("1", "c", "2025-06-01", "2025-06-05"), contract("2", "c", "2025-06-12")])
    assert moves(result)[-1] == "06-12 recovered 10.0000"


def test_only_what_runs_by_as_of_counts(walked):
    never, free, later = contract("1", "c", "2025-05-01", "2025-05-01"), contract("2", "d", "2025-05-01", amount="0"), contract("3", "c", "2025-07-01")
    still = contract("4", "old", "2025-06-01", "2025-07-01")
    merge = {"from_customer_id": "old", "into_customer_id": "c", "merged_at": "2025-01-01", "loaded_at": "2025-07-01"}
    result = walked(order("c", "2025-06-10"), contracts=[never, free, later, still], customer_merges=[merge])
    assert moves(result) == ["06-01 new 10.0000"] and moves(result, "d") == []
    assert min(one["period_start"] for one in result.recurring if one["period_grain"] == "day") == date(2025, 5, 1)


def test_a_month_of_gains_and_losses(walked):
    """c pays 10 and then 16; d paid 20 at the open, stops and pays 5 again; e comes and goes."""
    of_c = [contract("1", "c", "2025-03-01", "2025-05-10"), contract("2", "c", "2025-05-10", amount="16")]
    of_d = [contract("3", "d", "2025-03-01", "2025-05-05", "20"), contract("4", "d", "2025-05-20", amount="5")]
    result = walked(order("c", "2025-03-01"), contracts=[*of_c, *of_d, contract("5", "e", "2025-05-02", "2025-05-03", "1")])
    may = row(result.recurring, period_grain="month", period_start=date(2025, 5, 1), segment="all")
    assert values(may, "opening_mrr new_mrr expansion_mrr reactivated_mrr churned_mrr closing_mrr") == (30, 1, 6, 5, 21, 21)
    assert values(may, "opening_paying closing_paying gross_retained_mrr net_retained_mrr") == (2, 2, 15, 21)
    assert values(may, "gross_revenue_retention net_revenue_retention mrr_per_customer") == (0.5, 0.7, 10.5)


def test_cohorts_and_what_became_of_them(walked):
    """c and d first buy in April, e in June. c leaves in May and is won back in June; d bounces."""
    result = walked(
        order("c", "2025-04-20", amount="40"), order("c", "2025-06-25", amount="10"),
        order("d", "2025-04-10T09:00", amount="5"), cancel("d", "2025-04-10T10:00"), order("e", "2025-06-30", amount="7"),
    )  # fmt: skip
    figures = "customers purchased current former current_after_return revenue cumulative_revenue is_complete"
    april = [values(row(result.acquisition, segment="all", cohort_month=date(2025, 4, 1), months_since=month), figures) for month in range(3)]
    assert april == [
        (2, 2, 1, 1, 0, Decimal(45), Decimal(45), True),
        (2, 0, 0, 2, 0, Decimal(0), Decimal(45), True),
        (2, 1, 1, 1, 1, Decimal(10), Decimal(55), True),
    ]
    assert values(row(result.acquisition, segment="all", cohort_month=None, months_since=0), figures) == (3, 3, 2, 1, 0, Decimal(52), Decimal(52), True)
    pooled = row(result.acquisition, segment="all", cohort_month=None, months_since=2)
    assert values(pooled, "customers purchase_rate retention_rate win_back_share cumulative_revenue_per_customer") == (2, 0.5, 0.5, 1.0, 27.5)
