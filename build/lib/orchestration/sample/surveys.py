"""Satisfaction surveys: asked once a quarter of those who are customers then, answered by a part of them."""

from orchestration.sample.days import LAST_DAY, SECONDS, day_of
from orchestration.sample.dice import Dice
from orchestration.sample.people import EXITS, PURCHASES, Answer, Person
from orchestration.sample.shapes import Company

_WAVES = tuple(day_of(f"{year}-{month}-12") for year in (2024, 2025, 2026) for month in ("02", "05", "08", "11"))


def answer_surveys(company: Company, person: Person, dice: Dice) -> None:
    """Take a person whose life is recorded; record their answers, which follow how satisfied they were at the time."""
    moments = sorted((event.at, event.name in PURCHASES) for event in person.events if event.name in PURCHASES or event.name in EXITS)
    for number, wave in enumerate(_WAVES):
        # The very satisfied and the very dissatisfied are the ones who answer.
        mood = person.mood(company, wave)
        if wave > LAST_DAY or not _is_customer(company, moments, wave) or not dice.chance(0.09 + 0.04 * abs(mood)):
            continue
        survey = company.surveys[number % len(company.surveys)]
        if survey == "csat":
            score = min(5, max(1, int(3.75 + 0.95 * mood + 0.45 * dice.bell() + 0.5)))
        else:
            score = min(10, max(0, int(7.6 + 1.9 * mood + 0.9 * dice.bell() + 0.5)))
        at = company.moment(wave + dice.between(0, 9), dice)
        person.answers.append(Answer(at, survey, score))


def _is_customer(company: Company, moments: list[tuple[int, bool]], day: int) -> bool:
    bought = None
    for at, is_purchase in moments:
        if at > day * SECONDS:
            break
        bought = at if is_purchase else None
    return bought is not None and (company.gone_after is None or bought > (day - company.gone_after) * SECONDS)
