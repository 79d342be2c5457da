"""The published sample: CDNOW as computed by hand, its statistics as computed by statistics packages."""

import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import duckdb
import pytest
from lifelines import KaplanMeierFitter
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from orchestration.sample.mishaps import BAD_ROWS
from projects import ROOT, Project

PAGE = (ROOT / "docs" / "tutorial" / "cdnow-by-hand.md").read_text()
BY_HAND, FROM_TABLES, COHORTS, COHORT_BY_HAND = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


# Inactivity spells from the transitions: an entry, and the first transition after it that ends it.
SPELLS = """
with absences as (
    select
        entry.*,
        first(ending.transition order by ending.transition_date) as ended_by,
        min(ending.transition_date) as ended_on
    from winback.lifecycle_transitions as entry
    left join winback.lifecycle_transitions as ending
        on ending.business_id = entry.business_id and ending.customer_id = entry.customer_id and ending.transition_date > entry.transition_date
        and list_contains(
            case entry.to_state
                when 'former' then ['won_back', 'recovered']
                when 'dormant' then ['reactivated', 'won_back', 'recovered']
                else ['acquired', 'rewarmed', 'bounced']
            end, ending.transition)
    where entry.to_state in ('former', 'dormant', 'dormant_prospect')
    group by all
),

spells as (
    select
        absences.business_id,
        to_state,
        case when to_state = 'former' then exit_kind end as exit_kind,
        date_trunc('month', transition_date)::date::text as cohort_month,
        coalesce(ended_on, as_of_date) - transition_date as t,
        coalesce(ended_by in ('won_back', 'reactivated', 'acquired'), false) as returned,
        case when to_state = 'former' and exit_kind = 'involuntary' then recovery_days + 1 else 0 end as seen_from
    from absences inner join winback.dim_business using (business_id)
    where to_state <> 'former' or ended_by is distinct from 'recovered'
)

select business_id || to_state || coalesce(kind, '') || month, t, returned, seen_from
from spells, (values (0), (1)) as kinds (k), (values (0), (1)) as months (m),
    lateral (select case when k = 0 then exit_kind else 'all' end as kind, case when m = 0 then cohort_month else '' end as month)
where k = 0 or to_state = 'former'
"""


def figures(heading: str) -> list[float]:
    """Return the row of figures that the page shows under a heading."""
    row = PAGE.split(heading)[1].splitlines()[2]
    return [float(cell.replace(",", "")) for cell in row.strip("| ").split("|")]


def test_the_orders_alone_give_the_figures_on_the_page(sample: Project) -> None:
    found = duckdb.sql(BY_HAND.replace(".winback/landing", str(sample.landing))).fetchone()
    assert list(found) == figures("| former | who ordered")
    former, won_back, dormant, reactivated, current, kept = found
    for words in (f"{won_back / former:.1%}", f"{(won_back + reactivated) / (former + dormant):.1%}", f"{kept / current:.1%}"):
        assert f"**{words[:-1]} %**" in PAGE


def test_the_tables_say_the_same(sample: Project) -> None:
    (found,) = sample.query(FROM_TABLES)
    assert [round(value, 4) for value in found] == figures("| former_returned | opening_former")
    former, won_back, dormant, reactivated, current, kept = duckdb.sql(BY_HAND.replace(".winback/landing", str(sample.landing))).fetchone()
    assert found[:5] == pytest.approx((won_back, former, won_back / former, (won_back + reactivated) / (former + dormant), kept / current), abs=1e-12)


def test_the_cohorts_on_the_page_are_those_of_the_table_and_of_the_orders(sample: Project) -> None:
    shown = [line.strip("| ").split(" | ") for line in PAGE.split("| cohort_month | months_since")[1].splitlines()[2:14]]
    found = [(month, *figures) for month, *figures in sample.query(COHORTS) if month]
    counts, rates = (1, 2, 3, 5), (4, 6, 7)
    said = [[str(row[0]), *(f"{row[i]:,}" if i in counts else f"{row[i]:.3f}" if i in rates else f"{row[i]:.2f}" for i in range(1, 9))] for row in found]
    assert said == shown
    by_hand = duckdb.sql(COHORT_BY_HAND.replace(".winback/landing", str(sample.landing))).fetchone()
    assert [round(float(value), 2) for value in by_hand] == figures("| customers | ordered | current_at_close")
    (month,) = [row for row in found if str(row[0]) == "2025-01-01" and row[1] == 12]
    assert [month[2], month[3], month[5], month[8]] == pytest.approx([float(value) for value in by_hand])


