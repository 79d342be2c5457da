"""What the oracle reads, drops and rejects, by hand (section 1 of the definitions)."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from cases import answer, campaign, cancel, consent, event, order, read_case, row, touch, values
from oracle.values import Unreadable, clean, in_order, read_amount, read_boolean, read_time

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def walked(tmp_path):
    return partial(read_case, tmp_path)


def rejected(result) -> dict[str, str]:
    return {one["row_id"]: one["reason"] for one in result.rejected}


def dropped(result) -> list[tuple]:
    found = [values(one, "landing_table row_id customer_id column_name reason") for one in result.dropped]
    return sorted(found, key=lambda one: [in_order(value) for value in one])


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        *(("2021-01-03 10:00:00 UTC", 10), ("2021-01-03 10:00:00 +0000", 10), ("2021-01-03 10:00:00 -0500", 15), ("2021-01-03 10:00:00.000 Z", 10)),
        *(("2021-01-03 10:00:00 GMT", 10), ("2021-01-03T10:00:00 +05:30", 4.5), ("2021-01-03T10:00:00-05:00", 15), ("2021-01-03T10:00UTC", 10)),
        *(("2021-01-03 10:00", 10), ("2021-01-03", 5)),
    ],
)
def test_times_that_are_read(text, hour):
    found = read_time(text, NEW_YORK)
    assert (found - datetime(2021, 1, 3, tzinfo=timezone.utc)).total_seconds() == hour * 3600


@pytest.mark.parametrize("text", ["2021-01-03 10:00:00 CET", "2021-01-03 10:00:00  Z", "2021-01-03 UTC", "1/3/2021 10:00", "2021-01-03T25:00", "2021-01-03T10:00 +5", "now"])
def test_times_that_are_not_read(text):
    with pytest.raises(Unreadable):
        read_time(text, NEW_YORK)


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        *(("1980-01-01T04:59:59Z", False), ("1980-01-01T05:00:00Z", True), ("2101-01-01T04:59:59Z", True), ("2101-01-01T05:00:00Z", False)),
        *(("1980-01-01", True), ("1979-12-31", False), ("2100-12-31", True), ("2101-01-01", False)),
    ],
)
def test_the_years_are_those_of_the_business(text, is_read):
    if is_read:
        assert read_time(text, NEW_YORK).tzinfo == timezone.utc
    else:
        with pytest.raises(Unreadable):
            read_time(text, NEW_YORK)


def test_a_time_without_a_zone_may_be_the_businesss_own(walked):
    """23:00 in New York is the next day in UTC."""
    for naive_times, day in (("local", date(2025, 6, 1)), ("utc", date(2025, 5, 31)), ("", date(2025, 5, 31))):
        result = walked(event("1", "2025-06-01 03:00:00", "order"), policy={"timezone": "America/New_York", "naive_times": naive_times})
        assert result.states[0]["valid_from"] == day
    late = walked(event("1", "2025-06-01 23:00:00 Z", "order"), policy={"timezone": "Asia/Kolkata", "naive_times": "local"})
    assert late.states[0]["valid_from"] == date(2025, 6, 2)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        *(("1,250.00", "1250"), ("-1,234,567.8", "-1234567.8"), ("+7.50", "7.5"), (".5", "0.5"), ("10.", "10"), ("0.00005", "0.0001"), ("-0.00005", "-0.0001")),
        *((text, None) for text in ("1,250", "1.250,00", "12,50.00", ",250.00", "1e5", "ten", "NaN", "$5", "1 250.00")),
    ],
)
def test_amounts(text, amount):
    if amount:
        assert read_amount(text) == Decimal(amount)
    else:
        with pytest.raises(Unreadable):
            read_amount(text)


def test_there_is_no_minus_nothing():
    assert [str(read_amount(text)) for text in ("-0", "-0.00004")] == ["0.0000"] * 2


def test_booleans_and_blanks():
    assert {read_boolean(text) for text in ("true", "T", "Yes", "y", "1", "TRUE")} == {True}
    assert {read_boolean(text) for text in ("false", "F", "No", "n", "0", "FALSE")} == {False}
    with pytest.raises(Unreadable):
        read_boolean("maybe")
    assert clean("\u00a0\t a b\r\n") == "a b" and clean(" \u00a0") is None and clean("\u2003a") == "\u2003a"


def test_an_address_is_one_person_in_any_case(walked):
    """Only A to Z are compared case-insensitively; other ids and other letters are distinct."""
    addresses = [order(name, f"2025-06-{day:02}") for day, name in enumerate(("Ann@Example.com", "ann@EXAMPLE.com", "É@x", "é@X", "Bob", "bob"), start=1)]
    result = walked(
        *addresses,
        customers=[consent("ANN@example.com") | {"country": "IT"}],
        customer_merges=[{"from_customer_id": "É@X", "into_customer_id": "Ann@example.COM", "merged_at": "2025-06-01", "loaded_at": "2025-07-01"}],
        campaigns=[campaign("k")],
        campaign_touches=[touch("k", "ANN@EXAMPLE.COM", "2025-06-03")],
        survey_responses=[answer("r", "ANN@EXAMPLE.COM", "2025-05-03", "nps", "10")],
    )
    assert {one["customer_id"] for one in result.states} == {"ann@example.com", "é@x", "Bob", "bob"}
    assert row(result.campaigns, target_state="all")["touched"] == 0 and row(result.campaigns, target_state="active")["touched"] == 1
    assert result.periods["b000", "month", date(2025, 6, 1), "country", "IT"]["acquired"] == 1
    assert result.periods["b000", "day", date(2025, 6, 2), "all", "all"]["answered"] == 1


def test_ids_that_name_nobody_or_were_mangled(walked):
    """Rejected in this order, and before the business and the name are checked."""
    result = walked(
        *(event(name, "2025-06-01", "order", customer_id=name) for name in ("0", "NULL", "n/a", "Guest", "[object Object]", "0.0", "1e5", "1.5E+7", "00")),
        event("1.23E+11", "2025-06-01", "order", customer_id="nan"),
        event("1e+5", "2025-06-01", "order", customer_id="2e+5"),
        event("b", "2025-06-01", "teleport", customer_id="2e+5", business_id="nowhere"),
        event("-1e+5", "2025-06-01", "teleport"),
        customers=[consent("none")],
        customer_merges=[{"from_customer_id": "a", "into_customer_id": "1E+10", "merged_at": "2025-06-01", "loaded_at": "2025-07-01"}],
    )
    nobody = "placeholder_customer_id"
    assert rejected(result) == {
        **dict.fromkeys(("0", "NULL", "n/a", "Guest", "[object Object]", "1.23E+11", "none"), nobody),
        "1.5E+7": "mangled_event_id", "1e+5": "mangled_event_id", "b": "mangled_customer_id", "a": "mangled_customer_id",
        "-1e+5": "unmapped_event_name",
    }
    assert {one["customer_id"] for one in result.states} == {"0.0", "1e5", "00"}


def test_a_bad_value_costs_the_value(walked):
    """The row is current, in each table; a value has only its first reason, and a missing value none."""
    result = walked(
        event("1", "2025-06-01", "order", amount="1,250"),
        event("2", "2025-06-01", "order", amount="-5", currency="XXX"),
        event("3", "2025-06-01", "order", amount="5", currency="USD", covers_until="next year"),
        event("4", "2025-06-01", "order", amount="", currency="USD"),
        event("5", "2025-06-01", "order", amount="5", currency="eUr"),
        event("6", "2025-06-02", "refund", amount="-2"),
        event("7", "2025-06-02", "chat", amount="-5", covers_until="2101-01-01"),
        event("8", "2025-06-02", "view", amount="five"),
        event("9", "2025-06-02", "void", amount="five", voids_event_id="none"),
        event("10", "2025-06-02", "order", amount="five"),
        event("11", "2025-06-02", "void", voids_event_id="10"),
        customers=[consent("c", "maybe") | {"country": "IT", "updated_at": "1970-01-01"}],
        campaigns=[campaign("k", starts_on="soon", ends_on="2025-02-29", cost="1e5")],
        campaign_touches=[touch("k", "c", "2025-06-03", cost="free")],
    )
    assert result.rejected == []
    assert dropped(result) == [
        *[("campaign_touches", "k-c-2025-06-03", "c", "cost", "invalid_cost"), ("campaigns", "k", None, "cost", "invalid_cost")],
        *[("campaigns", "k", None, "ends_on", "invalid_ends_on"), ("campaigns", "k", None, "starts_on", "invalid_starts_on")],
        *[("customers", "c", "c", "contactable", "invalid_contactable"), ("customers", "c", "c", "updated_at", "invalid_updated_at")],
        *[("events", "1", "c", "amount", "invalid_amount"), ("events", "10", "c", "amount", "invalid_amount"), ("events", "2", "c", "amount", "negative_amount")],
        *[("events", "3", "c", "amount", "foreign_currency"), ("events", "3", "c", "covers_until", "invalid_covers_until")],
        *[("events", "7", "c", "covers_until", "invalid_covers_until"), ("events", "8", "c", "amount", "invalid_amount")],
        ("events", "9", "c", "amount", "invalid_amount"),
    ]
    june = result.periods["b000", "month", date(2025, 6, 1), "country", "IT"]
    assert june["acquired"] == 1 and row(result.campaigns, target_state="active")["revenue"] == 0
    assert result.standing["events"] == 11


def test_revenue_is_of_what_could_be_used(walked):
    """5 in euros and a refund of 2 with a sign; unusable amounts count nothing."""
    result = walked(
        *(event("1", "2025-05-01", "order", amount="1,250"), event("2", "2025-05-01", "order", amount="-5")),
        *(event("3", "2025-05-01", "order", amount="7", currency="USD"), event("4", "2025-05-01", "order", amount="5", currency="eur")),
        *(event("5", "2025-05-02", "refund", amount="-2"), cancel("c", "2025-05-03")),
    )
    assert result.win_back_candidates[0]["lifetime_revenue"] == 3


def test_rows_that_differ_in_loaded_at_alone_are_one(walked):
    """They keep the latest readable time, so a replaced row becomes current again when it is delivered again."""
    first, second = event("1", "2025-06-01", "order", loaded_at="2025-07-01"), event("1", "2025-06-02", "order", loaded_at="2025-07-02")
    again = [first | {"loaded_at": when} for when in ("2025-07-03", "later", "2101-07-01")]
    for events, stands_on in (((first, second), date(2025, 6, 2)), ((first, second, *again), date(2025, 6, 1))):
        result = walked(*events)
        assert (result.states[0]["valid_from"], result.landed["events"], result.superseded["events"], result.rejected) == (stands_on, 2, 1, [])
    bad = walked(*again[1:])
    assert bad.landed["events"] == 1 and rejected(bad) == {"1": "invalid_loaded_at"}


def test_a_file_without_loaded_at_is_of_one_time(walked):
    """No row of it is newer; equal rows are one row, and one written differently is superseded."""
    copies = [order("c", "2025-06-02"), order("c", "2025-06-02") | {"occurred_at": "2025-06-01"}, order("c", "2025-06-02")]
    result = walked(*copies, order("c", "2025-06-02") | {"customer_id": " c "}, without={"events": ("loaded_at",)})
    assert result.states[0]["valid_from"] == date(2025, 6, 1)
    assert (result.landed["events"], result.superseded["events"], len(result.rejected)) == (3, 0, 2)
    assert set(rejected(result).values()) == {"conflicting_copy"}


def test_what_has_no_time_of_its_own_is_older(walked):
    """A customer row without `updated_at`, or with an unreadable one, is older than any with one."""
    rows = [consent("c") | {"updated_at": when, "country": country, "loaded_at": "2025-07-02"} for when, country in (("", "SE"), ("soon", "NO"))]
    result = walked(order("c", "2025-06-01"), customers=[*rows, consent("c") | {"country": "IT"}])
    assert {value for _, _, _, segment, value in result.periods if segment == "country"} == {"IT"}
    assert result.superseded["customers"] == 2 and result.dropped == []


def test_copies_whose_bad_values_are_dropped_are_alike(walked):
    """A valid amount sorts before none; two invalid ones are equal, and the others are superseded."""
    alike = walked(*(event("1", "2025-06-01", "order", amount=text) for text in ("ten", "1e5")))
    assert (alike.superseded["events"], alike.rejected, len(alike.dropped)) == (1, [], 1)
    better = walked(*(event("1", "2025-06-01", "order", amount=text) for text in ("ten", "5")))
    assert rejected(better) == {"1": "conflicting_copy"} and better.dropped == []
