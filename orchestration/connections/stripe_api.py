"""Reads Stripe's API with dlt into a store of the versions of each row."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import dlt
from dlt.extract import DltResource
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from dlt.sources.rest_api import rest_api_resources

from orchestration.connections.store import Log, Store
from orchestration.connections.stripe_rows import PARTS, TABLES, columns_of, flat_row
from orchestration.connections.versions import TO, Row

# The last version whose objects have the fields that Fivetran's columns are named for: later ones move subscription, charge and price of an invoice elsewhere.
VERSION = "2025-02-24.acacia"
PAGE = 100  # the most that Stripe gives at once
BEGINNING = 1_262_304_000  # 2010: no object is older
# For this long after an object was created it is asked for again, by the list: a refund may fail for 30 days after it succeeded.
AGAIN_SECONDS = 35 * 24 * 3600
# Lists in this order, so that what an object refers to is there: a refund's charge is older than the refund, and is listed later.
LISTS = ("refunds", "charges", "invoices", "subscriptions", "plans")
# Of these lists each pull reads what was created lately, and of older objects those in a state that does not last. The others are read whole.
UNFINISHED = {"refunds": ("pending", "requires_action"), "charges": ("pending",), "invoices": ("draft", "open", "uncollectible")}


def fetch(pipeline: dlt.Pipeline, url: str, key: str, log: Log, *, whole: bool) -> None:
    """Read what is new and what may have changed into the store.

    Args:
        pipeline: keeps the store.
        url: the address of the API.
        key: the key.
        log: called with messages for people.
        whole: read everything again.

    Raises:
        WinbackError: the key is that of another account than before.
        Exception: dlt's, around an HTTP error of the API.
    """
    client, store = client_of(url, key), Store(pipeline, TABLES, {table: columns_of(table) for tables in TABLES.values() for table in tables}, log)
    account = _one(client, "account", absent=(403, 404))
    store.require_account("account", account and account["id"])
    if "_test_" in key:
        log("WARNING: the key is one of test mode. Winback leaves out all that Stripe marks as test mode.")
    rows = partial(_rows, client)
    for name in LISTS:
        older = _unfinished(store, name)
        store.load(name, listed(url, key, name, whole=whole), rows)
        if older and not whole:
            _fetch_again(store, client, name, older, log)
    if account:
        store.load_again("account", [account], rows)


def subject_of(path: str) -> str:
    """Return what a request was for.

    Args:
        path: the path of its address.

    Returns:
        The list, such as `invoices`.
    """
    return path.removeprefix("/v1/").split("/")[0]


def client_of(url: str, key: str) -> RESTClient:
    """Return a client that waits and tries again where Stripe asks for it (429, with Retry-After) or fails (5xx).

    Args:
        url: the address of the API.
        key: the key.

    Returns:
        The client.
    """
    return RESTClient(f"{url}/v1/", headers={"Stripe-Version": VERSION}, auth=BearerTokenAuth(key), paginator=_pages())


def listed(url: str, key: str, name: str, *, whole: bool) -> DltResource:
    """Return the objects of a list.

    Args:
        url: the address of the API.
        key: the key.
        name: the list.
        whole: whether to read all of it, even if it could be read from where the last pull ended.

    Returns:
        dlt's resource of the objects, as Stripe sends them.
    """
    endpoint: dict[str, Any] = {"path": name, "params": {"limit": PAGE}, "data_selector": "data"}
    if name == "subscriptions":
        endpoint["params"]["status"] = "all"
    if name in UNFINISHED:
        lag = BEGINNING if whole else AGAIN_SECONDS
        endpoint["incremental"] = {"cursor_path": "created", "initial_value": BEGINNING, "lag": lag, "start_param": "created[gte]"}
    (resource,) = rest_api_resources(
        {
            "client": {"base_url": f"{url}/v1/", "headers": {"Stripe-Version": VERSION}, "auth": BearerTokenAuth(key), "paginator": _pages()},
            "resources": [{"name": name, "endpoint": endpoint, "selected": False}],
        }
    )
    return resource


def _rows(client: RESTClient, table: str, item: Mapping[str, Any]) -> Iterable[Row]:
    return _parts(client, table, item) if table in PARTS else (flat_row(table, item),)


def _parts(client: RESTClient, table: str, item: Mapping[str, Any]) -> Iterator[Row]:
    """Lay out what an object holds: the first rows came with it, and if there are more, all of them are asked for."""
    within, path, parameter, owner = PARTS[table]
    parts: Iterable[Mapping[str, Any]] = (item.get(within) or {}).get("data") or []
    if (item.get(within) or {}).get("has_more"):
        params = {"limit": PAGE, **({parameter: item["id"]} if parameter else {})}
        parts = (part for page in client.paginate(path.format(quote(item["id"], safe="")), params=params, data_selector="data") for part in page)
    for part in parts:
        yield {**flat_row(table, part), owner: item["id"]}


def _pages() -> JSONResponseCursorPaginator:
    return JSONResponseCursorPaginator(cursor_path="data[-1].id", cursor_param="starting_after", has_more_path="has_more")


def _unfinished(store: Store, name: str) -> list[str]:
    """Return the ids of objects that are older than what is listed again, and may still change."""
    if name not in UNFINISHED:
        return []
    (table, *_) = TABLES[name]
    created = "try_cast(created as timestamp)"  # of UTC, whatever the zone of this machine
    states = ", ".join(f"'{state}'" for state in UNFINISHED[name])
    older = f"{TO} is null and status in ({states}) and {created} < (select max({created}) from {{0}}) - interval {AGAIN_SECONDS} second"
    return [row_id for (row_id,) in store.ask(table, f"select id from {{0}} where {older} order by id")]


def _fetch_again(store: Store, client: RESTClient, name: str, ids: list[str], log: Log) -> None:
    """Read objects one by one. What Stripe has no more has been deleted: its rows end."""
    gone: list[str] = []

    def objects() -> Iterator[Mapping[str, Any]]:
        for row_id in ids:
            item = _one(client, f"{name}/{quote(row_id, safe='')}", absent=(404,))
            if item is None or item.get("deleted"):
                gone.append(row_id)
            else:
                yield item

    store.load_again(name, objects(), partial(_rows, client))
    store.end(name, gone)
    log(f"  {name} read again, because they were not final: {len(ids):,}, of which {len(gone):,} are deleted")


def _one(client: RESTClient, path: str, absent: tuple[int, ...]) -> Mapping[str, Any] | None:
    """Read one object; None if the status says that it is not there."""
    response = client.get(path)
    if response.status_code in absent:
        return None
    response.raise_for_status()
    return response.json()