@pytest.fixture
def booked(sample: Project) -> duckdb.DuckDBPyConnection:
    """The published tables and `booked`: the events of businesses with contracts, latest versions that were not voided."""
    connection = duckdb.connect()
    connection.execute(f"attach '{sample.warehouse}' as warehouse (read_only)")
    connection.execute("use warehouse")
    connection.execute(
        f"""
        create view memory.main.booked as
        with standing as (
            select * from read_parquet('{sample.landing}/events/*.parquet')
            qualify row_number() over (partition by business_id, event_id order by loaded_at desc) = 1
        )
        select business_id, customer_id, contract_id, covers_until, amount, event_name, occurred_at, occurred_at::date as day,
            event_name in ('subscription_started', 'invoice_paid', 'payment_recovered', 'campaign_booked') and amount > 0 as is_purchase,
            event_name in ('subscription_cancelled', 'payment_failed_final', 'contract_ended', 'client_lost') as is_ending
        from standing
        where event_id not in (select voids_event_id from standing where voids_event_id is not null)
        """
    )
    return connection


def test_who_ends_one_of_two_contracts_has_not_left(booked: duckdb.DuckDBPyConnection) -> None:
    """Another of their contracts was paid before and after, and did not end in between."""
    found = booked.execute(
        """
        with one_of_two as (
            select distinct ending.business_id, ending.customer_id, ending.day
            from memory.main.booked as ending
            inner join memory.main.booked as before using (business_id, customer_id)
            inner join memory.main.booked as after using (business_id, customer_id)
            where ending.is_ending and ending.contract_id is not null and before.is_purchase and after.is_purchase
                and before.contract_id = after.contract_id and before.contract_id <> ending.contract_id
                and before.occurred_at < ending.occurred_at and after.occurred_at > ending.occurred_at and ending.day <= date '2026-06-30'
                and not exists (
                    from memory.main.booked as other
                    where other.is_ending and other.business_id = ending.business_id and other.customer_id = ending.customer_id
                        and (other.contract_id is null or other.contract_id = before.contract_id)
                        and other.occurred_at between before.occurred_at and after.occurred_at
                )
        )
        select business_id, count(*), count(*) filter (exists (
            from winback.lifecycle_transitions as moved
            where moved.business_id = one_of_two.business_id and moved.customer_id = one_of_two.customer_id
                and moved.transition_date = one_of_two.day and moved.to_state = 'former'
        ))
        from one_of_two group by all order by all
        """
    ).fetchall()
    assert [(business, left) for business, _, left in found] == [("lumen", 0), ("northlight", 0)]
    assert all(ended > 100 for _, ended, _ in found), found


def test_who_has_paid_for_a_year_is_not_dormant(booked: duckdb.DuckDBPyConnection) -> None:
    """Many of them are inactive for longer than dormant customers are: Lumen's D is 30 days."""
    years = "from memory.main.booked as paid where covers_until is not null"
    silent = """
        select count(*) from (
            select customer_id, covers_until, day, lead(day) over (partition by customer_id order by occurred_at) as next
            from memory.main.booked where business_id = 'lumen')
        where covers_until is not null and next - day > 30 and next <= covers_until
    """
    assert booked.execute(silent).fetchone()[0] > 20
    dormant = f"""
        select count(*) {years} and exists (
            from winback.lifecycle_states as states
            where states.business_id = 'lumen' and states.customer_id = paid.customer_id and state = 'dormant' and valid_from between day and covers_until
                and not exists (
                    from memory.main.booked as ending
                    where ending.is_ending and ending.customer_id = paid.customer_id and ending.contract_id = paid.contract_id and ending.day between paid.day and valid_from))
    """
    assert booked.execute(f"select count(*) > 500 {years}").fetchone()[0] and booked.execute(dormant).fetchone()[0] == 0


def test_who_had_invoices_over_nothing_alone_is_a_prospect(booked: duckdb.DuckDBPyConnection) -> None:
    found = booked.execute(
        """
        with nothing as (
            select customer_id from memory.main.booked where business_id = 'lumen'
            group by customer_id having count(amount) > 0 and max(amount) = 0
        )
        select list(distinct state order by state::text), count(distinct customer_id)
        from nothing inner join winback.lifecycle_states using (customer_id) where business_id = 'lumen'
        """
    ).fetchone()
    assert found[0] == ["dormant_prospect", "prospect"] and found[1] > 200, found


def test_nothing_is_rejected_or_dropped_but_what_was_spoilt(sample: Project) -> None:
    reasons = "select business_id || ' ' || reason from winback.rejected_rows union all select business_id || ' ' || reason from winback.dropped_values"
    found = Counter(reason for (reason,) in sample.query(reasons))
    assert found == {
        "fjord missing_event_id": 2,
        "fjord missing_customer_id": 2,
        "fjord missing_event_name": 1,
        "fjord missing_voids_event_id": 1,
        "fjord placeholder_customer_id": 1,
        "fjord mangled_event_id": 1,
        "fjord unmapped_event_name": 4,
        "fjord invalid_occurred_at": 3,
        "fjord invalid_amount": 4,
        "fjord negative_amount": 1,
        "fjord foreign_currency": 4,
    }
    assert found.total() == len(BAD_ROWS)


