"""Fjord as Shopify: orders, refunds and customers, in the tables of Fivetran's REST and GraphQL connectors.

Rendered: each order (one that was voided is cancelled), each refund, and the consent of some customers. Every tenth order is one of a guest with the customer's
address. Beside them are orders that no shop counts: pending ones, tests, and failed payments.

Native stays what Shopify does not hold: newsletter signups, visits and views, closed accounts, merges, campaigns, touches and surveys; rows with a fault; and
refunds without an order that could be refunded. A refund of the sample names no order: it is that of the customer's last order before it that stands and was
at least as expensive. (Shopify's refunds of a cancelled order do not count; the sample's do.)

Shopify knows the consent of a customer, and no other attribute. Of the rows of one customer the latest stands as a whole, so every second customer has the
consent alone, in the native landing too; the attributes of the others stay native.
"""

from datetime import timedelta
from decimal import Decimal

from renderers import Rendered, Row, Tables, luck, moment, standing

REST_CONSENT = {"true": "subscribed", "false": "unsubscribed", "": ""}
# What columns are typed as: money of the REST connector as decimals, and of the GraphQL connector as floats.
TYPES = {
    **dict.fromkeys(("id", "order_id", "customer_id", "refund_id", "order_line_id", "quantity"), "bigint"),
    **dict.fromkeys(
        (
            "created_at", "processed_at", "updated_at", "cancelled_at", "email_marketing_consent_consent_updated_at", "email_marketing_consent_updated_at",
            "_fivetran_synced",
        ),
        "timestamptz",
    ),
    **dict.fromkeys(("test", "confirmed", "restock", "accepts_marketing", "_fivetran_deleted"), "boolean"),
    **dict.fromkeys(("total_price", "subtotal", "total_tax", "amount", "tax_amount"), "decimal(18, 2)"),
    **dict.fromkeys(("total_price_set_shop_amount", "total_price_set_pres_amount", "total_refunded_set_shop_amount", "total_refunded_set_pres_amount"), "double"),
}  # fmt: skip


def customer_number(customer_id: str) -> str:
    """Return the id of an account in Shopify."""
    return f"7210{int(customer_id[2:]):09}"


def render(native: Tables, form: str) -> Rendered:
    """Render Fjord in one of Fivetran's two forms, `rest` or `graphql`. The ids in the landing are Shopify's."""
    native = native | {"customers": [_consent_alone(row) for row in native["customers"]]}
    events = sorted(standing(native["events"]), key=lambda row: (row["occurred_at"], row["event_id"]))
    accounts = {row["customer_id"] for row in native["customers"] if _is_shopifys(row["customer_id"])}
    orders = {row["event_id"]: row for row in events if row["event_name"] == "order"}
    voids = {row["voids_event_id"]: row for row in events if row["event_name"] == "order_voided" and row["voids_event_id"] in orders}
    refunds = refunds_of_orders(events, voids)

    shop = _Shop(form, accounts)
    for event_id, order in orders.items():
        shop.add_order(order, voids.get(event_id), [refund for refund, of in refunds if of == event_id])
    for number, (refund, of) in enumerate(refunds):
        shop.add_refund(refund, orders[of], number)
    latest: dict[str, Row] = {}
    for row in native["customers"]:
        if row["customer_id"] in accounts and row["updated_at"] >= latest.get(row["customer_id"], row)["updated_at"]:
            latest[row["customer_id"]] = row
    for row in latest.values():
        shop.add_customer(row)

    held = {*orders, *(void["event_id"] for void in voids.values()), *(refund["event_id"] for refund, _ in refunds)}
    beside = native | {
        "events": [row for row in native["events"] if row["event_id"] not in held],
        "customers": [row for row in native["customers"] if row["customer_id"] not in accounts],
    }
    return Rendered(native, beside, shop.tables)


def _is_shopifys(customer_id: str) -> bool:
    return luck(customer_id, 2) == 0


def _consent_alone(row: Row) -> Row:
    return row | {"country": "", "acquisition_channel": "", "plan": ""} if _is_shopifys(row["customer_id"]) else row


def refunds_of_orders(events: list[Row], voids: dict[str, Row]) -> list[tuple[Row, str]]:
    """Return refunds with the ids of the orders that they could be of."""
    found, bought = [], {}
    for row in events:
        if row["event_name"] == "order" and row["event_id"] not in voids:
            bought.setdefault(row["customer_id"], []).append(row)
        elif row["event_name"] == "refund":
            of = [order for order in bought.get(row["customer_id"], []) if Decimal(order["amount"]) >= Decimal(row["amount"])]
            if of:
                found.append((row, of[-1]["event_id"]))
    return found


