"""Data problems that users really have: rows that once gave wrong results, by kind of fault, each with its right value. All share one refresh."""

from collections.abc import Iterator
from datetime import date

from one_landing import Case
from projects import Project

COLUMNS = ("event_id", "customer_id", "event_name", "occurred_at", "amount", "currency", "reason", "contract_id", "loaded_at")
SUBSCRIPTION = {
    "kind": "subscription", "timezone": "UTC", "dormant_after_days": "", "former_after_days": "", "prospect_dormant_after_days": "", "recovery_days": "14",
}  # fmt: skip
RETAIL = {"timezone": "UTC", "dormant_after_days": "30", "former_after_days": "90", "prospect_dormant_after_days": ""}
Q2, JUNE = ("quarter", "2025-04-01"), ("month", "2025-06-01")


def event(customer: str, name: str, occurred_at: str, **values: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "") | {"customer_id": customer, "event_name": name, "occurred_at": occurred_at, "loaded_at": "2025-07-01T00:00:00Z"}
    return row | {"event_id": f"{customer}-{name}-{occurred_at}"} | values


def bought(customer: str, occurred_at: str, amount: str = "10", **values: str) -> dict[str, str]:
    return event(customer, "order", occurred_at, **{"amount": amount, "currency": "USD", **values})


def left(customer: str, occurred_at: str, reason: str = "", contract: str = "") -> dict[str, str]:
    return event(customer, "cancel", occurred_at, reason=reason, contract_id=contract)


def cases() -> Iterator[Case]:
    yield from contracts()
    yield from values()
    yield from others()


def contracts() -> Iterator[Case]:
    # An add-on that is bought and ended beside a continuing contract.
    rows = [bought("a", f"2025-0{month}-03T08:00:00Z", "20", contract_id="main") for month in (1, 2, 3, 4)]
    rows += [bought("a", "2025-01-20T08:00:00Z", "5", contract_id="extra"), left("a", "2025-03-20T08:00:00Z", "too_expensive", "extra")]
    yield Case("f_extra", {"events": rows}, policy=SUBSCRIPTION)

    # The next subscription begins hours before the old one ends.
    rows = [bought("r", when, "29", contract_id=contract) for when, contract in (("2025-03-04T08:00:00Z", "1"), ("2025-04-03T22:26:00Z", "2"), ("2025-05-03T22:26:00Z", "2"))]
    yield Case("f_next", {"events": [*rows, left("r", "2025-04-04T02:56:00Z", contract="1")]}, policy=SUBSCRIPTION)

    # A change of plan: begun before the old one ends, after it, and at the same instant.
    rows = []
    for customer, begins, ends in (("u1", "10:00:00", "10:00:04"), ("u2", "10:00:04", "10:00:00"), ("u3", "10:00:00", "10:00:00")):
        rows += [bought(customer, f"2025-0{month}-10T08:00:00Z", contract_id="old") for month in (1, 2, 3, 4)]
        rows += [bought(customer, f"2025-05-10T{begins}Z", "30", contract_id="new"), left(customer, f"2025-05-10T{ends}Z", "plan_change", "old")]
        rows += [bought(customer, "2025-06-10T10:00:00Z", "30", contract_id="new")]
    # The first of several contracts is bought again after its end; all of them end one by one; one cancellation ends all.
    rows += [bought("again", "2025-01-10", contract_id="x"), left("again", "2025-02-10", contract="x"), bought("again", "2025-03-10", contract_id="x")]
    for customer in ("one_by_one", "at_once"):
        rows += [bought(customer, f"2025-01-1{number}", contract_id=f"{number}") for number in (0, 1)]
    rows += [left("one_by_one", "2025-02-10", contract="0"), left("one_by_one", "2025-03-10", contract="1"), left("at_once", "2025-02-10")]
    yield Case("f_plans", {"events": rows}, policy=SUBSCRIPTION)


