"""Checks of the landed data, each on a few rows with the fault and without it."""

from datetime import date, timedelta

import pytest

from orchestration.contract_checks import absences_under_contract, cancellations_without_contract, silent_contracts
from orchestration.data_checks import dropped_values, rejection_rates, shared_event_ids, stale_feeds, unmapped_values, wide_segments
from orchestration.landing.contract import LANDING_TABLES
from orchestration.settings import load_settings
from orchestration.summary import Published, left_out
from rows import Tables, table

AS_OF = "create table winback.refreshes as select 1 as refresh_id, date '2025-06-30' as as_of_date"
BUSINESS = "create table winback.dim_business as select 'saas' as business_id, date '2025-06-30' as as_of_date"
DROPPED = "create table winback.dropped_values (business_id text, landing_table text, row_id text, column_name text, reason text)"
VOIDED = "create table winback_internal.int_voided_events (business_id text, event_id text)"
EVENTS = "create table winback_internal.stg_events (business_id text, event_id text, kind text)"


def landing(rows: int, rejected: int, validated_now: int) -> Tables:
    """Return a landing of events only: the first ones were validated by the last refresh, and the first of those were rejected."""
    statements = [
        "create table winback.refreshes as select 2 as refresh_id",
        f"create table winback.rejected_rows as select 'events' as landing_table, 'invalid_occurred_at' as reason from range({rejected})",
        DROPPED,
        VOIDED,
    ]
    for name in LANDING_TABLES:
        landed, current = (rows, rows - rejected) if name == "events" else (0, 0)
        statements += [
            f"create table winback_internal.landed_{name} as from range({landed})",
            f"create table winback_internal.stg_{name} as select 'shop' as business_id, cast(range as text) as event_id, 'purchase' as kind from range({current})",
            f"""create table winback_internal.base_{name} as select
                case when range < {rejected} then 'rejected' else 'current' end as row_status, case when range < {validated_now} then 2 else 1 end as validated_in
                from range({landed})""",
        ]
    return Tables(*statements)


def test_a_bad_delivery_is_seen_among_many_good_rows() -> None:
    warnings, (figures,) = rejection_rates(landing(rows=1000, rejected=3, validated_now=20), load_settings())
    said = "many rows of events are rejected: 3 of the 20 that this refresh validated, 3 of all 1,000 (invalid_occurred_at 3). More than 5.0%"
    assert len(warnings) == 1 and warnings[0].startswith(said)
    assert warnings[0].endswith(" invalid_occurred_at: write times as ISO 8601, such as 2026-03-01 or 2026-03-01T14:00:00+01:00.")
    assert (figures["share"], figures["share of these"]) == ("0.30%", "15.00%")
    assert rejection_rates(landing(rows=1000, rejected=3, validated_now=60), load_settings())[0] == []
    assert len(rejection_rates(landing(rows=100, rejected=6, validated_now=0), load_settings())[0]) == 1


def test_a_segment_with_too_many_values_is_named() -> None:
    tables = Tables("create table winback_internal.int_wide_segments as select 'shop' as business_id, 'plan' as segment, 4800 as value_count")
    (warning,), figures = wide_segments(tables, load_settings())
    assert warning.startswith("segment plan has 4,800 values among the customers of shop, too many to compare: it adds no rows to the facts there.")
    assert figures == [{"business": "shop", "segment": "plan", "values": 4800}]


def test_dropped_values_are_told_by_business_and_amounts_first() -> None:
    reasons = {"foreign_currency": ("e1", "e2", "e3", "seen"), "invalid_amount": ("e4", "void")}
    rows = [f"'shop', 'events', '{event}', 'amount', '{reason}'" for reason, events in reasons.items() for event in events]
    rows += ["'shop', 'campaign_touches', 'e1', 'cost', 'invalid_cost'", "'saas', 'customers', 'c1', 'contactable', 'invalid_contactable'"]
    kinds = {"e1": "purchase", "e2": "purchase", "e3": "purchase", "e4": "refund", "seen": "engagement", "void": "purchase"}
    tables = Tables(
        table("winback.dropped_values", "business_id, landing_table, row_id, column_name, reason", *rows),
        table("winback_internal.stg_events", "business_id, event_id, kind", *(f"'shop', '{event}', '{kind}'" for event, kind in kinds.items())),
        table("winback_internal.int_voided_events", "business_id, event_id", "'shop', 'void'"),
    )
    warnings, figures = dropped_values(tables, load_settings())
    of_saas, of_shop = (warning.split(". ")[0] for warning in warnings)
    assert of_saas == "of current rows of saas, 1 values (customers.contactable invalid_contactable 1) are not used"
    amounts, others = of_shop.split("; ")
    assert amounts == "revenue of shop leaves out 4 amounts (foreign_currency 3, invalid_amount 1), but counts their events"
    assert others == (
        "of current rows of shop, 3 values (events.amount foreign_currency 1, events.amount invalid_amount 1, campaign_touches.cost invalid_cost 1) are not used"
    )
    assert "correct the currency in seeds/businesses.csv. invalid_amount: write amounts as plain decimals" in warnings[1]
    assert figures[1] == {"business": "shop", "table": "events", "column": "amount", "reason": "foreign_currency", "values": 4}
    assert left_out(Published(tables).dropped, "shop") == 4
    assert dropped_values(Tables(DROPPED, EVENTS, VOIDED), load_settings()) == ([], [])


