"""Life as a client of a consultancy or an agency: projects, talks, follow-on work, silence, parting and new beginnings."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import LAST_DAY, SECONDS, workday
from orchestration.sample.dice import Dice
from orchestration.sample.motives import drift_back, pressure_to_leave, reason_to_leave
from orchestration.sample.people import Person
from orchestration.sample.prospects import first_purchase
from orchestration.sample.shapes import Company


def live(company: Company, person: Person, dice: Dice) -> None:
    """Take a person who has just turned up; record their whole life with the company."""
    terms = company.terms
    day = first_purchase(company, person, dice)
    opening = terms.signed
    while day is not None and day <= LAST_DAY:
        day = workday(day)
        last_talk, ends, broken_off = _project(company, person, opening, day, dice)
        opening = terms.signed_again
        pressure = pressure_to_leave(company, person, ends)
        if broken_off or dice.chance(terms.ends_openly * pressure):
            # Notice is given some weeks ahead, unless a project breaks off.
            notice = 0 if broken_off else dice.between(0, 40)
            moment = company.moment(workday(ends), dice)
            person.note(moment, terms.ended, reason=reason_to_leave(company, person, ends, dice), known_at=moment - notice * SECONDS if notice else None)
            planned = drift_back(company, person, ends, terms.come_back * (0.5 if broken_off else 1), dice)
            day = time_away(company, person, ends, planned, [(ends, "former")], dice)
        elif dice.chance(min(0.95, terms.goes_on / (0.5 + 0.5 * pressure))):
            day = max(last_talk, ends - 10) + dice.wait(terms.pause_before_next)
        else:
            day = _silence(company, person, last_talk, dice)


def _project(company: Company, person: Person, opening: str, day: int, dice: Dice) -> tuple[int, int, bool]:
    """One project: the day of its last talk, the day it ends, and whether it broke off."""
    terms = company.terms
    length = dice.between(*terms.lasts)
    broken_off = dice.chance(terms.breaks_off * pressure_to_leave(company, person, day))
    if broken_off:
        length = length // 2 + 5
    amount = int(terms.price_a_day * length * dice.skewed(1, 0.3) * person.size * company.price_level(day))
    person.note(company.moment(day, dice), opening, amount // 5000 * 5000)
    if not person.plan or dice.chance(0.1):
        person.change_plan(day, dice.pick(terms.services))
    talk = last = day
    while (talk := talk + 2 + dice.wait(terms.talk_every)) < day + length:
        last = workday(talk)
        person.note(company.moment(last, dice), dice.pick({name: 1 / (rank + 1) for rank, name in enumerate(terms.talks)}))
    return last, day + length, broken_off


def _silence(company: Company, person: Person, last: int, dice: Dice) -> int | None:
    """After a project without a next one: now and then a talk, perhaps new work; the day of that, None for never."""
    terms = company.terms
    planned = drift_back(company, person, last + 20, terms.come_back * 1.6, dice)
    while True:
        stages = [(last + company.quiet_after, "dormant"), (last + company.gone_after, "former")]
        talk = last + 30 + dice.wait(terms.keeps_in_touch)
        if (planned is not None and talk >= planned) or talk > LAST_DAY or talk >= last + company.gone_after:
            return time_away(company, person, last, planned, stages, dice)
        back = time_away(company, person, last, talk, stages, dice)
        if back is not None and back < talk:
            return back
        last = workday(talk)
        person.note(company.moment(last, dice), terms.talks[-1])
