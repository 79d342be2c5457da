"""Simulates customers of a shop: visits, seasonal orders, refunds, voided orders, drop-out and closed accounts."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import LAST_DAY, month_of
from orchestration.sample.dice import Dice, growth
from orchestration.sample.motives import drift_back, reason_to_leave
from orchestration.sample.people import Event, Person
from orchestration.sample.prospects import first_purchase
from orchestration.sample.shapes import Company

# Order rate by weekday, Monday first, relative to the best day.
_WEEK = (0.86, 0.74, 0.7, 0.72, 0.66, 0.8, 1.0)


def live(company: Company, person: Person, dice: Dice) -> None:
    """Record the whole history of a person who has just arrived."""
    terms = company.terms
    rate = terms.orders_a_year * dice.skewed(1, terms.spread)
    day = first_purchase(company, person, dice)
    _browse(company, person, person.arrived, min(LAST_DAY, person.arrived + 20), 0.08, dice)
    first = True
    while day is not None and day <= LAST_DAY:
        order = _order(company, person, day, dice)
        refunded = order is not None and dice.chance(terms.refunds * growth(-0.3 * person.mood(company, day)))
        if refunded:
            _refund(company, person, order, day, dice)
        closes = terms.closes_account * growth(-0.6 * person.mood(company, day)) * (4 if refunded else 1)
        if dice.chance(closes):
            day = _close_account(company, person, day, dice)
        else:
            drops_out = terms.drops_out_after_first if first else terms.drops_out
            day = _next_order(company, person, day, rate, min(0.9, drops_out * growth(-0.35 * person.mood(company, day))), dice)
        first = False


def _order(company: Company, person: Person, day: int, dice: Dice) -> Event | None:
    terms = company.terms
    moment = company.moment(day, dice)
    for back in range(dice.between(0, 3)):
        person.note(moment - 40 - 150 * back - dice.between(0, 90), "product_view")
    generous = 1.15 if month_of(day) in (11, 12) else 1
    order = person.note(moment, "order", int(dice.skewed(terms.basket, 0.5) * (0.6 + 0.4 * person.size) * generous))
    if order is not None and dice.chance(terms.voids):
        voided = person.note(company.moment(day + dice.between(0, 2), dice) + 30_000, "order_voided")
        if voided is not None:
            voided.voids = order
    return order


def _refund(company: Company, person: Person, order: Event, day: int, dice: Dice) -> None:
    share = 1 if dice.chance(0.5) else 0.2 + 0.6 * dice.random()
    person.note(company.moment(day + dice.between(3, 28), dice), "refund", int(order.amount * share))


def _close_account(company: Company, person: Person, day: int, dice: Dice) -> int | None:
    """Record that the account is closed; return the day of the next order, None for never."""
    closed = day + dice.between(2, 60)
    person.note(company.moment(closed, dice), "account_closed", reason=reason_to_leave(company, person, closed, dice))
    planned = drift_back(company, person, closed, company.terms.come_back * 0.7, dice)
    return time_away(company, person, closed, planned, [(closed, "former")], dice)


def _next_order(company: Company, person: Person, day: int, rate: float, drops_out: float, dice: Dice) -> int | None:
    """Return the day of the next order: soon for those who stay, by chance or campaign for those who drop out; None for never."""
    if dice.chance(drops_out):
        planned = drift_back(company, person, day + 60, company.terms.come_back, dice)
    else:
        planned = _in_season(company, day, rate, dice)
    stages = [(day + company.quiet_after, "dormant"), (day + company.gone_after, "former")]
    back = time_away(company, person, day, planned, stages, dice)
    _browse(company, person, day + 1, min(back or LAST_DAY, day + 200), 0.018 if planned else 0.006, dice)
    return back


def _in_season(company: Company, day: int, rate: float, dice: Dice) -> int:
    """Return the next order day at a rate per year, with more orders in season and at weekends."""
    best = max(company.seasons)
    while True:
        # The week's mean is 0.78 of its best day; the mean of the seasons is 1.
        day += dice.wait(365 / (rate * best / 0.78))
        if day > LAST_DAY or dice.chance(company.seasons[month_of(day) - 1] / best * _WEEK[day % 7]):
            return day


def _browse(company: Company, person: Person, start: int, end: int, a_day: float, dice: Dice) -> None:
    """Record visits without an order between two days."""
    day = start
    while (day := day + dice.wait(1 / a_day)) < end:
        moment = company.moment(day, dice)
        person.note(moment, "visit")
        for view in range(dice.between(1, 3)):
            person.note(moment + 60 + 90 * view, "product_view")
