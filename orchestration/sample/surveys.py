"""Satisfaction surveys: sent quarterly to current customers, answered by a part of them."""

from orchestration.sample.days import LAST_DAY, SECONDS, day_of
from orchestration.sample.dice import Dice
from orchestration.sample.people import ENDINGS, Answer, Event, Person
from orchestration.sample.shapes import Company

_WAVES = tuple(day_of(f"{year}-{month}-12") for year in (2024, 2025, 2026) for month in ("02", "05", "08", "11"))


def answer_surveys(company: Company, person: Person, dice: Dice) -> None:
    """Record the survey answers of a person whose history is complete; they follow the satisfaction at the time."""
    steps = sorted((event for event in person.events if event.is_purchase or event.name in ENDINGS), key=lambda event: (event.at, event.is_purchase))
    for number, wave in enumerate(_WAVES):
        # The very satisfied and the very dissatisfied are more likely to answer.
        mood = person.mood(company, wave)
        if wave > LAST_DAY or not _is_customer(company, steps, wave) or not dice.chance(0.09 + 0.04 * abs(mood)):
            continue
        survey = company.surveys[number % len(company.surveys)]
        if survey == "csat":
            score = min(5, max(1, int(3.75 + 0.95 * mood + 0.45 * dice.bell() + 0.5)))
        else:
            score = min(10, max(0, int(7.6 + 1.9 * mood + 0.9 * dice.bell() + 0.5)))
        at = company.moment(wave + dice.between(0, 9), dice)
        person.answers.append(Answer(at, survey, score))


def _is_customer(company: Company, steps: list[Event], day: int) -> bool:
    """Return whether a contract is open that day, and not inactive for too long; a customer without contract ids has one unnamed contract."""
    bought, is_open = 0, set()
    for step in steps:
        if step.at > day * SECONDS:
            break
        if step.is_purchase:
            bought = step.at
            is_open.add(step.contract)
        elif step.contract is None:
            is_open.clear()
        else:
            is_open.discard(step.contract)
    return bool(is_open) and (company.gone_after is None or bought > (day - company.gone_after) * SECONDS)
