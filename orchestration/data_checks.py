"""Checks of the landed data: unused values, names that no seed lists, ids shared by several customers, and feeds that dry up."""

from collections import Counter
from collections.abc import Callable
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Any

from orchestration.quoting import percent, shown
from orchestration.remedies import remedy
from orchestration.settings import Settings
from orchestration.summary import Published
from orchestration.warehouses import Reader

# The result of a check: a warning for each fault, and the figures of everything it examined.
Findings = tuple[list[str], list[dict]]
Find = Callable[[Reader, Settings], Findings]

MOST_NAMED = 5  # names or reasons in a warning
MOST_REMEDIES = 2  # of the most frequent reasons
MOST_UNMAPPED = 100  # names and reasons in a table; the next constant limits the characters of each
UNMAPPED_LENGTH = 60

# The dates with events of each business, from one year before the newest date.
DATES = """
    with dates as (
        select distinct business_id, cast(occurred_at as date) as event_date
        from winback_internal.stg_events
        where cast(occurred_at as date) <= date '{as_of}'
    ),

    newest as (
        select business_id, max(event_date) as newest
        from dates
        group by business_id
    )

    select businesses.business_id, dates.event_date
    from winback.dim_business as businesses
    left join newest on businesses.business_id = newest.business_id
    left join dates on newest.business_id = dates.business_id and dates.event_date >= newest.newest - interval '365' day
    order by 1, 2
"""

REJECTED = "select distinct business_id from winback.rejected_rows where landing_table = 'events'"

VALIDATED = """
    select
        count(*),
        coalesce(sum(case when base.row_status = 'rejected' then 1 else 0 end), 0)
    from winback_internal.base_{table} as base
    inner join (select max(refresh_id) as refresh_id from winback.refreshes) as last on base.validated_in = last.refresh_id
"""

# Of the valid copies of an event only one is current. A customer named only by a superseded copy has no key, so merges are resolved by id.
SHARED_IDS = """
    select superseded.business_id, count(distinct superseded.event_id)
    from winback_internal.base_events as superseded
    inner join winback_internal.base_events as current
        on superseded.business_id = current.business_id and superseded.event_id = current.event_id
    left join winback_internal.int_merge_targets as former
        on superseded.business_id = former.business_id and superseded.customer_id = former.customer_id
    left join winback_internal.int_merge_targets as present
        on current.business_id = present.business_id and current.customer_id = present.customer_id
    where
        superseded.row_status = 'superseded'
        and current.row_status = 'current'
        and coalesce(former.survivor_id, superseded.customer_id) <> coalesce(present.survivor_id, current.customer_id)
    group by superseded.business_id
    order by superseded.business_id
"""

# What happens to the rows, and where to list the value.
UNMAPPED = {
    "event_name": ("event names", "their rows are rejected", "seeds/event_kinds.csv, as `ignore` where they are of no interest"),
    "reason": ("reasons for leaving", "their cancellations count as voluntary, for the reason `unknown`", "seeds/exit_reasons.csv"),
}


def rejection_rates(reader: Reader, settings: Settings) -> Findings:
    """Find tables where the share of rejected rows is too large, in the rows that the last refresh validated or in all landed rows.

    Args:
        reader: reads the published tables.
        settings: set the largest acceptable share.

    Returns:
        A warning for each such landing table, and the figures of all that have rows.
    """
    warnings, figures = [], []
    for table in Published(reader).landing:
        if not table.landed:
            continue
        ((validated, rejected),) = reader.rows(VALIDATED.format(table=table.name))
        whole, now = table.rejected / table.landed, int(rejected) / validated if validated else 0.0
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in table.reasons)
        figures.append(
            {
                "table": table.name, "landed": table.landed, "rejected": table.rejected, "share": percent(whole), "validated by the last refresh": validated,
                "of them rejected": int(rejected), "share of these": percent(now if validated else None), "reasons": reasons or "–",
            }
        )  # fmt: skip
        if max(whole, now) > settings.rejected_share:
            warnings.append(
                f"many rows of {table.name} are rejected: {int(rejected):,} of the {validated:,} that this refresh validated, {table.rejected:,} of all {table.landed:,} "
                f"({reasons}). More than {settings.rejected_share:.1%} is too many (WINBACK_REJECTED_SHARE); see winback.rejected_rows."
                + "".join(remedy(reason) for reason, _ in table.reasons[:MOST_REMEDIES])
            )
    return warnings, figures


def dropped_values(reader: Reader, _: Settings) -> Findings:
    """Find values of current rows that are not used, above all amounts.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business with any, and their number for each column and reason.
    """
    published = Published(reader)
    warnings = []
    for business, values in groupby(published.dropped, attrgetter("business_id")):
        of_business = list(values)
        amounts = [(row.reason, row.of_revenue) for row in of_business if row.of_revenue]
        others = [(f"{row.table}.{row.column} {row.reason}", row.values - row.of_revenue) for row in of_business if row.values > row.of_revenue]
        said = [f"revenue of {business} leaves out {_counted(amounts, 'amounts')}, but counts their events"] if amounts else []
        said += [f"of current rows of {business}, {_counted(others, 'values')} are not used"] if others else []
        reasons: Counter[str] = Counter()
        for row in of_business:
            reasons[row.reason] += row.values
        warnings.append(
            f"{'; '.join(said)}. See winback.dropped_values; land these rows again with values that can be used, and with a later loaded_at if the file has that column."
            + "".join(remedy(reason) for reason, _ in reasons.most_common(MOST_REMEDIES))
        )
    return warnings, dropped_figures(published)