def values() -> Iterator[Case]:
    trial = [event("t", "visit", "2025-03-01T08:00:00Z"), bought("t", "2025-03-01T08:00:00Z", "0.00"), left("t", "2025-03-15T08:00:00Z")]
    yield Case("f_trial", {"events": trial}, policy=SUBSCRIPTION, kinds={"order": ("purchase", "ignore")})
    # A replacement at zero is no purchase; if the amount is unknown, it is one.
    rows = [bought(customer, "2025-01-03") for customer in ("replaced", "unknown")] + [bought("replaced", "2025-06-03", "0"), bought("unknown", "2025-06-03", "")]
    yield Case("f_replaced", {"events": rows}, policy=RETAIL, kinds={"order": ("purchase", "engagement")})

    rows = [bought(guest, f"2025-01-0{day}") for day, guest in enumerate(("0", "Guest", "NULL", "n/a", "[object Object]"), 1)]
    rows += [bought("Ann@Example.com", "2025-01-10"), bought("ann@example.com", "2025-06-10"), bought("Bob", "2025-06-10"), bought("bob", "2025-06-10")]
    rows += [bought(f"j{number}", "2025-06-01", event_id="1.23E+11", loaded_at=f"2025-06-0{number}") for number in (1, 2)]
    rows += [bought("6.25E+12", "2025-06-01"), bought("1e5", "2025-06-01")]
    yield Case("f_ids", {"events": rows}, policy=RETAIL)

    rows = [bought("best", "2025-01-05", "950.00"), bought("best", "2025-04-05", "1,250.00"), bought("bad", "2025-04-05", "1.250,00"), bought("minus", "2025-04-05", "-5")]
    rows += [bought("eur", "2025-05-01", "50.00", currency="EUR"), bought("low", "2025-05-01", "50.00", currency="usd")]
    rows += [bought("refunded", "2025-04-01", "100.00"), event("refunded", "refund", "2025-04-05", amount="-40.00", currency="USD")]
    yield Case("f_amounts", {"events": rows}, policy=RETAIL)

    zones = [" UTC", " +0000", " -0500", ".000 Z", " GMT", "Z", " +02:00", ""]
    yield Case("f_zones", {"events": [bought(f"z{number}", f"2021-01-03 10:00:00{zone}") for number, zone in enumerate(zones)]}, policy=RETAIL)
    yield Case("f_local", {"events": [bought("c", "2021-01-03 10:00:00")]}, policy=RETAIL | {"timezone": "America/New_York", "naive_times": "local"})

    yield Case("f_epoch", {"events": [bought("e1", "2024-01-10T08:00:00Z"), bought("e9", "1970-01-01T00:00:00Z")]}, policy=RETAIL)


def others() -> Iterator[Case]:
    rows = [bought(customer, when) for customer in ("f1", "f2") for when in ("2025-01-01T08:00:00Z", "2025-05-01T08:00:00Z")]
    campaigns = [{"campaign_id": name, "strategy": "letter"} for name in ("before", "after")]
    sent = (("before", "f1", "07:00:00"), ("after", "f2", "18:00:00"))
    touches = [{"touch_id": name, "campaign_id": name, "customer_id": customer, "touched_at": f"2025-05-01T{time}Z", "arm": "treatment"} for name, customer, time in sent]
    yield Case("f_letter", {"events": rows, "campaigns": campaigns, "campaign_touches": touches}, policy=RETAIL)

    said = [*CONSENT, "subscribed", ""]
    customers = [{"customer_id": f"y{number:02}", "contactable": text, "country": "SE", "updated_at": "2025-06-01"} for number, text in enumerate(said)]
    yield Case("f_consent", {"events": [bought(row["customer_id"], "2025-01-01") for row in customers], "customers": customers}, policy=RETAIL)

    rows = [bought("z", "2025-03-01T08:00:00Z"), left("z", "2025-04-20T08:00:00Z", "payment_failed"), bought("z", "2025-04-28T08:00:00Z")]
    rows += [event("z", "unheard_of", f"2025-05-0{day}") for day in (1, 2)]
    yield Case("f_reasons", {"events": rows}, policy=SUBSCRIPTION)

    rows = [bought("d1", "2025-01-01T08:00:00Z"), left("d1", "2025-02-01T08:00:00Z", "too_expensive"), bought("d1", "2025-04-10T08:00:00Z")]
    rows += [bought("d2", "2025-01-01T08:00:00Z"), left("d2", "2025-03-28T08:00:00Z", "card_declined"), bought("d2", "2025-04-05T08:00:00Z")]
    yield Case("f_dunning", {"events": rows}, policy=SUBSCRIPTION)


