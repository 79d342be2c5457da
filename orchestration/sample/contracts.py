"""What customers pay regularly: contracts that fit the payments, endings and silences in a company's books."""

from collections import defaultdict
from dataclasses import dataclass, replace

from orchestration.sample.days import LAST_DAY, SECONDS
from orchestration.sample.people import ENDINGS, Event
from orchestration.sample.shapes import Company, ProjectTerms, SubscriptionTerms
from orchestration.sample.simulation import History

# Without the next payment for as many days, a contract is paused from the day after the last one that is paid for.
_PATIENCE = 29
# Those who work by project renegotiate a price twice a year at most.
_PROJECT_PRICE_HOLDS = 180


@dataclass(frozen=True)
class Price:
    """What a contract costs a month, in cents, from a day on: 0 while it is paused, None once it has ended."""

    day: int
    amount: int | None
    known_on: int
    customer_id: str


def contract_prices(history: History) -> dict[str, list[Price]]:
    """Return the prices of each contract in order; none for a shop, which sells nothing regularly."""
    if not isinstance(history.company.terms, SubscriptionTerms | ProjectTerms):
        return {}
    return {contract: _prices(history.company, events) for contract, events in sorted(_events_of_contracts(history).items())}


def _events_of_contracts(history: History) -> dict[str, list[tuple[Event, str]]]:
    """Return each contract's payments and endings with the accounts they are in. Who keeps no contracts has one with each customer."""
    merged = {source: target for source, target, _ in history.merges}
    payments, endings = defaultdict(list), defaultdict(list)
    voided = {id(event.voids) for person in history.people for event in person.events}
    for person in history.people:
        customer = person.customer_id
        while customer in merged:
            customer = merged[customer]
        for event in person.events:
            if event.is_purchase and id(event) not in voided:
                payments[customer, event.contract or customer].append((event, person.customer_id))
            elif event.name in ENDINGS:
                endings[customer, event.contract].append((event, person.customer_id))
    return {
        contract: sorted([*paid, *endings[customer, contract], *endings[customer, None]], key=lambda entry: entry[0].at)
        for (customer, contract), paid in payments.items()
    }


def _prices(company: Company, events: list[tuple[Event, str]]) -> list[Price]:
    prices: list[Price] = []
    paid_until = 0
    for event, customer_id in events:
        day = event.at // SECONDS
        prices += _pause(prices, paid_until, day)
        now = prices[-1].amount if prices else None
        if event.name not in ENDINGS:
            months, days = _pays_for(company, event)
            paid_until = day + days
            holds = now and isinstance(company.terms, ProjectTerms) and day < prices[-1].day + _PROJECT_PRICE_HOLDS
            if not holds and event.amount // months != now:
                prices.append(Price(day, event.amount // months, day, customer_id))
        elif now is not None:
            prices.append(Price(day, None, day if event.known_at is None else event.known_at // SECONDS, customer_id))
    return prices + _pause(prices, paid_until, LAST_DAY)


def _pays_for(company: Company, event: Event) -> tuple[int, int]:
    """Return the months and days that a payment is for: a year or a month of a subscription, half a year of a project."""
    if isinstance(company.terms, ProjectTerms):
        return 6, 182
    return (12, 365) if event.covers_until is not None else (1, 30)


def _pause(prices: list[Price], paid_until: int, day: int) -> list[Price]:
    if not prices or not prices[-1].amount or day <= paid_until + _PATIENCE:
        return []
    return [replace(prices[-1], day=paid_until, amount=0, known_on=paid_until + _PATIENCE)]
