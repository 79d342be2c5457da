"""Landings as they really come: in all shapes, and broken ones with one clear message each."""

from datetime import date

import duckdb
import pytest

from orchestration.dbt import failure_messages
from projects import GOLDEN_AS_OF, Project

COLUMNS = "event_id,business_id,customer_id,event_name,occurred_at,amount,currency,reason,voids_event_id,loaded_at"


def event(event_id: str, customer: str, occurred_at: str, business: str = "shop", name: str = "order", amount: str = "10", **others: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS.split(","), "")
    row |= {"event_id": event_id, "business_id": business, "customer_id": customer, "event_name": name, "occurred_at": occurred_at}
    return row | {"amount": amount, "loaded_at": "2025-06-01T00:00:00Z"} | others


def test_no_landing(project: Project) -> None:
    assert f"There is no landing at {project.landing}" in project.refused("refresh")
    project.landing.mkdir()
    assert "No landing table 'events': looked for events.csv, events.parquet and a folder events/" in project.refused("refresh")
    assert not project.warehouse.exists()


def test_a_truncated_parquet_file(published: Project) -> None:
    before = published.warehouse.read_bytes()
    (published.landing / "events.csv").unlink()
    whole = published.landing / "events.parquet"
    duckdb.execute(f"copy (select 'e' || i as event_id from range(1000) t(i)) to '{whole}' (format parquet)")
    whole.write_bytes(whole.read_bytes()[:-20])
    assert f"{whole} is not a whole Parquet file" in published.refused("refresh")
    assert published.warehouse.read_bytes() == before


def test_lines_that_end_in_two_ways(project: Project) -> None:
    project.landing.mkdir()
    row = "e1,shop,c1,order,2025-01-01T10:00:00Z,5,USD,,,2025-01-05T00:00:00Z"
    (project.landing / "events.csv").write_bytes(f"{COLUMNS}\n{row}\n{row}\r\n".encode())
    assert f"The lines of {project.landing / 'events.csv'} do not all end alike" in project.refused("refresh")


def test_amounts_that_add_up_to_too_much_cost_themselves_alone(project: Project) -> None:
    """Three of one customer, on one date, together and with a touch, and two of another; the purchases happened all the same."""
    huge = {"e1": "2025-01-01", "e2": "2025-01-01", "e3": "2025-02-03"}
    rows = [event(name, "c1", day, amount="60000000000000") for name, day in huge.items()]
    rows += [event("e4", "c2", "2025-01-01", amount="99999999999999.9999"), event("e5", "c2", "2025-01-02"), event("e6", "neighbour", "2025-01-01")]
    project.land("events", rows)
    project.land("campaigns", [{"business_id": "shop", "campaign_id": "mail", "cost": "99999999999999.9999"}])
    touch = {"business_id": "shop", "campaign_id": "mail", "touched_at": "2024-12-31", "arm": "treatment", "cost": "99999999999999.9999"}
    project.land("campaign_touches", [{"touch_id": "t1", "customer_id": "c1", **touch}])
    told = project.refresh().stderr
    assert project.query("select row_id, customer_id, column_name, reason from winback.dropped_values order by 1") == [
        ("e2", "c1", "amount", "amount_too_large"),
        ("e3", "c1", "amount", "amount_too_large"),
        ("e4", "c2", "amount", "amount_too_large"),
    ]
    assert "events: 3 values dropped (amount amount_too_large 3), whose rows stand: see winback.dropped_values." in told
    worth = "select customer_id, last_purchase_on, cast(lifetime_revenue as varchar) from winback.{} order by 1"
    found = [row for table in ("win_back_candidates", "reactivation_candidates") for row in project.query(worth.format(table))]
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
    (message,) = failure_messages([{"status": "error", "unique_id": "model.winback.int_arms", "message": text}])
    assert message.startswith("Model int_arms: a sum is larger than its column can hold.") and "6E13" not in message


