"""From a folder of Fivetran's tables to the first win-back rate: `winback connect`, refreshes as objects change, and PostgreSQL."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from projects import CONNECTED_SEEDS, GOLDEN_AS_OF, Project
from servers import Server, run_sql, served
from stripe_account import Account, small_account

STATES = "select state, valid_from, valid_to from winback.lifecycle_states where customer_id = '{}' order by valid_from"
PUBLIC = ("lifecycle_states", "lifecycle_transitions", "fct_win_back", "fct_recurring_revenue", "recurring_revenue_movements", "connected_rows")


def configured(project: Project) -> dict[str, str]:
    """Return the configuration by file."""
    return {path.name: path.read_text() for path in sorted((project.folder / "seeds").glob("*.csv"))}


def figures(project: Project) -> dict[str, list[tuple]]:
    """Return the rows of public tables that do not depend on when rows arrived."""
    return {table: sorted(project.query(f"select * from winback.{table}"), key=str) for table in PUBLIC}


@pytest.fixture
def account(connected: Project, tmp_path: Path) -> tuple[Project, Account]:
    """A private project in which the small account is published, and the account."""
    project = connected.copied_to(tmp_path / "project")
    for name in CONNECTED_SEEDS:
        path = project.folder / "seeds" / f"{name}.csv"
        path.write_text(path.read_text().replace(str(connected.folder), str(project.folder)))
    return project, small_account()


def test_connect_says_what_it_found_and_assumed(connected: Project) -> None:
    said = (connected.folder / "connected.txt").read_text()
    for words in (
        "Reading Stripe for acme from",
        "as Fivetran's tables subscription_history, subscription_item, price, invoice, invoice_line_item, charge, refund.",
        "New business 'acme': kind subscription, currency USD (that of most amounts), time zone Europe/Rome.",
        "former_after_days 150: of customers so silent, 0% come back within a year by themselves. dormant_after_days 45: of those who buy again in that time, ",
        "run `winback refresh`",
    ):
        assert words in said
    seeds = configured(connected)
    assert seeds["businesses.csv"].splitlines()[1] == "acme,acme,subscription,Europe/Rome,USD,45,150,,30,30"
    assert seeds["connections.csv"].splitlines()[1:] == [f"acme,stripe,fivetran,{connected.folder}/stripe"]
    assert "acme,subscription_ended,cancellation," in seeds["event_kinds.csv"] and "payment_failed,involuntary,payment_failure" in seeds["exit_reasons.csv"]


def test_the_first_figures_are_those_that_one_counts_by_hand(connected: Project) -> None:
    assert "Reading Stripe for acme from" in connected.told and "Taken as null: subscription_history.pause_collection_behavior" in connected.told
    dates = [(state, f"{start}", end and f"{end}") for state, start, end in connected.query(STATES.format("cus_2"))]
    assert dates == [
        ("prospect", "2024-02-01", "2024-02-15"), ("active", "2024-02-15", "2024-05-15"), ("former", "2024-05-15", "2024-09-01"), ("active", "2024-09-01", None),
    ]  # fmt: skip
    assert connected.query(STATES.format("cus_3")) == []
    won_back = "select former_returned, opening_former from winback.fct_win_back where period_grain = 'quarter' and segment = 'all' and period_start = date '2024-07-01'"
    assert connected.query(won_back) == [(1, 1)]
    assert connected.query("select exit_reason, exit_kind from winback.fct_returns where from_state = 'former'") == [("too_expensive", "voluntary")]
    assert connected.query("select * from winback.unmapped_values") == []
    assert connected.query("select sum(amount) from winback_internal.stg_events where kind = 'refund'") == [(10,)]


def test_recurring_revenue_is_that_of_the_invoices(connected: Project) -> None:
    movements = connected.query("select customer_id, cast(moved_on as varchar), movement, mrr_change from winback.recurring_revenue_movements order by 2")
    assert movements == [
        ("cus_1", "2024-01-05", "new", 10), ("cus_2", "2024-02-15", "new", 10), ("cus_2", "2024-05-15", "churned", -10), ("cus_2", "2024-09-01", "won_back", 20),
    ]  # fmt: skip


def test_every_row_of_the_source_has_an_outcome(connected: Project) -> None:
    counted = dict(connected.query("select source_table, sum(rows) from winback.connected_rows group by 1"))
    assert counted == {table: len(rows) for table, rows in small_account().tables.items() if table != "customer"}
    assert "  stripe of acme: 72 rows used, 0 superseded, 31 left out (counted_by_invoice 30, incomplete 1)" in connected.told
    left_out = connected.query("select source_table, reason, rows from winback.connected_rows where outcome = 'left_out' and source_table <> 'charge' order by 1")
    assert left_out == [("subscription_history", "incomplete", 1)]


def test_corrections_follow_the_source(account: tuple[Project, Account]) -> None:
    """An end is announced, taken back, and comes after all."""
    project, stripe = account
    (stays,) = (row for row in stripe.tables["subscription_history"] if row["id"] == "sub_stays")
    ended = "select count(*), max(cast(occurred_at as date)) from winback_internal.stg_events where kind = 'cancellation' and contract_id = 'sub_stays'"
    for night, change, expected in (
        ("2025-07-01", {"cancel_at_period_end": "true"}, (1, "2025-07-05")),
        ("2025-07-02", {"cancel_at_period_end": "false"}, (0, "None")),
        ("2025-07-06", {"status": "canceled", "ended_at": "2025-07-04 22:30:00", "cancellation_details_feedback": "unused"}, (1, "2025-07-04")),
    ):
        stays |= change | {"_fivetran_synced": f"{night}T04:00:00.000Z"}
        stripe.write(project.folder / "stripe")
        project.refresh(night)
        ((number, date),) = project.query(ended)
        assert (number, f"{date}") == expected
    # 22:30 UTC is past midnight in Rome.
    assert [f"{row[1]}" for row in project.query(STATES.format("cus_1")) if row[0] == "former"] == ["2025-07-05"]


def test_the_same_tables_again_are_nothing_new(account: tuple[Project, Account]) -> None:
    project, _ = account
    assert "Nothing new in landing, configuration and code" in project.refresh().stderr
    before = figures(project)
    project.landing.mkdir()
    project.land_more(2)
    project.refresh("2025-07-01")  # Other files are new: the connection is not read again, and its rows stay.
    assert "Reading Stripe" not in project.told and project.query("select count(*) from winback.rejected_rows where reason = 'unknown_business'") == [(1,)]
    assert figures(project)["connected_rows"] == before["connected_rows"]


def test_hostile_values_cost_their_row_or_value(account: tuple[Project, Account]) -> None:
    project, stripe = account
    stripe.bill("x'; drop table winback.refreshes; --", 'cus_"7', "2024-03-01 10:00:00", 1, 500)
    stripe.tables["invoice"][0] |= {"amount_paid": "1e9", "_fivetran_synced": "2025-07-01T04:00:00Z"}
    stripe.tables["invoice"][1] |= {"status_transitions_paid_at": "yesterday", "_fivetran_synced": "2025-07-01T04:00:00Z"}
    stripe.write(project.folder / "stripe")
    project.refresh("2025-07-01")
    assert project.query("select reason, row_id from winback.rejected_rows") == [("invalid_occurred_at", "in_stays_2:paid")]
    assert project.query("select reason, row_id from winback.dropped_values") == [("invalid_amount", "in_stays_1:paid")]
    assert project.query("select count(*) from winback.lifecycle_states where customer_id = 'cus_\"7'") == [(3,)]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (shutil.rmtree, "There is no folder"),
        (lambda folder: (folder / "subscription_history.csv").unlink(), "has no table subscription_history or subscription in"),
        (lambda folder: (folder / "invoice.csv").write_bytes(b"\xff\xfe"), "is UTF-16"),
        (lambda folder: (folder / "refund.csv").write_text("amount\n1\n"), "lacks the required column 'id'"),
    ],
)
def test_a_broken_connection_publishes_nothing_and_says_why(account: tuple[Project, Account], break_it: Callable[[Path], None], words: str) -> None:
    project, _ = account
    before = project.warehouse.stat().st_mtime_ns
    break_it(project.folder / "stripe")
    assert words in project.refused("refresh", "--as-of", "2025-07-01", "--allow-future")
    assert project.warehouse.stat().st_mtime_ns == before


def test_connect_never_overwrites_and_leaves_nothing_of_a_failure(account: tuple[Project, Account]) -> None:
    project, _ = account
    seeds = project.folder / "seeds"
    mapped = (seeds / "event_kinds.csv").read_text().replace("acme,invoice_paid,purchase", "acme,invoice_paid,engagement")
    (seeds / "event_kinds.csv").write_text(mapped)
    before = configured(project)
    place = str(project.folder / "stripe")
    assert "'acme' is connected to Stripe already, at" in project.refused("connect", "stripe", place, "--business", "acme")
    assert "has no table order in" in project.refused("connect", "shopify", place)
    assert "timezone 'Mars' is unknown" in project.refused("connect", "stripe", place, "--business", "other", "--timezone", "Mars")
    assert configured(project) == before
    (seeds / "connections.csv").write_text("business_id,source,shape,location\n")
    done = project.winback("connect", "stripe", place, "--business", "acme")
    assert done.returncode == 0, done.stderr
    assert configured(project) == before  # A business that is configured keeps its lines; the connection alone was missing.


def test_postgresql_gives_the_same_tables(connected: Project, server: Server, tmp_path: Path) -> None:
    environment = server.environment("stripe")
    server.make("stripe")
    project = served(connected.copied_to(tmp_path / "project"), environment)
    for statement in small_account().statements("stripe"):
        run_sql(environment, statement)
    path = project.folder / "seeds" / "connections.csv"
    path.write_text("business_id,source,shape,location\n")
    before = configured(project)
    assert "has no table subscription_history or subscription in" in project.refused("connect", "stripe", "public", "--business", "new")
    done = project.winback("connect", "stripe", "stripe", "--business", "new")
    assert "New business 'new': kind subscription, currency USD (that of most amounts)" in done.stderr
    for name, text in before.items():
        (project.folder / "seeds" / name).write_text(text)
    assert project.winback("connect", "stripe", "stripe", "--business", "acme").returncode == 0
    assert path.read_text().splitlines()[1:] == ["acme,stripe,fivetran,stripe"]
    project.refresh(GOLDEN_AS_OF)
    assert "Reading Stripe for acme from stripe" in project.told
    assert figures(project) == figures(connected)
