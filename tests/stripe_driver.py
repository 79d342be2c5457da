"""Drives `local_stripe.py`, a process of its own, with the `stripe` package: customers, plans, subscriptions, invoices and refunds as time passes."""

import json
import socket
import subprocess
import sys
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

import stripe

from waiting import wait_for

KEY = "sk_live_a1b2c3d4e5"
ADDRESS = "ann@example.com"
VISA, DECLINED = "4242424242424242", "4000000000000341"


class LocalStripe:
    """A server of its own, and what a user of Stripe does with it. Times are UTC."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.client = stripe.StripeClient(KEY, base_addresses={"api": self.url})
        self._process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("local_stripe.py")), str(port)], stdin=subprocess.DEVNULL)
        wait_for(self.is_up, self._process)

    @property
    def environment(self) -> dict[str, str]:
        return {"WINBACK_STRIPE_KEY": KEY, "WINBACK_STRIPE_URL": self.url}

    def is_up(self) -> bool:
        try:
            return bool(self.set())
        except OSError:
            return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def set(self, **values: object) -> dict:
        """Set what the server goes by, and return all of it."""
        request = urllib.request.Request(f"{self.url}/_config/state", json.dumps(values).encode(), {"Content-Type": "application/json"}, method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    @property
    def requests(self) -> list[str]:
        """Return the requests that have come since they were last asked for."""
        came = self.set()["requests"]
        self.set(requests=[])
        return came

    def clear(self) -> None:
        """Forget all objects."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/_config/data", method="DELETE")).close()
        self.set(hold="", refuse_for=0, refused=0, forbid="", account={}, page=100, requests=[], elsewhere=[])

    def at(self, time: str) -> None:
        """Set the clock."""
        self.set(now=int(datetime.fromisoformat(time).replace(tzinfo=timezone.utc).timestamp()))

    def plan(self, name: str, amount: int, **given: object) -> None:
        self.client.v1.plans.create({"id": name, "amount": amount, "currency": "usd", "interval": "month", "product": {"name": name}, **given})

    def customer(self, card: str = VISA) -> str:
        """Return the id of a new customer with a card."""
        customer = self.client.v1.customers.create({"email": ADDRESS}).id
        self.give_card(customer, card)
        return customer

    def give_card(self, customer: str, number: str) -> None:
        """Let a customer pay by a card from here on."""
        card = self.client.v1.payment_methods.create({"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2035, "cvc": "123"}}).id
        self.client.v1.payment_methods.attach(card, {"customer": customer})
        self.client.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": card}})

    def subscribe(self, customer: str, plan: str) -> str:
        """Return the id of a new subscription, whose first invoice is paid."""
        return self.client.v1.subscriptions.create({"customer": customer, "items": [{"plan": plan}]}).id

    def bill(self, customer: str, subscription: str, *, pay: bool = True) -> str:
        """Return the id of the invoice of the current period."""
        invoice = self.client.v1.invoices.create({"customer": customer, "subscription": subscription})
        if pay:
            self.client.v1.invoices.pay(invoice.id)
        return invoice.id

    def change_plan(self, subscription: str, plan: str) -> None:
        self.client.v1.subscriptions.update(subscription, {"items": [{"plan": plan}]})

    def cancel(self, subscription: str) -> None:
        self.client.v1.subscriptions.cancel(subscription)

    def refund(self, invoice: str, amount: int) -> str:
        """Refund a part of what an invoice was paid with."""
        charge = self.client.v1.invoices.retrieve(invoice)["charge"]["id"]
        return self.client.v1.refunds.create({"charge": charge, "amount": amount}).id

    def invoices_of(self, subscription: str) -> list[str]:
        """Return the invoices of a subscription, the last first."""
        return [invoice.id for invoice in self.client.v1.invoices.list().data if invoice["subscription"] == subscription]
