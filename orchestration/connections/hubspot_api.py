"""Reads HubSpot's CRM API into a store of the versions of each row: all objects every time, because an association may change without its objects."""

from collections.abc import Iterator, Mapping
from typing import Any

import dlt
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from orchestration.connections.hubspot_rows import ASSOCIATED, OBJECTS, TABLES, columns_of, properties_of, rows_of
from orchestration.connections.store import Log, Store
from orchestration.errors import WinbackError

VERSION = "2026-03"  # of the API; HubSpot keeps one for eighteen months at least
PAGE = 100  # the most objects that HubSpot gives at once


def fetch(pipeline: dlt.Pipeline, url: str, key: str, log: Log, *, whole: bool) -> None:  # noqa: ARG001 - every pull is whole
    """Read everything into the store, where only what has changed is kept anew.

    Args:
        pipeline: keeps the store.
        url: the address of the API.
        key: the key.
        log: called with messages for people.
        whole: makes no difference.

    Raises:
        WinbackError: the key is that of another account than before.
        Exception: dlt's, around an HTTP error of the API.
    """
    client = client_of(url, key)
    store = Store(pipeline, TABLES, {table: columns_of(table) for tables in TABLES.values() for table in tables}, log)
    account = _account(client)
    store.require_account("account", account and str(account["portalId"]))
    pipelines = client.get(f"crm/pipelines/{VERSION}/deals")
    pipelines.raise_for_status()
    store.load_again("pipelines", pipelines.json()["results"], rows_of)
    for name in OBJECTS:
        store.load(name, dlt.resource(objects_of(client, name), name=name, selected=False), rows_of)
    if account:
        store.load_again("account", [account], rows_of)


def subject_of(path: str) -> str:
    """Return what a request was for.

    Args:
        path: the path of its address.

    Returns:
        The objects, such as `deals`.
    """
    parts = [part for part in path.split("/") if part]
    return parts[parts.index(VERSION) + 1] if VERSION in parts[:-1] else path


def client_of(url: str, key: str) -> RESTClient:
    """Return a client that waits and tries again where HubSpot refuses a request because there were too many (429), or fails (5xx).

    Args:
        url: the address of the API.
        key: the key.

    Returns:
        The client.
    """
    return RESTClient(f"{url}/", auth=BearerTokenAuth(key))


def objects_of(client: RESTClient, name: str) -> Iterator[list[Mapping[str, Any]]]:
    """Read the objects of a list, with what they are associated with.

    Args:
        client: the client.
        name: the list.

    Yields:
        The objects of a page, each with the table of its kind (`table`) and its associations (`associated`).

    Raises:
        WinbackError: HubSpot does not tell an association.
        HTTPError: HubSpot has refused or failed, also after several attempts.
    """
    others = sorted({ASSOCIATED[table][0] for table in TABLES[name] if table in ASSOCIATED})
    for objects, table in OBJECTS[name].items():
        asked = {"limit": PAGE, "properties": ",".join(properties_of(table)), "archived": "false"}
        pages = JSONResponseCursorPaginator("paging.next.after", cursor_param="after")
        for page in client.paginate(f"crm/objects/{VERSION}/{objects}", params=asked, paginator=pages, data_selector="results"):
            found = {other: _associated(client, objects, other, [item["id"] for item in page]) for other in others if page}
            yield [{**item, "table": table, "associated": {other: found[other].get(item["id"], []) for other in others}} for item in page]


def _account(client: RESTClient) -> Mapping[str, Any] | None:
    """Return the account; None if the key may not read it."""
    response = client.get(f"account-info/{VERSION}/details")
    if response.status_code == 403:
        return None
    response.raise_for_status()
    return response.json()


def _associated(client: RESTClient, objects: str, others: str, ids: list[str]) -> dict[str, list[Mapping[str, Any]]]:
    """Return what each of some objects is associated with, of another kind of objects."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    inputs = [{"id": row_id} for row_id in ids]
    while inputs:
        response = client.post(f"crm/associations/{VERSION}/{objects}/{others}/batch/read", json={"inputs": inputs})
        response.raise_for_status()
        answer = response.json()
        # An object without associations is told as an error.
        if any(error.get("category") != "OBJECT_NOT_FOUND" for error in answer.get("errors") or ()):
            raise WinbackError(f"HubSpot does not tell which {others} its {objects} are associated with. Give the key in WINBACK_HUBSPOT_KEY the right to read both.")
        for each in answer["results"]:
            found.setdefault(str(each["from"]["id"]), []).extend(each["to"])
        after = ((str(each["from"]["id"]), ((each.get("paging") or {}).get("next") or {}).get("after")) for each in answer["results"])
        inputs = [{"id": row_id, "after": cursor} for row_id, cursor in after if cursor]
    return found
