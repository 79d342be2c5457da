"""Rows delivered again by later refreshes: nothing lands, nobody is recomputed, and a value that returns becomes current again."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from orchestration.landing.contract import CONTRACTS
from orchestration.landing.files import LandedFile
from orchestration.published_state import LastRefresh
from projects import Project

LAST = "select refresh_id, new_rows, customers_recomputed, periods_restated from winback.refreshes order by refresh_id desc limit 1"
CONSENT = "select customer_id, contactable from winback_internal.stg_customers where business_id = 'shop' order by 1"
ORDERS = [f"{{0}}{number},shop,{{0}}{number},order,2025-0{number}-10T12:00:00Z,10,USD" for number in range(1, 6)]
HEADER = "event_id,business_id,customer_id,event_name,occurred_at,amount,currency"


def write(project: Project, name: str, header: str, rows: list[str]) -> None:
    path = project.landing / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *rows]) + "\n")


def say(project: Project, name: str, customer: str, contactable: str, loaded_at: str = "") -> None:
    """Write one customer's consent to a file of its own, with a loading time or without the column."""
    row, header = f"shop,{customer},{contactable},2025-01-01", "business_id,customer_id,contactable,updated_at"
    write(project, name, f"{header},loaded_at" if loaded_at else header, [f"{row},{loaded_at}" if loaded_at else row])


def export(project: Project, night: int) -> None:
    """Deliver everything again: with each night's loading time; or without one, in another order, so that the file differs."""
    write(project, "events/dated", f"{HEADER},loaded_at", [f"{row.format('d')},2025-07-0{night}" for row in ORDERS])
    write(project, "events/undated", HEADER, [row.format("u") for row in ORDERS[night:] + ORDERS[:night]])


def test_the_same_export_every_night_and_values_that_come_again(project: Project) -> None:
    """One project through several nights; each paragraph is one night."""

    def consent(night: int, contactable: str) -> None:
        say(project, f"customers/dated_{night}", "dated", contactable, f"2025-07-0{night}")
        say(project, "customers/replaced", "replaced", contactable)
        say(project, f"customers/added_{night}", "added", contactable)

    export(project, 1)
    consent(1, "true")
    project.refresh()
    assert project.query(LAST) == [(1, 13, 10, 0)]

    # The same rows, delivered again.
    export(project, 2)
    project.refresh()
    assert project.query(LAST) == [(2, 0, 0, 0)]
    assert project.query("select count(*), min(loaded_at) from winback_internal.landed_events where event_id like 'd%'") == [(5, "2025-07-02")]

    # New attribute values of customers, by contrast, do land.
    consent(3, "false")
    project.refresh()
    assert project.query(LAST) == [(3, 3, 0, 0)]
    assert project.query(CONSENT) == [("added", False), ("dated", False), ("replaced", False)]

    # Then the first values again, in files whose bytes were there before, except for the loading time.
    consent(4, "true")
    project.refresh()
    assert project.query(LAST) == [(4, 0, 0, 0)]
    stands = [("added", True), ("dated", True), ("replaced", True)]
    assert project.query(CONSENT) == stands

    # A validation of all landed rows agrees.
    project.refresh("2025-06-30", "--full")
    assert project.query(CONSENT) == stands


def test_a_file_that_went_is_forgotten_by_the_next_refresh_that_runs_and_read_when_it_comes_back(toy: Project) -> None:
    known = "select count(*) from winback_internal.landed_files where landing_table = 'customers'"
    delivered = "select landed_in, delivered_in from winback_internal.landed_customers where customer_id = 'goes'"
    say(toy, "customers/goes", "goes", "true")
    toy.refresh()
    ((there,),) = toy.query(known)
    gone = (toy.landing / "customers" / "goes.csv").rename(toy.folder / "goes.csv")
    assert "Nothing new in landing, configuration and code" in toy.refresh().stderr, "a file that is gone takes nothing with it"
    assert toy.query(known) == [(there,)]
    toy.land_more()
    toy.refresh()
    assert toy.query(known) == [(there - 1,)]
    gone.rename(toy.landing / "customers" / "comes.csv")
    assert "in which 1 files are new" in toy.refresh().stderr
    assert toy.query(known) == [(there,)] and toy.query(delivered) == [(2, 4)]
    assert "Nothing new in landing, configuration and code" in toy.refresh().stderr


@pytest.mark.parametrize(("there", "now", "read"), [
    ("a b", "a b", ""), ("a b", "b a", ""), ("a b", "b", ""), ("a", "a b", "b"), ("a", "a a", "a"), ("a a", "a", ""), ("", "a a", "a a"),
])  # fmt: skip
def test_which_files_are_read(tmp_path: Path, there: str, now: str, read: str) -> None:
    """Each letter is a file with that content; names do not matter."""
    files = [LandedFile("events", tmp_path / f"{number}.csv", "csv", CONTRACTS["events"]) for number, _ in enumerate(now.split())]
    for file, content in zip(files, now.split(), strict=True):
        file.path.write_text(content)
    digest = {content: file.digest for file, content in zip(files, now.split(), strict=True)}
    last = LastRefresh(1, date(2025, 6, 30), "code", Counter(("events", digest.get(content, content)) for content in there.split()), None)
    assert [file.path.read_text() for file in last.not_read(files)] == read.split()


def test_what_is_landed_again_is_what_the_landing_holds_and_says_what_it_forgot(toy: Project) -> None:
    ledgers = "select refresh_id from winback.refreshes where refresh_id <= {0} union all select refresh_id from winback.metric_history where refresh_id <= {0}"
    landed = "select count(*) from winback_internal.landed_events"
    ((before,),) = toy.query(landed)
    toy.land_more(1)
    toy.land_more(2)
    customers = toy.landing / "customers.csv"
    customers.write_text("business_id,customer_id,hobby,loaded_at\nshop,more2,chess,2025-06-02\n")
    toy.refresh()
    kept = toy.query(ledgers.format(2))
    (toy.landing / "events" / "1.csv").unlink()
    customers.write_text("business_id,customer_id,loaded_at\nshop,more2,2025-06-02\n")  # and its attribute
    told = toy.refresh("2025-06-30", "--reland").stderr
    assert "Forgot 2 landed rows that the landing no longer holds." in told
    assert toy.query(landed) == [(before + 1,)] and toy.query("select count(*) from winback_internal.landed_events where event_id = 'more1'") == [(0,)]
    assert toy.query(ledgers.format(2)) == kept and toy.query("select refresh_id, is_rebuild from winback.refreshes order by 1 desc limit 1") == [(3, True)]
    assert "Forgot 0 landed rows" in toy.refresh("2025-06-30", "--reland").stderr
