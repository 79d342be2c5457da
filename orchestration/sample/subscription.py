"""Simulates subscribers: trials, invoices, logins, add-ons, plan changes, failed cards, exits and returns."""

from orchestration.sample.campaigns import time_away
from orchestration.sample.days import LAST_DAY, SECONDS, is_weekend, month_of, workday
from orchestration.sample.dice import Dice
from orchestration.sample.motives import drift_back, pressure_to_leave, reason_to_leave
from orchestration.sample.people import Person
from orchestration.sample.prospects import first_purchase
from orchestration.sample.shapes import Company

# Probability of leaving in the first months, as a multiple of the usual one: most exits are early.
_EARLY = (2.4, 1.8, 1.5, 1.25, 1.1)


def live(company: Company, person: Person, dice: Dice) -> None:
    """Record the whole history of a person who has just arrived."""
    day = first_purchase(company, person, dice)
    if dice.chance(company.terms.free_invoices):
        person.note(company.moment(workday(person.arrived), dice), "invoice_paid", 0)
    for trial_day in range(person.arrived, min(day or person.arrived + 14, person.arrived + 14)):
        if dice.chance(0.25):
            person.note(company.moment(trial_day, dice), "login")
    opening = "subscription_started"
    subscription = None
    while day is not None and day <= LAST_DAY:
        subscription = _Subscription(company, person, day, dice, subscription if opening == "payment_recovered" else None)
        left = subscription.run(opening)
        if left is None:
            return
        day, opening = _return(company, person, left, subscription.card_failed, dice)


def _return(company: Company, person: Person, left: int, card_failed: bool, dice: Dice) -> tuple[int | None, str]:
    """Return the day of a return after leaving, if any, and the name of the purchase that makes it."""
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
        # Former customers can still read their notes; that must not count as a return.
        peek = left + dice.wait(60)
        if planned is None or peek < planned:
            person.note(company.moment(peek, dice), "login")
    return time_away(company, person, left, planned, [(left, "former")], dice), opening


class _Subscription:
    """One subscription from its start, or from a recovered payment, to its end. It may have an add-on, which is a separate contract."""

    def __init__(self, company: Company, person: Person, start: int, dice: Dice, made_good: "_Subscription | None") -> None:
        self.company, self.person, self.dice, self.terms = company, person, dice, company.terms
        self.start = self.paid_on = start
        self.annual = made_good.annual if made_good else dice.chance(self.terms.annual_share)
        self.contract = made_good.contract if made_good else person.new_contract()
        self.add_on: str | None = None
        self.card_failed = False
        self.busy_until = start + dice.wait(260)
        self.quiet_until = self.busy_until
        self.logins_a_day = min(0.6, max(0.1, self.terms.logins_a_day * dice.skewed(1, 0.5)))
        if not person.plan or dice.chance(0.25):
            person.change_plan(start, dice.pick({plan: share for plan, (_, share) in self.terms.plans.items()}))

    def run(self, opening: str) -> int | None:
        """Record it month by month; return the day it ended, None if it did not end within the history."""
        self._pay(self.start, opening)
        step, day = 0, self.start
        while True:
            step += 1
            # Monthly plans: every 30 days. Yearly plans: twelve parts of a year, of which only the last is billed.
            due = self.start + (365 * step // 12 if self.annual else 30 * step)
            self._log_in(day, due)
            left, due = self._month_ends(step, due)
            if left is not None or due > LAST_DAY:
                return left
            self._bill_add_on(due)
            day = due

    def _month_ends(self, step: int, due: int) -> tuple[int | None, int]:
        """Simulate the end of a month; return the day of leaving, if they leave, and the first day of the next month."""
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
            self._end(self.company.moment(failed, dice), "payment_failed_final", dice.pick({"card_declined": 6, "card_expired": 4}))
            return failed, due
        if not self.annual and dice.chance(terms.pause):
            return self._pause(due)
        if dice.chance(terms.change_plan):
            self._change_plan(due)
        else:
            self._pay(due)
        return None, due

    def _leave(self, day: int, notice: int) -> int:
        moment = self.company.moment(day, self.dice)
        reason = reason_to_leave(self.company, self.person, day, self.dice)
        self._end(moment, "subscription_cancelled", reason, moment - notice * SECONDS if notice else None)
        return day

    def _end(self, moment: int, name: str, reason: str | None, known_at: int | None = None) -> None:
        """End the contract, and the add-on with it."""
        for contract in filter(None, (self.contract, self.add_on)):
            self.person.note(moment, name, reason=reason, known_at=known_at, contract=contract)

    def _pause(self, due: int) -> tuple[int | None, int]:
        """Pause billing for a while; then most resume, and the others cancel."""
        planned = due + 30 * self.dice.between(2, 5)
        stays = self.dice.chance(0.85)
        back = time_away(self.company, self.person, due, planned, [(due + self.company.quiet_after, "dormant")], self.dice)
        if back is None:
            return None, LAST_DAY + 1
        if not stays:
            return self._leave(back, 0), back
        self._pay(back)
        # Months are counted from the first day, which a pause shifts.
        self.start += back - due
        self.busy_until = max(self.busy_until, back + 60)
        return None, back

    def _change_plan(self, day: int) -> None:
        """Start the new contract at the instant at which the old one ends, with an invoice of zero, or before it: neither is an exit."""
        moment, old = self.company.moment(day, self.dice), self.contract
        self.contract = self.person.new_contract()
        self.person.change_plan(day, self.dice.pick({plan: share for plan, (_, share) in self.terms.plans.items() if plan != self.person.plan}))
        self._pay(day, "subscription_started", moment)
        if self.dice.chance(0.5):
            self.person.note(moment, "invoice_paid", 0, contract=old)
            self.person.note(moment, "subscription_cancelled", reason="plan_change", contract=old)
        else:
            runs_out = self.company.moment(day + self.dice.between(3, 25), self.dice)
            self.person.note(runs_out, "subscription_cancelled", reason="plan_change", known_at=moment, contract=old)

    def _bill_add_on(self, day: int) -> None:
        """Simulate the add-on, billed monthly whatever the plan's terms: it is added, continues, or ends while the plan runs."""
        price, taken, given_up = self.terms.add_on
        moment = self.company.moment(day, self.dice)
        if self.add_on is None:
            # A plan last paid before the records begin is missing from them, and would seem to end with the add-on.
            if self.paid_on >= 0 and self.dice.chance(taken):
                self.add_on = self.person.new_contract()
                self.person.note(moment, "subscription_started", price, contract=self.add_on)
        elif self.dice.chance(given_up):
            reason = reason_to_leave(self.company, self.person, day, self.dice)
            self.person.note(moment, "subscription_cancelled", reason=reason, contract=self.add_on)
            self.add_on = None
        else:
            self.person.note(moment, "invoice_paid", price, contract=self.add_on)

    def _pay(self, day: int, name: str = "invoice_paid", moment: int | None = None) -> None:
        self.paid_on = day
        moment = self.company.moment(day, self.dice) if moment is None else moment
        # A yearly plan is paid until the day before the next year.
        self.person.note(moment, name, self._price(day), contract=self.contract, covers_until=day + 364 if self.annual else None)

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
                self._note_login(day)

    def _busy_or_quiet(self, day: int) -> None:
        """Alternate busy and quiet periods."""
        if self.quiet_until <= self.busy_until:
            self.quiet_until = day + 20 + self.dice.wait(150)
        else:
            self.busy_until = day + self.dice.wait(260)
            self.quiet_until = self.busy_until
            self._note_login(day)

    def _note_login(self, day: int) -> None:
        self.person.note(self.company.moment(day, self.dice), "login")
