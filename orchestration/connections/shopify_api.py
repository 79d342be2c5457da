"""Reads the Admin API of a Shopify shop, in its GraphQL form, into a store of the versions of each row."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import dlt
from dlt.extract import DltResource

from orchestration.connections.key import identity_key, identity_key_file, keyed_id
from orchestration.connections.shopify_client import Shop
from orchestration.connections.shopify_rows import COLUMNS, FIELDS, OWN, REFUND, REFUNDS, TABLES, rows_of
from orchestration.connections.store import Layout, Log, Store
from orchestration.connections.versions import TO
from orchestration.settings import load_settings

BEGINNING = "2004-01-01T00:00:00Z"  # no object is older
# Read again of what was read before: the search for what was updated may be behind.
AGAIN_SECONDS = 3600
EVER_SECONDS = 100 * 365 * 24 * 3600
VISIBLE_DAYS = 60  # orders that a key without `read_all_orders` sees, by when they were created
MOST_REFUNDS = 100
IDS = 250  # the most that Shopify takes or gives at once
NODES = 50
# In this order: of customers that are gone, the orders are read again.
LISTS = ("orders", "customers")
# The store has times as DuckDB has read them, with and without a `T` in the middle.
CREATED_BETWEEN = "cast(created_at as timestamp) between cast(%s as timestamp) and cast(%s as timestamp)"
CREATED = {"orders": "created_at", "customers": "customer_date"}  # how the search calls when an object was created

ABOUT = "{ shop { id currencyCode ianaTimezone } currentAppInstallation { accessScopes { handle } } }"
COUNT = "query ($filter: String) {{ {name}Count(query: $filter, limit: null) {{ count precision }} }}"
LISTED_IDS = "query ($filter: String, $first: Int) {{ {name}(first: $first, query: $filter, sortKey: ID) {{ nodes {{ legacyResourceId }} }} }}"
NAMED = "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Order {{ {fields} }} }} }}"
ALL_REFUNDS = "query ($id: ID!, $first: Int) {{ order(id: $id) {{ refunds(first: $first) {{ {fields} }} }} }}"


def fetch(pipeline: dlt.Pipeline, url: str, key: str, log: Log, *, whole: bool) -> None:
    """Read what is new, was updated or is gone into the store.

    Args:
        pipeline: keeps the store.
        url: the address of the shop.
        key: an access token, or the client id and secret of an app.
        log: called with messages for people.
        whole: read everything again.

    Raises:
        WinbackError: the key is refused, lacks a right, or is that of another shop than before; the key of guests' ids cannot be read.
        Exception: dlt's, around an HTTP error of the API.
    """
    now = datetime.now(tz=timezone.utc)
    guests = identity_key(identity_key_file(load_settings().warehouse))
    store, shop = Store(pipeline, TABLES, COLUMNS, log), Shop(url, key, log)
    about = shop.ask(ABOUT)
    store.require_account("shop", about["shop"]["id"])
    row = {**about["shop"], OWN: keyed_id(guests, "key", "of guests' ids")}
    if store.ask("shop", f"select id from {{}} where {TO} is null and {OWN} <> %s", row[OWN]):
        log("WARNING: The key of guests' ids is another one than before: everything is read again.")
        whole = True
    layout = partial(rows_of, guests)
    for name in LISTS:
        store.load(name, updated(shop, name, now, whole=whole), layout)
    _end_what_is_gone(store, shop, partial(_created, now, sees_all=_sees_all(about, log)), layout)
    store.load_again("shop", [row], layout)
    for table in ("order", "customer"):
        store.forget_superseded(table, "id")  # They may hold the id of an address that Shopify has forgotten.


def subject_of(path: str) -> str:
    """Return what a request was for: Shopify's have all the same address.

    Args:
        path: the path of its address.

    Returns:
        Words for people.
    """
    return "access tokens" if path.endswith("access_token") else "the shop"


def updated(shop: Shop, name: str, now: datetime, *, whole: bool) -> DltResource:
    """Return the objects of a list that were updated since the last pull.

    Args:
        shop: the shop.
        name: the list.
        now: when the pull began. What is updated later belongs to the next one: here it could appear twice.
        whole: whether to read all of them.

    Returns:
        dlt's resource of the objects, as Shopify sends them, the oldest first.
    """

    def objects(
        cursor: Any = dlt.sources.incremental("updatedAt", initial_value=BEGINNING, lag=EVER_SECONDS if whole else AGAIN_SECONDS),  # noqa: B008 - as dlt has it
    ) -> Iterator[list[Mapping[str, Any]]]:
        for page in shop.pages(name, FIELDS[name], cursor.start_value, f"{now:%Y-%m-%dT%H:%M:%SZ}"):
            yield [_with_all_refunds(shop, item) if name == "orders" else item for item in page]

    return dlt.resource(objects, name=name, selected=False)


def _with_all_refunds(shop: Shop, order: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(order["refunds"]) < REFUNDS:
        return order
    found = shop.ask(ALL_REFUNDS.format(fields=REFUND), id=f"gid://shopify/Order/{order['legacyResourceId']}", first=MOST_REFUNDS)["order"]
    return {**order, **(found or {})}


def _sees_all(about: Mapping[str, Any], log: Log) -> bool:
    """Return whether the key sees orders of any age, and say it if not."""
    sees_all = "read_all_orders" in {scope["handle"] for scope in about["currentAppInstallation"]["accessScopes"]}
    if not sees_all:
        log(f"WARNING: The key lacks the scope read_all_orders, so Shopify gives the orders of the last {VISIBLE_DAYS} days only: who bought before looks new.")
    return sees_all


def _created(now: datetime, name: str, *, sees_all: bool) -> tuple[str, str]:
    """Return between which times objects of a list were created that can be looked for."""
    is_limited = name == "orders" and not sees_all
    since = f"{now - timedelta(days=VISIBLE_DAYS - 1):%Y-%m-%dT%H:%M:%SZ}" if is_limited else BEGINNING
    return since, f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _end_what_is_gone(store: Store, shop: Shop, created: Callable[[str], tuple[str, str]], layout: Layout) -> None:
    """End the rows of orders and customers that Shopify has no more. The orders of customers who were merged have another customer now."""
    for name in LISTS:
        (table, *_) = TABLES[name]
        between = created(name)
        known = [row_id for (row_id,) in store.ask(table, f"select id from {{}} where {TO} is null and {CREATED_BETWEEN}", *between)]
        gone = sorted({*known} - _still_there(shop, name, between)) if len(known) != _count(shop, name, between) else []
        store.end(name, gone)
        if gone:
            store.log(f"  {name} that are gone: {len(gone):,}")
        if name == "customers" and gone:
            _read_orders_of(store, shop, gone, layout)


def _filter(name: str, between: tuple[str, str]) -> str:
    since, until = between
    return f"{CREATED[name]}:>='{since}' AND {CREATED[name]}:<='{until}'"


def _count(shop: Shop, name: str, between: tuple[str, str]) -> int | None:
    """Return how many objects there are; None if Shopify has not counted all."""
    counted = shop.ask(COUNT.format(name=name), filter=_filter(name, between))[f"{name}Count"]
    return counted["count"] if counted["precision"] == "EXACT" else None


def _still_there(shop: Shop, name: str, between: tuple[str, str]) -> set[str]:
    """Return the ids of a list, from the smallest on."""
    found: set[str] = set()
    least = 0
    while True:
        page = shop.ask(LISTED_IDS.format(name=name), filter=f"{_filter(name, between)} AND id:>={least}", first=IDS)[name]["nodes"]
        found.update(node["legacyResourceId"] for node in page)
        if len(page) < IDS:
            return found
        least = int(page[-1]["legacyResourceId"]) + 1


def _read_orders_of(store: Store, shop: Shop, customers: list[str], layout: Layout) -> None:
    """Read the orders of some customers again."""
    ids = [row_id for (row_id,) in store.ask("order", f"select id from {{}} where {TO} is null and customer_id in (select unnest(%s))", customers)]
    found: list[Mapping[str, Any]] = []
    for first in range(0, len(ids), NODES):
        nodes = shop.ask(NAMED.format(fields=FIELDS["orders"]), ids=[f"gid://shopify/Order/{row_id}" for row_id in ids[first : first + NODES]])["nodes"]
        found.extend(_with_all_refunds(shop, node) for node in nodes if node)
    if found:
        store.load_again("orders", found, layout)
