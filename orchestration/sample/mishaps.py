"""Errors found in every company's books: duplicate accounts, mistaken entries, impossible rows."""

from dataclasses import replace

from orchestration.sample.days import LAST_DAY, SECONDS
from orchestration.sample.dice import Dice
from orchestration.sample.people import Person
from orchestration.sample.shapes import Company

# The fault of each row that must be rejected, or kept without a value.
BAD_ROWS = (
    {"amount": "n/a"},
    {"amount": "12,50"},
    {"amount": "forty"},
    {"amount": "1e3"},
    {"amount": "-18.00"},
    {"event_name": "gift_wrap_added"},
    {"event_name": "gift_wrap_added"},
    {"event_name": "Order"},
    {"event_name": "loyalty_card_scanned"},
    {"event_name": ""},
    {"currency": "CAD"},
    {"currency": "CAD"},
    {"currency": "MXN"},
    {"currency": "CAD"},
    {"event_id": ""},
    {"event_id": ""},
    {"customer_id": ""},
    {"customer_id": " "},
    {"customer_id": "guest"},
    {"event_id": "4.05E+11"},
    {"occurred_at": "2025-02-30T10:00:00Z"},
    {"occurred_at": "yesterday"},
    {"occurred_at": ""},
    {"event_name": "order_voided"},
)


def open_second_accounts(people: list[Person], next_number: int, letter: str, count: int, dice: Dice) -> tuple[list[Person], list[tuple[str, str, int]]]:
    """Let some people continue under a second account, and one of them under a third.

    Args:
        people: the people, whose later records are moved to the new account.
        next_number: the number of the next account.
        letter: the prefix of account numbers.
        count: the number of second accounts.
        dice: the random source.

    Returns:
        The second (and third) accounts, and the merges that corrected them: (from, into, day).
    """
    accounts, merges = [], []
    busy = [person for person in people if sum(event.is_purchase for event in person.events) >= 4 and _last_day(person) < LAST_DAY - 20]
    for number in range(count):
        person = busy.pop(dice.between(0, len(busy) - 1))
        for _ in range(2 if number == 0 else 1):
            account = _split(person, f"{letter}-{next_number + len(accounts):06d}")
            accounts.append(account)
            merges.append((account.customer_id, person.customer_id, _last_day(account) + dice.between(2, 20)))
            person = account
    return accounts, merges


def enter_by_mistake(people: list[Person], count: int, company: Company, dice: Dice) -> None:
    """Book `count` purchases again under another person, and void them some days later."""
    buyers = [person for person in people if any(event.is_purchase for event in person.events)]
    for _ in range(count):
        bookings = [event for event in buyers[dice.between(0, len(buyers) - 1)].events if event.is_purchase]
        booking = bookings[dice.between(0, len(bookings) - 1)]
        wrong = buyers[dice.between(0, len(buyers) - 1)]
        mistake = wrong.note(booking.at, booking.name, booking.amount, contract=booking.contract, covers_until=booking.covers_until)
        void = wrong.note(company.moment(booking.at // SECONDS + dice.between(1, 12), dice), "entry_voided")
        if void is None:
            wrong.events.remove(mistake)
        else:
            void.voids = mistake


def bad_rows(rows: list[dict[str, str]], dice: Dice) -> list[dict[str, str]]:
    """Return variants of a business's good purchase rows, each with one thing that cannot be right."""
    spoilt = []
    for number, fault in enumerate(BAD_ROWS):
        row = rows[dice.between(0, len(rows) - 1)]
        spoilt.append({**row, "event_id": f"{row['event_id']}-{number + 1}", **fault})
    return spoilt


def _split(person: Person, customer_id: str) -> Person:
    """Move the later part of a person's records to another account."""
    person.events.sort(key=lambda event: event.at)
    cut = person.events[len(person.events) // 2].at
    account = replace(
        person,
        customer_id=customer_id,
        arrived=cut // SECONDS,
        versions=[(cut // SECONDS, person.plan, person.contactable)],
        events=[event for event in person.events if event.at >= cut],
        touches=[touch for touch in person.touches if touch.at >= cut],
        answers=[answer for answer in person.answers if answer.at >= cut],
    )
    person.events = [event for event in person.events if event.at < cut]
    person.touches = [touch for touch in person.touches if touch.at < cut]
    person.answers = [answer for answer in person.answers if answer.at < cut]
    return account


def _last_day(person: Person) -> int:
    return max(event.at for event in person.events) // SECONDS
