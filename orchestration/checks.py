"""Checks beyond dbt's tests, made on what was just published. They warn and never block: a strange figure may be a true one."""

from collections.abc import Iterator
from datetime import date

from dagster import AssetCheckExecutionContext, AssetCheckResult, AssetCheckSeverity, AssetCheckSpec, AssetKey, Failure, multi_asset_check

from orchestration.control import Limits, control_limits
from orchestration.errors import WinbackError
from orchestration.headlines import HEADLINES, Headline, Month, months_of
from orchestration.metadata import percent, table_of
from orchestration.progress import teller
from orchestration.settings import Settings, load_settings
from orchestration.summary import Published
from orchestration.warehouses import Reader, warehouse_of

Warnings = list[str]

REJECTED = AssetCheckSpec(
    "few_rows_are_rejected",
    asset=AssetKey(["winback", "rejected_rows"]),
    description="Of the rows that the last refresh judged, and of all that ever landed, the share rejected is at most WINBACK_REJECTED_SHARE.",
)
LANDING = AssetCheckSpec(
    "landing_is_fresh",
    asset=AssetKey(["winback", "dim_business"]),
    description="Of every business something happened in the last WINBACK_LANDING_DAYS days counted: its feed has not dried up.",
)
SEGMENTS = AssetCheckSpec(
    "segments_have_few_values",
    asset=AssetKey(["winback", "fct_lifecycle"]),
    description="No segment has more than max_segment_values (dbt_project.yml) values among the customers of a business: such a one adds no rows there.",
)
LIMITS = [
    AssetCheckSpec(
        f"{headline.rate}_is_within_control_limits",
        asset=AssetKey(["winback", headline.table]),
        description="The latest complete month of each business against three-sigma limits from its own months before (binomial p-chart).",
    )
    for headline in HEADLINES
]

NEWEST = """
    select businesses.business_id, events.newest
    from winback.dim_business as businesses
    left join (
        select business_id, max(cast(occurred_at as date)) as newest
        from winback_internal.stg_events
        where cast(occurred_at as date) <= date '{as_of}'
        group by business_id
    ) as events on businesses.business_id = events.business_id
    order by businesses.business_id
"""

JUDGED = """
    select
        count(*),
        coalesce(sum(case when base.verdict = 'rejected' then 1 else 0 end), 0)
    from winback_internal.base_{table} as base
    inner join (select max(refresh_id) as refresh_id from winback.refreshes) as last on base.judged_in = last.refresh_id
"""


@multi_asset_check(name="checks", specs=[*LIMITS, REJECTED, LANDING, SEGMENTS], can_subset=True)
def checks(context: AssetCheckExecutionContext) -> Iterator[AssetCheckResult]:
    """Hold what is published against its own past, against what has landed, and against the calendar."""
    try:
        settings = load_settings()
        tell = teller(context)
        with warehouse_of(settings).reader() as reader:
            for spec in context.check_specs:
                if spec.key in context.selected_asset_check_keys:
                    warnings, figures = _judged(spec, reader, settings)
                    for warning in warnings:
                        tell(f"WARNING: {warning}")
                    yield _result(spec, warnings, figures)
    except WinbackError as error:
        raise Failure(description=f"What is published could not be checked. {error}", allow_retries=False) from None


def _result(spec: AssetCheckSpec, warnings: Warnings, figures: list[dict]) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=not warnings,
        severity=AssetCheckSeverity.WARN,
        description="\n".join(warnings) or None,
        metadata={"figures": table_of(figures)} if figures else {},
    )


def _judged(spec: AssetCheckSpec, reader: Reader, settings: Settings) -> tuple[Warnings, list[dict]]:
    try:
        return _judge(spec, reader, settings)
    except Exception as error:  # noqa: BLE001 - a check that cannot be made warns, as one that fails does
        return [f"{spec.name} could not be checked: {type(error).__name__}: {error}"], []


