"""The sample's contracts fit what its invented customers bought and ended, and hold the cases that recurring revenue must tell apart."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.sample import SAMPLE_AS_OF, write_sample

# The days after a payment for which a contract may still be running: what is paid for, and a month's patience.
LASTS = {"lumen": 60, "northlight": 212, "harbor": 212}
PURCHASES = "('subscription_started', 'invoice_paid', 'payment_recovered', 'campaign_booked', 'engagement_signed', 'engagement_renewed')"
ENDINGS = "('subscription_cancelled', 'payment_failed_final', 'contract_ended', 'client_lost', 'engagement_ended')"


@pytest.fixture(scope="module")
def landed(folder_once) -> Iterator[duckdb.DuckDBPyConnection]:
    """The contracts' last versions, and the purchases and endings of the companies that have them, each by its customer after merges."""
    folder: Path = folder_once("sample_landing", lambda folder: write_sample(folder, report=lambda line: None))
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"""
            create table merges as
            with recursive steps as (
                select business_id, from_customer_id as account, into_customer_id as person, 1 as step from read_csv('{folder}/customer_merges.csv', all_varchar = true)
                union all
                select steps.business_id, account, into_customer_id, step + 1
                from steps inner join read_csv('{folder}/customer_merges.csv', all_varchar = true) as next
                    on next.business_id = steps.business_id and next.from_customer_id = steps.person
            )
            select business_id, account, arg_max(person, step) as person from steps group by all;
            create table contracts as
            select contracts.* replace (starts_on::date as starts_on, ends_on::date as ends_on, monthly_amount::decimal(18, 2) as monthly_amount),
                split_part(contract_id, '/', 1) as name, split_part(contract_id, '/', 2)::int as number, coalesce(person, customer_id) as person
            from read_csv('{folder}/contracts.csv', all_varchar = true) as contracts
            left join merges on merges.business_id = contracts.business_id and account = customer_id
            qualify row_number() over (partition by contracts.business_id, contract_id order by loaded_at desc) = 1;
            create table events as
            with standing as (
                select events.*, coalesce(person, customer_id) as person
                from (
                    select * from read_csv('{folder}/events/harbor.csv', all_varchar = true)
                    union all by name select columns(*)::varchar from read_parquet('{folder}/events/*.parquet')
                ) as events
                left join merges on merges.business_id = events.business_id and account = customer_id
                qualify row_number() over (partition by events.business_id, event_id order by loaded_at desc) = 1
            )
            select business_id, person, contract_id, occurred_at::timestamp::date as day, amount::decimal(18, 2) as amount, covers_until::date as covers_until,
                event_name in {PURCHASES} and amount::decimal > 0 as is_purchase, event_name in {ENDINGS} as is_ending
            from standing
            where event_id not in (select voids_event_id from standing where voids_event_id is not null)
            """
        )
        yield connection


def counts(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return dict(connection.execute(f"select business_id, count(*) {query} group by all order by all").fetchall())


def test_subscribers_and_clients_have_contracts_and_shoppers_have_none(landed: duckdb.DuckDBPyConnection) -> None:
    assert set(counts(landed, "from contracts")) == set(LASTS)
    assert counts(landed, "from contracts where monthly_amount < 0 or ends_on < starts_on") == {}
    without = "from events where is_purchase and not exists (from contracts where contracts.business_id = events.business_id and contracts.person = events.person)"
    assert counts(landed, without) == {}


def test_a_contract_is_a_row_for_each_price_one_ending_where_the_next_starts(landed: duckdb.DuckDBPyConnection) -> None:
    following = "from contracts as one inner join contracts as next using (business_id, name) where next.number = one.number + 1"
    assert counts(landed, f"{following} and (one.ends_on is null or one.ends_on > next.starts_on)") == {}
    changed = counts(landed, f"{following} and one.ends_on = next.starts_on and least(one.monthly_amount, next.monthly_amount) > 0 and one.monthly_amount <> next.monthly_amount")
    assert set(changed) == set(LASTS) and min(changed.values()) > 50, changed
    assert counts(landed, f"{following} and one.ends_on = next.starts_on and one.monthly_amount = next.monthly_amount") == {}
    # Lumen's prices rise once, for whoever has paid a bill since.
    risen = "from contracts as one inner join contracts as next using (business_id, name) where next.number = one.number + 1 and next.monthly_amount > one.monthly_amount"
    assert counts(landed, f"{risen} and business_id = 'lumen' and one.monthly_amount > 0 and next.starts_on not between date '2025-04-01' and date '2026-04-01'") == {}


def test_who_pays_has_bought_on_that_day(landed: duckdb.DuckDBPyConnection) -> None:
    """So nobody pays before the first purchase."""
    bought = "from events where is_purchase and events.business_id = contracts.business_id and events.person = contracts.person and day = starts_on"
    assert counts(landed, f"from contracts where monthly_amount > 0 and not exists ({bought})") == {}


def test_nobody_pays_on_after_the_exit_or_long_after_the_last_purchase(landed: duckdb.DuckDBPyConnection) -> None:
    runs = f"monthly_amount > 0 and day > starts_on and day < coalesce(ends_on, date '{SAMPLE_AS_OF}')"
    ended = "from contracts inner join events using (business_id, person) where is_ending and (events.contract_id is null or events.contract_id = name)"
    assert counts(landed, f"{ended} and {runs}") == {}
    for business, days in LASTS.items():
        paid = "select max(coalesce(covers_until, day)) from events where is_purchase and events.business_id = contracts.business_id and events.person = contracts.person"
        until = f"coalesce(ends_on, date '{SAMPLE_AS_OF}' + 1)"
        assert counts(landed, f"from contracts where business_id = '{business}' and monthly_amount > 0 and {until} > ({paid} and day < {until}) + {days}") == {}


def test_the_cases_that_recurring_revenue_tells_apart_are_there(landed: duckdb.DuckDBPyConnection) -> None:
    paused = counts(landed, "from contracts where monthly_amount = 0 and starts_on < ends_on")
    assert set(paused) == set(LASTS) and min(paused.values()) > 100, paused
    years = landed.execute(
        """
        select count(*), count(*) filter (monthly_amount <> floor(amount * 100 / 12) / 100)
        from contracts inner join events using (business_id, person)
        where covers_until is not null and day = starts_on and events.contract_id = name and monthly_amount > 0
        """
    ).fetchone()
    # A bill may be corrected later.
    assert years[0] > 300 and years[1] < 0.01 * years[0], years
    pairs = "from contracts as one inner join contracts as other using (business_id, person) where one.name <> other.name and least(one.monthly_amount, other.monthly_amount) > 0"
    beside = counts(landed, f"{pairs} and other.starts_on > one.starts_on and other.starts_on < coalesce(one.ends_on, date '{SAMPLE_AS_OF}')")
    assert set(beside) == {"lumen", "northlight"} and min(beside.values()) > 100, beside
    assert counts(landed, f"{pairs} and one.ends_on = other.starts_on")["lumen"] > 50
    again = counts(landed, f"{pairs} and one.ends_on < other.starts_on")
    assert min(again[business] for business in ("lumen", "northlight")) > 50, again
    assert counts(landed, f"from contracts where ends_on > date '{SAMPLE_AS_OF}' and monthly_amount > 0")["lumen"] > 5
