"""Converts a company's books to landed rows: texts under the landing's column names, with duplicates and delays."""

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter

from orchestration.sample.contracts import Price, contract_prices
from orchestration.sample.days import LAST_DAY, SECONDS, date_text, day_of, time_text
from orchestration.sample.dice import Dice
from orchestration.sample.mishaps import bad_rows
from orchestration.sample.people import PURCHASES, Event, Person
from orchestration.sample.shapes import ShopTerms
from orchestration.sample.simulation import History

Row = dict[str, str]

# The last nightly delivery before the sample was taken.
_LAST_NIGHT = (LAST_DAY + 2) * SECONDS + 3 * 3600


def event_rows(history: History, dice: Dice) -> list[Row]:
    """Return the events of a history as they were delivered: some twice, some late, some corrected, a few unreadable."""
    company = history.company
    offset = company.utc_offset * 3600
    events = []
    for person in history.people:
        for event in person.events:
            event.customer_id = person.customer_id
            events.append(event)
    events.sort(key=lambda event: (event.at, event.customer_id, event.name, event.amount or 0))
    for number, event in enumerate(events):
        event.event_id = f"{company.business_id}-{number + 1:07d}"
    delivered = []
    for event in events:
        known = (event.at if event.known_at is None else max(event.known_at, 0)) - offset
        late = dice.between(10, 60) if dice.chance(0.012) else 0
        delivered.extend(_copies(_event_row(history, event, offset), _night_after(known, late), event, dice))
    if isinstance(company.terms, ShopTerms):
        orders = [row for row in delivered if row["event_name"] in PURCHASES]
        delivered.extend(bad_rows(orders, dice))
    delivered.sort(key=itemgetter("loaded_at", "event_id", "amount"))
    return delivered


def _event_row(history: History, event: Event, offset: int) -> Row:
    return {
        "event_id": event.event_id,
        "business_id": history.company.business_id,
        "customer_id": event.customer_id,
        "event_name": event.name,
        "occurred_at": time_text(event.at - offset),
        "amount": "" if event.amount is None else money(event.amount),
        "currency": "" if event.amount is None else history.company.currency,
        "reason": event.reason or "",
        "voids_event_id": event.voids.event_id if event.voids else "",
        "contract_id": event.contract or "",
        "covers_until": "" if event.covers_until is None else date_text(event.covers_until),
    }


def _copies(row: Row, loaded: int, event: Event, dice: Dice) -> list[Row]:
    """Return the row as it was delivered: mostly once, sometimes again, or again with another amount."""
    row["loaded_at"] = time_text(loaded)
    luck = dice.random()
    if luck < 0.003:
        return [row, row]
    if luck < 0.005:
        return [row, {**row, "loaded_at": time_text(_night_after(loaded, 0))}]
    if luck < 0.009 and event.amount is not None:
        mended = _night_after(loaded, dice.between(0, 20))
        # A correction has to arrive later, or nobody could decide which of the two is valid.
        if mended > loaded:
            return [row, {**row, "amount": money(int(event.amount * (0.8 + 0.4 * dice.random()))), "loaded_at": time_text(mended)}]
    return [row]


def customer_rows(history: History, dice: Dice) -> list[Row]:
    """Return a row of attributes for nearly everyone in a history, and two rows for some."""
    rows = []
    for person in history.people:
        if dice.chance(0.012):
            continue
        rows.extend(_customer_rows(history.company.business_id, person))
    return rows


def _customer_rows(business_id: str, person: Person) -> Iterator[Row]:
    # Of the versions from before the records begin, only the last is in them.
    versions = {max(day, 0): (plan, contactable) for day, plan, contactable in person.versions}
    for day, (plan, contactable) in versions.items():
        yield {
            "business_id": business_id,
            "customer_id": person.customer_id,
            "country": person.country,
            "acquisition_channel": person.channel,
            "plan": plan,
            "contactable": contactable,
            "updated_at": time_text(day * SECONDS + 20 * 3600),
            "loaded_at": time_text(_night_after(day * SECONDS, 0)),
        }


