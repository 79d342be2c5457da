"""The oracle against the golden landing, and against cases small enough to compute by hand."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from cases import as_warehouse, event, read_case
from histories import AS_OF, drawn
from oracle import expected
from oracle.compare import compare
from oracle.statistics import wilson

GOLDEN = Path(__file__).parent / "golden"


def rows_of(path: Path) -> list[dict]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def as_rows(rows: list[dict], columns: list[str]) -> Counter:
    return Counter(tuple(as_text(row[column]) for column in columns) for row in rows)


@pytest.fixture(scope="module")
def golden():
    return expected(GOLDEN / "landing", GOLDEN, AS_OF)


@pytest.mark.parametrize(
    ("attribute", "file"),
    [
        ("states", "expected_lifecycle_states.csv"),
        ("transitions", "expected_lifecycle_transitions.csv"),
        ("rejected", "expected_rejected_rows.csv"),
        ("dropped", "expected_dropped_values.csv"),
    ],
)
def test_rows_are_the_golden_ones(golden, attribute, file):
    wanted = rows_of(GOLDEN / file)
    columns = list(wanted[0])
    assert as_rows(getattr(golden, attribute), columns) == as_rows(wanted, columns)


def test_periods_are_the_golden_ones(golden):
    wanted = rows_of(GOLDEN / "expected_periods.csv")
    keys = set()
    for row in wanted:
        place = row.pop("business_id"), row.pop("period_grain")
        key = (*place, date.fromisoformat(row.pop("period_start")), "all", "all")
        keys.add(key)
        got = golden.periods[key]
        for column, text in row.items():
            if isinstance(got[column], float):
                assert got[column] == pytest.approx(float(text), abs=1e-9), (key, column)
            else:
                assert as_text(got[column]) == text, (key, column)
    assert keys == {key for key in golden.periods if key[3] == "all" and key[1] != "day"}


def test_every_landed_row_stands_is_superseded_or_is_rejected(golden):
    rejected = Counter(row["landing_table"] for row in golden.rejected)
    for table, landed in golden.landed.items():
        assert landed == golden.standing[table] + golden.superseded[table] + rejected[table], table


@pytest.fixture
def walked(tmp_path):
    """Write a landing of one business and have the oracle read it."""

    return partial(read_case, tmp_path)


def moves(result) -> list[str]:
    return [f"{row['transition_date']:%m-%d} {row['transition']}" for row in result.transitions]


def period(result, grain: str, start: str, segment: str = "all", value: str = "all") -> dict:
    return result.periods["b000", grain, date.fromisoformat(start), segment, value]


def test_silence_makes_dormant_and_then_former(walked):
    result = walked(event("1", "2025-03-01", "order"))
    assert moves(result) == ["03-01 acquired", "03-11 lapsed", "03-31 churned"]


def test_what_happens_on_the_last_day_still_counts(walked):
    result = walked(event("1", "2025-05-01", "order"), event("2", "2025-05-31", "chat"))
    assert moves(result)[:3] == ["05-01 acquired", "05-11 lapsed", "05-31 reactivated"]

    result = walked(event("1", "2025-05-01", "order"), event("2", "2025-05-31", "cancel"))
    assert result.transitions[-1]["exit_reason"] == "unknown"

    result = walked(event("1", "2025-05-01", "order"), event("2", "2025-06-01", "chat"))
    assert moves(result)[-1] == "05-31 churned"


def test_an_exit_stays_what_it_was_until_the_return(walked):
    """A purchase and an exit within a day, long after an exit by inactivity: the close of the day shows nothing."""
    result = walked(
        event("1", "2025-03-01T09:00", "order"),
        event("2", "2025-05-01T09:00", "order"),
        event("3", "2025-05-01T10:00", "cancel", reason="bad_service"),
    )
    assert moves(result)[-1] == "03-31 churned"
    assert result.states[-1]["exit_reason"] == "inactivity"


def test_of_two_cancellations_the_first_found_a_customer(walked):
    result = walked(
        event("1", "2025-06-01T09:00", "order"),
        event("2", "2025-06-05T09:00", "cancel", reason="card_declined"),
        event("3", "2025-06-05T10:00", "cancel", reason="bad_service"),
        event("4", "2025-06-12T10:00", "order"),
    )
    assert moves(result)[:3] == ["06-01 acquired", "06-05 churned", "06-12 recovered"]


def test_a_cancellation_between_purchases_of_an_instant_is_no_exit(walked):
    result = walked(
        event("1", "2025-06-01", "order"),
        event("b", "2025-06-05T09:00", "cancel"),
        event("a", "2025-06-05T09:00", "order"),
    )
    assert moves(result) == ["06-01 acquired", "06-15 lapsed"]


def test_future_events_are_only_projected_and_future_voids_count_at_once(walked):
    result = walked(
        event("1", "2025-06-25", "order"),
        event("2", "2025-07-02", "cancel"),
        event("3", "2025-06-26", "cancel"),
        event("4", "2026-01-01", "void", voids_event_id="3"),
    )
    assert moves(result) == ["06-25 acquired"]
    assert result.states[-1]["projected_state"] == "former"
    assert result.states[-1]["projected_on"] == date(2025, 7, 2)


@pytest.mark.parametrize(
    ("zone", "when", "day"),
    [
        ("America/Havana", "2024-11-03T04:30:00Z", "11-03"),  # clocks go back from 1 to 0 o'clock
        ("America/Havana", "2024-11-03T03:59:59Z", "11-02"),
        ("Africa/Cairo", "2024-10-31T21:30:00Z", "10-31"),  # back from 24 to 23 o'clock
        ("Pacific/Kiritimati", "2024-10-31T10:00:00Z", "11-01"),
        ("Asia/Kolkata", "2024-10-31T18:29:59Z", "10-31"),
        ("Africa/Cairo", "2024-04-26", "04-26"),  # a date without a midnight
    ],
)
def test_dates_are_those_of_the_business(walked, zone, when, day):
    result = walked(event("1", when, "order"), policy={"timezone": zone})
    assert moves(result)[0] == f"{day} acquired"


def test_a_month_of_exits_and_returns(walked):
    """Two customers by hand: one wakes and buys, the other is won back; both in June."""
    result = walked(
        event("1", "2025-05-20", "order", amount="100"),
        event("2", "2025-06-05", "chat"),
        event("3", "2025-06-06", "order", amount="40"),
        event("4", "2025-06-07", "refund", amount="15.5"),
        event("5", "2025-04-01", "order", customer_id="d", amount="70"),
        event("6", "2025-06-10", "order", customer_id="d", amount="30"),
        customers=[
            {
                "customer_id": "d",
                "country": "IT",
                "updated_at": "2025-01-01",
                "loaded_at": "2025-01-01",
            }
        ],
    )
    june = period(result, "month", "2025-06-01")
    assert june["opening_dormant"] == june["opening_former"] == 1
    assert june["dormant_returned"] == june["dormant_repurchased"] == june["former_returned"] == 1
    assert june["reactivation_rate"] == 1.0 and june["crr"] == 2.0
    assert june["retention_rate"] == 1.0 and june["returned_at_close"] == 1
    assert june["reactivated_revenue"] == Decimal("24.5") and june["won_back_revenue"] == 30
    assert june["revenue_at_risk"] == Decimal("224.5")  # c lapsed again on 16 June, d on 20 June
    assert june["mean_tenure_days"] == (41 + 90) / 2
    assert june["is_complete"] and not june["is_warm"]
    assert period(result, "month", "2025-06-01", "country", "IT")["former_returned"] == 1
    assert period(result, "month", "2025-06-01", "country", "(none)")["former_returned"] == 0


def test_the_interval_of_a_share():
    """Wilson's 95 % interval of 1 in 10, as published."""
    low, high = wilson(1, 10)
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)
    assert wilson(0, 0) == (None, None)
    assert wilson(0, 5)[0] == 0.0 and wilson(5, 5)[1] == 1.0