def test_no_events_at_all_is_a_success_said_loudly(project: Project) -> None:
    project.landing.mkdir()
    (project.landing / "events.csv").write_text(COLUMNS + "\n")
    result = project.refresh()
    assert "NO EVENT STANDS. The landing holds no event." in result.stderr
    assert project.query("select count(*) from winback.fct_lifecycle") == [(0,)]
    assert project.query("select count(*), count(history_starts_on) from winback.dim_business") == [(4, 0)]
    assert "none yet" in project.winback("show").stdout


def test_all_rows_rejected_is_a_success_said_loudly(project: Project) -> None:
    project.land("events", [event("e1", "c1", "yesterday"), event("e2", "c2", "2025-01-01", name="teleport")])
    result = project.refresh()
    assert "NO EVENT STANDS. All 2 rows were rejected" in result.stderr
    assert project.query("select row_id, reason from winback.rejected_rows order by 1") == [("e1", "invalid_occurred_at"), ("e2", "unmapped_event_name")]
    assert project.query("select count(*) from winback.lifecycle_states") == [(0,)]


def test_an_as_of_before_all_events_gives_empty_tables(published: Project) -> None:
    message = published.refused("refresh", "--as-of", "2020-01-01")
    assert "The published tables count to 2025-06-30; a refresh to 2020-01-01 would take back what was published since." in message
    assert "set WINBACK_WAREHOUSE to another file" in message
    published.warehouse = published.folder / "past" / "warehouse.duckdb"
    published.refresh("2020-01-01")
    assert published.query("select count(*) from winback.lifecycle_states") == [(0,)]
    assert published.query("select count(*) from winback.fct_win_back") == [(0,)]


def test_a_malformed_as_of(project: Project) -> None:
    for text in ("2025-02-30", "30/06/2025", "20250630", "2025-W26-1", "tomorrow"):
        assert f"The as-of date is '{text}': give a date of the calendar as YYYY-MM-DD" in project.refused("refresh", "--as-of", text)


def test_dates_alone_are_the_businesss_own_west_and_east_of_greenwich(project: Project) -> None:
    project.land("events", [event("e1", "west", "2025-03-01"), event("e2", "east", "2025-03-01", business="advice", name="engagement_signed")])
    project.refresh()
    assert project.query("select customer_id, valid_from from winback.lifecycle_states order by 1, 2")[:2] == [
        ("east", date(2025, 3, 1)),
        ("east", date(2025, 4, 30)),
    ]
    assert project.query("select min(valid_from) from winback.lifecycle_states where customer_id = 'west'") == [(date(2025, 3, 1),)]


def test_files_of_every_shape_make_one_table(project: Project) -> None:
    folder = project.landing / "events"
    folder.mkdir(parents=True)
    # Windows line ends, a byte-order mark, columns in another order, one more column, a quoted comma, padded values.
    (folder / "a.csv").write_bytes(
        b"\xef\xbb\xbfcustomer_id,event_id,business_id,event_name,occurred_at,loaded_at,amount,channel\r\n"
        b'"a,1", e1 ,shop,order,2025-01-01 10:00:00,2025-01-01T11:00Z,12.50,web\r\n'
    )
    (folder / "b.csv").write_text(f"{COLUMNS}\ne2,shop,b1,order,2025-01-02T10:00:00.123456789+05:30,7,USD,,,2025-01-02 11:00:00+00\n")
    duckdb.execute(
        f"""copy (select 'e3' as event_id, 'shop' as business_id, 7 as customer_id, 'order' as event_name,
            timestamp '2025-01-03 10:00:00' as occurred_at, 0.1::double as amount, timestamptz '2025-01-03 11:00:00+00' as loaded_at)
            to '{folder / "c.parquet"}' (format parquet)"""
    )
    project.refresh()
    assert project.query("select count(*) from winback.rejected_rows") == [(0,)]
    assert project.query("select distinct customer_id from winback.lifecycle_states order by 1") == [("7",), ("a,1",), ("b1",)]
    assert [str(amount) for (amount,) in project.query("select amount from winback_internal.int_events_this_run order by event_id")] == ["12.5000", "7.0000", "0.1000"]


