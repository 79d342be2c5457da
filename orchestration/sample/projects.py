"""Simulates clients of a consultancy or an agency: projects, meetings, follow-on work, silence, departures and returns."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import LAST_DAY, SECONDS, workday
from orchestration.sample.dice import Dice
from orchestration.sample.motives import drift_back, pressure_to_leave, reason_to_leave
from orchestration.sample.people import Person
from orchestration.sample.prospects import first_purchase
from orchestration.sample.shapes import Company


def live(company: Company, person: Person, dice: Dice) -> None:
    """Record the whole history of a person who has just arrived."""
    terms = company.terms
    day = first_purchase(company, person, dice)
    opening = terms.signed
    contracts = _Contracts(company, person, dice)
    while day is not None and day <= LAST_DAY:
        day = workday(day)
        silent_since, ends, broken_off = _project(company, person, contracts, opening, day, dice)
        opening = terms.signed_again
        pressure = pressure_to_leave(company, person, ends)
        if broken_off or dice.chance(terms.ends_openly * pressure):
            # Notice is given some weeks ahead, unless a project is broken off.
            notice = 0 if broken_off else dice.between(0, 40)
            moment = company.moment(workday(ends), dice)
            # It names no contract: a client who leaves ends all contracts.
            person.note(moment, terms.ended, reason=reason_to_leave(company, person, ends, dice), known_at=moment - notice * SECONDS if notice else None)
            contracts.current = None
            planned = drift_back(company, person, ends, terms.come_back * (0.5 if broken_off else 1), dice)
            day = time_away(company, person, ends, planned, [(ends, "former")], dice)
        elif dice.chance(min(0.95, terms.goes_on / (0.5 + 0.5 * pressure))):
            day = max(silent_since, ends - 10) + dice.wait(terms.pause_before_next)
        else:
            silent_since, day = _silence(company, person, contracts, silent_since, dice)
        contracts.file_away(silent_since, day)


class _Contracts:
    """A client's contracts, if the company keeps any: the current one, and occasionally a second beside it."""

    def __init__(self, company: Company, person: Person, dice: Dice) -> None:
        self.company, self.person, self.dice, self.terms = company, person, dice, company.terms
        self.current: str | None = None
        self.booked_on = 0

    def book(self, moment: int, name: str, amount: int, changes_service: bool) -> None:
        """Record a project under the current contract, or under a new one, which starts before the old one ends."""
        old = self.current
        if self.terms.contract_ended and (old is None or changes_service):
            self.current = self.person.new_contract()
        self.person.note(moment, name, amount, contract=self.current)
        self.booked_on = day = moment // SECONDS
        if old != self.current and old is not None:
            self._end(old, workday(day + self.dice.between(3, 12)), "plan_change")
        # Not before the records begin: an unknown first contract would seem to end with the second.
        if self.terms.contract_ended and day >= 0 and self.dice.chance(self.terms.second_contract):
            second = self.person.new_contract()
            self.booked_on = workday(day + self.dice.between(2, 8))
            self.person.note(self.company.moment(self.booked_on, self.dice), name, amount // 20_000 * 5000 + 5000, contract=second)
            self._end(second, workday(self.booked_on + self.dice.between(25, 100)), "no_longer_needed")

    def keep(self, moment: int) -> None:
        """Record a workshop for a client with only meetings: after half a year without a booking, the contract would expire."""
        if self.current and moment // SECONDS - self.booked_on > 170:
            self.person.note(moment, self.terms.signed_again, 90_000, contract=self.current)
            self.booked_on = moment // SECONDS

    def file_away(self, silent_since: int, back: int | None) -> None:
        """End the contract of a client who has been gone for some days, and has not returned before."""
        if self.current is None:
            return
        gone_on = max(silent_since, self.booked_on) + self.company.gone_after
        day = gone_on + self.dice.between(3, 15)
        if back is not None:
            day = min(day, workday(back) - 1)
        # On the very day on which inactivity makes the client former, this would count as the exit.
        if day > gone_on:
            self._end(self.current, day, None)
            self.current = None

    def _end(self, contract: str, day: int, reason: str | None) -> None:
        self.person.note(self.company.moment(day, self.dice), self.terms.contract_ended, reason=reason, contract=contract)


def _project(company: Company, person: Person, contracts: _Contracts, opening: str, day: int, dice: Dice) -> tuple[int, int, bool]:
    """Simulate one project; return the day of its last meeting, the day it ends, and whether it was broken off."""
    terms = company.terms
    length = dice.between(*terms.lasts)
    broken_off = dice.chance(terms.breaks_off * pressure_to_leave(company, person, day))
    if broken_off:
        length = length // 2 + 5
    amount = int(terms.price_a_day * length * dice.skewed(1, 0.3) * person.size * company.price_level(day))
    moment, service = company.moment(day, dice), person.plan
    if not service or dice.chance(0.1):
        person.change_plan(day, dice.pick(terms.services))
    contracts.book(moment, opening, amount // 5000 * 5000, changes_service=person.plan != service)
    talk = last = day
    while (talk := talk + 2 + dice.wait(terms.talk_every)) < day + length:
        last = workday(talk)
        person.note(company.moment(last, dice), dice.pick({name: 1 / (rank + 1) for rank, name in enumerate(terms.talks)}))
    return last, day + length, broken_off


def _silence(company: Company, person: Person, contracts: _Contracts, last: int, dice: Dice) -> tuple[int, int | None]:
    """Simulate the time after a last project: occasional meetings, perhaps new work. Return the days of the last meeting and of that work (None: never)."""
    terms = company.terms
    planned = drift_back(company, person, last + 20, terms.come_back * 1.6, dice)
    while True:
        stages = [(last + company.quiet_after, "dormant"), (last + company.gone_after, "former")]
        talk = last + 30 + dice.wait(terms.keeps_in_touch)
        if (planned is not None and talk >= planned) or talk > LAST_DAY or talk >= last + company.gone_after:
            return last, time_away(company, person, last, planned, stages, dice)
        back = time_away(company, person, last, talk, stages, dice)
        if back is not None and back < talk:
            return last, back
        last = workday(talk)
        moment = company.moment(last, dice)
        person.note(moment, terms.talks[-1])
        contracts.keep(moment)
