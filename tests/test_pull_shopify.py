"""Pulls of a shop: a local server written from Shopify's documentation, read by dlt."""

import signal
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from local_shopify import APP, SECRET, TOKEN, LocalShop
from orchestration.connections import shopify_client
from projects import copy_project
from pulling import KEY_OF_GUESTS, pulled, refused, rows, tables
from waiting import wait_for

ANN = "ann@example.com"
ANNS_ID = "email:8ea3ef12b6a1230108a295b350d197f8"
pytestmark = pytest.mark.builds


@pytest.fixture
def shop() -> Iterator[LocalShop]:
    running = LocalShop()
    yield running
    running.stop()


def test_pages_points_and_changes_also_after_a_kill(shop: LocalShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More objects than Shopify gives of one list; points that run out. Then what was updated, deleted or merged, and nothing else.

    That pull is first killed between orders, which it has loaded, and customers: what was published stays.
    """
    monkeypatch.setattr(shopify_client, "WINDOW", 60)
    shop.most = 100
    customers = [shop.customer(f"{number}@example.com") for number in range(260)]
    for day in range(1, 31):
        shop.now = f"2025-01-{day:02}T00:00:00Z"
        orders = [shop.order(shop.now, "10.0", customers[number]) for number in range(5)]
        for customer in customers[day * 8 : day * 8 + 8]:
            shop.change("customers", customer, firstName="Changed")
    for _ in range(5):
        shop.refund(orders[0], "1.0", shop.now)
    shop.points, shop.restored = 800, 400  # for one page of orders; the next has to wait for two seconds
    folder = tmp_path / "shopify"
    said = pulled("shopify", folder, **shop.environment)
    assert "orders read: order 150, refund 5 rows" in said and "customers read: customer 260 rows" in said
    assert (shop.throttled, shop.impatient) == (1, 0)
    assert len({row for (row,) in rows(folder, "order", "id")}) == 150 and rows(folder, "refund", "order_id") == [(str(orders[0]),)] * 5
    assert rows(folder, "shop", "currency", "iana_timezone") == [("EUR", "Europe/Rome")]

    shop.points, shop.now = 1e9, "2025-06-01T00:00:00Z"
    synced, before = rows(folder, "order", "id", "_fivetran_synced"), tables(folder)
    shop.delete("orders", orders[1])
    shop.change("orders", orders[2], cancelledAt=shop.now)
    shop.change("customers", customers[3], defaultEmailAddress=None)
    shop.merge(customers[4], into=customers[0])
    shop.requests.clear()
    shop.hold = "customers("
    given = {"WINBACK_IDENTITY_KEY": KEY_OF_GUESTS, **shop.environment}
    process = copy_project(tmp_path / "project").start("pull", "shopify", str(folder), **given)
    wait_for(lambda: any(shop.hold in asked["query"] for asked in shop.requests), process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    shop.hold = ""
    assert tables(folder) == before

    shop.requests.clear()
    said = pulled("shopify", folder, **shop.environment)
    assert "order 1, refund 0 rows" in said and "orders that are gone: 1" in said and "customers that are gone: 1" in said
    assert [asked["variables"]["filter"].split(" AND ")[0] for asked in shop.requests if "updatedAt" in asked["query"] and "after" in asked["variables"]] == [
        "updated_at:>='2025-05-31T23:00:00Z'", "updated_at:>='2025-01-29T23:00:00Z'",
    ]  # fmt: skip
    changed = {row_id for row_id, _ in set(rows(folder, "order", "id", "_fivetran_synced")) - set(synced)}
    of_the_merged = {str(number) for number, each in shop.objects["orders"].items() if each["customer"] == customers[0] and number % 5 == orders[4] % 5}
    assert changed == {str(orders[1]), str(orders[2])} | of_the_merged and len(of_the_merged) == 30
    assert rows(folder, "order", "id", "cancelled_at is not null", "_fivetran_deleted")[-5:] == [
        (str(order), order == orders[2], order == orders[1]) for order in orders
    ]  # fmt: skip
    assert str(customers[4]) not in {row for (row,) in rows(folder, "order", "customer_id")}
    assert rows(folder, "customer", "email").count((None,)) == 1
    with duckdb.connect(str(tmp_path / "shopify.pull" / "store.duckdb"), read_only=True) as store:  # Nor is there an earlier version with the id of the address.
        assert store.execute("select count(*) from api.customer where id = ?", [str(customers[3])]).fetchall() == [(1,)]
    published = [path.read_bytes() for path in sorted(folder.iterdir())]
    assert "Nothing has changed since the last pull" in pulled("shopify", folder, whole=True, **shop.environment)
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == published


def test_a_key_that_sees_sixty_days_ends_no_older_order(shop: LocalShop, tmp_path: Path) -> None:
    """The user is told; of the orders that it sees, a deleted one is noticed."""
    folder, today = tmp_path / "shopify", datetime.now(timezone.utc)
    made = []
    for days in (400, 50, 10):
        shop.now = f"{today - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"
        made.append(shop.order(shop.now, "10.0", email=ANN))
    assert "read_all_orders" not in pulled("shopify", folder, **shop.environment)
    shop.scopes.remove("read_all_orders")
    shop.delete("orders", made[1])
    assert "WARNING: The key lacks the scope read_all_orders" in pulled("shopify", folder, whole=True, **shop.environment)
    assert rows(folder, "order", "id", "_fivetran_deleted") == [(str(made[0]), False), (str(made[1]), True), (str(made[2]), False)]


def test_an_app_without_addresses_and_what_its_key_lacks(shop: LocalShop, tmp_path: Path) -> None:
    """An app of the Dev Dashboard has an id and a secret. One that may not see addresses is told so, once; one without a scope, another shop's and a wrong one are refused."""
    folder, app = tmp_path / "shopify", {**shop.environment, "WINBACK_SHOPIFY_KEY": f"{APP}:{SECRET}"}
    shop.order("2025-01-05T10:00:00Z", "50.0", shop.customer(ANN), email=ANN)
    shop.order("2025-01-05T10:00:00Z", "50.0", email=ANN)
    shop.personal = False
    said = pulled("shopify", folder, **app)
    assert said.count("WARNING: Shopify keeps the field email from the app") == 1 and rows(folder, "order", "email") == [(None,), (None,)]
    shop.personal = True
    shop.id = 2
    assert "The key is that of another account" in refused("shopify", folder, **app)
    shop.id = 1
    shop.scopes.remove("read_orders")
    assert "Shopify does not let the key in WINBACK_SHOPIFY_KEY read orders. Give the app the scope for it." in refused("shopify", folder, **app)
    for given, words in (
        ({"WINBACK_SHOPIFY_KEY": f"{APP}:shpss_9z8y"}, "Shopify refuses the client id and secret in WINBACK_SHOPIFY_KEY."),
        ({"WINBACK_SHOPIFY_KEY": "shpat_9z8y"}, "Shopify refuses the key in WINBACK_SHOPIFY_KEY."),
        ({"WINBACK_SHOPIFY_URL": ""}, "WINBACK_SHOPIFY_URL is not set. Put the address of your own Shopify into it, such as https://my-shop.myshopify.com."),
    ):
        said = refused("shopify", folder, **app | given)
        assert words in said and "9z8y" not in said


@pytest.mark.parametrize("key", [TOKEN, f"{APP}:{SECRET}"])
def test_no_key_follows_a_shop_to_another_address(shop: LocalShop, tmp_path: Path, key: str) -> None:
    other = LocalShop()
    shop.moved_to = other.url
    said = refused("shopify", tmp_path / "shopify", **shop.environment | {"WINBACK_SHOPIFY_KEY": key})
    other.stop()
    assert other.asked == 0
    assert "The address in WINBACK_SHOPIFY_URL leads to another one, to which the key is not sent." in said and key not in said


def test_with_another_key_of_guests_everything_is_read_again(shop: LocalShop, tmp_path: Path) -> None:
    shop.order("2025-01-05T10:00:00Z", "50.0", email=ANN)
    shop.now = "2025-06-01T00:00:00Z"
    shop.order("2025-06-01T00:00:00Z", "50.0", email=ANN)
    folder = tmp_path / "shopify"
    pulled("shopify", folder, **shop.environment)
    assert rows(folder, "order", "email") == [(ANNS_ID,)] * 2
    assert "WARNING: The key of guests' ids is another one than before" in pulled("shopify", folder, **shop.environment, WINBACK_IDENTITY_KEY="another")
    (one,), (other,) = rows(folder, "order", "email")
    assert one == other != ANNS_ID
