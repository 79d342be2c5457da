"""Lumen as Stripe: subscriptions with their versions, items and prices, invoices with their lines, and customers, in the tables of Fivetran's connector.

Rendered: each trial, payment, ending and contract. A subscription is one life of a contract of the sample: Stripe's never starts again once it has ended, so
a contract that ended for a failed payment and was paid later is continued by another subscription. A trial that led to a payment soon is the beginning of that
subscription; others are subscriptions that were paused or ended with the trial. A payment that was entered by mistake is a void invoice.

An invoice's line costs what the sample's contract costs at that time; what was paid beyond it is tax, and less was paid from the customer's balance. While a
contract of the sample costs 0, the collection of the subscription is paused. Each line says until when it is paid, also that of a month, which the sample says
of years alone: so the native landing says it of months, too.

Native stays what Stripe does not hold: logins, webinars, attributes, merges, campaigns, touches and surveys; and endings of contracts that had not begun.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from renderers import Rendered, Row, Tables, luck, moment, opened, standing

TYPES = {
    **dict.fromkeys(
        (
            "created", "start_date", "trial_start", "trial_end", "cancel_at", "canceled_at", "ended_at", "period_start", "period_end", "status_transitions_paid_at",
            "_fivetran_start", "_fivetran_end", "_fivetran_synced",
        ),
        "timestamptz",
    ),
    **dict.fromkeys(("amount", "amount_paid", "amount_due", "subtotal", "tax", "total", "unit_amount", "quantity", "recurring_interval_count"), "bigint"),
    **dict.fromkeys(("livemode", "paid", "proration", "is_deleted", "_fivetran_active", "cancel_at_period_end"), "boolean"),
}  # fmt: skip
PAYMENTS = {"subscription_started", "invoice_paid", "payment_recovered"}
ENDINGS = {"subscription_cancelled", "payment_failed_final"}
ZONE = ZoneInfo("Europe/Stockholm")
MONTH, YEAR, PATIENCE = timedelta(days=30), timedelta(days=365), timedelta(days=29)
LAST_INSTANT = datetime(2026, 6, 30, 22, tzinfo=ZoneInfo("UTC"))


def customer_name(customer_id: str) -> str:
    """Return the id of an account in Stripe."""
    return f"cus_N{customer_id[2:]}"


@dataclass
class Life:
    """A subscription: what was paid until it ended, and the trial that it began with."""

    name: str
    contract: str
    payments: list[Row] = field(default_factory=list)
    ending: Row | None = None
    trial: Row | None = None

    @property
    def start(self) -> datetime:
        return moment((self.trial or self.payments[0])["occurred_at"])

    @property
    def end(self) -> datetime | None:
        return moment(self.ending["occurred_at"]) if self.ending else None

    def periods(self) -> Iterator[tuple[Row, datetime, datetime, datetime | None]]:
        """Return each payment with the period that it pays for, and what comes next. A period lasts until the next one unless there is a pause between them."""
        for number, payment in enumerate(self.payments):
            paid_on = moment(payment["occurred_at"])
            paid_until = paid_on + (YEAR if payment["covers_until"] else MONTH)
            following = moment(self.payments[number + 1]["occurred_at"]) if number + 1 < len(self.payments) else None
            after = following or self.end
            if following and local_date(following) <= local_date(paid_until) + PATIENCE:
                paid_until = following
            yield payment, paid_on, paid_until, after


def render(native: Tables) -> Rendered:
    """Render Lumen. The ids in the landing are Stripe's."""
    events = sorted(standing(native["events"]), key=lambda row: (row["occurred_at"], row["event_name"] in PAYMENTS, row["event_id"]))
    voided = {row["voids_event_id"] for row in events if row["event_name"] == "entry_voided"}
    lives, held = lives_of(events, voided)
    trials = trials_of(events, lives)
    account = _Account(native["contracts"])
    covers: dict[str, str] = {}
    for life in lives:
        account.add_life(life)
        covers |= {payment["event_id"]: f"{local_date(until) - timedelta(days=1)}" for payment, _, until, _ in life.periods()}
    subscription_of_trial = {life.trial["customer_id"]: life.name for life in lives if life.trial}
    for trial in trials:
        subscription_of_trial[trial["customer_id"]] = account.add_trial(trial)
    for row in events:
        if row["event_id"] in voided:
            account.add_invoice(row, "", status="void")
        elif row["event_name"] in PAYMENTS and Decimal(row["amount"]) == 0:
            account.add_nothing_due(row, subscription_of_trial)
    account.add_customers(events, native["customers"])

    held |= voided | {row["event_id"] for row in events if row["event_name"] in PAYMENTS | {"trial_started", "entry_voided"}}
    said = native | {"events": [row | ({"covers_until": covers[row["event_id"]]} if row["event_id"] in covers else {}) for row in native["events"]]}
    return Rendered(said, native | {"contracts": [], "events": [row for row in native["events"] if row["event_id"] not in held]}, account.tables)


