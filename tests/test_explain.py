"""`winback explain` on the golden landing: its statements match the tables, and no input can make it report or do more."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WinbackError
from orchestration.explain import explanation
from orchestration.explain.contracts import contract_steps
from orchestration.explain.events import read_events
from orchestration.explain.figures import GRAINS, contribution, periods
from orchestration.explain.person import find_person
from orchestration.explain.states import read_course
from orchestration.quoting import shown
from orchestration.warehouses.duckdb_file import DuckDBFile
from projects import ROOT, Project

HOSTILE = ["x' or '1'='1", "x'; drop table winback.dim_business; --", "\\' or 1=1 --", "a\x1b[2Jb", "c" * 100_000, "\udcff", "zero\0byte", "", "%s", "{}", "--as-of"]

# A command-line argument cannot contain a zero byte, and a stored text no half character.
LANDABLE = [text for text in HOSTILE if text and not {"\0", "\udcff"} & set(text)]


@pytest.fixture
def warehouse(golden: Project) -> DuckDBFile:
    return DuckDBFile(golden.warehouse, golden.landing)


def page(warehouse: DuckDBFile, business: str, customer: str) -> str:
    return "\n".join(explanation(warehouse, business, customer))


def event_of(told: str, event_id: str) -> str:
    """Return the part of a page about one event."""
    (block,) = [block for block in told.split("\n20") if f"  {event_id}  " in block.splitlines()[0]]
    return block.split("\n\n")[0]


def everyone(golden: Project) -> list[tuple[str, str]]:
    return golden.query("select distinct business_id, customer_id from winback_internal.int_customer_keys order by 1, 2")


def test_the_command_prints_the_page_and_writes_nothing(golden: Project, warehouse: DuckDBFile) -> None:
    before = {path: path.stat().st_mtime_ns for path in golden.folder.rglob("*") if "__pycache__" not in path.parts}
    result = golden.winback("explain", "--business", "saas", "--customer", "two_contracts")
    assert (result.returncode, result.stdout) == (0, page(warehouse, "saas", "two_contracts") + "\n")
    assert {path: path.stat().st_mtime_ns for path in golden.folder.rglob("*") if "__pycache__" not in path.parts} == before


def test_who_it_is_and_under_which_policy(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "saas", "two_contracts")
    assert "business: saas (SaaS, subscription, Europe/Rome, EUR)" in told
    assert "D = 30, F = none, P = 14, recovery_days = 14\ncounted to 2025-06-30" in told


def test_contracts_open_and_end_and_only_the_last_end_is_an_exit(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "saas", "two_contracts")
    assert "opens contract k2, 2 open" in event_of(told, "e113")
    assert "ends contract k2, 1 still open: no exit" in event_of(told, "e114")
    assert "continues contract k1" in event_of(told, "e115")
    assert "ends contract k1, none open: an exit" in event_of(told, "e116")
    assert "ends contract p, contract q, none open: an exit" in event_of(page(warehouse, "saas", "ends_all"), "e127")
    assert "former from 2024-03-20 until 2024-05-01 (churned): exit by cancellation (too_expensive, voluntary)" in told


def test_contracts_and_days_are_those_of_the_tables(golden: Project, warehouse: DuckDBFile) -> None:
    """For all customers: the page and the SQL derive the same contracts, and the same days of exits."""
    found: list[tuple] = []
    exits: set[tuple] = set()
    with warehouse.reader() as reader:
        for who in everyone(golden):
            person = find_person(reader, *who)
            if person.asked != person.survivor:
                continue
            acts = [event for event in read_events(reader, person) if event.counts and event.kind in ("purchase", "cancellation")]
            steps = contract_steps(acts)
            found += [(person.key, step.opens, act.local_date, step.contract_ends_on) for act, step in zip(acts, steps, strict=True) if step.opens]
            exits |= {(person.key, act.local_date) for act, step in zip(acts, steps, strict=True) if step.is_exit}
    held = golden.query("select customer_key, contract_id, opened_on, ended_on from winback_internal.int_contracts")
    assert len(held) > 10 and Counter(found) == Counter(held)
    assert exits == set(golden.query("select customer_key, event_date from winback_internal.int_customer_days where has_exit"))


def test_a_dropped_value_is_named_and_its_event_stands(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "shop", "x6")
    assert "dropped: amount (negative_amount)\n    no revenue" in event_of(told, "b06") and "  current  purchase" in told
    assert "landing_table=events, row_id=b06, customer_id=x6, column_name=amount, reason=negative_amount" in told


def test_rows_that_do_not_count_say_why(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "shop", "x4")
    assert "b04  rejected: unmapped_event_name\n    landed: event_name=" in told and "States: none" in told
    assert "landing_table=events, row_id=b04, customer_id=x4, reason=unmapped_event_name" in told
    corrected = page(warehouse, "shop", "corrected")
    assert "(not dated)  e032  superseded\n    landed: event_name=order, occurred_at=2024-02-10" in corrected and "2024-03-10  e032  current  purchase" in corrected
    assert "e027  current  voided: it never happened" in page(warehouse, "shop", "voided")


def test_whom_a_customer_was_merged_into(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "shop", "merge_a")
    assert "customer: merge_c (the one asked for was merged into this one)\nmerged into this one: merge_a, merge_b" in told
    assert "e039  current  purchase  as customer merge_a" in told
    assert told.splitlines()[4:] == page(warehouse, "shop", "merge_c").splitlines()[4:]
    in_cycle = page(warehouse, "shop", "loop_a")
    assert "merged into this one: loop_tail\n" in in_cycle and in_cycle.count("row_status=rejected, rejection_reason=merge_cycle") == 2


def test_an_address_is_found_in_any_case_and_other_ids_letter_by_letter(warehouse: DuckDBFile) -> None:
    assert page(warehouse, "shop", " ANN@example.com") == page(warehouse, "shop", "ann@example.com")
    with pytest.raises(WinbackError, match="no customer 'MERGE_A'"):
        page(warehouse, "shop", "MERGE_A")


def test_what_was_paid_until_moves_the_clock(warehouse: DuckDBFile) -> None:
    assert "    paid until 2024-05-30" in event_of(page(warehouse, "agency", "prepaid"), "e162")
    told = page(warehouse, "saas", "cover_ends")
    assert "paid until 2024-03-10, when its contract ends" in event_of(told, "e152")
    assert "(lapsed): 30 days after 2024-03-10, until which date the purchase of 2024-01-15 was paid, D = 30" in told


def test_why_a_state_changed(warehouse: DuckDBFile) -> None:
    sleeper = page(warehouse, "advice", "sleeper")
    assert "dormant from 2024-03-20 until 2024-05-15 (lapsed): 60 days after the last activity on 2024-01-20, D = 60" in sleeper
    assert "active from 2024-05-15 until 2024-07-14 (reactivated): engagement" in sleeper
    assert "former from 2025-05-10 until 2025-06-10 (churned): 180 days after the last activity on 2024-11-11, F = 180" in sleeper
    assert "no effect: is former" in event_of(sleeper, "e100")
    assert "within recovery_days = 14: a failed payment made good, no win-back" in page(warehouse, "saas", "card_quick")


def test_what_comes_next_and_what_waits(warehouse: DuckDBFile) -> None:
    told = page(warehouse, "shop", "future")
    assert "projected: dormant from 2025-07-30 (lapsed) if nothing else happens: 90 days after the last activity on 2025-05-01, D = 90" in told
    assert "e046  current  cancellation  waits: dated after 2025-06-30" in told


def test_every_customer_has_a_page_with_the_states_that_are_published(golden: Project, warehouse: DuckDBFile) -> None:
    pages = {who: page(warehouse, *who) for who in everyone(golden)}
    states = golden.query("select business_id, customer_id, state, valid_from, valid_to, projected_state, projected_on from winback.lifecycle_states")
    assert len(states) > 200
    for business, customer, state, start, end, projected, on in states:
        told = pages[business, customer]
        assert f"\n{state} from {start}{f' until {end}' if end else ''} (" in told
        assert end or f"projected: {f'{projected} from {on}' if on else 'no change'}" in told


@pytest.mark.parametrize("grain", GRAINS)
def test_the_parts_of_all_customers_are_the_published_counts(golden: Project, warehouse: DuckDBFile, grain: str) -> None:
    counted: dict[tuple[str, date], Counter[str]] = {}
    as_of = date(2025, 6, 30)
    with warehouse.reader() as reader:
        for business, customer in everyone(golden):
            person = find_person(reader, business, customer)
            course = read_course(reader, person)
            if customer != person.survivor or not course.moves:
                continue
            assert person.as_of == as_of
            for start, end in periods(grain, course.moves[0].day, as_of):
                counted.setdefault((business, start), Counter()).update(contribution(course, start, end, as_of))
    names = {name for period in counted.values() for name in period}
    compared = set()
    for table in ("fct_lifecycle", "fct_win_back", "fct_reactivation", "fct_retention"):
        held = golden.query(f"select column_name from information_schema.columns where table_schema = 'winback' and table_name = '{table}'")
        columns = [name for (name,) in held if name in names]
        compared |= set(columns)
        for business, start, *values in golden.query(
            f"select business_id, period_start, {', '.join(columns)} from winback.{table} where period_grain = '{grain}' and segment = 'all'"
        ):
            own = counted.get((business, start), Counter())
            assert dict(zip(columns, values, strict=True)) == {name: own[name] for name in columns}, (table, business, start)
    assert {"former_returned", "dormant_returned", "current_retained", "returned_at_close", "exits_won_back", "new_customers", "recovered"} <= compared


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:13])
def test_an_id_nobody_has_is_refused_in_one_line(warehouse: DuckDBFile, text: str) -> None:
    for business, customer in (("shop", text), (text, "once")):
        with pytest.raises(WinbackError) as refused:
            page(warehouse, business, customer)
        message = str(refused.value)
        assert ("has no customer" if business == "shop" else "There is no business") in message and "Give --" in message
        assert message.isprintable() and len(message) < 700


@pytest.mark.parametrize("text", LANDABLE, ids=lambda text: ascii(text)[1:13])
def test_a_hostile_id_that_has_landed_is_only_shown(warehouse: DuckDBFile, tmp_path: Path, text: str) -> None:
    copy = tmp_path / "warehouse.duckdb"
    shutil.copyfile(warehouse.published, copy)
    with duckdb.connect(str(copy)) as connection:
        tables = "select schema_name || '.' || table_name from duckdb_columns() where column_name = 'customer_id' and table_name in (select table_name from duckdb_tables())"
        for (table,) in connection.execute(tables).fetchall():
            connection.execute(f"update {table} set customer_id = ? where customer_id = 'two_contracts'", [text])
        connection.execute("update winback_internal.landed_events set event_name = ? where event_name = 'invoice_paid'", [text])
        connection.execute("update winback.fct_returns set exit_reason = ?", [text])
    told = page(DuckDBFile(copy, tmp_path), "saas", text)
    assert all(line.isprintable() for line in told.splitlines())
    expected = page(warehouse, "saas", "two_contracts").replace("two_contracts", shown(text))
    for column, landed in {"event_name": "invoice_paid", "exit_reason": "too_expensive"}.items():
        expected = expected.replace(f"{column}={landed}", f"{column}={shown(text)}")
    assert told == expected


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(WinbackError, match=r"Nothing is published at .*Run `winback refresh`"):
        explanation(DuckDBFile(tmp_path / "none.duckdb", tmp_path), "shop", "once")


def test_the_command_fails_in_one_message(golden: Project) -> None:
    assert golden.refused("explain", "--business", "saas", "--customer", "nobody").startswith("winback: Business 'saas' has no customer 'nobody'")


def test_the_example_in_the_docs_is_what_is_printed(warehouse: DuckDBFile) -> None:
    section = (ROOT / "docs" / "how-to" / "run.md").read_text(encoding="utf-8").split("## Checking a figure by hand")[1]
    example = section.split("```")[1].strip("\n").splitlines()
    told = iter(page(warehouse, "saas", "two_contracts").splitlines())
    assert len(example) > 10 and all(line in told for line in example)  # in this order
