"""Exports of Stripe's, Shopify's and HubSpot's dashboards: from the files to the first win-back rate, by `winback connect`, counted by hand.

The files in `tests/connections` are typed from the vendors' documentation and from what their users' programs read.
"""

import hashlib
import hmac
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import Once
from projects import ROOT, Project, without_configuration
from renderers.shopify_export import KEY

TYPED = ROOT / "tests" / "connections"
EVENTS = """
    select event_id, customer_id, cast(kind as varchar), cast(occurred_at as varchar), amount
    from winback_internal.stg_events where business_id = '{}' and kind <> 'ignore' order by event_id
"""
OUTCOMES = "select source_table, outcome, reason, rows from winback.connected_rows where business_id = '{}' order by all"
HEADER = "Name,Email,Financial Status,Currency,Total,Created at,Lineitem name,Cancelled at,Refunded Amount,Id\n"


@pytest.fixture(scope="session")
def exports(once: Once, parsed_as_connected: None) -> Project:  # noqa: ARG001 - it is copied
    """A shop, a software company and an agency that exported their data, and a shop that Fivetran reads, refreshed once; read it, do not change it."""

    def make(project: Project) -> None:
        project = without_configuration(project.folder)
        businesses = project.folder / "seeds" / "businesses.csv"
        businesses.write_text(businesses.read_text() + "rest,rest,retail,UTC,EUR,,150,,30,\nadvice,advice,consulting,Europe/Amsterdam,EUR,,150,,30,\n")
        said = []
        for business, system, form in (("advice", "hubspot", "export"), ("rest", "shopify", "rest"), ("saas", "stripe", "export"), ("shop", "shopify", "export")):
            place = project.folder / business
            shutil.copytree(TYPED / f"{system}_{form}", place)
            done = project.winback("connect", system, str(place), "--business", business, "--timezone", "Europe/Rome", WINBACK_IDENTITY_KEY=KEY)
            assert done.returncode == 0, done.stderr
            said.append(done.stderr)
        (project.folder / "connected.txt").write_text("".join(said))
        project.environment["WINBACK_IDENTITY_KEY"] = KEY
        project.refresh("2025-06-30")

    return once("exports", make)


@pytest.fixture
def private(exports: Project, tmp_path: Path) -> Project:
    """A private copy in which the exports are published."""
    project = exports.copied_to(tmp_path / "project")
    path = project.folder / "seeds" / "connections.csv"
    path.write_text(path.read_text().replace(str(exports.folder), str(project.folder)))
    project.environment["WINBACK_IDENTITY_KEY"] = KEY
    return project


def guest(address: str) -> str:
    return "email:" + hmac.new(KEY.encode(), address.encode(), hashlib.sha256).hexdigest()[:32]


def test_connect_recognises_an_export_and_says_what_it_found(exports: Project) -> None:
    said = (exports.folder / "connected.txt").read_text()
    for words in (
        "Reading Shopify for shop from {}/shop, as an export of orders, customers.\n",
        "Reading Shopify for rest from {}/rest, as Fivetran's tables order, refund, ",
        "Reading Stripe for saas from {}/saas, as an export of subscriptions, payments. Taken as null: subscriptions.Cancel At (UTC), ",
        "Reading HubSpot for advice from {}/advice, as an export of deals, contacts. Taken as empty, because they are not there: companies.",
        "New business 'shop': kind retail, currency EUR (that of most amounts), time zone Europe/Rome.",
        "An export does not say its time zone: its times are read on the clock of the business. See docs/how-to/connect-hubspot.md.\n",
        "Not read, because no name of a table is a word of theirs: customers.csv.\n",
        "New business 'saas': kind subscription, currency USD (that of most amounts), time zone Europe/Rome.",
    ):
        assert words.format(exports.folder) in said
    assert (exports.folder / "seeds" / "connections.csv").read_text().splitlines()[1:] == [
        f"{business},{system},{shape},{exports.folder}/{business}"
        for business, system, shape in (("advice", "hubspot", "export"), ("rest", "shopify", "fivetran"), ("saas", "stripe", "export"), ("shop", "shopify", "export"))
    ]
    assert "as an export of orders, customers." in exports.told and "as Fivetran's tables order, refund" in exports.told


