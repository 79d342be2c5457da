"""Landings as they really come: in all shapes; broken ones give one clear message each."""

import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from one_landing import Case
from orchestration.dbt_project import failure_messages
from projects import GOLDEN_AS_OF, Project

COLUMNS = "event_id,business_id,customer_id,event_name,occurred_at,amount,currency,reason,voids_event_id,loaded_at"
GOOD_LINE = "e{0},lines,c{0},order,2025-01-0{0}T10:00:00Z,5,USD,,,2025-01-05T00:00:00Z"
LONG_LINE = GOOD_LINE.format(3) + ",one,too,many"


def event(event_id: str, customer: str, occurred_at: str, business: str = "shop", name: str = "order", amount: str = "10", **others: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS.split(","), "")
    row |= {"event_id": event_id, "business_id": business, "customer_id": customer, "event_name": name, "occurred_at": occurred_at}
    return row | {"amount": amount, "loaded_at": "2025-06-01T00:00:00Z"} | others


def cases() -> Iterator[Case]:
    """Valid landings share one refresh."""
    # Three of one customer, on one date, together and with a touch, and two of another; the purchases count all the same.
    huge = {"e1": "2025-01-01", "e2": "2025-01-01", "e3": "2025-02-03"}
    rows = [event(name, "c1", day, "huge", amount="60000000000000") for name, day in huge.items()]
    rows += [event("e4", "c2", "2025-01-01", "huge", amount="99999999999999.9999"), event("e5", "c2", "2025-01-02", "huge"), event("e6", "neighbour", "2025-01-01", "huge")]
    campaign = {"business_id": "huge", "campaign_id": "mail", "cost": "99999999999999.9999"}
    touch = {"touch_id": "t1", "customer_id": "c1", "touched_at": "2024-12-31", "arm": "treatment", **campaign}
    yield Case("huge", {"events": rows, "campaigns": [campaign], "campaign_touches": [touch]})

    for name, zone in (("west", "America/New_York"), ("east", "Europe/Stockholm")):
        yield Case(name, {"events": [event("e1", "c1", "2025-03-01", name)]}, policy={"timezone": zone})

    yield Case("later", {"events": [event("e1", "c1", "2025-07-02", "later")]})

    # Windows line endings, a byte-order mark, another column order, one more column, a quoted comma, padded values.
    first = b"\xef\xbb\xbfcustomer_id,event_id,business_id,event_name,occurred_at,loaded_at,amount,channel\r\n"
    first += b'"a,1", e1 ,shapes,order,2025-01-01 10:00:00,2025-01-01T11:00Z,12.50,web\r\n'
    second = f"{COLUMNS}\ne2,shapes,b1,order,2025-01-02T10:00:00.123456789+05:30,7,USD,,,2025-01-02 11:00:00+00\n".encode()
    yield Case("shapes", files={"events/a.csv": first, "events/b.csv": second, "events/c.parquet": parquet(
        """select 'e3' as event_id, 'shapes' as business_id, 7 as customer_id, 'order' as event_name,
        timestamp '2025-01-03 10:00:00' as occurred_at, 0.1::double as amount, timestamptz '2025-01-03 11:00:00+00' as loaded_at"""
    )})  # fmt: skip

    lines = [COLUMNS, GOOD_LINE.format(1), "e2,lines,c2", LONG_LINE, "", GOOD_LINE.format(4)]
    yield Case("lines", files={"events/lines.csv": ("\n".join(lines) + "\n").encode()})

    run_together = [("a\x1fb", "c"), ("a", "b\x1fc")]
    yield Case("run_together", {"events": [event("e1", "ann", "2025-06-01", "run_together", reason=reason, voids_event_id=voids) for reason, voids in run_together]})

    customer = {"business_id": "attributes", "customer_id": "c1", "country": "IT", "updated_at": "2025-01-01", "loaded_at": "2025-01-01"}
    yield Case("attributes", {"events": [event("e1", "c1", "2025-01-01", "attributes"), event("e2", "c2", "2025-01-01", "attributes")], "customers": [customer]})


