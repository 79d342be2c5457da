"""The sample landing: the same every time, CDNOW complete and unchanged, with every kind of fault that it documents."""

import csv
import hashlib
from collections import Counter
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WinbackError
from orchestration.sample import SAMPLE_AS_OF, SAMPLE_VERSION, cdnow, grocer, is_current, is_sample, landing, write_sample
from orchestration.sample.mishaps import BAD_ROWS

SEEDS = Path(__file__).parent.parent / "seeds"
INVENTED = {"lumen", "harbor", "northlight", "fjord"}

# The rows of each version. Changed rows need a new version, or landings with the old ones would be taken for current.
CONTENTS = {
    "1": "0ac905ef2e45612868a18754b67e023b3b469be9df50aea62bc1984704f52767",
    "2": "e0ca53d3403e7afffba0f4d4b0cc17e60de680774c2c02b3339130662ded187d",
    "3": "99b077313f70a1ee053c96160965df88c3d1b1168e4a945c1b940e74a64d103f",
    "4": "b0fa805d1e1733a2155baba16104c2379094cd1e1d33a289fa022dae91dbaed2",
}


@pytest.fixture(scope="session")
def folder(folder_once):
    """The sample, written once."""
    return folder_once("sample_landing", lambda folder: write_sample(folder, report=lambda line: None))