def test_an_export_of_a_shop_gives_what_one_counts_by_hand(exports: Project) -> None:
    """Lines are no orders; the newer file says that #1004 was paid; #1007 has a number alone; 23:30 in New York is the next day in Rome."""
    ann, bob = guest("ann@example.com"), guest("bob@example.com")
    phone = "phone:" + hmac.new(KEY.encode(), b"+39060100", hashlib.sha256).hexdigest()[:32]
    assert exports.query(EVENTS.format("shop")) == [
        ("5001:ordered", ann, "purchase", "2024-01-10 09:00:00", 100), ("5002:ordered", ann, "purchase", "2024-06-01 04:30:00", 50),
        ("5002:refunded", ann, "refund", "2024-06-01 04:30:00", Decimal("15.6")), ("5004:ordered", bob, "purchase", "2024-03-12 09:00:00", 70),
        ("5007:ordered", phone, "purchase", "2024-04-10 08:00:00", 30),
    ]  # fmt: skip
    states = exports.query("select distinct customer_id from winback.lifecycle_states where business_id = 'shop' order by 1")
    assert states == [("7001",), ("7002",), (phone,)]
    assert exports.query("select reason, row_id from winback.rejected_rows where business_id = 'shop'") == [("missing_customer_id", "5008:ordered")]
    consent = "select customer_id, contactable from winback_internal.stg_customers where business_id = 'shop' order by 1"
    assert dict(exports.query(consent)) == {"7001": True, "7002": False, ann: True, bob: False}


def test_an_export_of_a_subscription_business_gives_what_one_counts_by_hand(exports: Project) -> None:
    """The trial is interest; the end is that of the period and not of the request; a year that was paid covers a year; test mode and attempts are nothing."""
    events = [row for row in exports.query(EVENTS.format("saas")) if row[1] == "cus_2"]
    assert events == [
        ("ch_leaves_1:paid", "cus_2", "purchase", "2024-02-15 10:02:00", 10), ("ch_leaves_2:paid", "cus_2", "purchase", "2024-03-17 10:02:00", 10),
        ("ch_leaves_2:refunded", "cus_2", "refund", "2024-03-25 12:00:00", 4), ("ch_leaves_3:paid", "cus_2", "purchase", "2024-04-15 10:02:00", 10),
        ("ch_leaves_3:refunded", "cus_2", "refund", "2024-04-20 12:00:00", 10), ("ch_returns_1:paid", "cus_2", "purchase", "2024-09-01 09:00:05", 2400),
        ("sub_leaves:ended", "cus_2", "cancellation", "2024-05-15 09:00:00", None), ("sub_leaves:trial", "cus_2", "interest", "2024-02-01 09:00:00", None),
    ]  # fmt: skip
    # An end that is still to come waits, and who never completed a subscription is nobody.
    states = "select customer_id, state, cast(valid_from as varchar) from winback.lifecycle_states where business_id = 'saas' order by 1, 3"
    assert exports.query(states) == [
        ("cus_1", "active", "2024-01-05"), ("cus_2", "prospect", "2024-02-01"), ("cus_2", "active", "2024-02-15"), ("cus_2", "former", "2024-05-15"),
        ("cus_2", "active", "2024-09-01"), ("cus_4", "active", "2025-05-20"), ("cus_5", "prospect", "2025-06-25"),
    ]  # fmt: skip
    quarter = "business_id = 'saas' and period_grain = 'quarter' and segment = 'all' and period_start = date '2024-07-01'"
    assert exports.query(f"select former_returned, opening_former from winback.fct_win_back where {quarter}") == [(1, 1)]
    assert exports.query("select exit_reason, exit_kind from winback.fct_returns where business_id = 'saas' and from_state = 'former'") == [("too_expensive", "voluntary")]
    movements = "select customer_id, cast(moved_on as varchar), movement, mrr_change from winback.recurring_revenue_movements where business_id = 'saas' order by 2"
    assert exports.query(movements) == [
        ("cus_1", "2024-01-05", "new", 10), ("cus_2", "2024-02-15", "new", 10), ("cus_2", "2024-05-15", "churned", -10), ("cus_2", "2024-09-01", "won_back", 200),
        ("cus_4", "2025-05-20", "new", 10),
    ]  # fmt: skip


