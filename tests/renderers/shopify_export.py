"""Fjord as the files that Shopify's admin exports: orders, in two files, and customers.

Rendered is what `shopify` renders, as far as an export knows it. An order has a row for each of its line items, the first with its totals. Who is not among the
exported customers is known by the address alone. Some orders are in both files, in the first as they were before. Beside them are orders that no shop counts.

What an export does not know is said in `UNKNOWN`: the native landing with which the figures must agree is made to know no more.
"""

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from renderers import Rendered, Row, Tables, luck, moment, standing, with_ids
from renderers.shopify import address, customer_number, refunds_of_orders

ZONE = ZoneInfo("America/Los_Angeles")
KEY = "a key of the tests"
NO_ATTRIBUTES = {"country": "", "acquisition_channel": "", "plan": ""}
BLANK = ("Financial Status", "Paid at", "Currency", "Total", "Created at", "Cancelled at", "Payment Method", "Refunded Amount", "Id", "Billing Phone")


def undated_refunds(native: Tables, refunds: list[tuple[Row, str]]) -> Tables:
    """Date what was paid back of an order when the order was made, as one refund."""
    orders = {row["event_id"]: row for row in native["events"]}
    together: dict[str, list[Row]] = {}
    for refund, of in refunds:
        together.setdefault(of, []).append(refund)
    replaced = {
        each[0]["event_id"]: each[0] | {"occurred_at": orders[of]["occurred_at"], "amount": f"{sum(Decimal(refund['amount']) for refund in each)}"}
        for of, each in together.items()
    }
    gone = {refund["event_id"] for refund, _ in refunds}
    return native | {"events": [row for row in native["events"] if row["event_id"] not in gone] + list(replaced.values())}


def nameless_guests(native: Tables, exported: set[str]) -> Tables:
    """Give all who are not among the exported customers the id of a guest."""
    return with_ids(native, lambda customer: customer_number(customer) if customer in exported else guest(customer_number(customer)))


# By its words in docs/how-to/connect-shopify.md, what an export does not know, and what makes the native landing know no more.
UNKNOWN: dict[str, Callable] = {"When money was paid back": undated_refunds, "The customer of an order": nameless_guests}


def guest(number: str) -> str:
    """Return the id of somebody who is known by the address alone."""
    return "email:" + hmac.new(KEY.encode(), address(number).encode(), hashlib.sha256).hexdigest()[:32]


def render(landed: Tables) -> Rendered:
    """Render Fjord. The ids in the landing are the sample's."""
    exported = {row["customer_id"] for row in landed["customers"] if luck(customer_number(row["customer_id"]), 2) == 0}
    landed = landed | {"customers": [row | NO_ATTRIBUTES if row["customer_id"] in exported else row for row in landed["customers"]]}
    events = sorted(standing(landed["events"]), key=lambda row: (row["occurred_at"], row["event_id"]))
    orders = {row["event_id"]: row for row in events if row["event_name"] == "order"}
    voids = {row["voids_event_id"]: row for row in events if row["event_name"] == "order_voided" and row["voids_event_id"] in orders}
    refunds = refunds_of_orders(events, voids)

    admin = _Admin()
    for event_id, order in orders.items():
        admin.add_order(order, voids.get(event_id), [refund for refund, of in refunds if of == event_id])
    latest: dict[str, Row] = {}
    for row in landed["customers"]:
        if row["customer_id"] in exported and row["updated_at"] >= latest.get(row["customer_id"], row)["updated_at"]:
            latest[row["customer_id"]] = row
    for row in latest.values():
        admin.add_customer(row)

    held = {*orders, *(void["event_id"] for void in voids.values()), *(refund["event_id"] for refund, _ in refunds)}
    native = nameless_guests(undated_refunds(landed, refunds), exported)
    beside = nameless_guests(
        landed
        | {
            "events": [row for row in landed["events"] if row["event_id"] not in held],
            "customers": [row for row in landed["customers"] if row["customer_id"] not in exported],
        },
        exported,
    )
    return Rendered(native, beside, admin.files)


class _Admin:
    """The files of an export, filled an object at a time."""

    def __init__(self) -> None:
        self.files: Tables = {"orders_export_1": [], "orders_export_2": [], "customers_export": []}

    def add_order(self, order: Row, void: Row | None, refunds: list[Row]) -> None:
        """Add an order with its line items, and for some an order before it that came to nothing."""
        number, total, at = int(order["event_id"].partition("-")[2]), Decimal(order["amount"]), moment(order["occurred_at"])
        back = total if void else sum(Decimal(refund["amount"]) for refund in refunds)
        status = "refunded" if void or back >= total else "partially_refunded" if back else "paid"
        mail = address(customer_number(order["customer_id"]))
        row = {
            "Name": f"#{number}", "Email": mail.upper() if number % 20 == 0 else mail, "Financial Status": status, "Paid at": _time(at), "Currency": "USD",
            "Subtotal": f"{total}", "Total": f"{total}", "Created at": _time(at), "Lineitem quantity": "1", "Lineitem name": 'Fern, 5" "dwarf"\nin a pot',
            "Billing Zip": "'02142", "Billing Phone": "'+1 617 555 0100", "Cancelled at": _time(moment(void["occurred_at"])) if void else "",
            "Payment Method": "Shopify Payments", "Refunded Amount": f"{back:.2f}", "Id": f"{5_450_000_000_000 + number}",
        }  # fmt: skip
        file = self.files[f"orders_export_{number % 2 + 1}"]
        file.append(row)
        for _ in range(luck(order["event_id"], 3)):
            file.append(row | dict.fromkeys(BLANK, "") | {"Lineitem name": "=cmd|' /C calc'!A0"})
        if number % 14 == 1:  # The last file says what stands.
            self.files["orders_export_1"].append(row | {"Financial Status": "pending", "Paid at": "", "Refunded Amount": "0.00", "Cancelled at": ""})
        fails = luck(order["event_id"], 60)
        if fails < 3:
            tried = {"Name": f"#{number}-1", "Id": f"{6_450_000_000_000 + number}", "Created at": _time(at - timedelta(minutes=40)), "Cancelled at": "", "Refunded Amount": "0.00"}
            file.append(row | tried | {"Financial Status": ("paid", "pending", "voided")[fails], "Payment Method": "bogus" if fails == 0 else "manual"})

    def add_customer(self, row: Row) -> None:
        """Add a customer with their consent."""
        number, consent = customer_number(row["customer_id"]), {"true": "yes", "false": "no", "": ""}[row["contactable"]]
        self.files["customers_export"].append({"Customer ID": f"'{number}", "First Name": "O'Fern", "Email": address(number), "Accepts Email Marketing": consent, "Tags": ""})


def _time(instant: datetime) -> str:
    return f"{instant.astimezone(ZONE):%Y-%m-%d %H:%M:%S %z}"
