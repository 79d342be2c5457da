"""Why people leave, and when they return by themselves."""

from orchestration.sample.days import LAST_DAY, day_of, month_of
from orchestration.sample.dice import Dice, growth
from orchestration.sample.people import Person
from orchestration.sample.shapes import Company


def pressure_to_leave(company: Company, person: Person, day: int) -> float:
    """Return the factor by which a person is more (or less) likely than average to leave on a day."""
    factor = growth(-0.5 * person.mood(company, day))
    if _within(company.price_rise_on, day, 90):
        factor *= 1 + 1.5 * person.price_sensitivity
    if _within(company.rival_on, day, 60):
        factor *= 1.35
    return factor


def reason_to_leave(company: Company, person: Person, day: int, dice: Dice) -> str | None:
    """Return the reason that a person gives for leaving on a day; None if they give none."""
    unhappy = max(0.0, 0.3 - person.mood(company, day))
    reason = dice.pick(
        {
            "bad_service": 0.05 + 0.45 * unhappy * unhappy,
            "too_expensive": person.price_sensitivity * (3.5 if _within(company.price_rise_on, day, 90) else 0.7),
            "went_to_competitor": (1.8 if _within(company.rival_on, day, 60) else 0.2) * (0.5 + unhappy),
            "no_longer_needed": 0.55,
            "": 0.12,
        }
    )
    return reason or None


def drift_back(company: Company, person: Person, since: int, chance_a_month: float, dice: Dice) -> int | None:
    """Return the day on which someone inactive since a day returns by themselves; None for never.

    Those who were satisfied return sooner, and the longer somebody is inactive the less likely a return becomes.
    """
    chance = chance_a_month * growth(0.35 * person.mood(company, since))
    for month in range((LAST_DAY - since) // 30 + 1):
        fading = 1.3 if month < 4 else 1.0 if month < 12 else 0.65
        start = since + 30 * month
        if dice.chance(chance * fading * company.seasons[month_of(start) - 1]):
            return start + dice.between(2, 29)
    return None


def _within(start: str | None, day: int, days: int) -> bool:
    return start is not None and 0 <= day - day_of(start) < days
