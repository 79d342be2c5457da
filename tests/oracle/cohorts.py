"""`fct_return_cohorts`: of the customers who became inactive in a month, how many had returned after so many months (section 5)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from .config import Business
from .periods import period_end, period_start
from .statistics import Spell, Survival
from .walk import Walk

MONTHS = range(1, 25)
DAYS_A_MONTH = 30

ENTRIES = {"churned": "former", "bounced": "former", "lapsed": "dormant", "cooled": "dormant_prospect"}
RETURNS = {"former": ("won_back",), "dormant": ("reactivated", "won_back"), "dormant_prospect": ("acquired",)}
OTHER_ENDS = {"former": ("recovered",), "dormant": ("recovered",), "dormant_prospect": ("rewarmed", "bounced")}


@dataclass(frozen=True)
class Absence:
    """The time from an entry into an inactive state to the return, to another end, or to `as_of`."""

    from_state: str
    exit_kind: str | None
    entered_on: int
    spell: Spell


def absences(walk: Walk, business: Business, as_of: date) -> list[Absence]:
    found = []
    for entry in walk.transitions:
        state = ENTRIES.get(entry.name)
        if state is None:
            continue
        ends = [move for move in walk.transitions if move.day > entry.day and move.name in (*RETURNS[state], *OTHER_ENDS[state])]
        end = ends[0] if ends else None
        if state == "former" and end and end.name == "recovered":
            continue  # a recovered failed payment is not an exit
        exit_kind = entry.exit[0] if state == "former" else None
        spell = Spell(
            days=(end.day if end else as_of.toordinal()) - entry.day,
            ended=end is not None and end.name in RETURNS[state],
            seen_from=business.recovery_days + 1 if exit_kind == "involuntary" else 1,
        )
        found.append(Absence(state, exit_kind, entry.day, spell))
    return found


def cohort_rows(business_id: str, of_business: list[Absence], as_of: date) -> list[dict]:
    cohorts: dict[tuple, list[Absence]] = defaultdict(list)
    for absence in of_business:
        kinds = (absence.exit_kind, "all") if absence.from_state == "former" else (None,)
        for kind in kinds:
            for month in (period_start("month", date.fromordinal(absence.entered_on)), None):
                cohorts[absence.from_state, kind, month].append(absence)
    return [
        {
            "business_id": business_id,
            "from_state": from_state,
            "exit_kind": exit_kind,
            "cohort_month": month,
            "months_since": months,
            **after(months * DAYS_A_MONTH, cohort, as_of),
        }
        for (from_state, exit_kind, month), cohort in cohorts.items()
        for months in MONTHS
    ]


def after(day: int, cohort: list[Absence], as_of: date) -> dict:
    """Return the figures of a cohort on a day of its inactivity."""
    spells = [absence.spell for absence in cohort]
    returned = [spell.days for spell in spells if spell.ended]
    last_entry = date.fromordinal(max(absence.entered_on for absence in cohort))
    survival = Survival(spells)
    return {
        "entered": len(cohort),
        "at_risk": sum(spell.seen_from <= day <= spell.days for spell in spells),
        "returned": sum(day - DAYS_A_MONTH < days <= day for days in returned),
        "cumulative_returned": sum(days <= day for days in returned),
        "return_probability": float(1 - survival.at(day)) if day <= survival.longest else None,
        "is_mature": period_end("month", period_start("month", last_entry)) <= as_of and last_entry + timedelta(days=day) <= as_of,
    }
