"""Drawn subscription histories: the objects of Stripe as any night finds them, and what happened, as native landing rows."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from dateutil.relativedelta import relativedelta

from stripe_account import Account, Row

FIRST, LAST = date(2023, 1, 1), date(2025, 6, 30)
NOON = "12:00:00"


@dataclass
class Bill:
    """An invoice for one month: paid on a day, or void three days after it was made."""

    on: date
    until: date
    amount: int
    paid_on: date | None

    def status(self, night: date) -> str:
        if self.paid_on and self.paid_on <= night:
            return "paid"
        return "void" if self.paid_on is None and self.on + timedelta(days=3) <= night else "open"


@dataclass
class Subscription:
    """A subscription with its bills; its end, when that was known, and an end that was announced and taken back."""

    name: str
    customer: str
    start: date
    trial_end: date | None
    bills: list[Bill] = field(default_factory=list)
    end: date | None = None
    known_on: date | None = None
    at_period_end: bool = False
    reason: str = ""
    withdrawn: tuple[date, date] | None = None


def drawn(seed: int, customers: int) -> list[Subscription]:
    """Draw the subscriptions of some customers, one to three each, which may overlap."""
    dice = Random(seed)
    return [_drawn(f"{number}_{nth}", f"cus_{number}", dice) for number in range(customers) for nth in range(dice.choice((1, 1, 2, 3)))]


def _drawn(name: str, customer: str, dice: Random) -> Subscription:
    start = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days - 30))
    of = Subscription(name, customer, start, start + timedelta(days=14) if dice.random() < 0.4 else None)
    billed, price = of.trial_end or start, dice.choice((900, 1900, 4900))
    if of.trial_end and dice.random() < 0.3:
        of.end = of.known_on = of.trial_end  # A trial that was never paid for.
        return of
    for month in range(dice.choice((1, 3, 6, 12, 40))):
        on, until = (billed + relativedelta(months=month + more) for more in (0, 1))
        if on > LAST:
            return of
        price += 500 * (dice.random() < 0.08)
        luck = dice.random()
        paid = on if luck < 0.85 else on + timedelta(days=dice.randrange(1, 21)) if luck < 0.95 else None
        of.bills.append(Bill(on, until, price, paid if paid is None or paid <= LAST else None))
        if dice.random() < 0.05:
            of.withdrawn = (on + timedelta(days=2), on + timedelta(days=12))
    of.at_period_end = dice.random() < 0.6
    of.end = of.bills[-1].until if of.at_period_end else of.bills[-1].on + timedelta(days=dice.randrange(2, 25))
    of.known_on = of.bills[-1].on + timedelta(days=1) if of.at_period_end else of.end
    of.reason = dice.choice(("too_expensive", "unused", "payment_failed"))
    return of


def account_of(subscriptions: list[Subscription], night: date, before: Account | None) -> Account:
    """Return the objects as a night finds them. Rows that are as in the account before keep their time of synchronisation."""
    account = Account()
    account.add("price", id="price_month", currency="usd", unit_amount="900", recurring_interval="month", recurring_interval_count="1")
    for customer in sorted({each.customer for each in subscriptions}):
        account.add("customer", id=customer, created=f"{FIRST} {NOON}")
    for each in subscriptions:
        if each.start <= night:
            _add_subscription(account, each, night)
            for bill in each.bills:
                if bill.on <= night:
                    _add_bill(account, each, bill, night)
    _synchronise(account, night, before)
    return account


def _add_subscription(account: Account, of: Subscription, night: date) -> None:
    values = {"status": "active", "cancel_at_period_end": "false"}
    if of.trial_end:
        values |= {"trial_start": f"{of.start} {NOON}", "trial_end": f"{of.trial_end} {NOON}", **({"status": "trialing"} if of.trial_end > night else {})}
    bills = [bill for bill in of.bills if bill.on <= night]
    period_end = bills[-1].until if bills else of.trial_end
    if of.withdrawn and of.withdrawn[0] <= night < of.withdrawn[1]:
        values["cancel_at_period_end"] = "true"
    if of.end and of.known_on <= night:
        values["cancel_at_period_end"] = f"{of.at_period_end}".lower()
        values |= {"cancellation_details_feedback": of.reason} if of.reason != "payment_failed" else {"cancellation_details_reason": of.reason}
    if of.end and of.end <= night:
        values |= {"status": "canceled", "ended_at": f"{of.end} {NOON}"}
    account.subscribe(of.name, of.customer, f"{of.start} {NOON}", current_period_end=f"{period_end} {NOON}" if period_end else "", **values)


def _add_bill(account: Account, of: Subscription, bill: Bill, night: date) -> None:
    name, status = f"{of.name}_{bill.on:%y%m%d}", bill.status(night)
    amount = f"{bill.amount if status == 'paid' else 0}"
    account.add(
        "invoice", id=f"in_{name}", customer_id=of.customer, subscription_id=f"sub_{of.name}", status=status, paid=f"{status == 'paid'}".lower(),
        amount_paid=amount, amount_due=f"{bill.amount}", currency="usd", created=f"{bill.on} {NOON}", is_deleted="false",
        status_transitions_paid_at=f"{bill.paid_on} {NOON}" if status == "paid" else "",
    )  # fmt: skip
    account.add(
        "invoice_line_item", id=f"il_{name}", invoice_id=f"in_{name}", subscription_id=f"sub_{of.name}", subscription_item_id=f"si_{of.name}", price_id="price_month",
        proration="false", period_start=f"{bill.on} {NOON}", period_end=f"{bill.until} {NOON}", quantity="1", amount=f"{bill.amount}", currency="usd",
    )  # fmt: skip


def _synchronise(account: Account, night: date, before: Account | None) -> None:
    for table, rows in account.tables.items():
        known = {row["id"]: row for row in before.tables[table]} if before else {}
        for row in rows:
            row["_fivetran_synced"] = f"{night}T20:00:00Z"
            was = known.get(row["id"])
            if was and {**was, "_fivetran_synced": ""} == {**row, "_fivetran_synced": ""}:
                row["_fivetran_synced"] = was["_fivetran_synced"]


def happened(subscriptions: list[Subscription]) -> tuple[list[Row], list[Row]]:
    """Return what happened as rows of the landing tables `events` and `contracts`, by the definitions and not by Stripe's objects."""
    events, contracts = [], []
    for each in subscriptions:
        contract = {"business_id": "acme", "customer_id": each.customer, "contract_id": f"sub_{each.name}"}
        if each.trial_end:
            events.append(_event(contract, "trial_started", each.start))
        paid = sorted((bill for bill in each.bills if bill.paid_on), key=lambda bill: bill.paid_on)
        for nth, bill in enumerate(paid):
            name = "invoice_paid" if nth else "subscription_started"
            events.append(_event(contract, name, bill.paid_on, amount=f"{bill.amount / 100}", covers_until=f"{bill.until - timedelta(days=1)}", of=f"{bill.on}"))
        if end := _end(each):
            events.append(_event(contract, "subscription_ended", end, reason=each.reason if end == each.end else ""))
        contracts += _contracts(each)
    return events, contracts