@pytest.fixture(scope="module")
def landed(folder):
    """A connection in which each landing table is a view of texts."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        f"""
        create table events as
        select * from read_csv('{folder}/events/*.csv', all_varchar = true, quote = '"', escape = '"')
        union all by name
        select columns(*)::varchar from read_parquet('{folder}/events/*.parquet')
        """
    )
    for table in landing.TABLES:
        if table != "events":
            connection.execute(f"create table {table} as select * from read_csv('{folder}/{table}.csv', all_varchar = true)")
    # The events that a refresh would keep: known names, readable times, the latest version of each.
    connection.execute(
        """
        create table standing as
        select *, try_cast(occurred_at as timestamp) as moment, try_cast(amount as decimal(18, 2)) as value
        from events
        where event_id is not null and trim(customer_id) <> '' and event_id not similar to '.*-[0-9]+-[0-9]+|.*E[+].*'
        qualify row_number() over (partition by business_id, event_id order by loaded_at desc) = 1
        """
    )
    yield connection
    connection.close()


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def count(connection, query):
    return connection.execute(query).fetchone()[0]


def test_the_same_bytes_twice(folder, tmp_path):
    write_sample(tmp_path / "again", report=lambda line: None)
    assert digests(tmp_path / "again") == digests(folder)


def test_other_rows_have_another_version(landed):
    content = hashlib.sha256()
    for table, columns in landing.TABLES.items():
        for row in landed.execute(f"select {', '.join(columns)} from {table} order by all").fetchall():
            content.update(repr(row).encode())
    assert content.hexdigest() == CONTENTS[SAMPLE_VERSION]


def test_marker_and_files(folder):
    assert is_sample(folder) and is_current(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted([landing.MARKER, "events"] + [f"{table}.csv" for table in landing.TABLES if table != "events"])
    assert {path.stem for path in (folder / "events").iterdir()} == INVENTED | {"cdnow", "grocer"}
    assert {path.suffix for path in (folder / "events").iterdir()} == {".csv", ".parquet"}


def test_a_killed_run_leaves_no_marker_and_the_next_one_mends_it(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(landing, "COMPANIES", ())
        write_sample(tmp_path, report=lambda line: None)
        patch.setattr(landing, "cdnow_rows", lambda path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_sample(tmp_path, report=lambda line: None)
        assert is_sample(tmp_path) and not is_current(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(landing, "COMPANIES", ())
        write_sample(tmp_path, report=lambda line: None)
    assert is_current(tmp_path) and not (tmp_path / landing.UNFINISHED).exists()


def test_another_version_is_not_current(tmp_path):
    (tmp_path / landing.MARKER).write_text("0\n")
    assert is_sample(tmp_path) and not is_current(tmp_path)


def test_data_of_ones_own_is_left_alone(tmp_path):
    (tmp_path / "events.csv").write_text("event_id\n")
    with pytest.raises(WinbackError, match="data of your own"):
        write_sample(tmp_path, report=lambda line: None)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]


def test_without_the_package_the_message_says_what_to_run(monkeypatch, tmp_path):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(cdnow, "distribution", missing)
    with pytest.raises(WinbackError, match=r"pip install --no-deps lifetimes==0\.11\.3"):
        write_sample(tmp_path / "landing", report=lambda line: None)


def test_cdnow_is_whole_and_moved_by_28_years(folder):
    raw = [line.split() for line in cdnow.master_file().read_text().splitlines()[1:]]
    with (folder / "events" / "cdnow.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(raw) == 69_659
    assert len({row["customer_id"] for row in rows}) == 23_570
    assert [(row["customer_id"], row["amount"]) for row in rows] == [(customer, dollars) for customer, _, _, dollars in raw]
    for row, (_, ordered, _, _) in zip(rows, raw, strict=True):
        before, after = date(int(ordered[:4]), int(ordered[4:6]), int(ordered[6:])), date.fromisoformat(row["occurred_at"])
        assert (before.weekday(), before.month, before.day, before.year + 28) == (after.weekday(), after.month, after.day, after.year)
        assert row["loaded_at"] == f"{after + timedelta(days=1)}T02:00:00Z"
    assert max(row["occurred_at"] for row in rows) == SAMPLE_AS_OF.isoformat()


def test_the_grocer_is_whole_and_moved_by_443_weeks(landed):
    moved, files = grocer.MOVED_BY, grocer.data_folder()
    assert moved == timedelta(weeks=443)
    baskets = "select * from standing where business_id = 'grocer'"
    assert landed.execute(f"select count(*), count(distinct customer_id), min(occurred_at), max(occurred_at) from ({baskets})").fetchone() == (
        155_848,
        2_469,
        (date(2017, 1, 1) + moved).isoformat(),
        (date(2017, 12, 31) + moved).isoformat(),
    )
    spent = duckdb.execute(f"select sum(sales_value) from '{files / 'transactions.parquet'}'").fetchone()[0]
    assert abs(float(count(landed, f"select sum(amount::decimal(18, 2)) from ({baskets})")) - spent) < 0.01 * 155_848 / 2
    assert count(landed, "select count(*) from campaigns where business_id = 'grocer'") == 27
    touches = "select count(*), count(distinct (campaign_id, customer_id)), min(arm), max(arm) from campaign_touches where business_id = 'grocer'"
    assert landed.execute(touches).fetchone() == (6_589, 6_589, "treatment", "treatment")


def test_sizes(landed):
    assert 150_000 <= count(landed, "select count(*) from events where business_id not in ('cdnow', 'grocer')") <= 350_000
    customers = dict(landed.execute("select business_id, count(distinct customer_id) from standing where business_id not in ('cdnow', 'grocer') group by all").fetchall())
    assert set(customers) == INVENTED
    assert all(1_000 <= number <= 5_000 for number in customers.values()), customers
    invented = "from standing where business_id not in ('cdnow', 'grocer')"
    assert landed.execute(f"select min(moment)::date, max(moment)::date > date '2026-06-30' {invented}").fetchone() == (date(2024, 1, 1), True)


def test_every_name_and_reason_is_in_the_seeds(landed):
    with (SEEDS / "event_kinds.csv").open() as file:
        mapped = {(row["business_id"], row["event_name"]) for row in csv.DictReader(file)}
    named = landed.execute("select distinct business_id, event_name from standing").fetchall()
    assert [(business, name) for business, name in named if not {(business, name), ("*", name)} & mapped] == []
    with (SEEDS / "exit_reasons.csv").open() as file:
        reasons = {row["reason"] for row in csv.DictReader(file)}
    assert {reason for (reason,) in landed.execute("select distinct reason from standing where reason is not null").fetchall()} == reasons
    with (SEEDS / "businesses.csv").open() as file:
        currencies = {row["business_id"]: row["currency"] for row in csv.DictReader(file)}
    assert dict(landed.execute("select distinct business_id, currency from standing where currency is not null").fetchall()) == currencies


def test_deliveries_are_as_messy_as_promised(landed):
    invented = count(landed, "select count(*) from standing where business_id not in ('cdnow', 'grocer')")
    exact = count(landed, "select sum(n - 1) from (select *, count(*) as n from events group by all having n > 1)")
    again = count(landed, "select count(*) from (select event_id from events where event_id is not null group by event_id having count(distinct loaded_at) > 1)")
    corrected = count(landed, "select count(*) from (select event_id from events where event_id is not null group by event_id having count(distinct amount) > 1)")
    late = count(landed, "select count(*) from standing where datediff('day', moment, loaded_at::timestamp) > 9")
    assert 0.002 < exact / invented < 0.006 and again > corrected > 20 and 0.008 < late / invented < 0.02
    assert count(landed, "select count(*) from events where event_id similar to '.*-[0-9]+-[0-9]+|.*E[+].*' or event_id is null") == len(BAD_ROWS)
    assert count(landed, "select count(*) from standing where event_name like '%cancelled' and moment > '2026-07-01' and loaded_at < '2026-07-03'") > 3


def test_voids_name_what_they_void(landed):
    voids = dict(landed.execute("select business_id, count(*) from standing where voids_event_id is not null group by all").fetchall())
    assert set(voids) == INVENTED and min(voids.values()) >= 5
    voided = "standing v left join standing e on e.business_id = v.business_id and e.event_id = v.voids_event_id"
    assert count(landed, f"select count(*) from {voided} where v.voids_event_id is not null and e.value is null") == 0


# A contract from its first purchase to its last.
STRETCHES = """
    select business_id, customer_id, contract_id, min(moment) as opened_at, max(moment) as paid_at
    from standing
    where contract_id is not null and event_name in ('subscription_started', 'invoice_paid', 'payment_recovered', 'campaign_booked') and value > 0 group by all
