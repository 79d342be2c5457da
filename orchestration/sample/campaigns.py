"""Effect of campaigns: whom they reach, who is held back as control, and whom a touch brings back."""

from orchestration.sample.days import LAST_DAY, day_of, workday
from orchestration.sample.dice import Dice
from orchestration.sample.people import Person, Touch
from orchestration.sample.shapes import Company


def time_away(company: Company, person: Person, since: int, planned: int | None, stages: list[tuple[int, str]], dice: Dice) -> int | None:
    """Expose an inactive customer to the campaigns of that time, and record the touches.

    Args:
        company: the company that runs the campaigns.
        person: the inactive customer.
        since: the day of their last activity.
        planned: the day on which they return without any touch; None: never.
        stages: their states and the first day of each: `(day, "dormant")`, later perhaps `(day, "former")`.
        dice: the random source.

    Returns:
        The day on which they return, by themselves or because of a touch; None if they do not within the history.
    """
    back = planned
    for campaign in company.campaigns:
        day = workday(dice.between(day_of(campaign.starts_on), day_of(campaign.ends_on)))
        if day <= since or day > LAST_DAY or (back is not None and day >= back):
            continue
        if _state(stages, day) not in campaign.targets or not dice.chance(campaign.reach):
            continue
        # Campaign lists are imperfect: some people who opted out are contacted all the same.
        if person.contactable == "false" and not dice.chance(0.03):
            continue
        # One attempt per strategy: the result of a second one would not be independent of the first.
        if any(touch.campaign.strategy == campaign.strategy for touch in person.touches):
            continue
        arm = "control" if dice.chance(campaign.control) else "treatment"
        person.touches.append(Touch(company.moment(day, dice), campaign, arm))
        if arm == "treatment" and dice.chance(campaign.uplift):
            moved = day + 1 + int(dice.random() * dice.random() * (company.window - 3))
            back = moved if back is None else min(back, moved)
    return back if back is not None and back <= LAST_DAY else None


def _state(stages: list[tuple[int, str]], day: int) -> str | None:
    state = None
    for start, name in stages:
        if day >= start:
            state = name
    return state