def test_lines_that_are_no_rows_cost_themselves_alone(project: Project) -> None:
    project.landing.mkdir()
    good = "e{0},shop,c{0},order,2025-01-0{0}T10:00:00Z,5,USD,,,2025-01-05T00:00:00Z"
    lines = [COLUMNS, good.format(1), "e2,shop,c2", good.format(3) + ",one,too,many", "", good.format(4)]
    (project.landing / "events.csv").write_text("\n".join(lines) + "\n")
    result = project.refresh()
    assert project.query("select reason, row_text from winback.rejected_rows order by 2") == [
        ("malformed_line", "e2,shop,c2"),
        ("malformed_line", good.format(3) + ",one,too,many"),
    ]
    assert project.query("select count(distinct customer_id) from winback.lifecycle_states") == [(2,)]
    assert "4 rows landed, 2 stand, 0 superseded, 2 rejected (malformed_line 2)" in result.stderr


def test_rows_whose_values_run_together_to_one_text_are_two_rows(project: Project) -> None:
    project.land("events", [event("e1", "ann", "2025-06-01", reason=reason, voids_event_id=voids) for reason, voids in [("a\x1fb", "c"), ("a", "b\x1fc")]])
    project.refresh()
    assert project.query("select count(*) from winback_internal.landed_events") == [(2,)]


def test_the_as_of_date_is_by_default_the_last_one_over_everywhere(project: Project) -> None:
    project.land("events", [event("e1", "c1", "2025-01-01")])
    project.refresh(None)
    ((found, wanted),) = project.query(
        """select max(as_of_date), min(cast(timezone(timezone, get_current_timestamp()) as date)) - 1 from winback.dim_business"""
    )
    assert abs((found - wanted).days) <= 1 and found <= wanted, "a day may end between the refresh and the question"
    assert str(found) > GOLDEN_AS_OF


def test_segments_follow_the_attributes_that_landed(project: Project) -> None:
    project.land("events", [event("e1", "c1", "2025-01-01"), event("e2", "c2", "2025-01-01")])
    project.land("customers", [{"business_id": "shop", "customer_id": "c1", "country": "IT", "updated_at": "2025-01-01", "loaded_at": "2025-01-01"}])
    project.refresh()
    found = project.query("select distinct segment, segment_value from winback.fct_lifecycle where business_id = 'shop' order by 1, 2")
    assert found == [("all", "all"), ("country", "(none)"), ("country", "IT")]
    sizes = "select count(*) as size from winback.fct_lifecycle where business_id = 'shop' group by segment, segment_value"
    assert project.query(f"select count(distinct size) from ({sizes})") == [(1,)]


def test_a_segment_with_too_many_values_adds_no_rows_until_it_has_fewer(project: Project) -> None:
    """c1 says the same throughout, and is told apart by it whenever c2's country is none too many."""
    project.limit_segment_values(1)
    project.land("events", [event("e1", "c1", "2025-01-01"), event("e2", "c2", "2025-01-01")])
    found = []
    for night, country in enumerate(("IT", "SE", "IT"), 1):
        of = {"business_id": "shop", "updated_at": f"2025-01-0{night}", "loaded_at": f"2025-01-0{night}"}
        project.land("customers", [{**of, "customer_id": "c1", "country": "IT"}] if night == 1 else [{**of, "customer_id": "c2", "country": country}])
        told = project.refresh().stderr
        assert ("segment country has 2 values among the customers of shop" in told) == (country == "SE")
        of_day = "business_id = 'shop' and period_grain = 'day' and period_start = '2025-01-01' and segment = 'country'"
        found.append(project.query(f"select segment_value, acquired from winback.fct_lifecycle where {of_day} order by 1"))
        if country == "SE":
            assert project.query("select count(*) from winback_internal.int_period_counts where segment = 'country'") == [(0,)]
    assert found == [[("(none)", 1), ("IT", 1)], [], [("IT", 2)]]