def lives_of(events: list[Row], voided: set[str]) -> tuple[list[Life], set[str]]:
    """Return the lives of contracts, and the ids of the endings that are theirs."""
    lives: list[Life] = []
    running: dict[str, Life] = {}
    count: dict[str, int] = defaultdict(int)
    for row in events:
        contract = row["contract_id"]
        if row["event_name"] in PAYMENTS and row["event_id"] not in voided and Decimal(row["amount"]) > 0:
            if contract not in running:
                count[contract] += 1
                running[contract] = Life(f"sub_{contract.replace('-', '')}{'abcdef'[count[contract] - 1]}", contract)
                lives.append(running[contract])
            running[contract].payments.append(row)
        elif row["event_name"] in ENDINGS and contract in running:
            running.pop(contract).ending = row
    return lives, {life.ending["event_id"] for life in lives if life.ending}


def trials_of(events: list[Row], lives: list[Life]) -> list[Row]:
    """Let lives begin with the trial that led to them; return the other trials."""
    first: dict[str, Life] = {}
    for life in lives:
        first.setdefault(life.payments[0]["customer_id"], life)
    others = []
    for row in events:
        if row["event_name"] == "trial_started":
            life = first.get(row["customer_id"])
            if life and not life.trial and timedelta(0) < life.start - moment(row["occurred_at"]) < MONTH:
                life.trial = row
            else:
                others.append(row)
    return others


