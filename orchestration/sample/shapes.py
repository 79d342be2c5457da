"""The parameters of a company: its market, its campaigns, and the terms of its business. Money is in cents."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestration.sample.days import SECONDS, day_of, is_weekend
from orchestration.sample.dice import Dice


@dataclass(frozen=True)
class Campaign:
    """A campaign to people in some states (`targets`): it reaches a share of them, and holds back another share as control.

    `uplift` is the true effect that the figures should find: the probability that only the touch brings someone back.
    """

    campaign_id: str
    name: str
    strategy: str
    objective: str
    starts_on: str
    ends_on: str
    targets: tuple[str, ...]
    reach: float
    control: float
    uplift: float
    cost_of_touch: int
    cost: int


@dataclass(frozen=True)
class SubscriptionTerms:
    """Software by subscription: monthly price and share of each plan, and monthly probabilities of adverse events.

    `free_invoices` is the share of trials that begin with an invoice of zero, `add_on` its monthly price and the monthly probabilities
    that it is added and cancelled.
    """

    plans: Mapping[str, tuple[int, float]]
    annual_share: float
    leave: float
    card_fails: float
    pause: float
    change_plan: float
    come_back: float
    logins_a_day: float
    free_invoices: float
    add_on: tuple[int, float, float]


@dataclass(frozen=True)
class ProjectTerms:
    """Work by project: names of its events, days and price of a project, and what follows one.

    `contract_ended` is the event that ends one contract, None if no contracts are kept; `second_contract` is the probability that
    another project under its own contract accompanies a project.
    """

    signed: str
    signed_again: str
    talks: tuple[str, ...]
    ended: str
    lasts: tuple[int, int]
    price_a_day: int
    talk_every: int
    goes_on: float
    ends_openly: float
    breaks_off: float
    pause_before_next: int
    come_back: float
    keeps_in_touch: int
    services: Mapping[str, float]
    contract_ended: str | None = None
    second_contract: float = 0


@dataclass(frozen=True)
class ShopTerms:
    """A shop: how often its customers order, for how much, and how they drop out."""

    orders_a_year: float
    spread: float
    basket: int
    drops_out: float
    drops_out_after_first: float
    come_back: float
    refunds: float
    voids: float
    closes_account: float


@dataclass(frozen=True)
class Company:
    """One invented company.

    The company has its own rules for campaigns: the days after which customers count as quiet and as gone, and prospects as cold,
    and the days in which a touch may work (`window`). `seasons` are twelve monthly factors around 1. Each of the `channels` has a
    share, and how much more satisfied than others its people are. `buys` is the probability of a first purchase, decided within
    `decides_in` days. Prices rise once, by a factor; a competitor opens; a slump lowers satisfaction.
    """

    business_id: str
    letter: str
    currency: str
    utc_offset: int
    office_hours: bool
    quiet_after: int
    gone_after: int | None
    cold_after: int
    window: int
    opened_on: str
    arrivals_a_day: float
    growth_a_year: float
    seasons: tuple[float, ...]
    countries: Mapping[str, float]
    channels: Mapping[str, tuple[float, float]]
    interests: tuple[str, str]
    buys: float
    decides_in: tuple[int, int]
    price_rise_on: str | None
    price_rise: float
    rival_on: str
    slump: tuple[str, str]
    surveys: tuple[str, ...]
    terms: SubscriptionTerms | ProjectTerms | ShopTerms
    campaigns: tuple[Campaign, ...]

    def moment(self, day: int, dice: Dice) -> int:
        """Return a second of a day, in local time, at a plausible hour.

        Hours are far from midnight, so that summer time never changes the date.
        """
        if self.office_hours:
            return day * SECONDS + 30_000 + int(dice.random() * 30_000)
        return day * SECONDS + 26_000 + int((dice.random() + dice.random()) * 26_000)

    def price_level(self, day: int) -> float:
        """Return the prices of a day relative to the initial ones."""
        return self.price_rise if self.price_rise_on and day >= day_of(self.price_rise_on) else 1.0

    def arrivals(self, day: int, month: int) -> float:
        """Return the expected number of arrivals on a day, given its month."""
        years = (day - day_of(self.opened_on)) / 365
        weekend = 0.25 if self.office_hours else 1.3
        workday = 1.3 if self.office_hours else 0.88
        return self.arrivals_a_day * (1 + self.growth_a_year * years) * self.seasons[month - 1] * (weekend if is_weekend(day) else workday)
