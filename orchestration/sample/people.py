"""The people of a company: when they arrive, their hidden traits, and the records of them."""

from dataclasses import dataclass, field

from orchestration.sample.days import LAST_DAY, SECONDS, day_of, month_of
from orchestration.sample.dice import Dice
from orchestration.sample.shapes import Campaign, Company

PURCHASES = frozenset({"subscription_started", "invoice_paid", "payment_recovered", "engagement_signed", "engagement_renewed", "campaign_booked", "order"})
# Events that end a contract, or all of a customer's contracts if they name none.
ENDINGS = frozenset({"subscription_cancelled", "payment_failed_final", "engagement_ended", "contract_ended", "client_lost", "account_closed"})


@dataclass(slots=True)
class Event:
    """An event at a second (local time).

    `known_at`: when the company learned of it, if earlier. `covers_until`: the last day that a purchase pays for.
    """

    at: int
    name: str
    amount: int | None = None
    reason: str | None = None
    known_at: int | None = None
    contract: str | None = None
    covers_until: int | None = None
    voids: "Event | None" = None
    customer_id: str = ""
    event_id: str = ""

    @property
    def is_purchase(self) -> bool:
        """Return whether something was bought: an invoice of zero is no purchase."""
        return self.name in PURCHASES and self.amount != 0


@dataclass(slots=True)
class Touch:
    """A campaign's message to someone, or the record that they were held back as control."""

    at: int
    campaign: Campaign
    arm: str


@dataclass(slots=True)
class Answer:
    """An answer to a satisfaction survey."""

    at: int
    survey: str
    score: int


@dataclass(slots=True)
class Person:
    """A person who arrived. Satisfaction is about 0 ± 1, price sensitivity 0 to 1, size about 1; none of these is landed."""

    customer_id: str
    arrived: int
    country: str
    channel: str
    contactable: str
    satisfaction: float
    let_down_on: int
    price_sensitivity: float
    size: float
    plan: str = ""
    contracts: int = 0
    # The row of attributes is written again when one of them changes: (day, plan, contactable).
    versions: list[tuple[int, str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    touches: list[Touch] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def note(self, at: int, name: str, amount: int | None = None, reason: str | None = None, **more: int | str | None) -> Event | None:
        """Record and return an event; return None if it becomes known only after the sample's last day."""
        event = Event(at, name, amount, reason, **more)
        if (at if event.known_at is None else event.known_at) >= (LAST_DAY + 1) * SECONDS:
            return None
        self.events.append(event)
        return event

    def new_contract(self) -> str:
        """Return the id of the person's next contract."""
        self.contracts += 1
        return f"{self.customer_id}-{self.contracts}"

    def change_plan(self, day: int, plan: str) -> None:
        """Record a plan and its first day. A first plan is written into the existing row."""
        if plan == self.plan or day > LAST_DAY:
            return
        if not self.plan:
            self.versions.pop()
        self.plan = plan
        self.versions.append((day, plan, self.contactable))

    def mood(self, company: Company, day: int) -> float:
        """Return the person's satisfaction on a day: lower after a disappointment, and during a slump of the company."""
        mood = self.satisfaction
        if day >= self.let_down_on:
            mood -= 1.3
        if day_of(company.slump[0]) <= day <= day_of(company.slump[1]):
            mood -= 0.9
        return mood


def arrive(company: Company, dice: Dice) -> list[Person]:
    """Return everyone who ever arrived at a company, in order of arrival."""
    people = []
    for day in range(day_of(company.opened_on), LAST_DAY + 1):
        for _ in range(dice.count(company.arrivals(day, month_of(day)))):
            people.append(_someone(company, f"{company.letter}-{1200 + len(people):06d}", day, dice))
    return people


def _someone(company: Company, customer_id: str, day: int, dice: Dice) -> Person:
    channel = dice.pick({name: share for name, (share, _) in company.channels.items()})
    consent = dice.random()
    person = Person(
        customer_id=customer_id,
        arrived=day,
        country=dice.pick(company.countries),
        channel=channel,
        contactable="false" if consent < 0.1 else "" if consent < 0.12 else "true",
        satisfaction=dice.bell() + company.channels[channel][1],
        let_down_on=day + dice.wait(1500),
        price_sensitivity=dice.random() * dice.random() * 0.6 + dice.random() * 0.4,
        size=dice.skewed(1, 0.55),
    )
    person.versions.append((day, "", person.contactable))
    return person
