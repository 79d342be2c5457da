"""A shop of our own, written from Shopify's documentation of the Admin API, 2026-10: the schema as far as it matters here, search, pages, costs, scopes.

It runs in a thread. What happens in the shop are methods; times are UTC. It shares nothing with what reads it.
"""

import json
import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import count
from operator import eq, ge, le
from urllib.parse import parse_qs

import graphql

from local_server import LocalServer

TOKEN, APP, SECRET = "shpat_9f8e7d6c5b4a", "4f1d0a", "shpss_1a2b3c4d5e6f"
SCHEMA = graphql.build_schema("""
    schema { query: QueryRoot }
    scalar DateTime
    scalar UnsignedInt64
    scalar Decimal
    scalar URL
    interface Node { id: ID! }
    enum CurrencyCode { EUR USD JPY }
    enum CountPrecision { EXACT AT_LEAST }
    enum OrderSortKeys { CREATED_AT CUSTOMER_NAME FINANCIAL_STATUS ID ORDER_NUMBER PROCESSED_AT TOTAL_PRICE UPDATED_AT }
    enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
    enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
    enum CustomerEmailAddressMarketingState { INVALID NOT_SUBSCRIBED PENDING REDACTED SUBSCRIBED UNSUBSCRIBED }
    type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
    type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
    type MailingAddress implements Node { id: ID! name: String phone: String zip: String }
    type CustomerEmailAddress { emailAddress: String! marketingState: CustomerEmailAddressMarketingState! }
    type Customer implements Node {
        id: ID! legacyResourceId: UnsignedInt64! createdAt: DateTime! updatedAt: DateTime! firstName: String defaultEmailAddress: CustomerEmailAddress
    }
    type Refund implements Node {
        id: ID! legacyResourceId: UnsignedInt64! createdAt: DateTime updatedAt: DateTime! note: String totalRefundedSet: MoneyBag!
    }
    type Order implements Node {
        id: ID! legacyResourceId: UnsignedInt64! name: String! createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime! cancelledAt: DateTime test: Boolean!
        displayFinancialStatus: OrderDisplayFinancialStatus currencyCode: CurrencyCode! email: String phone: String customer: Customer
        billingAddress: MailingAddress shippingAddress: MailingAddress totalPriceSet: MoneyBag! refunds(first: Int): [Refund!]!
    }
    type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
    type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }
    type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
    type Count { count: Int! precision: CountPrecision! }
    type Shop implements Node { id: ID! name: String! email: String! currencyCode: CurrencyCode! ianaTimezone: String! }
    type AccessScope { handle: String! description: String! }
    type AppInstallation implements Node { id: ID! accessScopes: [AccessScope!]! }
    type QueryRoot {
        shop: Shop!
        currentAppInstallation: AppInstallation!
        order(id: ID!): Order
        nodes(ids: [ID!]!): [Node]!
        orders(first: Int, after: String, query: String, sortKey: OrderSortKeys = PROCESSED_AT, reverse: Boolean = false): OrderConnection!
        customers(first: Int, after: String, query: String, sortKey: CustomerSortKeys = ID, reverse: Boolean = false): CustomerConnection!
        ordersCount(query: String, limit: Int = 10000): Count
        customersCount(query: String, limit: Int = 10000): Count
    }
""")
SORTED_BY = {"ID": "number", "UPDATED_AT": "updatedAt"}
SEARCHED = {
    "orders": {"id": "number", "created_at": "createdAt", "updated_at": "updatedAt"},
    "customers": {"id": "number", "customer_date": "createdAt", "updated_at": "updatedAt"},
}
TERM = re.compile(r"(\w+):(>=|<=)?'?([^' ]+)'?")
COMPARED = {None: eq, ">=": ge, "<=": le}