def test_an_event_id_of_several_people_is_told_and_one_of_a_merged_customer_is_not() -> None:
    tables = Tables(
        table(
            "winback_internal.base_events", "business_id, event_id, customer_id, row_status",
            "'shop', '1', 'ann', 'superseded'", "'shop', '1', 'bob', 'current'", "'shop', '1', 'cy', 'superseded'",  # three people: one id
            "'shop', '2', 'old', 'superseded'", "'shop', '2', 'new', 'current'",  # one person
            "'shop', '3', 'new', 'superseded'", "'shop', '3', 'new', 'current'",
            "'shop', '4', 'ann', 'rejected'", "'shop', '4', 'bob', 'current'",  # no valid copy
            "'saas', '3', 'ann', 'current'",
        ),
        table("winback_internal.int_merge_targets", "business_id, customer_id, survivor_id", "'shop', 'old', 'new'"),
    )  # fmt: skip
    (warning,), figures = shared_event_ids(tables, load_settings())
    assert warning.startswith("1 event ids of shop name more than one customer")
    assert figures == [{"business": "shop", "event ids of several customers": 1}]
    tables.connection.execute("delete from winback_internal.base_events where event_id = '1'")
    assert shared_event_ids(tables, load_settings()) == ([], [])


def test_names_that_no_seed_lists_are_told_with_the_seed_and_not_all_of_them() -> None:
    names = [f"'shop', 'event_name', 'name {number}', {number}, date '2025-01-01', null" for number in range(1, 9)]
    tables = Tables(
        table(
            "winback.unmapped_values", "business_id, column_name, value, rows, first_seen_on, last_seen_on",
            *names, f"'shop', 'reason', e'card\\n{'x' * 500}', 2, null, null",
        )
    )  # fmt: skip
    warnings, figures = unmapped_values(tables, load_settings())
    assert warnings[0].startswith("event names of shop that no seed lists: 'name 8' 8, 'name 7' 7, 'name 6' 6, 'name 5' 5, 'name 4' 4 and 3 others; their rows are rejected.")
    assert "seeds/event_kinds.csv" in warnings[0] and "seeds/exit_reasons.csv" in warnings[1]
    assert "'card\\n" in warnings[1] and len(warnings[1]) < 350 and len(figures) == 9 and figures[0]["first seen"] == "2025-01-01" and figures[0]["last seen"] == "–"
    tables.connection.execute("delete from winback.unmapped_values")
    assert unmapped_values(tables, load_settings()) == ([], [])


def heard(**dates: list[str]) -> Tables:
    """Return businesses with an event on each of these dates."""
    events = [f"'{business}', timestamp '{on} 23:00:00'" for business, all_dates in dates.items() for on in all_dates]
    return Tables(
        AS_OF,
        f"create table winback.dim_business as select unnest({list(dates)}) as business_id",
        table("winback_internal.stg_events", "business_id, occurred_at", *events),
        table("winback.rejected_rows", "landing_table, business_id", "'events', 'refused'", "'customers', 'future'"),
    )