def _end(of: Subscription) -> date | None:
    """Return the end that is known on the last day, also one that is to be taken back."""
    if of.end and of.known_on <= LAST:
        return of.end
    announced = of.withdrawn and of.withdrawn[0] <= LAST < of.withdrawn[1]
    return max(bill.until for bill in of.bills if bill.on <= LAST) if announced else None


def _event(contract: Row, name: str, on: date, of: str = "", **values: str) -> Row:
    empty = {"amount": "", "currency": "USD", "reason": "", "covers_until": ""}
    return {"event_id": f"{contract['contract_id']}:{name}:{of}", "event_name": name, "occurred_at": f"{on}T{NOON}Z", **contract, **empty, **values}


def _contracts(of: Subscription) -> list[Row]:
    """Return the stretches at one price. A void bill is a gap; the last stretch runs as long as the subscription. Without bills the price of its item counts."""
    stretches: list[list] = []
    billed = [bill for bill in of.bills if bill.status(LAST) != "void"]
    for bill in billed:
        if stretches and stretches[-1][1] == bill.on and stretches[-1][2] == bill.amount:
            stretches[-1][1] = bill.until
        else:
            stretches.append([bill.on, bill.until, bill.amount])
    stretches = stretches or [[of.trial_end or of.start, "", 900]]
    stretches[-1][1] = _end(of) or ""
    return [
        {
            "contract_id": f"{of.name}:{start}", "business_id": "acme", "customer_id": of.customer, "starts_on": f"{start}",
            "ends_on": f"{max(start, until) if until else ''}", "monthly_amount": f"{amount / 100}", "currency": "USD",
        }
        for start, until, amount in stretches
    ]  # fmt: skip