class LocalShop(LocalServer):
    """A shop in a thread of its own."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict]] = {"orders": {}, "customers": {}}
        self.now, self.id, self.scopes = "2025-01-01T00:00:00Z", 1, ["read_orders", "read_all_orders", "read_customers"]
        self.requests: list[dict] = []
        self.asked = 0
        self.throttled, self.impatient, self.points, self.restored, self.most = 0, 0, 1e9, 1_000.0, 25_000
        self.personal, self.hold, self.moved_to = True, "", ""
        self._refused_at, self._numbers = 0.0, count(1001)
        super().__init__()

    @property
    def environment(self) -> dict[str, str]:
        return {"WINBACK_SHOPIFY_KEY": TOKEN, "WINBACK_SHOPIFY_URL": self.url}

    def customer(self, email: str | None, consent: str = "NOT_SUBSCRIBED") -> int:
        """Return the id of a new customer."""
        return self._add("customers", {"firstName": "Ann", "defaultEmailAddress": email and {"emailAddress": email, "marketingState": consent}})

    def order(self, processed: str, total: str, customer: int | None = None, **given: object) -> int:
        """Return the id of a new order, paid unless given otherwise."""
        made = {
            "processedAt": processed, "customer": customer, "totalPriceSet": money(total), "displayFinancialStatus": "PAID", "currencyCode": "EUR", "test": False,
            "cancelledAt": None, "email": None, "phone": None, "billingAddress": None, "shippingAddress": None, "refunds": [], "name": "#1",
        }  # fmt: skip
        return self._add("orders", {**made, **given})

    def refund(self, order: int, amount: str, at: str) -> int:
        """Return the id of a new refund."""
        number = next(self._numbers)
        named = {"id": f"gid://shopify/Refund/{number}", "legacyResourceId": str(number), "note": "Sorry, Ann"}
        refund = {**named, "createdAt": at, "updatedAt": at, "totalRefundedSet": money(amount)}
        self.change("orders", order, displayFinancialStatus="PARTIALLY_REFUNDED", refunds=[*self.objects["orders"][order]["refunds"], refund])
        return number

    def change(self, kind: str, number: int, **given: object) -> None:
        self.objects[kind][number].update(given, updatedAt=self.now)

    def delete(self, kind: str, number: int) -> None:
        del self.objects[kind][number]

    def merge(self, one: int, into: int) -> None:
        """Merge a customer into another: their orders change hands without being updated."""
        for order in self.objects["orders"].values():
            order["customer"] = into if order["customer"] == one else order["customer"]
        self.delete("customers", one)
        self.change("customers", into)

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict, dict]:
        self.asked += 1
        if self.moved_to:
            return 307, {"Location": f"{self.moved_to}{path}"}, {}
        status, answer = self._answer(path, headers, body)
        return status, {}, answer

    def _answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict]:
        if path == "/admin/oauth/access_token":
            given = {name: value for name, (value,) in parse_qs(body.decode()).items()}
            is_right = given == {"grant_type": "client_credentials", "client_id": APP, "client_secret": SECRET}
            return (200, {"access_token": TOKEN, "scope": ",".join(self.scopes), "expires_in": 86399}) if is_right else (400, {"error": "invalid_client"})
        if headers["X-Shopify-Access-Token"] != TOKEN:
            return 401, {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}
        if path != "/admin/api/2026-10/graphql.json":
            return 404, {"errors": "Not Found"}
        asked = json.loads(body)
        self.requests.append(asked)
        while self.hold and self.hold in asked["query"] and not self.going_on.wait(0.05):
            pass
        return 200, self._executed(asked["query"], asked.get("variables") or {})

    def _executed(self, query: str, variables: dict) -> dict:
        document = graphql.parse(query)
        if wrong := graphql.validate(SCHEMA, document):
            return {"errors": [{"message": error.message, "extensions": {"code": "undefinedField"}} for error in wrong]}
        cost = cost_of(document.definitions[0].selection_set, SCHEMA.query_type, variables)
        # Points come back while a client waits that was refused: then it does not matter how quick this machine is.
        self.points += (time.monotonic() - self._refused_at) * self.restored if self._refused_at else 0
        told = {"requestedQueryCost": cost, "throttleStatus": {"maximumAvailable": 20_000.0, "currentlyAvailable": self.points, "restoreRate": self.restored}}
        if cost > 1000:
            return {"errors": [{"message": f"Query cost is {cost}", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
        if cost > self.points:
            self.throttled += 1
            self._refused_at = time.monotonic()
            self.impatient += self.requests[-2:-1] == self.requests[-1:]
            return {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}], "extensions": {"cost": told}}
        self.points, self._refused_at = (1e9 if self._refused_at else self.points - cost), 0.0  # Once is enough.
        done = graphql.execute(SCHEMA, document, self._root(), variable_values=variables, type_resolver=lambda value, *_: value["id"].split("/")[3])
        errors = [{"message": error.message, "path": error.path, "extensions": error.extensions} for error in done.errors or ()]
        return {"data": done.data, **({"errors": errors} if errors else {}), "extensions": {"cost": told}}

    def _root(self) -> dict:
        return {
            "shop": {"id": f"gid://shopify/Shop/{self.id}", "name": "Ann's", "email": "owner@shop.example", "currencyCode": "EUR", "ianaTimezone": "Europe/Rome"},
            "currentAppInstallation": {"id": "gid://shopify/AppInstallation/1", "accessScopes": [{"handle": handle} for handle in self.scopes]},
            "order": lambda _, **given: self._found(given["id"]),
            "nodes": lambda _, ids: [self._found(each) for each in ids],
            **{name: lambda _, name=name, **given: self._page(name, **given) for name in self.objects},
            **{f"{name}Count": lambda _, name=name, **given: self._count(name, **given) for name in self.objects},
        }

    def _add(self, kind: str, given: dict) -> int:
        number = next(self._numbers)
        named = {"number": number, "legacyResourceId": str(number), "id": f"gid://shopify/{kind[:-1].title()}/{number}"}
        self.objects[kind][number] = {"createdAt": self.now, "updatedAt": self.now, **named, **given}
        return number

    def _seen(self, kind: str) -> list[dict]:
        """Return what the key sees, of orders as they are shown."""
        if kind == "orders" and "read_orders" not in self.scopes:
            raise denied(f"Access denied for {kind} field.")
        since = "" if kind != "orders" or "read_all_orders" in self.scopes else f"{datetime.now(timezone.utc) - timedelta(days=60):%Y-%m-%dT%H:%M:%SZ}"
        return [self._shown(each) for each in list(self.objects[kind].values()) if each["createdAt"] >= since]

    def _shown(self, each: dict) -> dict:
        shown = each | ({"customer": self.objects["customers"].get(each["customer"]), "refunds": lambda _, first=50: each["refunds"][:first]} if "refunds" in each else {})
        return shown if self.personal else shown | {"email": refused_field, "defaultEmailAddress": refused_field}

    def _found(self, gid: str) -> dict | None:
        kind, number = gid.split("/")[3:]
        return next((each for each in self._seen(f"{kind.lower()}s") if each["number"] == int(number)), None)

    def _searched(self, kind: str, query: str) -> list[dict]:
        found = self._seen(kind)
        for term in query.split(" AND "):
            name, comparison, value = TERM.fullmatch(term).groups()
            field = SEARCHED[kind][name]
            found = [each for each in found if COMPARED[comparison](each[field], int(value) if field == "number" else value)]
        return found

    def _page(self, kind: str, query: str, first: int, after: str | None = None, **given: object) -> dict:
        key, reverse = given["sortKey"], given["reverse"]
        found = sorted(self._searched(kind, query), key=lambda each: (each[SORTED_BY[key]], each["number"]), reverse=reverse)
        passed = next((place for place, each in enumerate(found, 1) if cursor_of(each, key) == after), 0)
        if passed >= self.most:
            raise graphql.GraphQLError("Pagination is limited", extensions={"code": "BAD_REQUEST"})
        page = found[passed : passed + first]
        return {"nodes": page, "pageInfo": {"hasNextPage": passed + first < len(found), "endCursor": cursor_of(page[-1], key) if page else None}}

    def _count(self, kind: str, query: str, limit: int | None) -> dict:
        number = len(self._searched(kind, query))
        return {"count": number if limit is None else min(number, limit), "precision": "EXACT" if limit is None or number <= limit else "AT_LEAST"}


def money(amount: str) -> dict:
    return {"shopMoney": {"amount": amount, "currencyCode": "EUR"}, "presentmentMoney": {"amount": "9999", "currencyCode": "JPY"}}


def cursor_of(each: dict, key: str) -> str:
    return f"{key}:{each['number']}"


def denied(message: str) -> graphql.GraphQLError:
    return graphql.GraphQLError(message, extensions={"code": "ACCESS_DENIED"})


def refused_field(info: graphql.GraphQLResolveInfo) -> None:
    raise denied(f"This app is not approved to use the {info.field_name} field.")


def cost_of(selections: graphql.SelectionSetNode, of: graphql.GraphQLNamedType, variables: dict, factor: int = 1) -> int:
    """Return what a query may cost: a point for each object, two more for each page."""
    cost = 0
    for field in selections.selections:
        if isinstance(field, graphql.InlineFragmentNode):
            cost += cost_of(field.selection_set, SCHEMA.get_type(field.type_condition.name.value), variables, factor)
            continue
        kind = graphql.get_named_type(of.fields[field.name.value].type)
        if not field.selection_set or kind.name == "PageInfo":
            continue
        given = {each.name.value: variables.get(each.value.name.value) if each.value.kind == "variable" else getattr(each.value, "value", None) for each in field.arguments}
        many = int(given.get("first") or len(given.get("ids") or [1]))
        is_page = kind.name.endswith("Connection")
        cost += factor * (2 if is_page else 0 if field.name.value == "nodes" and of.name.endswith("Connection") else many)
        cost += cost_of(field.selection_set, kind, variables, factor * many) + (factor * many if is_page else 0)
    return cost
