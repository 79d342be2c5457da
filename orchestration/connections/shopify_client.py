"""Asks the Admin API of a Shopify shop: access tokens, pages, and errors that come with the status of a success."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator
from requests import HTTPError, PreparedRequest, Response
from requests.auth import AuthBase

from orchestration.connections.shopify_rows import PERSONAL
from orchestration.connections.store import Log
from orchestration.errors import WinbackError

VERSION = "2026-10"  # Shopify keeps a version for a year at least, and answers later requests for it by the oldest that it still has.
# Objects of a page: an order with its refunds is worth up to 15 of the 1,000 points that a request may cost, a customer 2.
PAGES = {"orders": 50, "customers": 250}
# Shopify gives 25,000 objects of one list at most: it is asked for anew before, from where it was.
WINDOW = 20_000

PAGED = """
query ($filter: String, $first: Int, $after: String) {{
    {name}(first: $first, after: $after, query: $filter, sortKey: UPDATED_AT) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }}
}}"""


class Shop:
    """A shop, whose API waits and tries again where Shopify asks for it (too many points, 429) or fails (5xx).

    Attributes:
        url: its address.
        key: an access token, or the client id and secret of an app with a colon between them.
        log: called with messages for people.
    """

    def __init__(self, url: str, key: str, log: Log) -> None:
        self._client = RESTClient(f"{url}/admin/api/{VERSION}/")
        self._client.session.max_redirects = 0  # The key would go along.
        self._client.auth = _Access(_token(self._client, url, key), log)

    def ask(self, query: str, **variables: Any) -> Mapping[str, Any]:
        """Ask a question of one answer.

        Args:
            query: the query in GraphQL.
            variables: the values of its variables.

        Returns:
            Its data.

        Raises:
            WinbackError: the key lacks a right.
            HTTPError: Shopify has refused or failed, also after several attempts.
        """
        response = self._client.post("graphql.json", json={"query": query, "variables": variables})
        response.raise_for_status()
        return response.json()["data"]

    def pages(self, name: str, fields: str, since: str, until: str) -> Iterator[list[Mapping[str, Any]]]:
        """Read a list.

        Args:
            name: the list.
            fields: what to read of each object, among it `legacyResourceId` and `updatedAt`.
            since: when the oldest object was updated.
            until: when the newest one was.

        Yields:
            The objects of a page, each object once, the oldest first.

        Raises:
            WinbackError: the key lacks a right.
            HTTPError: Shopify has refused or failed, also after several attempts.
        """
        seen: set[str] = set()
        while since:
            number, last, since = 0, since, ""
            for page in self._window(name, fields, last, until):
                new = [item for item in page if item["legacyResourceId"] not in seen]
                seen.update(item["legacyResourceId"] for item in new)
                number += len(page)
                yield new
                if number >= WINDOW and page[-1]["updatedAt"] > last:
                    since = page[-1]["updatedAt"]
                    break

    def _window(self, name: str, fields: str, since: str, until: str) -> Iterator[list[Mapping[str, Any]]]:
        variables = {"first": PAGES[name], "after": None, "filter": f"updated_at:>='{since}' AND updated_at:<='{until}'"}
        found = f"data.{name}"
        cursor = JSONResponseCursorPaginator(f"{found}.pageInfo.endCursor", cursor_body_path="variables.after", has_more_path=f"{found}.pageInfo.hasNextPage")
        asked = {"query": PAGED.format(name=name, fields=fields), "variables": variables}
        yield from self._client.paginate("graphql.json", method="POST", json=asked, paginator=cursor, data_selector=f"{found}.nodes")


class _Access(AuthBase):
    """Sends the access token, and reads what answers say of errors."""

    def __init__(self, token: str, log: Log) -> None:
        self._token, self._log = token, log
        self._lacks: set[str] = set()

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["X-Shopify-Access-Token"] = self._token
        request.register_hook("response", self._read)
        return request

    def _read(self, response: Response, **_: Any) -> Response:
        """Raise what an answer says of errors as what dlt's client takes for one, so that it waits and tries again."""
        if response.status_code != 200:
            return response
        answer = response.json()
        for error in answer.get("errors") or ():
            code, path = (error.get("extensions") or {}).get("code", ""), [str(step) for step in error.get("path") or ()]
            if code == "THROTTLED":
                raise _as_failed(response, 429, _seconds_to_wait(answer))
            if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
                raise _as_failed(response, 500)
            if code != "ACCESS_DENIED":
                words = f"Shopify does not answer what Winback asks for in version {VERSION} of its API ({code or 'without a code'})."
                raise WinbackError(f"{words} Look for a newer version of Winback.")
            if not path or path[-1] not in PERSONAL:
                what = " of ".join(dict.fromkeys((path[-1], path[0]))) if path else "the shop"
                raise WinbackError(f"Shopify does not let the key in WINBACK_SHOPIFY_KEY read {what}. Give the app the scope for it.")
            self._say_lacking(path[-1])
        return response

    def _say_lacking(self, field: str) -> None:
        if field not in self._lacks:
            self._log(f"WARNING: Shopify keeps the field {field} from the app, which was not approved for it: a guest is known by nothing else.")
        self._lacks.add(field)


def _token(client: RESTClient, url: str, key: str) -> str:
    """Return the access token. An app of the Dev Dashboard has none that lasts: it gets one for a day, for its id and secret."""
    app, _, secret = key.partition(":")
    if not secret:
        return key
    response = client.post(f"{url}/admin/oauth/access_token", data={"grant_type": "client_credentials", "client_id": app, "client_secret": secret})
    if response.status_code in (400, 401, 403, 404):
        raise WinbackError("Shopify refuses the client id and secret in WINBACK_SHOPIFY_KEY. Give those of an app that is installed in the shop, with a colon between them.")
    response.raise_for_status()
    return response.json()["access_token"]


def _seconds_to_wait(answer: Mapping[str, Any]) -> int:
    """Return when there will be as many points as the request costs."""
    cost = answer["extensions"]["cost"]
    left = cost["throttleStatus"]
    return max(1, math.ceil((cost["requestedQueryCost"] - left["currentlyAvailable"]) / left["restoreRate"]))


def _as_failed(response: Response, status: int, wait: int = 0) -> HTTPError:
    response.status_code = status
    response.headers["Retry-After"] = str(wait)
    return HTTPError(response=response)