def _counted(reasons: list[tuple[str, int]], what: str) -> str:
    return f"{sum(values for _, values in reasons):,} {what} ({', '.join(f'{reason} {values:,}' for reason, values in reasons)})"


def shared_event_ids(reader: Reader, _: Settings) -> Findings:
    """Count the event ids that name several customers, after merges.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business with any, and the numbers.
    """
    found = reader.rows(SHARED_IDS)
    warnings = [
        f"{ids:,} event ids of {business} name more than one customer: only the newest copy of each counts, so the other customers lack an event. Unless these are "
        "corrections, two events share an id: make it unique, for example with the name of its source in front, and land both again "
        "(docs/tutorial/your-own-events.md)."
        for business, ids in found
    ]
    return warnings, [{"business": business, "event ids of several customers": ids} for business, ids in found]


def unmapped_values(reader: Reader, _: Settings) -> Findings:
    """Find event names and reasons for leaving that no seed lists.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business and column with any, naming the most frequent values, and a table of the values.
    """
    published = Published(reader)
    warnings = []
    for (business, column), values in groupby(published.unmapped, attrgetter("business_id", "column")):
        of_column = list(values)
        named = ", ".join(f"'{shown(row.value, UNMAPPED_LENGTH)}' {row.rows:,}" for row in of_column[:MOST_NAMED])
        more = f" and {len(of_column) - MOST_NAMED:,} others" if len(of_column) > MOST_NAMED else ""
        what, effect, where = UNMAPPED[column]
        warnings.append(f"{what} of {business} that no seed lists: {named}{more}; {effect}. List them in {where}. See winback.unmapped_values.")
    return warnings, unmapped_figures(published)


def stale_feeds(reader: Reader, settings: Settings) -> Findings:
    """Find businesses without events for too long: longer than the limit for all, and longer than any gap in the year before.

    Args:
        reader: reads the published tables.
        settings: set the limit for all.

    Returns:
        A warning for each of them, with those that have no event at all in one, and the figures of all businesses that have an event.
    """
    as_of = Published(reader).as_of_date
    warnings, figures, silent = [], [], []
    for business, rows in groupby(reader.rows(DATES.format(as_of=as_of)), itemgetter(0)):
        dates = [on for _, on in rows if on]
        if not dates:
            silent.append(business)
            continue
        days, usual = (as_of - dates[-1]).days, max(((later - earlier).days for earlier, later in pairwise(dates)), default=0)
        figures.append(
            {"business": business, "newest event": f"{dates[-1]}", "counted to": f"{as_of}", "days without one": days, "most in the year before": usual}
        )
        if days > max(settings.landing_days, usual):
            warnings.append(
                f"the landing of {business} is stale: its newest event is of {dates[-1]}, {days:,} days before {as_of}. That is longer than "
                f"{settings.landing_days} days (WINBACK_LANDING_DAYS) and than any gap between its events in the year before (at most {usual} days); "
                "see whether its feed still runs."
            )
    rejected = {business for (business,) in reader.rows(REJECTED)} if silent else set()
    if unheard := ", ".join(business for business in silent if business not in rejected):
        warnings.insert(0, f"the landing of {unheard} has no event up to {as_of}; check whether the feed runs, or remove the business from seeds/businesses.csv.")
    if refused := ", ".join(business for business in silent if business in rejected):
        warnings.insert(0, f"the landing of {refused} has no valid event up to {as_of}, for rows are rejected; see winback.rejected_rows.")
    return warnings, figures


def wide_segments(reader: Reader, _: Settings) -> Findings:
    """Find segments that have too many values in a business, and therefore no rows in its facts.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each, and the numbers of values.
    """
    found = reader.rows("select business_id, segment, value_count from winback_internal.int_wide_segments order by business_id, segment")
    warnings = [
        f"segment {segment} has {values:,} values among the customers of {business}, too many to compare: it adds no rows to the facts there. Land a coarser "
        "attribute, take it out of the var segments in dbt_project/dbt_project.yml, or raise max_segment_values there."
        for business, segment, values in found
    ]
    return warnings, [{"business": business, "segment": segment, "values": values} for business, segment, values in found]


def dropped_figures(published: Published) -> list[dict[str, Any]]:
    """Count the dropped values, as rows of a table.

    Args:
        published: summary of the published tables.

    Returns:
        A row for each business, column and reason.
    """
    return [{"business": row.business_id, "table": row.table, "column": row.column, "reason": row.reason, "values": row.values} for row in published.dropped]


def unmapped_figures(published: Published) -> list[dict[str, Any]]:
    """List names and reasons that no seed lists, as rows of a table: limited in number and in length.

    Args:
        published: summary of the published tables.

    Returns:
        A row for each.
    """
    return [
        {
            "business": row.business_id, "column": row.column, "value": shown(row.value, UNMAPPED_LENGTH), "rows": row.rows,
            "first seen": f"{row.first_seen_on or '–'}", "last seen": f"{row.last_seen_on or '–'}",
        }
        for row in published.unmapped[:MOST_UNMAPPED]
    ]  # fmt: skip
