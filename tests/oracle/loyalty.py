"""`fct_loyalty`: retention by the satisfaction that the retained and the lost customers had reported (section 8)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .landing import Landing
from .periods import CURRENT, YEAR
from .walk import Walk

# At most the first is dissatisfied; at least the second is satisfied.
LIMITS = {"csat": (2, 4), "nps": (6, 9)}
KEPT = {"satisfied": "loyal", "neutral": "neutral_retained", "dissatisfied": "captive"}
LOST = {"satisfied": "lost_satisfied", "neutral": "lost_neutral", "dissatisfied": "lost_dissatisfied"}


@dataclass(frozen=True)
class Answer:
    response_id: str
    answered_at: datetime
    day: int
    mood: str


def mood(survey: str, score: Decimal) -> str:
    dissatisfied, satisfied = LIMITS[survey]
    if score >= satisfied:
        return "satisfied"
    return "dissatisfied" if score <= dissatisfied else "neutral"


def read_answers(landing: Landing, merged_into: dict) -> dict[str, dict[str, list[Answer]]]:
    """Map business → customer after merges → the answers, in order."""
    answers_of: dict = defaultdict(lambda: defaultdict(list))
    for row in landing.standing["survey_responses"]:
        business_id, customer = row["business_id"], row["customer_id"]
        day = row["answered_at"].astimezone(landing.config.businesses[business_id].zone).date()
        answers_of[business_id][merged_into.get((business_id, customer), customer)].append(
            Answer(row["response_id"], row["answered_at"], day.toordinal(), mood(row["survey"], row["score"]))
        )
    for of_business in answers_of.values():
        for answers in of_business.values():
            answers.sort(key=lambda answer: (answer.answered_at, answer.response_id.encode()))
    return answers_of


def loyalty_of(walk: Walk, start: int, close: int, answers_of: dict[str, list[Answer]]) -> list[str]:
    """Classify one customer who was current when the period opened and had answered in the year before."""
    heard = [answer for answer in answers_of.get(walk.customer_id, ()) if start - YEAR <= answer.day < start]
    if not heard or walk.state_at(start - 1) not in CURRENT:
        return []
    stayed = walk.state_at(close) in CURRENT
    return ["answered", (KEPT if stayed else LOST)[heard[-1].mood]]