def test_an_export_of_deals_gives_what_one_counts_by_hand(exports: Project) -> None:
    """Half past midnight in Amsterdam is the day before in UTC; 901 is the primary company, 53 was merged into 52."""
    assert exports.query(EVENTS.format("advice")) == [
        ("1:opened", "901", "interest", "2024-01-15 08:00:00", None), ("1:won", "901", "purchase", "2024-02-29 23:30:00", 1000),
        ("2:opened", "902", "interest", "2024-04-01 07:00:00", None), ("3:opened", "52", "interest", "2024-08-01 07:00:00", None),
        ("3:won", "52", "purchase", "2024-08-31 22:00:00", Decimal("1700.5")), ("5:opened", "53", "interest", "2025-01-01 07:00:00", None),
    ]  # fmt: skip
    dates = "select customer_id, cast(valid_from as varchar) from winback.lifecycle_states where business_id = 'advice' and state = 'active' order by 1"
    assert exports.query(dates) == [("52", "2024-09-01"), ("901", "2024-03-01")]
    assert exports.query("select distinct customer_id from winback.lifecycle_states where business_id = 'advice' order by 1") == [("52",), ("901",), ("902",)]


def test_every_row_of_an_export_has_an_outcome(exports: Project) -> None:
    assert exports.query(OUTCOMES.format("shop")) == [
        ("customers", "used", None, 2), ("orders", "left_out", "cancelled", 1), ("orders", "left_out", "line_item", 2), ("orders", "left_out", "not_paid", 1),
        ("orders", "left_out", "nothing_to_pay", 1), ("orders", "left_out", "test_order", 1), ("orders", "superseded", None, 1), ("orders", "used", None, 5),
    ]  # fmt: skip
    assert exports.query(OUTCOMES.format("saas")) == [
        ("payments", "left_out", "charge_without_invoice", 1), ("payments", "left_out", "not_paid", 2), ("payments", "left_out", "test_mode", 1), ("payments", "used", None, 24),
        ("subscriptions", "left_out", "incomplete", 1), ("subscriptions", "used", None, 5),
    ]  # fmt: skip
    assert exports.query(OUTCOMES.format("advice")) == [("contacts", "used", None, 2), ("deals", "used", None, 4)]
    assert "  shopify of shop: 7 rows used, 1 superseded, 6 left out (line_item 2, cancelled 1, " in exports.told
    assert exports.query("select * from winback.unmapped_values") == []


def test_an_export_and_fivetrans_tables_of_one_system_are_read_at_once(exports: Project) -> None:
    """The other shop has what it has alone, in `test_connections_shops_and_deals.py`."""
    assert [(event, kind, amount) for event, _, kind, _, amount in exports.query(EVENTS.format("rest"))] == [
        ("1:ordered", "purchase", 100), ("2:ordered", "purchase", 50), ("r1:refunded", "refund", Decimal("15.6")),
    ]  # fmt: skip
    assert {table for table, *_ in exports.query(OUTCOMES.format("rest"))} == {"customer", "order", "order_adjustment", "order_line_refund", "refund"}


def test_no_address_of_an_export_is_kept_anywhere(exports: Project) -> None:
    content = exports.warehouse.read_bytes()
    for address in (b"ann@example.com", b"Ann@Example.com", b"bob@example.com", b"39 06 0100"):
        assert address not in content