def _judge(spec: AssetCheckSpec, reader: Reader, settings: Settings) -> tuple[Warnings, list[dict]]:
    if spec.name == REJECTED.name:
        return rejections(reader, settings)
    if spec.name == LANDING.name:
        return silent_businesses(reader, Published(reader).as_of_date, settings)
    if spec.name == SEGMENTS.name:
        return wide_segments(reader)
    (headline,) = (headline for headline in HEADLINES if spec.name.startswith(headline.rate))
    return breaches(reader, headline, settings)


def breaches(reader: Reader, headline: Headline, settings: Settings) -> tuple[Warnings, list[dict]]:
    """Which businesses' latest complete month lies beyond its control limits.

    Args:
        reader: reads what is published.
        headline: the rate.
        settings: say which limits count.

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


def rejections(reader: Reader, settings: Settings) -> tuple[Warnings, list[dict]]:
    """Where the share of rejected rows is too large, in what the last refresh judged or in all that ever landed.

    Args:
        reader: reads what is published.
        settings: say what is too large.

    Returns:
        A warning for each landing table concerned, and the figures of all that have rows.
    """
    warnings, figures = [], []
    for table in Published(reader).landing:
        if not table.landed:
            continue
        ((judged, rejected),) = reader.rows(JUDGED.format(table=table.name))
        whole, now = table.rejected / table.landed, int(rejected) / judged if judged else 0.0
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in table.reasons)
        figures.append(
            {
                "table": table.name, "landed": table.landed, "rejected": table.rejected, "share": percent(whole), "judged by the last refresh": judged,
                "of them rejected": int(rejected), "share of these": percent(now if judged else None), "reasons": reasons or "–",
            }
        )  # fmt: skip
        if max(whole, now) > settings.rejected_share:
            warnings.append(
                f"many rows of {table.name} are rejected: {int(rejected):,} of the {judged:,} that this refresh judged, {table.rejected:,} of all {table.landed:,} "
                f"({reasons}). More than {settings.rejected_share:.1%} is too many (WINBACK_REJECTED_SHARE); see winback.rejected_rows."
            )
    return warnings, figures


def silent_businesses(reader: Reader, as_of: date, settings: Settings) -> tuple[Warnings, list[dict]]:
    """Of which businesses nothing has been heard for too long.

    Args:
        reader: reads what is published.
        as_of: the last date counted.
        settings: say what is too long.

    Returns:
        A warning for each of them, and the figures of all businesses that have an event.
    """
    warnings, figures = [], []
    for business, newest in reader.rows(NEWEST.format(as_of=as_of)):
        if newest is None:
            warnings.append(f"the landing of {business} holds no event up to {as_of}; see whether its feed runs, or take it out of seeds/businesses.csv.")
            continue
        days = (as_of - newest).days
        figures.append({"business": business, "newest event": f"{newest}", "counted to": f"{as_of}", "days without one": days})
        if days > settings.landing_days:
            warnings.append(
                f"the landing of {business} is stale: its newest event is of {newest}, {days:,} days before {as_of}. "
                f"More than {settings.landing_days} is too long (WINBACK_LANDING_DAYS); see whether its feed still runs."
            )
    return warnings, figures


def wide_segments(reader: Reader) -> tuple[Warnings, list[dict]]:
    """Which segments have too many values in a business, and so no rows in its facts.

    Args:
        reader: reads what is published.

    Returns:
        A warning for each of them, and their numbers of values.
    """
    found = reader.rows("select business_id, segment, value_count from winback_internal.int_wide_segments order by business_id, segment")
    warnings = [
        f"segment {segment} has {values:,} values among the customers of {business}, too many to compare: it adds no rows to the facts there. Land a coarser "
        "attribute, take it out of the var segments in dbt_project/dbt_project.yml, or raise max_segment_values there."
        for business, segment, values in found
    ]
    return warnings, [{"business": business, "segment": segment, "values": values} for business, segment, values in found]