def test_thresholds_tried_at_the_policy_in_force_show_its_own_rate(sample: Project) -> None:
    """CDNOW has only orders, so trying F = 180 gives the period facts."""
    ((quarter, *tried),) = sample.query("select period_start, pool, returned, win_back_rate from winback.threshold_advice where business_id = 'cdnow' and is_current_f")
    assert sample.query(
        f"""
        select opening_former, former_returned, win_back_rate from winback.fct_win_back
        where business_id = 'cdnow' and period_grain = 'quarter' and segment = 'all' and period_start = date '{quarter}'
        """
    ) == [tuple(tried)]


def test_the_grocer_held_nobody_back(sample: Project) -> None:
    campaigns = "from winback.fct_campaign_performance where business_id = 'grocer'"
    assert sample.query(f"select count(distinct campaign_id), min(is_observational), count(lift), max(arm) {campaigns}") == [(27, True, 0, "treatment")]
    assert sample.query(f"select sum(touched) {campaigns} and target_state in ('all', 'active')") == [(6_589,)]


def test_cohorts_equal_lifelines(sample: Project) -> None:
    """Every cohort of the sample, by month and pooled, from the transitions only."""
    spells = defaultdict(list)
    for cohort, t, returned, seen_from in sample.query(SPELLS):
        spells[cohort].append((t, returned, seen_from))
    cohort_key = "business_id || from_state || coalesce(exit_kind, '') || coalesce(cohort_month::text, '')"
    rows = sample.query(f"select {cohort_key}, months_since, return_probability from winback.fct_return_cohorts")
    assert {cohort for cohort, *_ in rows} == spells.keys()
    said = defaultdict(dict)
    for cohort, months, probability in rows:
        said[cohort][30 * months] = probability
    for cohort, entered in spells.items():
        seen = [spell for spell in entered if spell[0] >= spell[2]]
        longest = max((t for t, *_ in seen), default=-1)
        assert {t for t, probability in said[cohort].items() if probability is not None} == {t for t in said[cohort] if t <= longest}, cohort
        if longest < 30:
            continue
        t, returned, seen_from = zip(*seen, strict=True)
        # On a tie lifelines adds entries after exits; half a day earlier gives the order of the definitions.
        curve = KaplanMeierFitter().fit(t, returned, entry=[start - 0.5 for start in seen_from])
        wanted = 1 - curve.survival_function_at_times([t for t in said[cohort] if t <= longest]).to_numpy()
        assert [probability for probability in said[cohort].values() if probability is not None] == pytest.approx(wanted, abs=1e-9), cohort


def test_lifts_equal_statsmodels(sample: Project) -> None:
    pairs = sample.query(
        """
        select treated.returned, treated.observed, control.returned, control.observed,
            treated.lift, treated.lift_low, treated.lift_high, treated.p_value, treated.return_rate_low, treated.return_rate_high
        from winback.fct_campaign_performance as treated
        inner join winback.fct_campaign_performance as control using (business_id, campaign_id, target_state)
        where treated.lift is not null and control.arm = 'control'
        """
    )
    assert len(pairs) > 20
    for k, n, c, m, lift, low, high, p_value, rate_low, rate_high in pairs:
        assert lift == pytest.approx(k / n - c / m, abs=1e-12)
        assert (low, high) == pytest.approx(confint_proportions_2indep(k, n, c, m, compare="diff", method="newcomb"), abs=1e-9)
        assert (rate_low, rate_high) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-9)
        if p_value is None:
            assert k + c in (0, n + m)
        else:
            assert p_value == pytest.approx(proportions_ztest([k, c], [n, m])[1], abs=1e-9)


def test_a_second_demo_does_not_write_the_sample_again(sample: Project, tmp_path: Path) -> None:
    again = sample.copied_to(tmp_path / "again")
    marker = again.landing / ".winback-sample"
    before = marker.stat().st_mtime_ns
    assert again.winback("demo").returncode == 0
    assert marker.stat().st_mtime_ns == before


def test_the_demo_leaves_a_landing_of_the_users_own_alone(bare_toy: Project) -> None:
    shutil.copytree(ROOT / "tests" / "golden" / "landing", bare_toy.landing)
    message = bare_toy.refused("demo")
    assert "holds data of your own" in message
    assert sorted(path.name for path in bare_toy.landing.iterdir()) == ["customer_merges.csv", "events.csv"]