class _Account:
    """The tables of an account, filled an object at a time."""

    def __init__(self, contracts: list[Row]) -> None:
        self.tables: Tables = {table: [] for table in ("customer", "subscription_history", "subscription_item", "price", "invoice", "invoice_line_item")}
        latest: dict[str, Row] = {}
        for row in contracts:
            if row["loaded_at"] >= latest.get(row["contract_id"], row)["loaded_at"]:
                latest[row["contract_id"]] = row
        self.costs: dict[str, list[Row]] = defaultdict(list)
        for row in latest.values():
            self.costs[row["contract_id"].partition("/")[0]].append(row)
        self.priced: set[str] = set()

    def add(self, table: str, synced: str, **values: object) -> None:
        """Add a row; times are printed, and what is None is empty."""
        texts = {name: f"{value:%Y-%m-%d %H:%M:%S+00}" if isinstance(value, datetime) else "" if value is None else f"{value}" for name, value in values.items()}
        self.tables[table].append(texts | {"livemode": "true", "_fivetran_synced": f"{moment(synced):%Y-%m-%d %H:%M:%S+00}"})

    def monthly(self, contract: str, day: date) -> Decimal:
        """Return what a contract costs a month on a date."""
        (row,) = [row for row in self.costs[contract] if row["starts_on"] <= f"{day}" < (row["ends_on"] or "9999")]
        return Decimal(row["monthly_amount"])

    def price(self, interval: str, units: int, synced: str) -> str:
        """Return the id of a price, which is added when it is first used."""
        name = f"price_{interval}_{units}"
        if name not in self.priced:
            self.priced.add(name)
            self.add("price", synced, id=name, currency="sek", unit_amount=units, recurring_interval=interval, recurring_interval_count=1)
        return name

    def add_life(self, life: Life) -> None:
        """Add a subscription with its versions, item and invoices."""
        price, pauses = "", []
        for payment, paid_on, paid_until, after in life.periods():
            interval, months = ("year", 12) if payment["covers_until"] else ("month", 1)
            units = int(self.monthly(life.contract, local_date(paid_on)) * months * 100)
            price = self.price(interval, units, payment["loaded_at"])
            self.add_invoice(payment, life.name, units=units, price=price, period=(paid_on, paid_until))
            if local_date(min(after or LAST_INSTANT, LAST_INSTANT)) > local_date(paid_until) + PATIENCE:
                pauses.append((paid_until, after))
        last = life.ending or life.payments[-1]
        self.add("subscription_item", last["loaded_at"], id=f"si_{life.name[4:]}", subscription_id=life.name, plan_id=price, quantity=1, created=life.start)
        trial = {"trial_start": life.start, "trial_end": moment(life.payments[0]["occurred_at"])} if life.trial else {}
        states = [(life.start, {})]
        for paused_at, resumed_at in pauses:
            states += [(paused_at, {"pause_collection_behavior": "void"})] + ([(resumed_at, {})] if resumed_at and resumed_at < LAST_INSTANT else [])
        if life.ending:
            states.append((life.end, states.pop()[1] if states[-1][0] == life.end else states[-1][1]))
            requested = min(life.end, moment(life.ending["loaded_at"]))
            why = "payment_failed" if life.ending["event_name"] == "payment_failed_final" else "cancellation_requested"
            said = {"cancellation_details_feedback": life.ending["reason"], "cancellation_details_reason": life.ending["reason"] and why}
            ended = {"status": "canceled", "ended_at": life.end} if life.end < LAST_INSTANT else {"cancel_at": life.end}
            start = life.end if life.end < LAST_INSTANT else max(requested, states[-2][0] + timedelta(seconds=1))
            states[-1] = (start, states[-1][1] | {"canceled_at": requested} | said | ended)
        self.add_versions(life.name, life.payments[0]["customer_id"], states, last["loaded_at"], trial)

    def add_versions(self, name: str, customer: str, states: list[tuple[datetime, dict]], synced: str, trial: dict) -> None:
        """Add the versions of a subscription, of which the last is the active one."""
        for number, (start, state) in enumerate(states):
            until = states[number + 1][0] - timedelta(seconds=1) if number + 1 < len(states) else datetime(2099, 1, 1, tzinfo=ZoneInfo("UTC"))
            version = {"_fivetran_start": start, "_fivetran_end": until, "_fivetran_active": number + 1 == len(states)}
            always = {"id": name, "customer_id": customer, "created": states[0][0], "start_date": states[0][0], "cancel_at_period_end": "false", **trial}
            self.add("subscription_history", synced, **always, **{"status": "active", **state}, **version)

    def add_trial(self, trial: Row) -> str:
        """Add a subscription that never left its trial: ended or paused with it, or still in it."""
        name, start = f"sub_T{trial['event_id'].partition('-')[2]}", moment(trial["occurred_at"])
        end = start + timedelta(days=14)
        if end > LAST_INSTANT:
            state = {"status": "trialing"}
        else:
            state = ({"status": "canceled", "ended_at": end, "canceled_at": start + timedelta(days=2)}, {"status": "paused"})[luck(name, 2)]
        self.add_versions(name, trial["customer_id"], [(start, state)], trial["loaded_at"], {"trial_start": start, "trial_end": end})
        price = self.price("month", 9900, trial["loaded_at"])
        self.add("subscription_item", trial["loaded_at"], id=f"si_{name[4:]}", subscription_id=name, plan_id=price, quantity=1, created=start)
        return name

    def add_invoice(
        self, row: Row, subscription: str, status: str = "paid", units: int | None = None, price: str = "", period: tuple[datetime, datetime] | None = None
    ) -> None:
        """Add an invoice, with a line for a period if there is one."""
        paid = int(Decimal(row["amount"]) * 100)
        number, at = row["event_id"].partition("-")[2], moment(row["occurred_at"])
        cost = paid if units is None else units
        tax = max(0, paid - cost)
        made = at - timedelta(days=12) if row["event_name"] == "payment_recovered" else at
        invoice = {"id": f"in_{number}", "customer_id": row["customer_id"], "subscription_id": subscription, "currency": "sek", "status": status, "is_deleted": "false"}
        money = {"subtotal": cost, "tax": tax, "total": cost + tax, "amount_due": paid, "amount_paid": paid if status == "paid" else 0, "paid": status == "paid"}
        self.add("invoice", row["loaded_at"], **invoice, **money, created=made, status_transitions_paid_at=at if status == "paid" else None)
        if period:
            of = {"invoice_id": f"in_{number}", "subscription_id": subscription, "subscription_item_id": f"si_{subscription[4:]}", "price_id": price}
            line = {"proration": "false", "quantity": 1, "amount": cost, "currency": "sek", "period_start": period[0], "period_end": period[1]}
            self.add("invoice_line_item", row["loaded_at"], id=f"il_{number}", **of, **line)

    def add_nothing_due(self, row: Row, trials: dict[str, str]) -> None:
        """Add an invoice of zero: of a trial, or of the proration with which a plan was changed."""
        subscription = "" if row["contract_id"] else trials.get(row["customer_id"], "")
        at = moment(row["occurred_at"])
        self.add_invoice(row, subscription, price=self.price("month", 9900, row["loaded_at"]), period=(at, at + timedelta(days=14)) if subscription else None)

    def add_customers(self, events: list[Row], attributes: list[Row]) -> None:
        """Add everybody who had a trial or paid."""
        for name, (at, row) in opened((row for row in events if row["event_name"] in PAYMENTS | {"trial_started"}), attributes).items():
            self.add("customer", row["loaded_at"], id=name, email=f"{name}@example.com", created=at, currency="sek", is_deleted="false")


def local_date(instant: datetime) -> date:
    return instant.astimezone(ZONE).date()
