"""A company's whole history: everyone who arrived, and everything they did from the first landed day."""

from dataclasses import dataclass

from orchestration.sample import projects, shop, subscription
from orchestration.sample.days import LAST_DAY
from orchestration.sample.dice import Dice
from orchestration.sample.mishaps import enter_by_mistake, open_second_accounts
from orchestration.sample.people import Person, arrive
from orchestration.sample.shapes import Company, ProjectTerms, ShopTerms, SubscriptionTerms
from orchestration.sample.surveys import answer_surveys

_LIVES = {SubscriptionTerms: subscription.live, ProjectTerms: projects.live, ShopTerms: shop.live}


@dataclass(frozen=True)
class History:
    """The content of a company's books. Merges are (from, into, day)."""

    company: Company
    people: list[Person]
    merges: list[tuple[str, str, int]]


def simulate(company: Company, dice: Dice) -> History:
    """Return a company's history, cut off before day 0 as in a new system of records."""
    people = arrive(company, dice)
    last_number = int(people[-1].customer_id[2:])
    for person in people:
        _LIVES[type(company.terms)](company, person, dice)
        answer_surveys(company, person, dice)
        _forget_before_day_0(person)
    people = [person for person in people if person.events]
    for person in people:
        if person.contactable == "true" and dice.chance(0.015):
            person.versions.append((dice.between(max(person.versions[-1][0], 0), LAST_DAY), person.plan, "false"))
    # A shop voids orders regularly; elsewhere a void corrects a wrong entry.
    if not isinstance(company.terms, ShopTerms):
        enter_by_mistake(people, 8, company, dice)
    # Customers who sign contracts seldom have two accounts; those who sign up online often do.
    second_accounts = 4 if isinstance(company.terms, ProjectTerms) else 18
    accounts, merges = open_second_accounts(people, last_number + 1, company.letter, second_accounts, dice)
    return History(company, people + accounts, merges)


def _forget_before_day_0(person: Person) -> None:
    """Drop records from before day 0. Customers of that time enter the records with their next purchase."""
    purchases = [event.at for event in person.events if event.is_purchase]
    known = min((at for at in purchases if at >= 0), default=None) if purchases and min(purchases) < 0 else 0
    if known is None:
        person.events = []
        return
    person.events = [event for event in person.events if event.at >= known and (event.voids is None or event.voids.at >= known)]
    first = min((event.at for event in person.events), default=0)
    person.touches = [touch for touch in person.touches if touch.at > first]
    person.answers = [answer for answer in person.answers if answer.at > first]
