"""`fct_campaign_performance` and `fct_strategy_performance` (section 6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from .statistics import Arms, mean_lift, mean_lift_interval, newcombe, p_value, share, wilson
from .touches import UNKNOWN, Target

ARMS = ("treatment", "control")
ALL_STATES = "all"
COMPARISON = (
    *("lift", "lift_low", "lift_high", "p_value"),
    *("incremental_returns", "cost_per_incremental_return"),
)


def campaign_rows(business_id: str, campaigns: dict[str, dict], targets: list[Target]) -> list[dict]:
    rows = []
    for campaign_id, campaign in campaigns.items():
        of_campaign = [target for target in targets if target.touch.campaign_id == campaign_id]
        key = {"business_id": business_id, "campaign_id": campaign_id, "strategy": campaign["strategy"]}
        rows += [key | row for row in rows_by_arm_and_state(of_campaign, compare_in_campaign)]
    return rows


def strategy_rows(business_id: str, campaigns: dict[str, dict], targets: list[Target]) -> list[dict]:
    """Return the rows of a strategy. Treatment rows also give the number compared in each arm: `treated_compared`, `controls_compared`."""
    of_strategy: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        of_strategy[campaigns[target.touch.campaign_id]["strategy"] or UNKNOWN].append(target)
    return [
        {"business_id": business_id, "strategy": strategy} | row
        for strategy, members in of_strategy.items()
        for row in rows_by_arm_and_state(members, compare_in_strategy)
    ]


def rows_by_arm_and_state(members: list[Target], compare: Callable[[list[Target], str], dict]) -> list[dict]:
    is_observational = all(target.touch.arm == "treatment" for target in members)
    rows = []
    for arm in ARMS:
        of_arm = [target for target in members if target.touch.arm == arm]
        states = {target.state for target in of_arm} | {ALL_STATES} if of_arm else set()
        for state in sorted(states):
            row = {"arm": arm, "target_state": state, "is_observational": is_observational}
            row |= figures(select(of_arm, state), can_return=state != "active")
            row |= dict.fromkeys(COMPARISON)
            if arm == "treatment" and state != "active":
                row |= compare(members, state)
            rows.append(row)
    return rows


def select(members: list[Target], state: str, arm: str | None = None) -> list[Target]:
    """Return the members in a state, or all but the active, who cannot return; of one arm, or of both."""
    return [
        target
        for target in members
        if (target.state == state or (state == ALL_STATES and target.state != "active")) and arm in (None, target.touch.arm)
    ]


def figures(members: list[Target], can_return: bool) -> dict:
    """Compute the figures. All except `touched` count only members whose window has closed."""
    observed = [target for target in members if target.is_observed]
    returned = sum(target.returned for target in observed)
    cost = sum(target.cost for target in observed)
    low, high = wilson(returned, len(observed)) if can_return else (None, None)
    return {
        "touched": len(members),
        "observed": len(observed),
        "returned": returned,
        "return_rate": share(returned, len(observed)) if can_return else None,
        "return_rate_low": low,
        "return_rate_high": high,
        "cost": float(cost),
        "revenue": sum((target.revenue for target in observed), Decimal(0)),
        "cost_per_return": float(cost / returned) if returned else None,
    }


def arms_of(members: list[Target], state: str) -> Arms | None:
    """Return the observed members of both arms in one campaign, if each arm has any."""
    treated, controls = ([target for target in select(members, state, arm) if target.is_observed] for arm in ARMS)
    if not treated or not controls:
        return None
    return Arms(sum(one.returned for one in treated), len(treated), sum(one.returned for one in controls), len(controls))


def compare_in_campaign(members: list[Target], state: str) -> dict:
    arms = arms_of(members, state)
    if arms is None:
        return {}
    low, high = newcombe(arms)
    effect = {"lift": float(arms.lift), "lift_low": low, "lift_high": high, "p_value": p_value([arms])}
    return effect | increment(arms.lift, select(members, state, "treatment"))


def compare_in_strategy(members: list[Target], state: str) -> dict:
    """Compare within each campaign, so that arms of different size in different campaigns cause no spurious effect."""
    by_campaign: dict[str, list[Target]] = defaultdict(list)
    for target in members:
        by_campaign[target.touch.campaign_id].append(target)
    compared = {campaign: arms for campaign, of_campaign in by_campaign.items() if (arms := arms_of(of_campaign, state))}
    if not compared:
        return {}
    comparisons = list(compared.values())
    lift = mean_lift(comparisons)
    of_compared = [target for target in select(members, state) if target.touch.campaign_id in compared]
    customers = [target.touch.customer_id for target in of_compared if target.is_observed]
    low, high, p = None, None, None
    if len(customers) == len(set(customers)):  # otherwise the results of the campaigns are not independent
        (low, high), p = mean_lift_interval(comparisons), p_value(comparisons)
    return {
        "lift": float(lift), "lift_low": low, "lift_high": high, "p_value": p,
        **increment(lift, select(of_compared, state, "treatment")),
        "treated_compared": sum(arms.treated for arms in comparisons),
        "controls_compared": sum(arms.control for arms in comparisons),
    }


def increment(lift: Fraction, treated: list[Target]) -> dict:
    """Compute what the treatment added, and the cost of each added return."""
    observed = [target for target in treated if target.is_observed]
    returns, cost = lift * len(observed), sum(target.cost for target in observed)
    return {
        "incremental_returns": float(returns),
        "cost_per_incremental_return": float(cost / returns) if returns > 0 else None,
    }
