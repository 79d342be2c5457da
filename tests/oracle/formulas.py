"""The formulas of section 4: from the counts of one period to its rates and their Wilson intervals."""

from __future__ import annotations

from .statistics import share, wilson

STATES = ("prospect", "dormant_prospect", "active", "dormant", "former")
TRANSITIONS = {
    "identified": (),
    "cooled": (),
    "rewarmed": (),
    "acquired": ("unknown", "prospect", "dormant_prospect"),
    "bounced": ("unknown", "prospect", "dormant_prospect"),
    "lapsed": (),
    "churned": ("active", "dormant"),
    "reactivated": (),
    "won_back": (),
    "recovered": (),
}
CUSTOMER_COUNTS = (
    "former_returned",
    "former_recovered",
    "dormant_returned",
    "prospects_converted",
    "current_retained",
    "active_retained",
    "returned_at_close",
    "new_lost_at_close",
    "dormant_repurchased",
    "intra_period_win_backs",
)
COUNTS = (
    *(f"opening_{state}" for state in STATES),
    *(f"closing_{state}" for state in STATES),
    *TRANSITIONS,
    *(f"{name}_from_{state}" for name, states in TRANSITIONS.items() for state in states),
    *CUSTOMER_COUNTS,
)
LOST = "opening_former, those recovered aside"
SHARES = {
    "win_back_rate": (["former_returned"], [LOST]),
    "dormant_reactivation_rate": (["dormant_returned"], ["opening_dormant"]),
    "purchase_reactivation_rate": (
        ["former_returned", "dormant_repurchased"],
        [LOST, "opening_dormant"],
    ),
    "reactivation_rate": (
        ["former_returned", "dormant_returned"],
        [LOST, "opening_dormant"],
    ),
    "extended_reactivation_rate": (
        ["former_returned", "dormant_returned", "prospects_converted"],
        [LOST, "opening_dormant", "opening_prospect", "opening_dormant_prospect"],
    ),
    "retention_rate": (["current_retained"], ["opening_active", "opening_dormant"]),
    "active_retention_rate": (["active_retained"], ["opening_active"]),
}
# Shares that are null until everything in their denominator has had its full time.
LATE_COUNTS = ("exits", "exits_won_back", "targeted", "targeted_won_back")
LATE_SHARES = {
    "exit_win_back_rate": ("exits_won_back", "exits"),
    "targeted_win_back_rate": ("targeted_won_back", "targeted"),
}
STILL_WAITING = {"exit_win_back_rate": "recent_exits", "targeted_win_back_rate": "open_windows"}
LOYALTY = (
    *("answered", "loyal", "neutral_retained", "captive"),
    *("lost_satisfied", "lost_neutral", "lost_dissatisfied"),
)


def rates(counts: dict[str, int]) -> dict[str, float | int | None]:
    """Return every rate with its interval, every ratio, and the sums that section 11 gives a column."""
    row: dict[str, float | int | None] = {}
    counts = counts | {LOST: counts["opening_former"] - counts["former_recovered"]}
    for name, (parts, wholes) in SHARES.items():
        part, whole = sum(counts[c] for c in parts), sum(counts[c] for c in wholes)
        row[name] = share(part, whole)
        row[f"{name}_low"], row[f"{name}_high"] = wilson(part, whole)

    opening_current = counts["opening_active"] + counts["opening_dormant"]
    closing_current = counts["closing_active"] + counts["closing_dormant"]
    new_customers = counts["acquired"] + counts["bounced"]
    row |= {
        "opening_current": opening_current,
        "closing_current": closing_current,
        "new_customers": new_customers,
        "crr": share(closing_current - new_customers, opening_current),
        "end_over_start_ratio": share(closing_current, opening_current),
        "quick_ratio": share(
            counts["acquired"] + counts["reactivated"] + counts["won_back"] + counts["recovered"],
            counts["lapsed"] + counts["churned_from_active"],
        ),
    }
    if opening_current:
        row["churn_rate"] = 1 - row["retention_rate"]
        row["churn_rate_low"] = 1 - row["retention_rate_high"]
        row["churn_rate_high"] = 1 - row["retention_rate_low"]
    else:
        row |= {"churn_rate": None, "churn_rate_low": None, "churn_rate_high": None}
    return row


def late_rates(counts: dict[str, int], is_complete: bool) -> dict[str, float | None]:
    """Return the win-back rates of exits and of targeted customers; the rate of exits also waits for the end of the period."""
    row: dict[str, float | None] = {}
    for name, (part, whole) in LATE_SHARES.items():
        waits = counts[STILL_WAITING[name]] > 0 or (name == "exit_win_back_rate" and not is_complete)
        row[name] = None if waits else share(counts[part], counts[whole])
        row[f"{name}_low"], row[f"{name}_high"] = (None, None) if waits else wilson(counts[part], counts[whole])
    return row
