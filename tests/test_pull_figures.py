"""From the APIs of Shopify and HubSpot to figures counted by hand: local servers written from their documentation, one project, one refresh."""

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import local_hubspot
import local_shopify
from projects import ROOT, Project, without_configuration
from pulling import KEY_OF_GUESTS, kept, pulled

ANN, BOB, NUMBER = "ann@example.com", "Bob@Example.com", "+1 (555) 01-00"
# Of `dbt_project/models/connections/shopify/unit_tests/orders.yml`, with the same key.
ANNS_ID, NUMBERS_ID = "email:8ea3ef12b6a1230108a295b350d197f8", "phone:95861269c3b31f3d631d9fffc420a420"
BUSINESSES = "shop,Shop,retail,UTC,EUR,90,365,,90,\nadvice,Advice,consulting,UTC,EUR,90,365,,90,\nsaas,Saas,subscription,UTC,USD,,,,30,30\n"
EVENTS = """
    select event_id, customer_id, cast(kind as varchar), cast(cast(occurred_at as date) as varchar), amount
    from winback_internal.stg_events where business_id = '{}' and kind <> 'ignore' order by occurred_at, event_id
"""
STATES = "select state, cast(valid_from as varchar) from winback.lifecycle_states where customer_id = '{}' order by valid_from"
LEFT_OUT = "select reason, rows from winback.connected_rows where business_id = '{}' and source_table = '{}' and reason is not null"
pytestmark = pytest.mark.builds


@pytest.fixture
def shop() -> Iterator[local_shopify.LocalShop]:
    running = local_shopify.LocalShop()
    yield running
    running.stop()


@pytest.fixture
def account() -> Iterator[local_hubspot.LocalHubspot]:
    running = local_hubspot.LocalHubspot()
    yield running
    running.stop()


def prepared(folder: Path) -> Project:
    """Copy the project with the businesses, and an export of Stripe: with all systems connected, it is parsed already."""
    project = without_configuration(folder)
    project.environment |= {"WINBACK_IDENTITY_KEY": KEY_OF_GUESTS}
    businesses = project.folder / "seeds" / "businesses.csv"
    businesses.write_text(businesses.read_text() + BUSINESSES)
    shutil.copytree(ROOT / "tests" / "connections" / "stripe_export", project.folder / "saas")
    assert project.winback("connect", "stripe", str(project.folder / "saas"), "--business", "saas").returncode == 0
    return project


