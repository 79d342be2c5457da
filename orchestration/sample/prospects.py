"""From first interest to a first purchase, which many never make."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import workday
from orchestration.sample.dice import Dice, growth
from orchestration.sample.people import Person
from orchestration.sample.shapes import Company


def first_purchase(company: Company, person: Person, dice: Dice) -> int | None:
    """Record the interest of someone who has just arrived, and return the day they buy; None for never."""
    first, later = company.interests
    day = workday(person.arrived) if company.office_hours else person.arrived
    person.note(company.moment(day, dice), first)
    likely = company.buys * growth(0.4 * company.channels[person.channel][1] + 0.08 * person.satisfaction)
    if dice.chance(likely):
        low, high = company.decides_in
        return day + low + int((high - low) * dice.random() * dice.random())
    last = day
    # Some return later, and a few of those buy in the end.
    while dice.chance(0.22):
        last = last + 5 + dice.wait(60)
        person.note(company.moment(last, dice), later)
    planned = last + dice.between(1, company.cold_after) if last > day and dice.chance(0.15) else None
    if planned is None and dice.chance(0.03):
        planned = last + company.cold_after + dice.wait(90)
    return time_away(company, person, last, planned, [(last + company.cold_after, "dormant_prospect")], dice)
