"""Checks of contracts: missing contract ids, missing contract ends, and dates until which a contract is paid."""

from itertools import groupby
from operator import itemgetter

from orchestration.data_checks import Findings
from orchestration.quoting import percent
from orchestration.settings import Settings
from orchestration.summary import Published
from orchestration.warehouses import Reader

RETURN_DAYS = 31  # the longest month: a customer who renews monthly has paid again by then
RETURN_SHARE = 0.05
SILENT_DAYS = 400  # a year and a month's grace: even a yearly contract has been paid again by then

# Cancellations without a contract, and those after which the same customer bought again. Compared by instant: a change of plan is
# often a cancellation and a purchase at the same instant.
FOLLOWED = f"""
    with cancellations as (
        select events.business_id, events.event_id, events.occurred_at, people.customer_key, businesses.as_of_date
        from winback_internal.stg_events as events
        inner join winback_internal.int_customer_keys as people
            on events.business_id = people.business_id and events.customer_id = people.customer_id
        left join winback_internal.int_voided_events as voided
            on events.business_id = voided.business_id and events.event_id = voided.event_id
        inner join winback.dim_business as businesses on events.business_id = businesses.business_id
        where
            events.kind = 'cancellation'
            and events.contract_id is null
            and voided.event_id is null
            and cast(events.occurred_at as date) <= businesses.as_of_date
    )

    select cancellations.business_id, count(distinct cancellations.event_id), count(distinct case when days.customer_key is not null then cancellations.event_id end)
    from cancellations
    left join winback_internal.int_customer_days as days
        on
            cancellations.customer_key = days.customer_key
            and days.last_purchased_at > cancellations.occurred_at
            and days.event_date <= cast(cancellations.occurred_at as date) + interval '{RETURN_DAYS}' day
            and days.event_date <= cancellations.as_of_date
    group by cancellations.business_id
    order by cancellations.business_id
"""

# For open contracts, the date of the last purchase or the date until which it is paid. A voided purchase pays for nothing.
OPEN = """
    with paid as (
        select people.customer_key, events.contract_id, max(events.covers_until) as paid_until
        from winback_internal.stg_events as events
        inner join winback_internal.int_customer_keys as people
            on events.business_id = people.business_id and events.customer_id = people.customer_id
        left join winback_internal.int_voided_events as voided
            on events.business_id = voided.business_id and events.event_id = voided.event_id
        where
            events.kind = 'purchase'
            and events.covers_until is not null
            and voided.event_id is null
            and cast(events.occurred_at as date) <= date '{as_of}'
        group by people.customer_key, events.contract_id
    ),

    opened as (
        select
            customers.business_id,
            customers.former_after_days,
            case when paid.paid_until > contracts.last_purchased_on then paid.paid_until else contracts.last_purchased_on end as last_on
        from winback_internal.int_contracts as contracts
        inner join winback_internal.int_customers as customers on contracts.customer_key = customers.customer_key
        left join paid on contracts.customer_key = paid.customer_key and contracts.contract_id = paid.contract_id
        where contracts.opened_on <= date '{as_of}' and (contracts.ended_on is null or contracts.ended_on > date '{as_of}')
    )

    select business_id, former_after_days, last_on, count(*)
    from opened
    group by business_id, former_after_days, last_on
    order by business_id
"""

ABSENCES = """
    select business_id, sum(was_under_contract), count(*)
    from (
        select
            transitions.business_id,
            transitions.customer_id,
            transitions.transition_date,
            max(case when contracts.customer_key is null then 0 else 1 end) as was_under_contract
        from winback.lifecycle_transitions as transitions
        inner join winback_internal.int_customers as customers
            on transitions.business_id = customers.business_id and transitions.customer_id = customers.customer_id
        left join winback_internal.int_contracts as contracts
            on
                customers.customer_key = contracts.customer_key
                and contracts.opened_on < transitions.transition_date - transitions.days_in_from_state
                and (contracts.ended_on is null or contracts.ended_on > transitions.transition_date)
        where transitions.transition = 'won_back'
        group by transitions.business_id, transitions.customer_id, transitions.transition_date
    ) as absences
    group by business_id
    order by business_id
"""


def cancellations_without_contract(reader: Reader, _: Settings) -> Findings:
    """Find businesses whose customers cancel without a contract id and go on buying, so that perhaps only one of several contracts ended.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business with too many such customers, and the figures of all businesses that have such cancellations.
    """
    found = reader.rows(FOLLOWED)
    warnings = [
        f"of {cancellations:,} cancellations of {business} without a contract_id, {followed:,} ({followed / cancellations:.1%}) are followed by a purchase of "
        f"the same customer within {RETURN_DAYS} days. More than {RETURN_SHARE:.0%} is too many: if customers have several contracts, such an exit and its "
        "win-back never were. Fill contract_id; see docs/tutorial/your-own-events.md."
        for business, cancellations, followed in found
        if followed > RETURN_SHARE * cancellations
    ]
    figures = [
        {"business": business, "cancellations without contract_id": cancellations, "bought soon after": followed, "share": percent(followed / cancellations)}
        for business, cancellations, followed in found
    ]
    return warnings, figures


def silent_contracts(reader: Reader, _: Settings) -> Findings:
    """Find contracts that are open but have had no purchase for too long: their end may never have landed.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business with any, and the figures of all businesses with open contracts.
    """
    as_of = Published(reader).as_of_date
    warnings, figures = [], []
    for (business, former_after), rows in groupby(reader.rows(OPEN.format(as_of=as_of)), itemgetter(0, 1)):
        most = max(former_after or 0, SILENT_DAYS)
        waits = [((as_of - last).days, contracts) for *_, last, contracts in rows]
        whole, silent = sum(contracts for _, contracts in waits), sum(contracts for days, contracts in waits if days > most)
        figures.append({"business": business, "open contracts": whole, "days allowed": most, "without a purchase for longer": silent})
        if silent:
            warnings.append(
                f"of {whole:,} open contracts of {business}, {silent:,} have had no purchase and no paid time for more than {most} days. While one is open, no other "
                "cancellation of its customer is an exit: land a cancellation with the contract_id of each that has ended, dated when it did."
            )
    return warnings, figures


def absences_under_contract(reader: Reader, _: Settings) -> Findings:
    """Find customers who count as won back although they had an open contract all the time.

    Args:
        reader: reads the published tables.

    Returns:
        A warning for each business with any, and the figures of all businesses with win-backs.
    """
    found = reader.rows(ABSENCES)
    warnings = [
        f"of {whole:,} win-backs of {business}, {under_contract:,} are of customers whose contract was open throughout: they were silent, but had not left. "
        "Land covers_until with their purchases, or raise former_after_days in seeds/businesses.csv; see docs/tutorial/your-own-events.md."
        for business, under_contract, whole in found
        if under_contract
    ]
    return warnings, [{"business": business, "win-backs": whole, "under an open contract": under_contract} for business, under_contract, whole in found]
