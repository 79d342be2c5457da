"""Lumen as the files that Stripe's dashboard exports: subscriptions and payments, as `stripe` renders them, as far as an export knows them.

A subscription is exported as it is today, with times to the minute; a payment has no subscription, and those of the second file have decimals with a comma.
Beside them are payments that failed. What an export does not know is said in `UNKNOWN`: the native landing with which the figures must agree is made to know
no more. Nothing else of the native landing changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from renderers import Rendered, Row, Tables, luck, moment, standing, stripe

# By its words in docs/how-to/connect-stripe.md, what an export does not know.
UNKNOWN = ("Earlier prices", "Pauses", "The subscription of a payment", "The period of a payment", "The seconds of a subscription's times")
PAYABLE = {"active", "canceled"}


@dataclass
class Exported:
    """A subscription as it is exported: its row, and what that says."""

    row: Row
    contract: str
    customer: str
    paid_from: datetime
    ends: datetime | None
    months: int
    monthly: Decimal

    def is_paid_at(self, instant: datetime) -> bool:
        """Return whether a payment may be for it."""
        return self.row["Status"] in PAYABLE and self.paid_from <= instant and (self.ends is None or instant < self.ends)


def render(native: Tables) -> Rendered:
    """Render Lumen. The ids in the landing are Stripe's."""
    rendered = stripe.render(native)
    events = sorted(standing(native["events"]), key=lambda row: (row["occurred_at"], row["event_name"] in stripe.PAYMENTS, row["event_id"]))
    voided = {row["voids_event_id"] for row in events if row["event_name"] == "entry_voided"}
    lives, _ = stripe.lives_of(events, voided)
    contracts = {life.name: life.contract for life in lives}
    subscriptions = _subscriptions(rendered.tables, contracts)
    paid = {row["event_id"]: row for row in events if row["event_name"] in stripe.PAYMENTS and row["event_id"] not in voided and Decimal(row["amount"]) > 0}
    of = {event_id: _of(row, subscriptions) for event_id, row in paid.items()}

    told = [_told(row, of.get(row["event_id"]), row["event_id"] in paid) for row in native["events"]]
    told += [_start(each, events[0]) for each in subscriptions if each.row["Status"] in PAYABLE and each not in of.values() and each.contract in contracts.values()]
    said = {"events": told, "contracts": [_contract(each, native["contracts"][0]) for each in subscriptions if each.row["Status"] != "paused"]}
    files = {"subscriptions": [each.row for each in subscriptions], **_payments(rendered.tables["invoice"])}
    return Rendered(native | said, rendered.beside, files)


def _subscriptions(tables: Tables, contracts: dict[str, str]) -> list[Exported]:
    plans = {row["subscription_id"]: row["plan_id"] for row in tables["subscription_item"]}
    prices = {row["id"]: (Decimal(row["unit_amount"]), 12 if row["recurring_interval"] == "year" else 1) for row in tables["price"]}
    found = []
    for row in tables["subscription_history"]:
        if row["_fivetran_active"] == "True":
            units, months = prices[plans[row["id"]]]
            times = {name: _minute(row.get(name, "")) for name in ("created", "start_date", "trial_start", "trial_end", "ended_at", "cancel_at", "canceled_at")}
            reason = row.get("cancellation_details_feedback") or row.get("cancellation_details_reason", "")
            exported = {
                "id": row["id"], "Customer ID": row["customer_id"], "Customer Name": 'Björn "Bo" Ek\nAB', "Plan": plans[row["id"]], "Quantity": "1", "Currency": "sek",
                "Interval": "year" if months == 12 else "month", "Amount": f"{units / 100:,.2f}", "Status": row["status"], "Created (UTC)": _text(times["created"]),
                "Start (UTC)": "2026-06-01 00:00", "Start Date (UTC)": _text(times["start_date"]), "Trial Start (UTC)": _text(times["trial_start"]),
                "Trial End (UTC)": _text(times["trial_end"]), "Canceled At (UTC)": _text(times["canceled_at"]), "Cancel At (UTC)": _text(times["cancel_at"]),
                "Cancel At Period End": "false", "Ended At (UTC)": _text(times["ended_at"]), "Cancellation Reason": reason,
            }  # fmt: skip
            monthly = (units / 100 / months).quantize(Decimal("0.0001"), ROUND_HALF_UP)
            ends = times["ended_at"] or times["cancel_at"]
            found.append(Exported(exported, contracts.get(row["id"], row["id"]), row["customer_id"], times["trial_end"] or times["start_date"], ends, months, monthly))
    return found