def parquet(sql: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        duckdb.execute(f"copy ({sql}) to '{path}' (format parquet)")
        return path.read_bytes()


def test_no_landing(project: Project) -> None:
    assert f"There is no landing at {project.landing}" in project.refused("refresh")
    project.landing.mkdir()
    assert "No landing table 'events': looked for events.csv, events.parquet and a folder events/" in project.refused("refresh")
    assert not project.warehouse.exists()


def test_a_truncated_parquet_file(toy: Project) -> None:
    before = toy.warehouse.read_bytes()
    (toy.landing / "events.csv").unlink()
    whole = toy.landing / "events.parquet"
    whole.write_bytes(parquet("select 'e' || i as event_id from range(1000) t(i)")[:-20])
    assert f"{whole} is not a complete Parquet file" in toy.refused("refresh")
    assert toy.warehouse.read_bytes() == before


def test_lines_that_end_in_two_ways(project: Project) -> None:
    project.landing.mkdir()
    row = "e1,shop,c1,order,2025-01-01T10:00:00Z,5,USD,,,2025-01-05T00:00:00Z"
    (project.landing / "events.csv").write_bytes(f"{COLUMNS}\n{row}\n{row}\r\n".encode())
    assert f"The lines of {project.landing / 'events.csv'} do not all end alike" in project.refused("refresh")


def test_amounts_that_add_up_to_too_much_cost_themselves_alone(cases: Project) -> None:
    assert cases.query("select row_id, customer_id, column_name, reason from winback.dropped_values where business_id = 'huge' order by 1") == [
        ("e2", "c1", "amount", "amount_too_large"),
        ("e3", "c1", "amount", "amount_too_large"),
        ("e4", "c2", "amount", "amount_too_large"),
    ]
    counted = "select count(*), count(*) filter (reason = 'amount_too_large') from winback.dropped_values where landing_table = 'events'"
    ((dropped, too_large),) = cases.query(counted)
    (said,) = [line for line in cases.told.splitlines() if line.endswith("whose rows stand: see winback.dropped_values.") and "  events: " in line]
    assert f"  events: {dropped:,} values dropped (" in said and f"amount amount_too_large {too_large:,}" in said
    worth = "select customer_id, last_purchase_on, cast(lifetime_revenue as varchar) from winback.{} where business_id = 'huge' order by 1"
    found = [row for table in ("win_back_candidates", "reactivation_candidates") for row in cases.query(worth.format(table))]
    assert sorted(found) == [
        ("c1", date(2025, 2, 3), "60000000000000.0000"),
        ("c2", date(2025, 1, 2), "10.0000"),
        ("neighbour", date(2025, 1, 1), "10.0000"),
    ]


OVERFLOWS = [
    'Casting value "6E13" to type DECIMAL(18,4) failed: value is out of range!', "Could not cast value 6E13 to DECIMAL(26,10)", "numeric field overflow"
]


@pytest.mark.parametrize("text", OVERFLOWS)
def test_a_sum_that_no_column_holds_is_told_without_the_value(text: str) -> None:
    (message,) = failure_messages([{"status": "error", "unique_id": "model.winback.int_campaign_arms", "message": text}])
    assert message.startswith("Model int_campaign_arms: a sum is larger than its column can hold.") and "6E13" not in message


def test_no_events_at_all_is_a_success_said_loudly(project: Project) -> None:
    project.landing.mkdir()
    (project.landing / "events.csv").write_text(COLUMNS + "\n")
    assert "NO EVENT STANDS. The landing holds no event." in project.refresh().stderr
    assert project.query("select count(*) from winback.fct_lifecycle") == [(0,)]
    assert project.query("select count(*), count(history_starts_on) from winback.dim_business") == [(4, 0)]
    assert "none yet" in project.winback("show").stdout


def test_events_after_the_date_that_is_counted_to_give_no_rows(cases: Project) -> None:
    assert cases.query("select customer_id from winback_internal.stg_events where business_id = 'later'") == [("c1",)]
    for table in ("lifecycle_states", "lifecycle_transitions", "fct_lifecycle", "fct_win_back"):
        assert cases.query(f"select count(*) from winback.{table} where business_id = 'later'") == [(0,)]
    assert cases.query("select history_starts_on from winback.dim_business where business_id = 'later'") == [(None,)]


def test_all_rows_rejected_is_a_success_said_loudly(toy: Project) -> None:
    (toy.landing / "events.csv").unlink()
    toy.land("events", [event("e1", "c1", "yesterday"), event("e2", "", "2025-01-01")])
    toy.warehouse = toy.folder / "rejected" / "warehouse.duckdb"
    assert "NO EVENT STANDS. All 2 rows were rejected" in toy.refresh().stderr
    assert toy.query("select row_id, reason from winback.rejected_rows order by 1") == [("e1", "invalid_occurred_at"), ("e2", "missing_customer_id")]


def test_what_is_published_is_taken_back_in_another_file_alone(toy: Project) -> None:
    message = toy.refused("refresh", "--as-of", "2020-01-01")
    assert "The published tables count to 2025-06-30; a refresh to 2020-01-01 would take back what was published since." in message
    assert "set WINBACK_WAREHOUSE to another file" in message
    toy.warehouse = toy.folder / "past" / "warehouse.duckdb"
    toy.refresh("2020-01-01")
    assert toy.query("select distinct as_of_date from winback.dim_business") == [(date(2020, 1, 1),)]


def test_a_malformed_as_of(project: Project) -> None:
    for text in ("2025-02-30", "30/06/2025", "20250630", "2025-W26-1", "tomorrow"):
        assert f"The as-of date is '{text}': give a date of the calendar as YYYY-MM-DD" in project.refused("refresh", "--as-of", text)


def test_dates_alone_are_the_businesss_own_west_and_east_of_greenwich(cases: Project) -> None:
    first = "select business_id, min(valid_from) from winback.lifecycle_states where business_id in ('east', 'west') group by 1 order by 1"
    assert cases.query(first) == [("east", date(2025, 3, 1)), ("west", date(2025, 3, 1))]


def test_files_of_every_shape_make_one_table(cases: Project) -> None:
    assert cases.query("select count(*) from winback.rejected_rows where business_id = 'shapes'") == [(0,)]
    assert cases.query("select distinct customer_id from winback.lifecycle_states where business_id = 'shapes' order by 1") == [("7",), ("a,1",), ("b1",)]
    amounts = "select cast(amount as varchar) from winback_internal.int_events_this_run where business_id = 'shapes' order by event_id"
    assert cases.query(amounts) == [("12.5000",), ("7.0000",), ("0.1000",)]


def test_lines_that_are_no_rows_cost_themselves_alone(cases: Project) -> None:
    assert cases.query("select row_text from winback.rejected_rows where reason = 'malformed_line' order by 1") == [("e2,lines,c2",), (LONG_LINE,)]
    assert cases.query("select distinct customer_id from winback.lifecycle_states where business_id = 'lines' order by 1") == [("c1",), ("c4",)]
    (said,) = [line for line in cases.told.splitlines() if "events: " in line and " rows landed, " in line]
    landed, standing, superseded, rejected = (int(number.replace(",", "")) for number in re.findall(r"([\d,]+) (?:rows landed|stand|superseded|rejected)", said))
    assert cases.query("select count(*) from winback_internal.landed_events") == [(landed,)] and landed == standing + superseded + rejected
    assert cases.query("select count(*) from winback.rejected_rows where landing_table = 'events'") == [(rejected,)]
    assert re.search(r"[(,] ?malformed_line 2[,)]", said)


def test_rows_whose_values_run_together_to_one_text_are_two_rows(cases: Project) -> None:
    assert cases.query("select count(*) from winback_internal.landed_events where business_id = 'run_together'") == [(2,)]


def test_the_as_of_date_is_by_default_the_last_one_over_everywhere(toy: Project) -> None:
    toy.refresh(None)
    ((found, wanted),) = toy.query(
        """select max(as_of_date), min(cast(timezone(timezone, get_current_timestamp()) as date)) - 1 from winback.dim_business"""
    )
    assert abs((found - wanted).days) <= 1 and found <= wanted, "a day may end between the refresh and the question"
    assert str(found) > GOLDEN_AS_OF


def test_segments_follow_the_attributes_that_landed(cases: Project) -> None:
    """The drawn businesses beside it have all three."""
    found = cases.query("select distinct segment, segment_value from winback.fct_lifecycle where business_id = 'attributes' order by 1, 2")
    assert found == [("acquisition_channel", "(none)"), ("all", "all"), ("country", "(none)"), ("country", "IT"), ("plan", "(none)")]
    sizes = "select count(*) as size from winback.fct_lifecycle where business_id = 'attributes' group by segment, segment_value"
    assert cases.query(f"select count(distinct size) from ({sizes})") == [(1,)]
