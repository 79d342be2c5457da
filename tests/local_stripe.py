"""localstripe as a process of its own: `python tests/local_stripe.py PORT`, on 127.0.0.1.

Its objects and rules are localstripe's. Added is what it lacks of Stripe as documented, and what a test needs: a clock that is set (so that years pass), live mode, lists
that begin with the newest object and know `created` and `status`, periods after the first, invoice lines that name the subscription's item, requests that
wait or are answered with 429 or 403, the account, and a listing of the requests that came, also as a proxy.
"""

import asyncio
import sys
from datetime import datetime, timezone
from types import SimpleNamespace

from aiohttp import web
from dateutil.relativedelta import relativedelta
from localstripe import resources
from localstripe.server import app, json_response, store, unflatten_data

STEPS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}
state = SimpleNamespace(now=1_700_000_000, page=100, hold="", refuse_for=0, refused=0, forbid="", account={}, requests=[], elsewhere=[])


def export(self: resources.StripeObject, expand: list[str] | None = None) -> dict:
    exported = ORIGINAL_EXPORT(self, expand)
    return {**exported, "livemode": True} if "livemode" in exported else exported


def current_period(self: resources.SubscriptionItem) -> dict[str, int]:
    start = datetime.fromtimestamp(resources.Subscription._api_retrieve(self._subscription).start_date if self._subscription else state.now, tz=timezone.utc)  # noqa: SLF001
    step, number = {STEPS[self.plan.interval]: self.plan.interval_count}, 1
    while (start + number * relativedelta(**step)).timestamp() <= state.now:
        number += 1
    return {"start": int((start + (number - 1) * relativedelta(**step)).timestamp()), "end": int((start + number * relativedelta(**step)).timestamp())}


def line_of_item(self: resources.InvoiceLineItem, item: resources.StripeObject) -> None:
    ORIGINAL_LINE(self, item)
    if self.type == "subscription":
        self.subscription_item = resources.Subscription._api_retrieve(self.subscription).items._list[0].id  # noqa: SLF001


def page(path: str, query: dict) -> dict:
    """Return a page of a list as Stripe documents it."""
    kind = path.rsplit("/", 1)[-1].removesuffix("s")
    since, status = int(query.get("created", {}).get("gte", 0)), query.get("status", "all")
    found = [each for key, each in store.items() if key.startswith(f"{kind}:") and each.created >= since and status in ("all", getattr(each, "status", ""))]
    found = [each for _, each in sorted(enumerate(found), key=lambda numbered: (numbered[1].created, numbered[0]), reverse=True)]
    ids = [each.id for each in found]
    first = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
    last = first + min(int(query.get("limit", 10)), state.page)
    return {"object": "list", "url": path, "has_more": last < len(found), "data": [each._export() for each in found[first:last]]}  # noqa: SLF001


def refused() -> web.Response:
    """Refuse requests until some seconds are over, and say how many."""
    state.refused += 1
    if state.refused == 1:
        asyncio.get_running_loop().call_later(state.refuse_for, lambda: vars(state).update(refuse_for=0))
    return web.Response(status=429, headers={"Retry-After": str(state.refuse_for)})


@web.middleware
async def as_documented(request: web.Request, handler: object) -> web.StreamResponse:
    if request.path.startswith("/v1/"):
        state.requests.append(f"{request.method} {request.path_qs}")
        if request.method == "GET" and state.refuse_for:
            return refused()
        while state.hold and request.path.startswith(state.hold):
            await asyncio.sleep(0.05)
        if state.forbid and request.path.startswith(state.forbid):
            return web.Response(status=403)
        if request.path == "/v1/account" and state.account:
            return json_response(state.account)
    if request.method == "GET" and request.path in ("/v1/refunds", "/v1/charges", "/v1/invoices", "/v1/subscriptions", "/v1/plans"):
        return json_response(page(request.path, unflatten_data(request.query)))
    return await handler(request)


@web.middleware
async def as_proxy(request: web.Request, handler: object) -> web.StreamResponse:
    """Note what is sent to somebody else through this server, and refuse it."""
    if request.method == "CONNECT" or request.host.rpartition(":")[0] != "127.0.0.1":
        state.elsewhere.append(f"{request.method} {request.host}")
        return web.Response(status=403)
    return await handler(request)


async def configure(request: web.Request) -> web.Response:
    """Set the clock, the path whose requests wait, the number of requests to refuse, the size of pages."""
    vars(state).update(await request.json())
    return web.json_response(vars(state))


ORIGINAL_EXPORT, ORIGINAL_LINE = resources.StripeObject._export, resources.InvoiceLineItem.__init__  # noqa: SLF001

if __name__ == "__main__":
    resources.StripeObject._export = export  # noqa: SLF001
    resources.SubscriptionItem._current_period = current_period  # noqa: SLF001
    resources.InvoiceLineItem.__init__ = line_of_item
    resources.time = SimpleNamespace(time=lambda: state.now)
    resources.Store.dump_to_disk = lambda _: None
    app.middlewares.insert(0, as_proxy)
    app.middlewares.insert(3, as_documented)  # after those that check the key and answer errors
    app.router.add_post("/_config/state", configure)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