"""


def test_some_have_two_contracts_and_one_of_them_ends(landed):
    both = f"from ({STRETCHES}) as one inner join ({STRETCHES}) as other using (business_id, customer_id)"
    beside = "one.contract_id <> other.contract_id and one.opened_at < other.paid_at and other.opened_at < one.paid_at"
    people = dict(landed.execute(f"select business_id, count(distinct customer_id) {both} where {beside} group by all").fetchall())
    assert set(people) == {"lumen", "northlight"} and all(100 < number < 700 for number in people.values()), people
    # The add-on of a running contract; and the old contract, ended days after the new one has begun.
    ends = "inner join standing as gone on gone.customer_id = one.customer_id and gone.contract_id = one.contract_id"
    assert count(landed, f"select count(*) {both} {ends} where gone.reason = 'no_longer_needed' and gone.moment between other.opened_at and other.paid_at") > 100
    overlaps = f"{both} {ends} where gone.reason = 'plan_change' and date_diff('day', other.opened_at, gone.moment) between 1 and 26"
    assert set(landed.execute(f"select distinct business_id {overlaps}").fetchall()) == {("lumen",), ("northlight",)}
    assert count(landed, "select count(contract_id) from standing where business_id not in ('lumen', 'northlight')") == 0


def test_annual_plans_are_paid_until_the_day_before_the_next_year(landed):
    years = "from standing where covers_until is not null"
    assert landed.execute(f"select distinct business_id, covers_until::date - moment::date {years}").fetchall() == [("lumen", 364)]
    assert count(landed, f"select count(*) from (select lead(moment::date) over (partition by contract_id order by moment) - covers_until::date as n {years}) where n = 1") > 300


def test_invoices_over_nothing_are_of_trials_and_of_changed_plans(landed):
    trials, changes = landed.execute("select count(*) - count(contract_id), count(contract_id) from standing where event_name = 'invoice_paid' and value = 0").fetchone()
    assert trials > 500 and changes > 50


def test_merges_have_a_chain_and_no_cycle(landed):
    merges = landed.execute("select business_id, from_customer_id, into_customer_id from customer_merges").fetchall()
    numbers = Counter(business for business, _, _ in merges)
    assert all(10 <= numbers[business] <= 30 for business in ("lumen", "fjord"))
    into = {(business, source): target for business, source, target in merges}
    assert len(into) == len(merges)
    lengths = []
    for (business, _), target in into.items():
        length, at = 1, target
        while (business, at) in into:
            length, at = length + 1, into[business, at]
            assert length < 10
        lengths.append(length)
    assert max(lengths) == 2
    known = "from standing s where s.business_id = m.business_id and s.customer_id = m.from_customer_id"
    assert count(landed, f"select count(*) from customer_merges m where not exists ({known})") == 0


def test_customers(landed):
    strangers = "standing anti join customers using (business_id, customer_id)"
    unlisted = count(landed, f"select count(distinct (business_id, customer_id)) from {strangers} where business_id not in ('cdnow', 'grocer')")
    twice = count(landed, "select count(*) from (select customer_id from customers group by business_id, customer_id having count(*) > 1)")
    silent = count(landed, "select count(*) from customers where contactable = 'false'") / count(landed, "select count(*) from customers")
    assert 0 < unlisted < 400 and twice > 100 and 0.08 < silent < 0.14
    assert count(landed, "select count(*) from customers where contactable is null") > 0
    assert count(landed, "select count(plan) from customers where business_id = 'fjord'") == 0


def test_prospects_who_never_buy(landed):
    bought = "('subscription_started', 'engagement_signed', 'engagement_renewed', 'campaign_booked', 'order')"
    shares = landed.execute(
        f"""
        select business_id, avg((not bought)::int)
        from (select business_id, customer_id, bool_or(event_name in {bought}) as bought,
                     bool_or(event_name in ('trial_started', 'enquiry', 'lead', 'newsletter_signup')) as asked
              from standing where business_id not in ('cdnow', 'grocer') group by all)
        where asked group by all
        """
    ).fetchall()
    assert all(0.3 < share < 0.65 for _, share in shares), shares


def test_campaigns_have_control_arms_but_one(landed):
    arms = landed.execute("select campaign_id, avg((arm = 'control')::int) from campaign_touches where business_id <> 'grocer' group by all").fetchall()
    assert len(arms) == count(landed, "select count(*) from campaigns where business_id <> 'grocer'")
    controlled = [share for _, share in arms if share > 0]
    assert len(controlled) == len(arms) - 1 and all(0.15 < share < 0.5 for share in controlled)
    assert count(landed, "select count(*) from campaign_touches where arm = 'control' and cost::decimal(18, 2) > 0") == 0
    numbers = dict(landed.execute("select business_id, count(*) from campaigns where business_id <> 'grocer' group by all").fetchall())
    assert set(numbers) == INVENTED and all(3 <= number <= 5 for number in numbers.values())


def test_the_dissatisfied_leave_more(landed):
    left = dict(
        landed.execute(
            """
            select a.score::int <= 2, avg((exists (
                from standing s
                where s.customer_id = a.customer_id and s.business_id = a.business_id
                and s.moment between a.answered_at::timestamp and a.answered_at::timestamp + interval 180 day
                and (s.event_name in ('engagement_ended', 'client_lost') or s.event_name = 'subscription_cancelled' and s.reason <> 'plan_change')
            ))::int)
            from survey_responses a where survey = 'csat' and a.score <> '3' and business_id <> 'fjord' group by all
            """
        ).fetchall()
    )
    assert left[True] > 1.5 * left[False] > 0