def test_what_happens_in_a_shop_and_in_hubspot_becomes_the_figures(
    shop: local_shopify.LocalShop, account: local_hubspot.LocalHubspot, parsed_as_connected: None, tmp_path: Path,  # noqa: ARG001 - it is copied
) -> None:  # fmt: skip
    """The shop: Ann orders as a guest and with an account, Bob's two accounts are merged, Cleo's order is cancelled, Dora's deleted; a test; a refund.

    HubSpot: a company's deal, one of a contact who is merged, one that is reopened, one deleted, two that become one; a meeting, and a call that is deleted.
    """
    project = prepared(tmp_path / "project")
    ann, bob, bobs_other, cleo, dora = (shop.customer(address, "SUBSCRIBED") for address in (ANN, BOB, None, "cleo@example.com", "dora@example.com"))
    as_guest = shop.order("2023-01-10T10:00:00Z", "100.0", email=" ANN@example.com", billingAddress={"id": "x", "phone": NUMBER})
    by_number = shop.order("2024-01-15T23:30:00Z", "10.0", shippingAddress={"id": "x", "phone": NUMBER})
    bobs, bobs_second = shop.order("2024-02-01T10:00:00Z", "70.5", bob, email=BOB), shop.order("2024-03-01T10:00:00Z", "30.0", bobs_other)
    cleos, doras = shop.order("2024-04-01T10:00:00Z", "25.0", cleo), shop.order("2024-04-02T10:00:00Z", "26.0", dora)
    shop.order("2024-04-03T10:00:00Z", "27.0", ann, test=True)
    shop.order("2024-04-03T10:00:00Z", "28.0", ann, displayFinancialStatus="PENDING")

    big, small = account.add("companies", name="Big"), account.add("companies", name="Small")
    contact, contacts_other = account.add("contacts", email=ANN), account.add("contacts", email=ANN, firstname="Ann")
    bigs = account.deal("closedwon", "1000.5", "2023-01-15T10:00:00Z", "2023-02-28T23:30:00Z", companies=big, contacts=contact)
    account.associate("deals", bigs, "companies", small, [local_hubspot.UNLABELED])
    contacts = account.deal("closedwon", "700", "2024-03-01T10:00:00Z", "2024-04-01T10:00:00Z", contacts=contacts_other)
    reopened, deleted, one, other = (account.deal("closedwon", "50", "2024-05-01T10:00:00Z", "2024-05-02T10:00:00Z", companies=small) for _ in range(4))
    meeting, call = account.add("meetings", hs_timestamp="2024-06-01T10:00:00Z"), account.add("calls", hs_timestamp="2024-06-02T10:00:00Z")
    account.associate("meetings", meeting, "companies", small, [local_hubspot.UNLABELED])
    account.associate("calls", call, "contacts", contact, [local_hubspot.CONTACT])

    said = []
    for system, business, server in (("shopify", "shop", shop), ("hubspot", "advice", account)):
        said.append(pulled(system, project.folder / system, **server.environment))
        connecting = project.winback("connect", system, str(project.folder / system), "--business", business)
        assert connecting.returncode == 0, connecting.stderr
        said.append(connecting.stderr)
    assert "order 8, refund 0, customer 5, shop 1" in said[0]
    assert "deal 6, deal_company 11, deal_contact 2, company 2, contact 2, engagement_meeting 1, engagement_call 1" in said[2]

    shop.now = "2025-01-10T10:00:00Z"
    anns = shop.order("2025-01-05T10:00:00Z", "50.0", ann, email=ANN)
    refund = shop.refund(as_guest, "15.6", "2025-01-10T09:00:00Z")
    shop.change("orders", cleos, cancelledAt=shop.now, displayFinancialStatus="REFUNDED")
    shop.delete("orders", doras)
    shop.merge(bobs_other, into=bob)
    account.objects["deals"][reopened]["dealstage"] = "appointmentscheduled"
    account.archive("deals", deleted)
    account.archive("calls", call)
    both, merged = account.merge("deals", one, other), account.merge("contacts", contact, contacts_other)
    home = project.folder / "home"
    home.mkdir()
    again = project.winback("pull", HOME=str(home), **shop.environment, **account.environment)
    assert again.stderr.count("Next: `winback refresh`.") == 2, again.stderr
    project.refresh("2025-06-30")

    assert project.query(EVENTS.format("shop")) == [
        (f"{as_guest}:ordered", ANNS_ID, "purchase", "2023-01-10", 100), (f"{by_number}:ordered", NUMBERS_ID, "purchase", "2024-01-15", 10),
        (f"{bobs}:ordered", str(bob), "purchase", "2024-02-01", 70.5), (f"{bobs_second}:ordered", str(bob), "purchase", "2024-03-01", 30),
        (f"{anns}:ordered", str(ann), "purchase", "2025-01-05", 50), (f"{refund}:refunded", ANNS_ID, "refund", "2025-01-10", Decimal("15.6")),
    ]  # fmt: skip
    # 365 days after her order as a guest she has left; with her account she is won back.
    assert project.query(STATES.format(ann)) == [
        ("active", "2023-01-10"), ("dormant", "2023-04-10"), ("former", "2024-01-10"), ("active", "2025-01-05"), ("dormant", "2025-04-05"),
    ]  # fmt: skip
    assert dict(project.query(LEFT_OUT.format("shop", "order"))) == {"cancelled": 1, "deleted": 1, "test_order": 1, "not_paid": 1}
    assert project.query(EVENTS.format("advice")) == [
        (f"{bigs}:opened", big, "interest", "2023-01-15", None), (f"{bigs}:won", big, "purchase", "2023-02-28", 1000.5),
        (f"{contacts}:opened", merged, "interest", "2024-03-01", None), (f"{contacts}:won", merged, "purchase", "2024-04-01", 700),
        (f"{reopened}:opened", small, "interest", "2024-05-01", None), (f"{both}:opened", small, "interest", "2024-05-01", None),
        (f"{both}:won", small, "purchase", "2024-05-02", 50), (f"{meeting}:held", small, "engagement", "2024-06-01", None),
    ]  # fmt: skip
    # The three deals that are no more: one was deleted, two have become one.
    assert dict(project.query(LEFT_OUT.format("advice", "deal"))) == {"deleted": 3}
    assert project.query("select * from winback.rejected_rows where business_id <> 'saas'") == []
    assert list(home.iterdir()) == []
    require_nothing_private(project, "".join([*said, again.stderr, project.told]))


def require_nothing_private(project: Project, lines: str) -> None:
    """See that no key and no address is in a file of the pulls or of the refresh, or in a line."""
    places = (project.folder / "shopify.pull", project.folder / "hubspot.pull", project.warehouse.parent, project.folder / ".winback")
    everything = b"".join(map(kept, places))
    for private in (local_shopify.TOKEN, local_hubspot.KEY, ANN, BOB, NUMBER, "15550100"):
        assert private not in lines and private.encode() not in everything and private.lower().encode() not in everything