class _Shop:
    """The tables of a shop in one form, filled an object at a time."""

    def __init__(self, form: str, accounts: set[str]) -> None:
        self.is_rest, self.accounts = form == "rest", accounts
        self.tables: Tables = {"order": [], "order_line": [], "refund": [], "order_line_refund": [], "order_adjustment": [], "customer": []}

    def time(self, text: str) -> str:
        """Return a time as the connector's destination prints it."""
        return f"{moment(text):%Y-%m-%dT%H:%M:%S.000Z}" if self.is_rest else f"{moment(text):%Y-%m-%d %H:%M:%S+00}"

    def status(self, word: str) -> str:
        """Return a status: REST has it in lower case, GraphQL in upper case."""
        return word if self.is_rest else word.upper()

    def add_order(self, order: Row, void: Row | None, refunds: list[Row]) -> None:
        """Add an order with its line, and for some an order before it that came to nothing."""
        number, total = 5_450_000_000_000 + int(order["event_id"].partition("-")[2]), Decimal(order["amount"])
        back = sum(Decimal(refund["amount"]) for refund in refunds)
        status = "refunded" if void or back >= total else "partially_refunded" if back else "paid"
        synced = max(row["loaded_at"] for row in (order, *refunds, *([void] if void else [])))
        row = {"id": f"{number}", **self.buyer(order, number), **self.money("total_price", total), "test": "false", "confirmed": "true"}
        when = {"created_at": self.time(order["occurred_at"]), "processed_at": self.time(order["occurred_at"]), "updated_at": self.time(synced)}
        ended = {"cancelled_at": self.time(void["occurred_at"]), "cancel_reason": self.status("customer")} if void else {"cancelled_at": "", "cancel_reason": ""}
        self.tables["order"].append(row | when | ended | self.paid(status) | {"_fivetran_deleted": "false", "_fivetran_synced": self.time(synced)})
        self.tables["order_line"].append({"id": f"{number + 9_000_000_000_000}", "order_id": f"{number}", "quantity": "1", "_fivetran_synced": self.time(synced)})
        fails = luck(order["event_id"], 60)
        if fails < 3:
            before = f"{moment(order['occurred_at']) - timedelta(minutes=40):%Y-%m-%dT%H:%M:%SZ}"
            other = {"id": f"{number + 1_000_000_000_000}", "created_at": self.time(before), "processed_at": self.time(before), "test": "true" if fails == 0 else "false"}
            self.tables["order"].append(self.tables["order"][-1] | ended | other | self.paid(("paid", "pending", "voided")[fails]))

    def buyer(self, order: Row, number: int) -> Row:
        """Return who bought: an account, or a guest whose address is that of an account."""
        customer = order["customer_id"]
        if customer not in self.accounts:
            return {"customer_id": customer, "email": ""}
        if number % 10:
            return {"customer_id": customer, "email": address(customer)}
        return {"customer_id": "", "email": f" {address(customer).upper()}" if number % 20 else address(customer)}

    def money(self, column: str, amount: Decimal) -> Row:
        """Return an amount in the shop's currency, and in GraphQL also in that of the buyer."""
        if self.is_rest:
            return {column: f"{amount}", "currency": "USD"} if column == "total_price" else {column: f"{amount}"}
        shops = {f"{column}_set_shop_amount": f"{amount}", f"{column}_set_shop_currency_code": "USD"}
        buyers = {f"{column}_set_pres_amount": f"{amount * Decimal('1.35'):.2f}", f"{column}_set_pres_currency_code": "CAD"}
        return shops | buyers | ({"currency_code": "USD", "presentment_currency_code": "CAD"} if column == "total_price" else {})

    def paid(self, status: str) -> Row:
        """Return the financial status."""
        return {"financial_status" if self.is_rest else "display_financial_status": self.status(status)}

    def add_refund(self, refund: Row, order: Row, number: int) -> None:
        """Add a refund.

        REST has its parts alone: the lines given back with their tax; shipping that is given back, which is negative; and money that is kept of the lines.
        """
        number, order_number = 880_000_000_000 + number, 5_450_000_000_000 + int(order["event_id"].partition("-")[2])
        amount, when, synced = Decimal(refund["amount"]), self.time(refund["occurred_at"]), self.time(refund["loaded_at"])
        of = {"id": f"{number}", "order_id": f"{order_number}", "created_at": when, "_fivetran_synced": synced}
        if not self.is_rest:
            self.tables["refund"].append({**of, "updated_at": synced, **self.money("total_refunded", amount)})
            return
        self.tables["refund"].append({**of, "processed_at": when, "restock": "true"})
        adjusted, words = ((Decimal("-5.00"), "Shipping refund"), (Decimal("2.50"), "Refund discrepancy"), (Decimal(), ""))[number % 3]
        lines = amount + adjusted
        tax = (lines * Decimal("0.08")).quantize(Decimal("0.01"))
        first = ((lines - tax) / 2).quantize(Decimal("0.01"))
        for part, (subtotal, taxed) in enumerate(((first, tax), (lines - tax - first, Decimal("0.00")))):
            line = {"id": f"{number * 10 + part}", "refund_id": f"{number}", "order_line_id": f"{order_number + 9_000_000_000_000}", "quantity": "1"}
            self.tables["order_line_refund"].append({**line, "subtotal": f"{subtotal}", "total_tax": f"{taxed}", "_fivetran_synced": synced})
        if adjusted:
            said = {"kind": words.lower().replace(" ", "_"), "reason": words, "amount": f"{adjusted}", "tax_amount": "0.00"}
            self.tables["order_adjustment"].append({"id": f"{number * 10}", "order_id": f"{order_number}", "refund_id": f"{number}", **said, "_fivetran_synced": synced})

    def add_customer(self, row: Row) -> None:
        """Add a customer with their consent."""
        consent = self.status(REST_CONSENT[row["contactable"]])
        name = "email_marketing_consent"
        updated = {f"{name}_consent_updated_at" if self.is_rest else f"{name}_updated_at": self.time(row["updated_at"])}
        when = {"created_at": self.time(row["updated_at"]), "updated_at": self.time(row["updated_at"]), "_fivetran_synced": self.time(row["loaded_at"])}
        said = {f"{name}_state": consent, **updated, **({"accepts_marketing": "false"} if self.is_rest else {})}
        self.tables["customer"].append({"id": row["customer_id"], "email": address(row["customer_id"]), "currency": "USD", **said, **when})


def address(customer: str) -> str:
    return f"buyer.{customer}@example.com"
