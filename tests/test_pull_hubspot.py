"""Pulls of HubSpot: a local server written from its documentation, read by dlt."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_hubspot import CONTACT, UNLABELED, LocalHubspot
from projects import copy_project
from pulling import pulled, refused, rows, tables
from waiting import wait_for

pytestmark = pytest.mark.builds


@pytest.fixture
def account() -> Iterator[LocalHubspot]:
    running = LocalHubspot()
    yield running
    running.stop()


def test_pages_rate_limits_and_changes_also_after_a_kill(account: LocalHubspot, tmp_path: Path) -> None:
    """More deals than a page, more contacts of one than come at once, a refusal with Retry-After. Then what was archived, parted or merged, and nothing else.

    That pull is first killed between deals, which it has loaded, and contacts: what was published stays.
    """
    folder, account.most_associations, account.refuse_for = tmp_path / "hubspot", 2, 2
    company, people = account.add("companies"), [account.add("contacts") for _ in range(5)]
    deals = [account.deal("closedwon", "10", "2024-01-01T10:00:00Z", "2024-01-02T10:00:00Z") for _ in range(120)]
    for person in people:
        account.associate("deals", deals[0], "contacts", person, [CONTACT, {**CONTACT, "category": "USER_DEFINED", "typeId": 7}])
    account.associate("deals", deals[1], "companies", company, [UNLABELED])
    account.add("calls", hs_timestamp="2024-06-02T10:00:00Z")
    assert "deal 120, deal_company 1, deal_contact 5, company 1, contact 5" in pulled("hubspot", folder, **account.environment)
    assert len(account.refused) == 1 and not [request for request in account.requests if "email" in request]
    assert rows(folder, "deal_contact", "deal_id", "contact_id") == [(deals[0], person) for person in people]
    assert rows(folder, "deal_company", "type_id", "category") == [("341", "HUBSPOT_DEFINED")]
    assert rows(folder, "account", "currency", "time_zone") == [("EUR", "Europe/Amsterdam")]

    synced, before = rows(folder, "deal", "deal_id", "_fivetran_synced"), tables(folder)
    account.part("deals", deals[1], "companies", company)
    account.archive("deals", deals[2])
    account.objects["deals"][deals[3]]["dealstage"] = "closedlost"
    account.objects["calls"].clear()
    merged = account.merge("contacts", people[0], people[1])
    account.requests.clear()
    account.hold = "/contacts"
    process = copy_project(tmp_path / "project").start("pull", "hubspot", str(folder), **account.environment)
    wait_for(lambda: any("/contacts?" in request for request in account.requests), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    account.hold = ""
    assert tables(folder) == before

    pulled("hubspot", folder, **account.environment)
    assert {row for row, _ in set(rows(folder, "deal", "deal_id", "_fivetran_synced")) - set(synced)} == {deals[2], deals[3]}
    assert [row for row, gone in rows(folder, "deal", "deal_id", "_fivetran_deleted") if gone] == [deals[2]]
    assert rows(folder, "deal_company", "_fivetran_deleted") == rows(folder, "engagement_call", "_fivetran_deleted") == [(True,)]
    assert rows(folder, "deal_contact", "contact_id", "_fivetran_deleted") == sorted([*((each, each in people[:2]) for each in people), (merged, False)])
    assert rows(folder, "contact", "id", "property_hs_merged_object_ids", "_fivetran_deleted")[-1] == (merged, f"{people[0]};{people[1]}", False)
    published = [path.read_bytes() for path in sorted(folder.iterdir())]
    assert "Nothing has changed since the last pull" in pulled("hubspot", folder, **account.environment)
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == published


def test_a_key_that_is_wrong_or_lacks_a_right_is_refused(account: LocalHubspot, tmp_path: Path) -> None:
    """One that may not read the account goes on, and is told so."""
    folder = tmp_path / "hubspot"
    pulled("hubspot", folder, **account.environment)
    account.portal = 4712
    assert "The key is that of another account" in refused("hubspot", folder, **account.environment)
    account.forbidden = ("/account-info/2026-03/details", "/crm/objects/2026-03/deals")
    said = refused("hubspot", folder, **account.environment)
    assert "The key may not read the account" in said and "HubSpot does not let the key in WINBACK_HUBSPOT_KEY read deals." in said
    said = refused("hubspot", folder, **account.environment | {"WINBACK_HUBSPOT_KEY": "pat-eu1-9z8y"})
    assert "HubSpot refuses the key in WINBACK_HUBSPOT_KEY." in said and "9z8y" not in said
