"""Checks beyond dbt's tests, run on the published tables. They warn and never block, because an unusual figure may be true."""

from dataclasses import dataclass
from functools import partial

from orchestration import contract_checks, data_checks, outcome
from orchestration.control_chart import Limits, control_limits
from orchestration.data_checks import Find, Findings
from orchestration.headlines import HEADLINES, Headline, Month, months_of
from orchestration.quoting import percent
from orchestration.settings import Settings
from orchestration.warehouses import Reader, Warehouse


@dataclass(frozen=True)
class Check:
    """A check of a public table.

    Attributes:
        table: the public table.
        name: the condition that should hold.
        find: queries the published tables.
        description: what the check examines, for people.
    """

    table: str
    name: str
    find: Find
    description: str


def control_limit_breaches(reader: Reader, settings: Settings, headline: Headline) -> Findings:
    """Find the businesses whose latest complete month lies outside its control limits.

    Args:
        reader: reads the published tables.
        settings: choose the control limits.
        headline: the rate.

    Returns:
        A warning for each breach, and the figures of all businesses.
    """
    warnings, figures = [], []
    for business, months in months_of(reader, headline).items():
        warm = [month for month in months if month.is_warm]
        if not warm or warm[-1] is not months[-1]:
            figures.append(_limits_row(business, months[-1], None, "history still short"))
            continue
        *before, latest = warm
        limits = control_limits([(month.count, month.pool) for month in before], latest.pool)
        if limits is None:
            figures.append(_limits_row(business, latest, None, "too few months before it"))
            continue
        words = _breach(headline.rate, business, latest, limits, settings.control_limits)
        figures.append(_limits_row(business, latest, limits, "beyond its limits" if words else "within its limits"))
        warnings += [words] if words else []
    return warnings, figures


def _breach(rate: str, business: str, month: Month, limits: Limits, which: str) -> str | None:
    low, high = (limits.low, limits.high) if which == "binomial" else (limits.laney_low, limits.laney_high)
    if low <= month.rate <= high:
        return None
    side = "below" if month.rate < low else "above"
    words = (
        f"{rate} of {business} in {month.start:%Y-%m} is {side} its control limits: {month.rate:.1%} ({month.count:,} of {month.pool:,}), "
        f"limits {low:.1%} to {high:.1%}, {limits.centre:.1%} in the months before."
    )
    if limits.laney_low <= month.rate <= limits.laney_high:
        words += f" Its months have always spread {limits.dispersion:.1f} times as far as chance would; within the limits for that (Laney's)."
    return words


def _limits_row(business: str, month: Month, limits: Limits | None, verdict: str) -> dict:
    row = {"business": business, "month": f"{month.start:%Y-%m}", "rate": percent(month.rate), "customers": month.count, "of": month.pool, "verdict": verdict}
    shown = (limits.centre, limits.low, limits.high, limits.laney_low, limits.laney_high) if limits else (None,) * 5
    row |= {name: percent(value) for name, value in zip(("centre", "low", "high", "Laney's low", "Laney's high"), shown, strict=True)}
    return row | {"dispersion": f"{limits.dispersion:.2f}" if limits else "–"}


CHECKS = [
    *(
        Check(
            headline.table,
            f"{headline.rate}_is_within_control_limits",
            partial(control_limit_breaches, headline=headline),
            "The latest complete month of each business against three-sigma limits from its own months before (binomial p-chart).",
        )
        for headline in HEADLINES
    ),
    Check(
        "rejected_rows",
        "few_rows_are_rejected",
        data_checks.rejection_rates,
        "Of the rows that the last refresh validated, and of all that ever landed, the share rejected is at most WINBACK_REJECTED_SHARE.",
    ),
    Check(
        "dropped_values",
        "no_values_are_dropped",
        data_checks.dropped_values,
        "Every value of a row that stands is used; above all, revenue leaves out no amount.",
    ),
    Check(
        "unmapped_values",
        "seeds_list_every_value",
        data_checks.unmapped_values,
        "Every event name stands in seeds/event_kinds.csv, and every reason for leaving in seeds/exit_reasons.csv.",
    ),
    Check(
        "lifecycle_states",
        "event_ids_name_one_customer",
        data_checks.shared_event_ids,
        "All valid copies of an event name the same customer, after merges: two events that share an id would count as one.",
    ),
    Check(
        "dim_business",
        "landing_is_fresh",
        data_checks.stale_feeds,
        "Of no business the newest event is older than WINBACK_LANDING_DAYS days and than the longest wait for an event in the year before: its feed has not dried up.",
    ),
    Check(
        "fct_lifecycle",
        "segments_have_few_values",
        data_checks.wide_segments,
        "No segment has more than max_segment_values (dbt_project.yml) values among the customers of a business: such a one adds no rows there.",
    ),
    Check(
        "lifecycle_transitions",
        "cancellations_say_which_contract",
        contract_checks.cancellations_without_contract,
        "At most 5 % of a business's cancellations without a contract_id are followed by a purchase of the same customer within 31 days.",
    ),
    Check(
        "lifecycle_transitions",
        "nobody_is_won_back_under_contract",
        contract_checks.absences_under_contract,
        "Of no win-back a contract of the customer was open throughout the absence.",
    ),
    Check(
        "lifecycle_states",
        "open_contracts_are_bought_again",
        contract_checks.silent_contracts,
        "Every open contract has been bought or paid for in the last 400 days, or former_after_days where these are more: its end has not been forgotten.",
    ),
]


def findings_of(check: Check, warehouse: Warehouse, settings: Settings) -> Findings:
    """Run one check on the published tables.

    Args:
        check: the check.
        warehouse: where the tables are published.
        settings: have its limits.

    Returns:
        Warnings, none if all is well, and figures. A check that cannot run warns.
    """
    try:
        with warehouse.reader() as reader:
            return check.find(reader, settings)
    except Exception as error:
        if outcome.is_stop(error):
            raise
        return [f"{check.name} could not be checked: {type(error).__name__}: {error}"], []