def test_drawn_businesses_are_the_same_each_time():
    assert drawn(3, seed=7) == drawn(3, seed=7) != drawn(3, seed=8)


def test_compare_names_what_differs(walked):
    """Against tables made of the oracle's own rows, with one value, one row and one count wrong."""
    result = walked(event("1", "2025-06-01", "order"), event("2", "2025-06-02", "teleport"), event("3", "2025-06-01", "chat", amount="ten"))
    connection = as_warehouse(result)
    assert compare(connection, result) == []

    year = "period_grain = 'year' and segment = 'all'"
    connection.execute(f"update winback.fct_lifecycle set acquired = 2 where {year}")
    connection.execute("delete from winback.lifecycle_states where state = 'dormant'")
    connection.execute("update winback.rejected_rows set reason = 'conflicting_copy'")
    connection.execute("delete from winback.dropped_values")
    assert compare(connection, result) == [
        "winback.rejected_rows events/b000/2/c/conflicting_copy: got 1, expected 0",
        "winback.rejected_rows events/b000/2/c/unmapped_event_name: got 0, expected 1",
        "winback.dropped_values events/b000/3/c/amount/invalid_amount: got 0, expected 1",
        "winback.lifecycle_states b000/c/2025-06-11: no such row",
        "winback.fct_lifecycle b000/year/2025-01-01/all/all acquired: got 2, expected 1",
    ]