def test_a_feed_that_dried_up_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = heard(fresh=["2025-06-27"], stale=["2025-06-26"], future=["2025-08-01"], later=["2025-08-01"], refused=["2025-08-01"])
    refused, unheard, stale = stale_feeds(tables, load_settings())[0]
    assert [row["days without one"] for row in stale_feeds(tables, load_settings())[1]] == [3, 4]
    assert "the landing of refused has no valid event up to 2025-06-30, for rows are rejected" in refused
    assert "the landing of future, later has no event up to 2025-06-30" in unheard and "stale is stale: its newest event is of 2025-06-26, 4 days before" in stale
    monkeypatch.setenv("WINBACK_LANDING_DAYS", "4")
    assert len(stale_feeds(tables, load_settings())[0]) == 2


def test_a_business_that_is_heard_of_monthly_is_stale_after_its_longest_month_alone() -> None:
    def monthly(newest: str) -> list[str]:
        last = date.fromisoformat(newest)
        return [str(last - timedelta(days=days)) for days in (0, 28, 59, 89)]  # gaps of 28, 31 and 30 days

    late = ["2025-05-30", "2024-05-30", "2024-05-29", "2024-01-01"]  # gaps of 365, 1 and, too long ago, 149 days
    tables = heard(due=monthly("2025-05-30"), overdue=monthly("2025-05-29"), yearly=late, longago=["2025-06-20", "2025-06-19", "2024-06-19", "2024-01-01"])
    warnings, figures = stale_feeds(tables, load_settings())
    assert [(row["business"], row["days without one"], row["most in the year before"]) for row in figures] == [
        ("due", 31, 31), ("longago", 10, 1), ("overdue", 32, 31), ("yearly", 31, 365),
    ]  # fmt: skip
    assert [warning.split()[3] for warning in warnings] == ["longago", "overdue"]
    assert "than any gap between its events in the year before (at most 31 days)" in warnings[1]


def cancelled(bought: list[str], contract: str = "null", others: int = 0) -> Tables:
    """Return a cancellation on 2025-03-01 at 08:00 by a merged customer who buys then, and cancellations of others who do not."""
    events = [f"'saas', 'old', 'e', 'cancellation', {contract}, timestamp '2025-03-01 08:00:00'"]
    events += [f"'saas', 'other{number}', 'o{number}', 'cancellation', null, timestamp '2025-03-01 08:00:00'" for number in range(others)]
    people = ["'saas', 'old', 1", "'saas', 'new', 1", *(f"'saas', 'other{number}', {number + 2}" for number in range(others))]
    return Tables(
        BUSINESS,
        table("winback_internal.stg_events", "business_id, customer_id, event_id, kind, contract_id, occurred_at", *events),
        table("winback_internal.int_customer_keys", "business_id, customer_id, customer_key", *people),
        table("winback_internal.int_customer_days", "customer_key, event_date, last_purchased_at", *(f"1, date '{at[:10]}', timestamp '{at}:00'" for at in bought)),
        "create table winback_internal.int_voided_events (business_id text, event_id text)",
    )


@pytest.mark.parametrize(
    ("told", "tables"),
    [
        (True, lambda: cancelled(["2025-03-20 08:00", "2025-03-21 08:00"], others=18)),  # 1 of 19
        (False, lambda: cancelled(["2025-03-20 08:00"], others=19)),  # 1 of 20
        (True, lambda: cancelled(["2025-04-01 20:00"])),
        (False, lambda: cancelled(["2025-04-02 08:00"])),
        (False, lambda: cancelled(["2025-02-28 08:00", "2025-03-01 08:00"])),  # a change of plan, at one instant
        (False, lambda: cancelled(["2025-03-20 08:00"], contract="'c'")),
    ],
)
def test_cancellations_after_which_people_go_on_buying_want_a_contract_id(told: bool, tables) -> None:
    warnings, _ = cancellations_without_contract(tables(), load_settings())
    assert bool(warnings) == told
    assert all("(5.3%)" in warning or "(100.0%)" in warning for warning in warnings) and all("Fill contract_id" in warning for warning in warnings)


def test_a_voided_cancellation_or_purchase_to_come_wants_no_contract_id() -> None:
    tables = cancelled(["2025-03-20 08:00"])
    assert cancellations_without_contract(tables, load_settings())[0]
    tables.connection.execute("update winback.dim_business set as_of_date = date '2025-03-19'")
    assert cancellations_without_contract(tables, load_settings())[0] == []
    tables.connection.execute("update winback.dim_business set as_of_date = date '2025-06-30'")
    tables.connection.execute("insert into winback_internal.int_voided_events values ('saas', 'e')")
    assert cancellations_without_contract(tables, load_settings()) == ([], [])