def _of(payment: Row, subscriptions: list[Exported]) -> Exported | None:
    """Return the subscription of a payment, if its customer had one alone."""
    at = moment(payment["occurred_at"])
    running = [each for each in subscriptions if each.customer == payment["customer_id"] and each.is_paid_at(at)]
    return running[0] if len(running) == 1 else None


def _told(row: Row, subscription: Exported | None, is_payment: bool) -> Row:
    """Return an event as an export tells it."""
    if is_payment and subscription:
        until = moment(row["occurred_at"]) + relativedelta(months=subscription.months)
        return row | {"contract_id": subscription.contract, "covers_until": f"{stripe.local_date(until) - timedelta(days=1)}"}
    if is_payment:
        return row | {"contract_id": "", "covers_until": ""}
    if row["event_name"] in stripe.ENDINGS | {"trial_started"} and len(row["occurred_at"]) == 20:
        return row | {"occurred_at": f"{row['occurred_at'][:16]}:00Z"}
    return row


def _start(subscription: Exported, like: Row) -> Row:
    """Return the start of a subscription of which no payment is known."""
    at, empty = f"{subscription.paid_from:%Y-%m-%dT%H:%M:%SZ}", dict.fromkeys(like, "")
    given = {"event_id": f"{subscription.row['id']}-start", "business_id": like["business_id"], "customer_id": subscription.customer, "event_name": "subscription_started"}
    return empty | given | {"occurred_at": at, "contract_id": subscription.contract, "loaded_at": at}


def _contract(subscription: Exported, like: Row) -> Row:
    starts, ends = stripe.local_date(subscription.paid_from), subscription.ends and stripe.local_date(subscription.ends)
    given = {"contract_id": f"{subscription.row['id']}/1", "customer_id": subscription.customer, "starts_on": f"{starts}", "ends_on": f"{max(starts, ends)}" if ends else ""}
    return like | given | {"monthly_amount": f"{subscription.monthly}", "loaded_at": "2026-06-30T00:00:00Z"}


def _payments(invoices: list[Row]) -> Tables:
    files: Tables = {"unified_payments": [], "unified_payments (1)": []}
    for row in invoices:
        amount, number = Decimal(row["amount_paid"]) / 100, row["id"].partition("_")[2]
        if row["status"] == "paid" and amount > 0:
            with_comma = luck(row["id"], 2) == 1
            text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,")) if with_comma else f"{amount:,.2f}"
            payment = {
                "id": f"ch_{number}", "Created date (UTC)": row["status_transitions_paid_at"].removesuffix("+00"), "Amount": text,
                "Amount Refunded": "0,00" if with_comma else "0.00", "Currency": "sek", "Captured": "true", "Status": "Paid", "Mode": "Live",
                "Customer ID": row["customer_id"], "Invoice ID": row["id"], "Description": "=HYPERLINK(1)",
            }  # fmt: skip
            file = files["unified_payments (1)" if with_comma else "unified_payments"]
            file.append(payment)
            if luck(row["id"], 11) == 0:
                file.append(payment | {"id": f"py_{number}", "Status": "Failed", "Captured": "false"})
    return files


def _minute(text: str) -> datetime | None:
    return moment(text.removesuffix("+00").replace(" ", "T")).replace(second=0) if text else None


def _text(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else ""
