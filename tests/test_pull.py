"""From Stripe's API to figures: localstripe as a process of its own, driven by the `stripe` package, pulled by dlt, and refreshed."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

import warm
from orchestration.connections.pulled import Pulled
from projects import CONNECTED_SEEDS, Project, copy_project
from stripe_driver import ADDRESS, DECLINED, KEY, VISA, LocalStripe
from waiting import wait_for

AS_OF = "2025-07-31"
BUSINESS = "acme,acme,subscription,UTC,usd,,,,30,30\n"
STATES = "select state, cast(valid_from as varchar), cast(valid_to as varchar) from winback.lifecycle_states where customer_id = '{}' order by valid_from"
MOVEMENTS = "select cast(moved_on as varchar), movement, mrr_change from winback.recurring_revenue_movements where customer_id = '{}' order by moved_on"
# Ten seconds of a pull go by before it reads anything, whatever the account: the tests below pull as seldom as they can.
pytestmark = pytest.mark.builds


@pytest.fixture(scope="module")
def server() -> Iterator[LocalStripe]:
    running = LocalStripe()
    yield running
    running.stop()


@pytest.fixture
def account(server: LocalStripe) -> LocalStripe:
    """An empty account with two plans."""
    server.clear()
    server.at("2025-01-01 00:00:00")
    server.plan("ten", 1000)
    server.plan("twenty", 2000)
    return server


@pytest.fixture
def unconnected(connected: Project, tmp_path: Path) -> Project:
    """A project in which nothing is published or connected, and one business is configured; parsed for connections to Stripe."""
    project = connected.copied_to(tmp_path / "project")
    project.warehouse.unlink()
    for name in CONNECTED_SEEDS:
        path = project.folder / "seeds" / f"{name}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n" + (BUSINESS if name == "businesses" else ""))
    return project


@pytest.fixture
def place(tmp_path: Path) -> Project:
    """A project in which nothing is refreshed."""
    return copy_project(tmp_path / "project")


def rows(folder: Path, table: str) -> list[dict]:
    """Return a pulled table without the times of the pulls, sorted."""
    found = duckdb.sql(f"select * exclude (_fivetran_synced) from '{folder}/{table}.parquet' order by all")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def tables(folder: Path) -> dict[str, list[dict]]:
    return {path.stem: rows(folder, path.stem) for path in folder.iterdir()}


@contextmanager
def started(project: Project, account: LocalStripe, folder: Path, hold: str) -> Iterator[subprocess.Popen]:
    """Start a pull, whose requests for a path wait; go on when one has come."""
    account.set(hold=hold, requests=[])
    process = project.start("pull", "stripe", str(folder), **account.environment)
    wait_for(lambda: any(f"GET {hold}" in request for request in account.set()["requests"]), process)
    yield process


def pull(project: Project, account: LocalStripe, *arguments: str, **extra: str) -> str:
    """Pull, and return what was said."""
    done = project.winback("pull", *arguments, **account.environment, **extra)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_what_happens_in_stripe_becomes_the_figures(account: LocalStripe, unconnected: Project) -> None:
    """One customer goes on and is refunded, one changes the plan, one cancels and comes back between two pulls."""
    project = unconnected
    account.at("2025-01-10 10:00:00")
    ann, ben, eve = (account.customer() for _ in ("ann", "ben", "eve"))
    anns, eves = (account.subscribe(customer, "ten") for customer in (ann, eve))
    for month in (2, 3):
        account.at(f"2025-0{month}-10 10:00:00")
        invoice, _ = (account.bill(customer, subscription) for customer, subscription in ((ann, anns), (eve, eves)))
    bens = account.subscribe(ben, "ten")
    folder = project.folder / "pulled"
    said = pull(project, account, "stripe", str(folder))
    assert "invoice 7, invoice_line_item 7" in said and f"Next: `winback connect stripe {folder}" in said
    assert project.winback("connect", "stripe", str(folder), "--business", "acme").returncode == 0

    account.at("2025-03-20 12:00:00")
    account.refund(invoice, 400)
    account.cancel(eves)
    account.at("2025-04-10 10:00:00")
    account.change_plan(bens, "twenty")
    account.bill(ann, anns)
    account.bill(ben, bens)
    account.at("2025-06-02 12:00:00")
    account.subscribe(eve, "twenty")
    assert "Next: `winback refresh`." in pull(project, account)
    project.refresh(AS_OF)

    assert project.query(STATES.format(eve)) == [("active", "2025-01-10", "2025-03-20"), ("former", "2025-03-20", "2025-06-02"), ("active", "2025-06-02", None)]
    won_back = "select cast(period_start as varchar), opening_former, former_returned from winback.fct_win_back where segment = 'all' and period_grain = 'month'"
    assert project.query(f"{won_back} and former_returned > 0") == [("2025-06-01", 1, 1)]
    assert project.query(MOVEMENTS.format(ann)) == [("2025-01-10", "new", 10)]
    assert project.query(MOVEMENTS.format(ben)) == [("2025-03-10", "new", 10), ("2025-04-10", "expansion", 10)]
    assert project.query(MOVEMENTS.format(eve)) == [("2025-01-10", "new", 10), ("2025-03-20", "churned", -10), ("2025-06-02", "won_back", 20)]
    refunded = "select customer_id, cast(occurred_at as varchar), amount from winback_internal.stg_events where kind = 'refund'"
    assert project.query(refunded) == [(ann, "2025-03-20 12:00:00", 4)]
    # Ben's second invoice is 20, less the 10 of his first one, as localstripe credits it.
    assert project.query("select sum(amount) from winback_internal.stg_events where kind = 'purchase'") == [(3 * 10 + 10 + 3 * 10 + 10 + 10 + 20,)]
    assert project.query("select * from winback.rejected_rows") == []


def test_a_pull_that_is_killed_and_run_again_gives_the_same(account: LocalStripe, place: Project) -> None:
    """The first pull cannot load what it has read, the second loads it; the third is killed while it reads invoices: what was published stays until the fourth."""
    folder, other, store = place.folder / "stripe", place.folder / "uninterrupted", place.folder / "stripe.pull" / "store.duckdb"
    customer = account.customer()
    subscription = account.subscribe(customer, "ten")
    with started(place, account, folder, hold="/v1/invoices") as process, duckdb.connect(store):
        account.set(hold="")
        assert "The pull of Stripe failed" in process.communicate()[1] and not folder.exists()
    assert "Loading first what the last pull had read" in pull(place, account, "stripe", str(folder))
    before = tables(folder)
    account.at("2025-02-01 00:00:00")
    account.refund(account.bill(customer, subscription), 500)
    account.cancel(subscription)
    with started(place, account, folder, hold="/v1/invoices") as process:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        account.set(hold="")
    assert tables(folder) == before
    pull(place, account, "stripe", str(folder))
    pull(place, account, "stripe", str(other))
    again, once = tables(folder), tables(other)
    versions = again.pop("subscription_history")
    assert [(row["status"], row["_fivetran_active"]) for row in versions] == [("active", False), ("canceled", True)]
    assert [{**versions[1], "_fivetran_start": None}] == once.pop("subscription_history")
    assert again == once and len(again["refund"]) == 1


def test_what_changes_later_is_read_again(account: LocalStripe, place: Project) -> None:
    """Old invoices that are paid or deleted, items that are taken away; what is final is not asked for again."""
    folder = place.folder / "stripe"
    customer, debtor = account.customer(), account.customer(DECLINED)
    first = account.subscribe(customer, "ten")
    account.at("2025-02-01 00:00:00")
    deleted_later = account.bill(customer, first, pay=False)
    (paid_later,) = account.invoices_of(account.subscribe(debtor, "ten"))
    account.at("2025-06-01 00:00:00")
    account.subscribe(customer, "ten")
    pull(place, account, "stripe", str(folder))
    assert {row["status"] for row in rows(folder, "invoice") if row["id"] == paid_later} == {"open"}
    account.give_card(debtor, VISA)
    account.client.v1.invoices.pay(paid_later)
    account.client.v1.invoices.delete(deleted_later)
    account.change_plan(first, "twenty")
    account.requests  # noqa: B018
    said = pull(place, account, "stripe", str(folder))
    asked = [request for request in account.requests if "/v1/invoices" in request or "/v1/charges" in request]
    since = 1748736000 - 35 * 24 * 3600
    assert asked == [
        f"GET /v1/charges?limit=100&created%5Bgte%5D={since}", f"GET /v1/invoices?limit=100&created%5Bgte%5D={since}",
        *(f"GET /v1/invoices/{invoice}" for invoice in sorted((paid_later, deleted_later))),
    ]  # fmt: skip
    assert "read again, because they were not final: 2, of which 1 are deleted" in said
    status = {row["id"]: (row["status"], row["_fivetran_deleted"]) for row in rows(folder, "invoice")}
    assert (status[paid_later], status[deleted_later]) == (("paid", False), ("draft", True))
    assert {row["_fivetran_deleted"] for row in rows(folder, "invoice_line_item") if row["invoice_id"] == deleted_later} == {True}
    items = [(row["plan_id"], row["_fivetran_deleted"]) for row in rows(folder, "subscription_item") if row["subscription_id"] == first]
    assert sorted(items) == [("ten", True), ("twenty", False)]
    account.requests  # noqa: B018
    assert "Nothing has changed since the last pull" in pull(place, account, "stripe", str(folder), "--full")
    assert "GET /v1/invoices?limit=100&created%5Bgte%5D=1262304000" in account.requests


def test_pages_rate_limits_and_long_invoices(account: LocalStripe, place: Project) -> None:
    """Two objects a page; a request that is refused comes again when Retry-After says, not before; an invoice with more lines than come with it is read whole."""
    customer = account.customer()
    subscription = account.subscribe(customer, "ten")
    for number in range(12):
        account.client.v1.invoice_items.create({"customer": customer, "amount": 100 + number, "currency": "usd"})
    long = account.bill(customer, subscription)
    for _ in range(4):
        account.bill(customer, subscription)
    account.set(page=2, refuse_for=3, requests=[])
    pull(place, account, "stripe", str(place.folder / "stripe"))
    assert account.set()["refused"] == 1
    lines = [row["amount"] for row in rows(place.folder / "stripe", "invoice_line_item") if row["invoice_id"] == long]
    assert sorted(lines) == sorted(["1000", *(f"{100 + number}" for number in range(12))])
    assert len(rows(place.folder / "stripe", "invoice")) == 6


def test_the_key_of_another_account_or_without_a_right_is_refused(account: LocalStripe, place: Project) -> None:
    folder, rome = place.folder / "stripe", {"object": "account", "settings": {"dashboard": {"timezone": "Europe/Rome"}}, "email": ADDRESS}
    account.set(account={"id": "acct_1", **rome})
    pull(place, account, "stripe", str(folder))
    assert rows(folder, "account") == [{"id": "acct_1", "settings_dashboard_timezone": "Europe/Rome", "_fivetran_deleted": False}]
    account.set(account={"id": "acct_2", **rome})
    assert "The key is that of another account" in place.refused("pull", "stripe", str(folder), **account.environment)
    account.set(account={"id": "acct_1", **rome}, forbid="/v1/charges")
    assert "Stripe does not let the key in WINBACK_STRIPE_KEY read charges." in place.refused("pull", "stripe", str(folder), **account.environment)


def test_nothing_private_is_kept_and_nothing_is_sent_elsewhere(account: LocalStripe, place: Project) -> None:
    """No key and no address in any file or line, no file in the home, and no request to anybody but Stripe: a proxy would see it."""
    account.subscribe(account.customer(), "ten")
    home = place.folder / "home"
    home.mkdir()
    proxy = {"http_proxy": account.url, "https_proxy": account.url, "no_proxy": "127.0.0.1"}
    said = pull(place, account, "stripe", str(place.folder / "stripe"), HOME=str(home), **proxy)
    kept = b"".join(path.read_bytes() for path in (place.folder / "stripe.pull").rglob("*") if path.is_file())
    for private in (KEY, ADDRESS):
        assert private not in said and private.encode() not in kept
    assert list(home.iterdir()) == [] and account.set()["elsewhere"] == []
    assert all((path.stat().st_mode & 0o007) == 0 for path in (place.folder / "stripe.pull").rglob("*"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"WINBACK_STRIPE_KEY": ""}, "WINBACK_STRIPE_KEY is not set."),
        ({"WINBACK_STRIPE_KEY": "refused"}, "Stripe refuses the key in WINBACK_STRIPE_KEY."),
        ({"WINBACK_STRIPE_URL": "http://api.example.com"}, "WINBACK_STRIPE_URL is no address that a key can be sent to"),
        ({"WINBACK_TARGET": "postgres"}, "`winback pull` does not fill"),
    ],
)
def test_what_is_missing_is_said(account: LocalStripe, place: Project, given: dict[str, str], words: str) -> None:
    said = place.refused("pull", "stripe", str(place.folder / "stripe"), **account.environment | given)
    assert words in said and KEY not in said and not (place.folder / "stripe").exists()


def test_a_pull_never_replaces_what_it_has_not_made(account: LocalStripe, place: Project) -> None:
    (place.folder / "own").mkdir()
    assert "no pull has made it" in place.refused("pull", "stripe", str(place.folder / "own"), **account.environment)
    assert "No connection was pulled before." in place.refused("pull", **account.environment)


def test_without_dlt_the_extra_to_install_is_named(place: Project) -> None:
    program = "import sys; sys.modules['dlt'] = None; sys.argv = ['winback', 'pull', 'stripe']; from orchestration.__main__ import main; main()"
    done = subprocess.run([sys.executable, "-c", program], cwd=place.folder, env=place.env(WINBACK_STRIPE_KEY=KEY), text=True, capture_output=True, check=False)
    assert done.returncode == 1 and "pip install 'winback[pull]'" in done.stderr and "Traceback" not in done.stderr


# Runs in a copy of the project: what Dagster's nightly job does without a key.
NIGHT = """
import json
from dagster import AssetKey, DagsterInstance
from orchestration.definitions import defs

