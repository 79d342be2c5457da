"""Reads Stripe's API with dlt into a store of the versions of each row."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote

import dlt
from dlt.extract import DltResource
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from dlt.sources.rest_api import rest_api_resources

from orchestration.connections.stripe_rows import PARTS, TABLES, Row, columns_of, flat_row, text_of
from orchestration.errors import WinbackError

Log = Callable[[str], None]

# The last version whose objects have the fields that Fivetran's columns are named for: later ones move subscription, charge and price of an invoice elsewhere.
VERSION = "2025-02-24.acacia"
PAGE = 100  # the most that Stripe gives at once
BEGINNING = 1_262_304_000  # 2010: no object is older
PROGRESS = 10_000  # objects between two lines on how far it is
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
    client = client_of(url, key)
    account = _account(pipeline, client, log)
    if "_test_" in key:
        log("WARNING: the key is one of test mode. Winback leaves out all that Stripe marks as test mode.")
    for name in LISTS:
        older = _unfinished(pipeline, name)
        _load(pipeline, client, name, listed(url, key, name, log, whole=whole))
        _say_rows(pipeline, name, log)
        if older and not whole:
            _fetch_again(pipeline, client, name, older, log)
    if account:
        _load(pipeline, client, "account", dlt.resource([account], name="account", selected=False))


def client_of(url: str, key: str) -> RESTClient:
    """Return a client that waits and tries again where Stripe asks for it (429, with Retry-After) or fails (5xx).

    Args:
        url: the address of the API.
        key: the key.

    Returns:
        The client.
    """
    return RESTClient(f"{url}/v1/", headers={"Stripe-Version": VERSION}, auth=BearerTokenAuth(key), paginator=_pages())


def listed(url: str, key: str, name: str, log: Log, *, whole: bool) -> DltResource:
    """Return the objects of a list.

    Args:
        url: the address of the API.
        key: the key.
        name: the list.
        log: called with the progress.
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
    return resource.add_map(_counter(name, log))


def tables_from(objects: DltResource, name: str, client: RESTClient) -> list[DltResource]:
    """Lay out the objects of a list as tables.

    Args:
        objects: the objects.
        name: the list.
        client: reads the rest of what an object holds, if it holds too much for one answer.

    Returns:
        dlt's resource of each table, which keeps the versions of its rows.
    """
    tables = []
    for table, merge_key in TABLES[name].items():
        rows = partial(_parts, client, table) if table in PARTS else partial(_row, table)
        kept = {"disposition": "merge", "strategy": "scd2"}
        columns = {column: {"name": column, "data_type": "text", "nullable": True} for column in columns_of(table)}
        tables.append(objects | dlt.transformer(_each(rows), name=table, write_disposition=kept, merge_key=merge_key, columns=columns))
    return tables


def _load(pipeline: dlt.Pipeline, client: RESTClient, name: str, objects: DltResource) -> None:
    pipeline.run(tables_from(objects, name, client), loader_file_format="jsonl")  # Half the memory of dlt's default for DuckDB.


def _each(rows: Any) -> Any:
    def of_page(page: Any) -> Iterator[list[Row]]:
        for item in page if isinstance(page, list) else [page]:
            yield list(rows(item))

    return of_page


def _row(table: str, item: Mapping[str, Any]) -> Iterator[Row]:
    yield flat_row(table, item)


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


def _counter(name: str, log: Log) -> Callable[[Any], Any]:
    numbers = count(1)

    def counted(item: Any) -> Any:
        if (number := next(numbers)) % PROGRESS == 0:
            log(f"  {name}: {number:,} read")
        return item

    return counted


def _say_rows(pipeline: dlt.Pipeline, name: str, log: Log) -> None:
    rows = pipeline.last_trace.last_normalize_info.row_counts
    log(f"  {name} read: {', '.join(f'{table} {rows.get(table, 0):,}' for table in TABLES[name])} rows")


def _account(pipeline: dlt.Pipeline, client: RESTClient, log: Log) -> Mapping[str, Any] | None:
    """Return the account, if the key may read it, and see that it is the one of the pulls before."""
    account = _one(client, "account", absent=(403, 404))
    if account is None:
        log("The key may not read the account: its time zone is not known, nor whether it is the account that was pulled before.")
        return None
    before = _store(pipeline, "account", "select id from {} where _dlt_valid_to is null")
    if before and before != [(account["id"],)]:
        raise WinbackError("The key is that of another account than the one that was pulled here before. Name another folder for it.")
    return account


def _unfinished(pipeline: dlt.Pipeline, name: str) -> list[str]:
    """Return the ids of objects that are older than what is listed again, and may still change."""
    if name not in UNFINISHED:
        return []
    (table, *_) = TABLES[name]
    newest = _store(pipeline, table, "select max(created) from {}")
    if not newest or newest[0][0] is None:
        return []
    since = datetime.fromisoformat(newest[0][0].replace("Z", "+00:00")).timestamp() - AGAIN_SECONDS
    states = ", ".join(f"'{state}'" for state in UNFINISHED[name])
    older = f"_dlt_valid_to is null and status in ({states}) and created < '{text_of('created', int(since))}'"
    return [row_id for (row_id,) in _store(pipeline, table, f"select id from {{}} where {older} order by id")]


def _fetch_again(pipeline: dlt.Pipeline, client: RESTClient, name: str, ids: list[str], log: Log) -> None:
    """Read objects one by one. What Stripe has no more has been deleted: its rows end."""
    gone: list[str] = []

    def objects() -> Iterator[Mapping[str, Any]]:
        for row_id in ids:
            item = _one(client, f"{name}/{quote(row_id, safe='')}", absent=(404,))
            if item is None or item.get("deleted"):
                gone.append(row_id)
            else:
                yield item

    _load(pipeline, client, name, dlt.resource(objects, name=f"{name}_again", selected=False))
    for table, owner in TABLES[name].items() if gone else ():
        with pipeline.sql_client() as store:
            where = f"{owner} in ({', '.join(['%s'] * len(gone))}) and _dlt_valid_to is null"
            store.execute_sql(f"update {store.make_qualified_table_name(table)} set _dlt_valid_to = now() where {where}", *gone)
    log(f"  {name} read again, because they were not final: {len(ids):,}, of which {len(gone):,} are deleted")


def _one(client: RESTClient, path: str, absent: tuple[int, ...]) -> Mapping[str, Any] | None:
    """Read one object; None if the status says that it is not there."""
    response = client.get(path)
    if response.status_code in absent:
        return None
    response.raise_for_status()
    return response.json()


def _store(pipeline: dlt.Pipeline, table: str, sql: str) -> list[tuple]:
    """Ask the store; no rows if it does not have the table yet."""
    with pipeline.sql_client() as store:
        there = store.execute_sql("select count(*) from duckdb_tables() where schema_name = %s and table_name = %s", pipeline.dataset_name, table)
        return store.execute_sql(sql.format(store.make_qualified_table_name(table))) if there[0][0] else []
