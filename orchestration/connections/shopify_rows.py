"""What is asked of Shopify's objects, and how they are laid out as Fivetran's tables, in the GraphQL form: no address, number or name is kept."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.connections.key import keyed_id
from orchestration.connections.versions import Row, Versions

# The tables of each list, each with the column by which its rows belong to an object.
TABLES = {"orders": {"order": "id", "refund": "order_id"}, "customers": {"customer": "id"}, "shop": {"shop": None}}
OWN = "guest_key"  # a column for the store alone: it tells whether the key of guests' ids is the one of before
# Where each column is found in an object. What stands for an address is added.
PLACES = {
    "order": {
        "id": "legacyResourceId",
        "customer_id": "customer.legacyResourceId",
        "processed_at": "processedAt",
        "created_at": "createdAt",
        "cancelled_at": "cancelledAt",
        "display_financial_status": "displayFinancialStatus",
        "total_price_set_shop_amount": "totalPriceSet.shopMoney.amount",
        "total_price_set_shop_currency_code": "totalPriceSet.shopMoney.currencyCode",
        "currency_code": "currencyCode",
        "test": "test",
    },
    "refund": {
        "id": "legacyResourceId",
        "created_at": "createdAt",
        "total_refunded_set_shop_amount": "totalRefundedSet.shopMoney.amount",
        "total_refunded_set_shop_currency_code": "totalRefundedSet.shopMoney.currencyCode",
    },
    "customer": {
        "id": "legacyResourceId",
        "email_marketing_consent_state": "defaultEmailAddress.marketingState",
        "created_at": "createdAt",
        "updated_at": "updatedAt",
    },
    "shop": {"id": "id", "currency": "currencyCode", "iana_timezone": "ianaTimezone", OWN: OWN},
}
COLUMNS = {table: (*places, *{"order": ("email",), "customer": ("email",), "refund": ("order_id",)}.get(table, ())) for table, places in PLACES.items()}
# Fields of people whose values Shopify keeps from apps that were not approved for them.
PERSONAL = {"email", "phone", "emailAddress", "defaultEmailAddress", "billingAddress", "shippingAddress"}

REFUNDS = 3  # that come with an order; of an order that has so many, all are asked for
REFUND = "legacyResourceId createdAt totalRefundedSet { shopMoney { amount currencyCode } }"
FIELDS = {
    "orders": f"""
        legacyResourceId updatedAt createdAt processedAt cancelledAt displayFinancialStatus test currencyCode email phone
        customer {{ legacyResourceId }} billingAddress {{ phone }} shippingAddress {{ phone }}
        totalPriceSet {{ shopMoney {{ amount currencyCode }} }} refunds(first: {REFUNDS}) {{ {REFUND} }}""",
    "customers": "legacyResourceId createdAt updatedAt defaultEmailAddress { emailAddress marketingState }",
}


def published_tables() -> dict[str, Versions]:
    """Return the tables that a pull publishes.

    Returns:
        How each is made of the store's versions, by name.
    """
    return {table: Versions(tuple(column for column in columns if column != OWN), ("id",), is_history=False) for table, columns in COLUMNS.items()}


def rows_of(key: bytes, table: str, item: Mapping[str, Any]) -> Iterable[Row]:
    """Lay out an object as rows.

    Args:
        key: the key of guests' ids.
        table: the table of the rows.
        item: the object.

    Yields:
        The object itself; for `refund` the refunds of an order.
    """
    if table == "refund":
        yield from ({**_picked(table, refund), "order_id": item["legacyResourceId"]} for refund in item["refunds"])
    elif table == "order":
        yield {**_picked(table, item), "email": _who_ordered(key, item)}
    elif table == "customer":
        yield {**_picked(table, item), "email": _address_id(key, _at(item, "defaultEmailAddress.emailAddress"))}
    else:
        yield _picked(table, item)


def _who_ordered(key: bytes, order: Mapping[str, Any]) -> str | None:
    """Return the id of the order's address, else of a guest's number: what the dbt project would make of them."""
    address = _address_id(key, order.get("email"))
    if address or order.get("customer"):
        return address
    numbers = (re.sub("[^0-9]", "", _at(order, place) or "") for place in ("phone", "billingAddress.phone", "shippingAddress.phone"))
    digits = next((number for number in numbers if number), None)
    return keyed_id(key, "phone", f"+{digits}") if digits else None


def _address_id(key: bytes, address: str | None) -> str | None:
    """Return the id of an address. Only ASCII is lowered, as in SQL."""
    lower = "".join(letter.lower() if letter.isascii() else letter for letter in (address or "").strip())
    return keyed_id(key, "email", lower) if lower else None


def _picked(table: str, item: Mapping[str, Any]) -> Row:
    return {column: _text(_at(item, place)) for column, place in PLACES[table].items()}


def _at(item: Any, place: str) -> Any:
    for name in place.split("."):
        item = item.get(name) if isinstance(item, Mapping) else None
    return item


def _text(value: Any) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None if value is None else str(value)