def contracts(*rows: str, former_after: str = "null") -> list[str]:
    """Return contracts of customer 1, with the dates of opening, last purchase and end."""
    return [
        AS_OF,
        table("winback_internal.int_contracts", "customer_key, contract_id, opened_on, last_purchased_on, ended_on", "0, 'x', current_date, current_date, current_date", *rows),
        f"create table winback_internal.int_customers as select 1 as customer_key, 'saas' as business_id, 'ann' as customer_id, {former_after} as former_after_days",
        table("winback_internal.int_customer_keys", "business_id, customer_id, customer_key", "'saas', 'ann', 1", "'saas', 'old', 1"),
        "create table winback_internal.stg_events (business_id text, customer_id text, event_id text, kind text, contract_id text, occurred_at timestamp, covers_until date)",
        VOIDED,
    ]


def test_a_contract_that_is_open_and_silent_is_told() -> None:
    open_and_silent = "1, 'a', date '2024-01-01', date '2024-05-25', null"  # 401 days
    quiet = [
        "1, 'b', date '2024-01-01', date '2024-05-26', null", "1, 'c', date '2023-01-01', date '2023-01-01', date '2025-06-30'",
        "1, 'd', date '2025-07-01', date '2025-07-01', null",
    ]  # fmt: skip
    (warning,), figures = silent_contracts(Tables(*contracts(open_and_silent, *quiet)), load_settings())
    assert warning.startswith("of 2 open contracts of saas, 1 have had no purchase and no paid time for more than 400 days.")
    assert figures == [{"business": "saas", "open contracts": 2, "days allowed": 400, "without a purchase for longer": 1}]
    assert silent_contracts(Tables(*contracts(*quiet)), load_settings())[0] == []
    assert silent_contracts(Tables(*contracts(open_and_silent, former_after="401")), load_settings())[0] == []
    assert silent_contracts(Tables(*contracts(open_and_silent, former_after="90")), load_settings())[0]


@pytest.mark.parametrize(
    ("told", "purchase"),
    [
        (False, "'saas', 'old', 'e', 'purchase', 'a', timestamp '2022-07-01', date '2024-05-26'"),
        (True, "'saas', 'ann', 'e', 'purchase', 'a', timestamp '2022-07-01', date '2024-05-25'"),
        (True, "'saas', 'ann', 'void', 'purchase', 'a', timestamp '2022-07-01', date '2025-06-30'"),
        (True, "'saas', 'ann', 'e', 'purchase', 'b', timestamp '2022-07-01', date '2025-06-30'"),
        (True, "'saas', 'ann', 'e', 'purchase', 'a', timestamp '2025-07-01', date '2026-06-30'"),
    ],
)  # fmt: skip
def test_a_contract_that_is_paid_until_lately_is_not_silent(told: bool, purchase: str) -> None:
    tables = Tables(*contracts("1, 'a', date '2022-07-01', date '2022-07-01', null"))
    tables.connection.execute(f"insert into winback_internal.stg_events values ({purchase})")
    tables.connection.execute("insert into winback_internal.int_voided_events values ('saas', 'void')")
    assert bool(silent_contracts(tables, load_settings())[0]) == told


@pytest.mark.parametrize(
    ("told", "contract"),
    [
        (True, "date '2025-01-01', date '2025-05-01', null"), (True, "date '2025-01-01', date '2025-05-01', date '2025-05-02'"),
        (False, "date '2025-01-01', date '2025-05-01', date '2025-05-01'"), (False, "date '2025-05-01', date '2025-05-01', null"),
        (False, "date '2025-04-01', date '2025-05-01', null"),
    ],
)  # fmt: skip
def test_whoever_is_won_back_under_a_contract_open_throughout_is_told(told: bool, contract: str) -> None:
    moves = ["'saas', 'ann', date '2025-04-01', 'churned', 90", "'saas', 'ann', date '2025-05-01', 'won_back', 30"]
    transitions = table("winback.lifecycle_transitions", "business_id, customer_id, transition_date, transition, days_in_from_state", *moves)
    warnings, figures = absences_under_contract(Tables(*contracts(f"1, 'a', {contract}", f"1, 'b', {contract}"), transitions), load_settings())
    assert figures == [{"business": "saas", "win-backs": 1, "under an open contract": int(told)}]
    assert [warning.startswith("of 1 win-backs of saas, 1 are of customers whose contract was open throughout") for warning in warnings] == [True] * told