def merge_rows(history: History) -> list[Row]:
    """Return the accounts that turned out to be one customer's."""
    return [
        {
            "business_id": history.company.business_id,
            "from_customer_id": source,
            "into_customer_id": target,
            "merged_at": time_text(day * SECONDS + 36_000),
            "loaded_at": time_text(_night_after(day * SECONDS, 0)),
        }
        for source, target, day in history.merges
    ]


def campaign_rows(history: History) -> list[Row]:
    """Return the campaigns of a history's company."""
    return [
        {
            "business_id": history.company.business_id,
            "campaign_id": campaign.campaign_id,
            "name": campaign.name,
            "strategy": campaign.strategy,
            "objective": campaign.objective,
            "starts_on": campaign.starts_on,
            "ends_on": campaign.ends_on,
            "cost": money(campaign.cost),
            "loaded_at": f"{date_text(day_of(campaign.starts_on) - 3)}T03:00:00Z",
        }
        for campaign in history.company.campaigns
    ]


def touch_rows(history: History) -> list[Row]:
    """Return who was touched by the campaigns, and who was held back."""
    touches = [(touch, person.customer_id) for person in history.people for touch in person.touches]
    touches.sort(key=lambda entry: (entry[0].at, entry[1]))
    offset = history.company.utc_offset * 3600
    return [
        {
            "touch_id": f"{touch.campaign.campaign_id}-{number + 1:05d}",
            "business_id": history.company.business_id,
            "campaign_id": touch.campaign.campaign_id,
            "customer_id": customer_id,
            "touched_at": time_text(touch.at - offset),
            "arm": touch.arm,
            "cost": money(touch.campaign.cost_of_touch if touch.arm == "treatment" else 0),
            "loaded_at": time_text(_night_after(touch.at - offset, 0)),
        }
        for number, (touch, customer_id) in enumerate(touches)
    ]


def contract_rows(history: History) -> list[Row]:
    """Return the contracts of a history, a row for each price. A row is delivered open, and again once its end is known."""
    rows = []
    for contract, prices in contract_prices(history).items():
        for number, (price, after) in enumerate(pairwise([*prices, None])):
            if price.amount is None:
                continue
            nights = {_night_after(price.known_on * SECONDS, 0): ""}
            if after:
                # Notice may have been given before.
                nights[_night_after(max(price.known_on, after.known_on) * SECONDS, 0)] = date_text(after.day)
            rows.extend(_contract_row(history, f"{contract}/{number + 1}", price, ends_on, loaded) for loaded, ends_on in nights.items())
    return sorted(rows, key=itemgetter("loaded_at", "contract_id"))


def _contract_row(history: History, contract_id: str, price: Price, ends_on: str, loaded: int) -> Row:
    return {
        "contract_id": contract_id,
        "business_id": history.company.business_id,
        "customer_id": price.customer_id,
        "starts_on": date_text(price.day),
        "ends_on": ends_on,
        "monthly_amount": money(price.amount),
        "currency": history.company.currency,
        "loaded_at": time_text(loaded),
    }


def answer_rows(history: History) -> list[Row]:
    """Return the answers to the surveys of a history."""
    answers = [(answer, person.customer_id) for person in history.people for answer in person.answers]
    answers.sort(key=lambda entry: (entry[0].at, entry[1]))
    offset = history.company.utc_offset * 3600
    return [
        {
            "response_id": f"{history.company.letter}R-{number + 1:05d}",
            "business_id": history.company.business_id,
            "customer_id": customer_id,
            "answered_at": time_text(answer.at - offset),
            "survey": answer.survey,
            "score": str(answer.score),
            "loaded_at": time_text(_night_after(answer.at - offset, 0)),
        }
        for number, (answer, customer_id) in enumerate(answers)
    ]


def money(cents: int) -> str:
    """Format an amount in cents as a plain decimal."""
    return f"{cents // 100}.{cents % 100:02d}"


def _night_after(second: int, days_late: int) -> int:
    return min((second // SECONDS + 1 + days_late) * SECONDS + 3 * 3600, _LAST_NIGHT)