def test_a_later_export_corrects_an_earlier_one(private: Project) -> None:
    """An order was cancelled, one paid back in part and again, one is new: as in one build that sees all files. The same files again are nothing new."""
    shop = private.folder / "shop"
    private.refresh("2025-06-30")
    assert "Reading Shopify for shop" not in private.told
    (shop / "orders_export_10.csv").write_text(
        HEADER
        + "#1002,ann@example.com,partially_refunded,EUR,50.00,2024-05-31 23:30:00 -0500,Mug,,20.00,5002\n"
        + "#1004,bob@example.com,refunded,EUR,70.00,2024-03-12 10:00:00 +0100,Mug,2024-03-20 10:00:00 +0100,70.00,5004\n"
        + "#1010,bob@example.com,paid,EUR,15.00,2025-06-12 10:00:00 +0200,Mug,,0.00,5010\n"
    )
    private.refresh("2025-06-30")
    ann, bob = guest("ann@example.com"), guest("bob@example.com")
    changed = [row for row in private.query(EVENTS.format("shop")) if row[0][:4] in ("5002", "5004", "5010")]
    assert changed == [
        ("5002:ordered", ann, "purchase", "2024-06-01 04:30:00", 50), ("5002:refunded", ann, "refund", "2024-06-01 04:30:00", 20),
        ("5010:ordered", bob, "purchase", "2025-06-12 08:00:00", 15),
    ]  # fmt: skip
    nightly = private.query(EVENTS.format("shop")), private.query("select * from winback.lifecycle_states order by all"), private.query(OUTCOMES.format("shop"))
    private.warehouse.unlink()
    private.refresh("2025-06-30")
    assert nightly == (private.query(EVENTS.format("shop")), private.query("select * from winback.lifecycle_states order by all"), private.query(OUTCOMES.format("shop")))


def test_hostile_values_of_an_export_cost_their_row_or_value(private: Project) -> None:
    """Quotes, line breaks, formulas and long texts; an order without an id is named by the text that is there."""
    attack = "x'; drop table winback.refreshes; --"
    (private.folder / "shop" / "orders_export_10.csv").write_text(
        HEADER
        + f'"{attack}",o\'neil@example.com,paid,EUR,"1,000.50",2024-07-01 10:00:00 +0200,"a ""long"" {"x" * 200_000}\n\nname, with lines",,0.00,\n'
        + '#2,"=cmd|\' /C calc\'!A0",paid,EUR,=1+1,2024-07-02 10:00:00 +0200,"=cmd()",,0.00,6002\n'
        + "#3,cy@example.com,paid,EUR,5.00,yesterday,Mug,,many,6003\n"
        + "#4,cy@example.com,paid,EUR,5.00,2024-07-04 10:00:00 +0200,Mug,,many,6004\n"
        + "'#5,'di@example.com,paid,EUR,5.00,2024-07-05 10:00:00 +0200,Mug,,'0.00,'6005\n"
    )
    private.refresh("2025-06-30")
    events = {event: (customer, amount) for event, customer, _, _, amount in private.query(EVENTS.format("shop"))}
    assert events[f"{attack}:ordered"] == (guest("o'neil@example.com"), Decimal("1000.5"))
    assert events["6002:ordered"] == (guest("=cmd|' /c calc'!a0"), None) and events["6005:ordered"] == (guest("di@example.com"), 5)
    rejected = private.query("select reason, row_id from winback.rejected_rows where row_id like '6%' order by 2")
    assert rejected == [("invalid_occurred_at", "6003:ordered"), ("invalid_occurred_at", "6003:refunded")]
    dropped = private.query("select reason, row_id from winback.dropped_values order by 2")
    assert dropped == [("invalid_amount", "6002:ordered"), ("invalid_amount", "6004:refunded")]


def test_a_folder_without_a_shape_leaves_nothing_behind(private: Project) -> None:
    place = private.folder / "shop"
    before = {path.name: path.read_text() for path in (private.folder / "seeds").glob("*.csv")}
    shutil.copy(place / "orders_export_1.csv", place / "order.csv")
    assert "holds tables of Shopify as Fivetran writes them, and an export as well" in private.refused("connect", "shopify", str(place), "--business", "new")
    assert "holds no table of Stripe" in private.refused("connect", "stripe", str(place), "--business", "new")
    assert "is a file. Put it into a folder of its own" in private.refused("connect", "shopify", str(place / "orders_export_1.csv"), "--business", "new")
    assert {path.name: path.read_text() for path in (private.folder / "seeds").glob("*.csv")} == before