# Texts for true, and texts for false.
CONSENT = {"true": True, "True": True, "TRUE": True, "yes": True, "Y": True, "t": True, "1": True, "False": False, "FALSE": False, "no": False, "N": False, "f": False, "0": False}


def states(cases: Project, business: str) -> list[tuple]:
    return cases.query(f"select customer_id, state, cast(valid_from as varchar) from winback.lifecycle_states where business_id = '{business}' order by customer_id, valid_from")


def figures(cases: Project, table: str, business: str, period: tuple[str, str], columns: str) -> tuple:
    grain, start = period
    (row,) = cases.query(f"select {columns} from winback.{table} where business_id = '{business}' and period_grain = '{grain}' and period_start = '{start}' and segment = 'all'")
    return row


def lifetime_revenues(cases: Project, business: str) -> dict[str, float]:
    away = "select customer_id, lifetime_revenue from winback.{} where business_id = '{}'"
    found = [row for table in ("win_back_candidates", "reactivation_candidates") for row in cases.query(away.format(table, business))]
    return {customer: float(revenue) for customer, revenue in found}


def dropped(cases: Project, business: str) -> list[tuple]:
    return cases.query(f"select customer_id, column_name, reason from winback.dropped_values where business_id = '{business}' order by 1")


def rejected(cases: Project, business: str) -> list[tuple]:
    return cases.query(f"select customer_id, reason from winback.rejected_rows where business_id = '{business}' order by 1, 2")


def test_who_ends_one_of_several_contracts_has_not_left(cases: Project) -> None:
    assert states(cases, "f_extra") == [("a", "active", "2025-01-03")]
    assert figures(cases, "fct_win_back", "f_extra", Q2, "opening_former, exits, win_back_rate") == (0, 0, None)
    assert figures(cases, "fct_retention", "f_extra", Q2, "opening_current, current_retained") == (1, 1)
    assert states(cases, "f_next") == [("r", "active", "2025-03-04")]
    assert figures(cases, "fct_win_back", "f_next", ("month", "2025-05-01"), "opening_former, former_returned") == (0, 0)
    plans = states(cases, "f_plans")
    assert [row for row in plans if row[0][0] == "u"] == [(customer, "active", "2025-01-10") for customer in ("u1", "u2", "u3")]
    assert [row for row in plans if row[0] == "again"] == [("again", "active", "2025-01-10"), ("again", "former", "2025-02-10"), ("again", "active", "2025-03-10")]
    assert [row for row in plans if row[1] == "former" and row[0] != "again"] == [("at_once", "former", "2025-02-10"), ("one_by_one", "former", "2025-03-10")]


def test_a_purchase_of_nothing_is_what_its_mapping_says(cases: Project) -> None:
    assert states(cases, "f_trial") == [("t", "prospect", "2025-03-01")]
    assert cases.query("select count(*) from winback.win_back_candidates where business_id = 'f_trial'") == [(0,)]
    away = [("active", "2025-01-03"), ("dormant", "2025-02-02"), ("former", "2025-04-03")]
    assert states(cases, "f_replaced") == [*(("replaced", *row) for row in away), *(("unknown", *row) for row in [*away, ("active", "2025-06-03")])]


def test_ids_that_name_nobody_or_two_are_told_and_addresses_are_one_in_any_case(cases: Project) -> None:
    assert sorted({customer for customer, *_ in states(cases, "f_ids")}) == ["1e5", "Bob", "ann@example.com", "bob"]
    nobody, mangled = "placeholder_customer_id", "mangled_event_id"
    assert rejected(cases, "f_ids") == [
        ("0", nobody), ("6.25E+12", "mangled_customer_id"), ("Guest", nobody), ("NULL", nobody), ("[object Object]", nobody),
        ("j1", mangled), ("j2", mangled), ("n/a", nobody),
    ]  # fmt: skip
    assert figures(cases, "fct_win_back", "f_ids", JUNE, "opening_former, former_returned, win_back_rate") == (1, 1, 1.0)