graph, nightly = defs.resolve_asset_graph(), defs.resolve_schedule_def("nightly").job_name
result = defs.resolve_job_def(nightly).execute_in_process(instance=DagsterInstance.ephemeral(), raise_on_error=False)
print("RESULT" + json.dumps({
    "parents": {"/".join(key.path): sorted("/".join(parent.path) for parent in graph.get(key).parent_keys) for key in graph.get_all_asset_keys()},
    "nightly": nightly,
    "started": sorted(e.step_key for e in result.all_events if e.is_step_start),
    "failures": [e.step_failure_data.user_failure_data.description for e in result.all_events if e.is_step_failure and e.step_failure_data.user_failure_data],
}))
"""


def test_dagster_pulls_before_it_refreshes(connected: Project, tmp_path: Path) -> None:
    project = connected.copied_to(tmp_path / "project")
    pulled = Pulled(project.folder / "pulled")
    pulled.publish(lambda folder: shutil.copytree(project.folder / "stripe", folder, dirs_exist_ok=True))
    (project.folder / "seeds" / "connections.csv").write_text(f"business_id,source,shape,location\nacme,stripe,fivetran,{pulled.path}\n")
    before = project.warehouse.stat().st_mtime_ns
    done = warm.run(["-c", NIGHT], project.folder, project.env())
    told = json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT")).removeprefix("RESULT"))
    assert told["nightly"] == "pull_and_refresh" and told["started"] == ["pulled__stripe"]
    assert len(told["failures"]) == 1 and "WINBACK_STRIPE_KEY is not set." in told["failures"][0] and project.warehouse.stat().st_mtime_ns == before
    parents = told["parents"]
    assert parents["landing/events"] == parents["landing/contracts"] == ["pulled/stripe"] and parents["landing/customers"] == []
    assert "pulled/stripe" in parents["winback/lifecycle_transitions"] and parents["winback/dim_metric"] == []
