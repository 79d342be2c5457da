"""Files as people and their tools really write them (tests/field), and malicious files: each read correctly, in one refresh."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from projects import ROOT, Project, copy_toy

FIELD = ROOT / "tests" / "field"
# Each file is of a business called `shop`; here each gets its own business.
CASES = {"pandas": "x_pandas/events.csv", "emptycols": "x_emptycols/events.csv", "empty": "x_empty/events/a.csv", "macfork": "x_macfork/events/a.csv"}
BUSINESSES = [*CASES, "shop", "mended", "f_csvupper", "f_tsv", "f_gz", "f_pqdouble"]
# Attacks by headers where names are not quoted: the first wrote a file with the rights of the refresh.
ATTACKS = [
    'x" , (select 1 from read_text(\'/etc/passwd\')) as "y', "x'); copy (select 1) to 'stolen.csv'; --", '"; drop table winback.refreshes; --',
    "{{ run_query('select 1') }}", "{% do x %}", "select", "é", "É", 'a"b', "a'b", "a]]b", "a\\b", "a,b", "%s",
    "businesses", "cleaned", "typed", "landed", "key_hash", "customer_key", "timezone", "event_id", "segment",  # names used in queries beside attributes
]  # fmt: skip


def seed(project: Project) -> None:
    header = (project.folder / "seeds" / "businesses.csv").read_text().splitlines()[0]
    rows = [f"{business},{business},retail,UTC,USD,30,90,,30," for business in BUSINESSES]
    (project.folder / "seeds" / "businesses.csv").write_text("\n".join([header, *rows]) + "\n")
    (project.folder / "seeds" / "event_kinds.csv").write_text("business_id,event_name,kind\n*,order,purchase\n")


def land_customers(project: Project, *attributes: str) -> None:
    header = ["business_id", "customer_id", "country", *attributes, "updated_at", "loaded_at"]
    values = ["pandas", "c0", "IT", *(f"value {number}" for number in range(len(attributes))), "2025-01-01", "2025-07-01"]
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in row) for row in (header, values)]
    (project.landing / "customers.csv").write_text("\n".join(quoted) + "\n")


def with_its_landing(project: Project) -> Project:
    return replace(project, landing=project.folder / "land[ing] *'s")


def refresh_three_nights(new: Project) -> None:
    copy_toy(new.folder)
    project = with_its_landing(new)
    seed(project)
    events = project.landing / "events"
    events.mkdir(parents=True)
    for business, file in CASES.items():
        (events / f"{business}.csv").write_text((FIELD / file).read_text().replace("shop", business))
    shutil.copyfile(FIELD / "x_empty" / "events" / "b.csv", events / "b.csv")
    shutil.copyfile(FIELD / "x_macfork" / "events" / "._a.csv", events / "._a.csv")
    for file in (FIELD / "r2_ignored").iterdir():
        shutil.copyfile(file, events / file.name)
    shutil.copyfile(FIELD / "x_pqfloat" / "a.parquet", events / "a.parquet")
    (project.landing / "orders.csv").write_text("id\n1\n")
    mended = project.landing / "events" / "night1.csv"
    mended.write_text((FIELD / "x_mended" / "night1.csv").read_text().replace("shop", "mended"))
    land_customers(project)
    (project.folder / "told_first").write_text(project.refresh("2025-06-30").stderr)
    shutil.copyfile(FIELD / "x_pqfloat" / "b.parquet", events / "b.parquet")
    land_customers(project, *ATTACKS)
    (project.folder / "told_second").write_text(project.refresh("2025-06-30").stderr)
    mended.unlink()
    (events / "night2.csv").write_text((FIELD / "x_mended" / "night2.csv").read_text().replace("shop", "mended"))
    project.refresh("2025-06-30", "--reland")


@pytest.fixture(scope="session")
def field(once) -> Project:
    """One refresh with every file, a second with a hostile header and Parquet doubles, and a third that loads everything again."""
    return with_its_landing(once("it's [a] *project* 🎉", refresh_three_nights))


def customers(project: Project, business: str) -> list[str]:
    return [name for (name,) in project.query(f"select distinct customer_id from winback.lifecycle_states where business_id = '{business}' order by 1")]


@pytest.mark.parametrize("business", [*CASES, "f_csvupper", "f_tsv", "f_gz"])
def test_reads_what_tools_write(field: Project, business: str) -> None:
    assert customers(field, business) == ["c0", "c1", "c2"]


def test_ids_that_parquet_keeps_as_doubles_are_the_same_people(field: Project) -> None:
    assert customers(field, "f_pqdouble") == ["17850", "17851", "17852"]
    assert customers(field, "shop") == ["6250000000017"]
    orders = field.query("select customer_id, left(occurred_at, 10) from winback_internal.stg_events where business_id = 'shop' order by 2")
    assert orders == [("6250000000017", "2025-01-10"), ("6250000000017", "2025-06-10")]


def test_lands_everything_again_where_a_file_was_wrong(field: Project) -> None:
    assert customers(field, "mended") == ["c0", "c1", "c2", "d0", "d1", "d2"]
    # A double that is not a number is no customer.
    assert field.query("select landing_table, business_id, row_id, reason from winback.rejected_rows") == [("events", "shop", "n3", "missing_customer_id")]
    assert field.query("select refresh_id, is_rebuild from winback.refreshes order by 1") == [(1, True), (2, False), (3, True)]
    assert "Reading the whole landing again" in field.told


def test_names_what_lies_in_the_landing_and_is_not_read(field: Project) -> None:
    first, second = ((field.folder / f"told_{night}").read_text() for night in ("first", "second"))
    for words in (first, second):
        assert "Not read, because the name or format is not that of a landing table: events/jsonl.jsonl, orders.csv. Winback reads <table>.csv" in words
    assert "._a.csv" not in first and "b.csv" not in first


def test_a_header_is_never_run(field: Project) -> None:
    columns = {name for (name,) in field.query("select column_name from duckdb_columns() where table_name = 'landed_customers'")}
    assert columns >= set(ATTACKS)
    selected = ", ".join('"' + name.replace('"', '""') + '"' for name in ATTACKS)
    assert field.query(f"select {selected} from winback_internal.stg_customers") == [tuple(f"value {number}" for number in range(len(ATTACKS)))]
    assert not list(Path(field.folder).rglob("stolen.csv"))


def test_a_run_cannot_reach_beyond_its_build(toy: Project) -> None:
    toy.land_more()
    compiled = "{{ run_query(\"select * from read_text('/etc/hostname')\") }}select 1 as x"
    (toy.folder / "dbt_project" / "tests" / "reaches_out.sql").write_text(compiled + " where 1 = 0")
    message = toy.refused("refresh", "--as-of", "2025-06-30")
    assert "file system operations are disabled by configuration" in message
