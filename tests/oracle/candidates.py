"""The audiences (section 7): candidates to win back, and candidates to reactivate."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from fractions import Fraction

from .cohorts import Absence
from .landing import Landing
from .periods import YEAR, revenue
from .returns import came_back
from .statistics import Survival
from .touches import Touch
from .walk import Walk

WIN_BACK = ("former",)
REACTIVATION = ("dormant", "dormant_prospect")
AUDIENCE_RETURN = {"former": "won_back", "dormant": "reactivated", "dormant_prospect": "acquired"}
DAYS_AHEAD = 90
ENOUGH_OBSERVED = 100


class Outlook:
    """A business's past results, applied to currently inactive customers by state and kind of exit."""

    def __init__(self, of_business: list[Absence], returns: list[dict], strategies: list[dict]):
        self.absences = of_business
        self.returns = returns
        self.strategies = strategies
        self.curves: dict[tuple, Survival] = {}

    def return_probability(self, from_state: str, exit_kind: str | None, age: int) -> Fraction | None:
        """Return the probability that someone inactive for `age` days returns within the next 90."""
        place = from_state, exit_kind
        if place not in self.curves:
            alike = [absence.spell for absence in self.absences if (absence.from_state, absence.exit_kind) == place]
            self.curves[place] = Survival(alike)
        return self.curves[place].ends_between(age, age + DAYS_AHEAD)

    def mean_revenue(self, from_state: str, exit_kind: str | None) -> Fraction | None:
        """Return the mean revenue of the 90 days after similar returns, of those whose 90 days are over."""
        alike = (AUDIENCE_RETURN[from_state], from_state, exit_kind)
        revenues = [
            row["revenue_90_days_after"]
            for row in self.returns
            if (row["return_type"], row["from_state"], row["exit_kind"]) == alike and row["revenue_90_days_after"] is not None
        ]
        return Fraction(sum(revenues)) / len(revenues) if revenues else None

    def suggested_strategy(self, from_state: str) -> str | None:
        """Return the strategy with the greatest lift, of those with a demonstrated lift."""
        shown = [
            row
            for row in self.strategies
            if (row["arm"], row["target_state"]) == ("treatment", from_state) and row["strategy"] != "(none)"
            and row["lift_low"] is not None
            and row["lift_low"] > 0
            and min(row["treated_compared"], row["controls_compared"]) >= ENOUGH_OBSERVED
        ]
        return min(shown, key=lambda row: (-row["lift"], row["strategy"].encode()))["strategy"] if shown else None


def candidate_rows(
    states: tuple[str, ...],
    walks: list[Walk],
    touches: list[Touch],
    consenting: set[str],
    outlook: Outlook,
    as_of: date,
    cool_down_days: int,
) -> list[dict]:
    """Return the customers in one of the states at `as_of`, ranked. `consenting`: the customers who may be contacted."""
    today = as_of.toordinal()
    rows, values = [], {}
    for walk in walks:
        state = walk.closes[-1]
        if state not in states:
            continue
        since = walk.transitions[-1].day
        exit_kind, exit_reason = walk.exits[-1] or (None, None)
        bought = [event.day for event in walk.events if event.kind == "purchase" and event.day <= today]
        own = [touch for touch in touches if touch.customer_id == walk.customer_id]
        probability = outlook.return_probability(state, exit_kind, today - since)
        worth = outlook.mean_revenue(state, exit_kind)
        value = None if probability is None or worth is None else probability * worth
        values[walk.customer_id] = value
        rows.append(
            {
                "business_id": walk.business_id,
                "customer_id": walk.customer_id,
                "from_state": state,
                "since": date.fromordinal(since),
                "exit_kind": exit_kind,
                "exit_reason": exit_reason,
                "last_purchase_on": date.fromordinal(max(bought)) if bought else None,
                "lifetime_revenue": revenue(walk.events, 0, today),
                "revenue_365_days_before": revenue(walk.events, since - YEAR, since - 1),
                "previous_returns": came_back(walk, today),
                "last_touched_at": own[-1].touched_at.astimezone(timezone.utc).replace(tzinfo=None) if own else None,
                "contactable": walk.customer_id in consenting,
                "suppressed_because": suppressed_because(walk.customer_id in consenting, own, as_of - timedelta(days=cool_down_days)),
                "return_probability": None if probability is None else float(probability),
                "expected_value": None if value is None else float(value),
                "suggested_strategy": outlook.suggested_strategy(state),
            }
        )
    rows.sort(key=lambda row: in_rank(row["customer_id"], values[row["customer_id"]]))
    for rank, row in enumerate(rows, start=1):
        row["rank"] = rank
    return rows


def in_rank(customer_id: str, value: Fraction | None) -> tuple:
    """Sort by value, greatest first; rows without a value come last."""
    return (value is None, -(value or 0), customer_id.encode())


def suppressed_because(contactable: bool, own_touches: list[Touch], cooled_down: date) -> str | None:
    if not contactable:
        return "no_consent"
    if own_touches and own_touches[-1].day > cooled_down.toordinal():
        return "cool_down"
    return None


def consenting_customers(landing: Landing, business_id: str, merged_into: dict, walks: list[Walk]) -> set[str]:
    """Return the customers who have consented under every id, including merged ones: consent must be explicit."""
    said_yes = {
        row["customer_id"]
        for row in landing.standing["customers"]
        if row["business_id"] == business_id and row["contactable"]
    }
    silent = {into for (business, merged), into in merged_into.items() if business == business_id and merged not in said_yes}
    return {walk.customer_id for walk in walks if walk.customer_id in said_yes - silent}