def test_an_amount_that_cannot_be_used_costs_itself_and_a_refund_counts_without_its_sign(cases: Project) -> None:
    assert dropped(cases, "f_amounts") == [("bad", "amount", "invalid_amount"), ("eur", "amount", "foreign_currency"), ("minus", "amount", "negative_amount")]
    assert rejected(cases, "f_amounts") == []
    assert lifetime_revenues(cases, "f_amounts") == {"best": 2200, "bad": 0, "minus": 0, "eur": 0, "low": 50, "refunded": 60}
    assert cases.query("select last_purchase_on from winback.reactivation_candidates where business_id = 'f_amounts' and customer_id = 'best'") == [(date(2025, 4, 5),)]


def test_a_time_says_its_zone_after_a_space_or_not(cases: Project) -> None:
    assert rejected(cases, "f_zones") == []
    hours = "select extract(hour from cast(occurred_at as timestamp)) from winback_internal.stg_events where business_id = '{}' order by customer_id"
    assert [hour for (hour,) in cases.query(hours.format("f_zones"))] == [10, 10, 15, 10, 10, 10, 8, 10]
    assert [hour for (hour,) in cases.query(hours.format("f_local"))] == [15]


def test_the_zero_of_a_computers_calendar_is_a_missing_time(cases: Project) -> None:
    assert rejected(cases, "f_epoch") == [("e9", "invalid_occurred_at")]
    assert cases.query("select history_starts_on from winback.dim_business where business_id = 'f_epoch'") == [(date(2024, 1, 10),)]
    assert figures(cases, "fct_win_back", "f_epoch", ("month", "2024-01-01"), "is_warm") == (False,)
    assert cases.query("select min(period_end) from winback.fct_lifecycle where business_id = 'f_epoch' and period_grain = 'day'") == [(date(2024, 1, 10),)]


def test_a_letter_after_the_return_of_its_day_did_not_bring_it_about(cases: Project) -> None:
    performance = "select campaign_id, observed, returned from winback.fct_campaign_performance where business_id = 'f_letter' and target_state = 'all' order by 1"
    assert cases.query(performance) == [("after", 1, 0), ("before", 1, 1)]
    assert cases.query("select customer_id, campaign_id from winback.fct_returns where business_id = 'f_letter' order by 1") == [("f1", "before"), ("f2", None)]


def test_consent_is_read_in_every_spelling_and_a_bad_one_costs_itself(cases: Project) -> None:
    found = cases.query("select customer_id, contactable, suppressed_because from winback.win_back_candidates where business_id = 'f_consent' order by 1")
    answers = [*CONSENT.values(), False, False]
    assert found == [(f"y{number:02}", answer, None if answer else "no_consent") for number, answer in enumerate(answers)]
    assert dropped(cases, "f_consent") == [(f"y{len(CONSENT):02}", "contactable", "invalid_contactable")]
    assert cases.query("select distinct country from winback_internal.stg_customers where business_id = 'f_consent'") == [("SE",)]


def test_what_no_list_has_is_counted_with_its_text(cases: Project) -> None:
    found = "select column_name, value, rows, first_seen_on, last_seen_on from winback.unmapped_values where business_id = 'f_reasons' order by 1"
    assert cases.query(found) == [
        ("event_name", "unheard_of", 2, date(2025, 5, 1), date(2025, 5, 2)),
        ("reason", "payment_failed", 1, date(2025, 4, 20), date(2025, 4, 20)),
    ]
    assert ("z", "former", "2025-04-20") in states(cases, "f_reasons")


def test_whose_failed_payment_was_made_good_had_never_been_lost(cases: Project) -> None:
    counts = figures(cases, "fct_win_back", "f_dunning", Q2, "opening_former, former_recovered, former_returned, win_back_rate")
    assert counts == (2, 1, 1, 1.0)
