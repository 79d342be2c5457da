"""Life as a subscriber: trials, invoices, logins, plan changes, failed cards, leaving and coming back."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import LAST_DAY, SECONDS, is_weekend, month_of
from orchestration.sample.dice import Dice
from orchestration.sample.motives import drift_back, pressure_to_leave, reason_to_leave
from orchestration.sample.people import Person
from orchestration.sample.prospects import first_purchase
from orchestration.sample.shapes import Company

# Chance of leaving in the first months, as a multiple of the usual: most of those who leave leave early.
_EARLY = (2.4, 1.8, 1.5, 1.25, 1.1)


def live(company: Company, person: Person, dice: Dice) -> None:
    """Take a person who has just turned up; record their whole life with the company."""
    day = first_purchase(company, person, dice)
    for trial_day in range(person.arrived, min(day or person.arrived + 14, person.arrived + 14)):
        if dice.chance(0.25):
            person.note(company.moment(trial_day, dice), "login")
    opening = "subscription_started"
    while day is not None and day <= LAST_DAY:
        subscription = _Subscription(company, person, day, dice)
        left = subscription.run(opening)
        if left is None:
            return
        day, opening = _return(company, person, left, subscription.card_failed, dice)


def _return(company: Company, person: Person, left: int, card_failed: bool, dice: Dice) -> tuple[int | None, str]:
    """The day someone is back after leaving, if ever, and the name of the purchase that brings them back."""
    opening = "subscription_started"
    come_back = company.terms.come_back
    luck = dice.random() if card_failed else 1
    if luck < 0.45:
        planned, opening = left + dice.between(1, 13), "payment_recovered"
    elif luck < 0.57:
        planned, opening = left + dice.between(15, 60), "payment_recovered"
    else:
        planned = drift_back(company, person, left + 10, come_back * (0.5 if card_failed else 1), dice)
    for _ in range(dice.count(0.15)):
        # Reading old notes is open to those who left; it must not count as a return.
        peek = left + dice.wait(60)
        if planned is None or peek < planned:
            person.note(company.moment(peek, dice), "login")
    return time_away(company, person, left, planned, [(left, "former")], dice), opening


class _Subscription:
    """One subscription from its start to its end."""

    def __init__(self, company: Company, person: Person, start: int, dice: Dice) -> None:
        self.company, self.person, self.dice, self.terms = company, person, dice, company.terms
        self.start = start
        self.annual = dice.chance(self.terms.annual_share)
        self.card_failed = False
        self.busy_until = start + dice.wait(260)
        self.quiet_until = self.busy_until
        self.logins_a_day = min(0.6, max(0.1, self.terms.logins_a_day * dice.skewed(1, 0.5)))
        if not person.plan or dice.chance(0.25):
            person.change_plan(start, dice.pick({plan: share for plan, (_, share) in self.terms.plans.items()}))

    def run(self, opening: str) -> int | None:
        """Record it month by month; return the day it ended, None where it had not within the history."""
        self._note(self.start, opening, self._price(self.start))
        step, day = 0, self.start
        while True:
            step += 1
            # By the 30 days, or by the year in twelve parts of which only the last is a bill.
            due = self.start + (365 * step // 12 if self.annual else 30 * step)
            self._log_in(day, due)
            left, due = self._month_ends(step, due)
            if left is not None or due > LAST_DAY:
                return left
            day = due

    def _month_ends(self, step: int, due: int) -> tuple[int | None, int]:
        """What happens at the end of a month: the day of leaving, if they leave, and the day the next month starts."""
        dice, terms = self.dice, self.terms
        early = _EARLY[step - 1] if step <= len(_EARLY) else 0.85 if step < 18 else 0.65
        risk = terms.leave * early * pressure_to_leave(self.company, self.person, due)
        if due >= self.busy_until:
            risk *= 1.5
        if self.annual:
            if step % 12:
                return (self._leave(due, 0) if dice.chance(risk * 0.12) else None), due
            risk = min(0.5, risk * 7)
        if dice.chance(risk):
            return self._leave(due, dice.between(0, 45 if self.annual else 25)), due
        if dice.chance(terms.card_fails * {1: 2.6, 2: 1.4}.get(month_of(due), 1)):
            self.card_failed = True
            failed = due + dice.between(4, 9)
            self._note(failed, "payment_failed_final", reason=dice.pick({"card_declined": 6, "card_expired": 4}))
            return failed, due
        if not self.annual and dice.chance(terms.pause):
            return self._pause(due)
        if dice.chance(terms.change_plan):
            self._change_plan(due)
        else:
            self._note(due, "invoice_paid", self._price(due))
        return None, due

    def _leave(self, day: int, notice: int) -> int:
        moment = self.company.moment(day, self.dice)
        known = moment - notice * SECONDS if notice else None
        self.person.note(moment, "subscription_cancelled", reason=reason_to_leave(self.company, self.person, day, self.dice), known_at=known)
        return day

    def _pause(self, due: int) -> tuple[int | None, int]:
        """Nothing is billed for a while; then most resume, and the others cancel."""
        planned = due + 30 * self.dice.between(2, 5)
        stays = self.dice.chance(0.7)
        back = time_away(self.company, self.person, due, planned, [(due + self.company.quiet_after, "dormant")], self.dice)
        if back is None:
            return None, LAST_DAY + 1
        if not stays:
            return self._leave(back, 0), back
        self._note(back, "invoice_paid", self._price(back))
        # Months are counted from the first day on, which a pause moves.
        self.start += back - due
        self.busy_until = max(self.busy_until, back + 60)
        return None, back

    def _change_plan(self, day: int) -> None:
        """Recorded as an end and a start at one instant, which is no exit."""
        moment = self.company.moment(day, self.dice)
        self.person.note(moment, "subscription_cancelled", reason="plan_change")
        self.person.change_plan(day, self.dice.pick({plan: share for plan, (_, share) in self.terms.plans.items() if plan != self.person.plan}))
        self.person.note(moment, "subscription_started", self._price(day))

    def _price(self, day: int) -> int:
        price, _ = self.terms.plans[self.person.plan]
        seats = 1 if self.person.plan == "personal" else 1 + int(3 * self.person.size)
        return int(price * seats * self.company.price_level(day) * (10 if self.annual else 1)) // 100 * 100

    def _log_in(self, start: int, end: int) -> None:
        for day in range(start, min(end, LAST_DAY + 1)):
            if day >= self.busy_until:
                if day < self.quiet_until:
                    continue
                self._busy_or_quiet(day)
            if self.dice.chance(self.logins_a_day * (0.35 if is_weekend(day) else 1.25)):
                self._note(day, "login")

    def _busy_or_quiet(self, day: int) -> None:
        """At the end of a busy spell comes a quiet one, and then the next busy one."""
        if self.quiet_until <= self.busy_until:
            planned = day + 20 + self.dice.wait(150)
            if self.annual:
                planned = time_away(self.company, self.person, day, planned, [(day + self.company.quiet_after, "dormant")], self.dice) or LAST_DAY + 1
            self.quiet_until = planned
        else:
            self.busy_until = day + self.dice.wait(260)
            self.quiet_until = self.busy_until
            self._note(day, "login")

    def _note(self, day: int, name: str, amount: int | None = None, reason: str | None = None) -> None:
        self.person.note(self.company.moment(day, self.dice), name, amount, reason)
