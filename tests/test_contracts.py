"""The data tests that name the broken rule (`table_contract`, `raw_rows_reconcile`, `kept_once`): each rule is shown to fail."""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.dbt_project import dbt_executable
from projects import Project

KINDS = ("_contract", "_reconcile", "_kept_once")
NAMED = re.compile(r'"(winback|winback_internal)"\."(\w+)"')
# Values that replace a column's value, by the beginning of its type's name.
WRONG = {
    "VARCHAR": ("null", "'nonsense'", "'day'", "'active'", "'former'", "'won_back'", "'won_back' || coalesce({}, '')"),
    "BOOLEAN": ("null", "not {}", "true", "false"),
    "DATE": ("null", "{} - 1000", "{} + 1000"),
    "TIMESTAMP": ("null", "{} - interval 1000 day"),
}
WRONG_NUMBERS = ("null", "0", "-1", "{} + 0.1", "{} + 1000", "1000 - {}")


@dataclass
class Question:
    """A data test as SQL, and copies of the tables that it reads, to be corrupted."""

    sql: str
    tables: list[str]
    connection: duckdb.DuckDBPyConnection

    def faults(self, *changes: str) -> dict[str, int]:
        """Return the result of the test after these changes to the tables."""
        self.connection.execute("begin")
        try:
            for change in changes:
                self.connection.execute(change)
            return dict(self.connection.execute(self.sql).fetchall())
        finally:
            self.connection.execute("rollback")

    def all_faults(self) -> set[str]:
        return {fault for fault, _ in self.connection.execute(self.sql.replace("where broken_rows > 0", "")).fetchall()}


@pytest.fixture(scope="module")
def compiled(cases: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with its data tests as SQL, on the businesses of `cases`; all its tables were derived from scratch, so all rows are tested."""
    project = cases.copied_to(tmp_path_factory.mktemp("contracts") / "project")
    project.warehouse.rename(project.folder / "dbt_project" / "warehouse.duckdb")
    command = [dbt_executable(), "--quiet", "compile", "--select", "test_type:generic", "--vars", '{"db_path": "warehouse.duckdb"}']
    done = subprocess.run(command, cwd=project.folder / "dbt_project", env=project.env(), text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-5000:]
    return project


def compiled_tests(project: Project) -> dict[str, Path]:
    found = (project.folder / "dbt_project" / "target" / "compiled").rglob("*.sql")
    return {path.stem: path for path in found if path.stem.endswith(KINDS)}


def opened(project: Project, name: str) -> Question:
    sql = compiled_tests(project)[name].read_text()
    connection = duckdb.connect()
    connection.execute(f"attach '{project.folder / 'dbt_project' / 'warehouse.duckdb'}' as published (read_only); create schema winback; create schema winback_internal")
    tables = sorted(set(NAMED.findall(sql)))
    # Rules of rows hold on a sample; counts over several tables need all rows of a business.
    sample = "using sample reservoir(2000 rows) repeatable (1)"
    businesses = "where business_id in (select business_id from published.winback.dim_business order by md5(business_id) limit 20)"
    for schema, table in tables:
        described = connection.execute(f"describe published.{schema}.{table}").fetchall()
        has_business = any(column == "business_id" for column, *_ in described)
        some = sample if len(tables) == 1 else businesses if has_business else ""
        columns = ", ".join(f'"{column}"::varchar as "{column}"' if kind.startswith("ENUM") else f'"{column}"' for column, kind, *_ in described)
        connection.execute(f"create table {schema}.{table} as select {columns} from published.{schema}.{table} {some}")
    return Question(sql, [f"{schema}.{table}" for schema, table in tables], connection)


def changes(tested: Question) -> Iterator[str]:
    """Yield faults: one row less, one row twice, two empty rows; and each column wrong in each way, on all rows at once."""
    for table in tested.tables:
        described = [(column, kind) for column, kind, *_ in tested.connection.execute(f"describe {table}").fetchall()]
        nothing = f"insert into {table} ({described[0][0]}) values (null)"
        yield from (f"delete from {table} where rowid = 0", f"insert into {table} select * from {table} limit 1", f"{nothing}; {nothing}")
        for column, kind in described:
            for wrong in next((ways for name, ways in WRONG.items() if kind.startswith(name)), WRONG_NUMBERS):
                value = wrong.format(f'"{column}"')
                yield f'update {table} set "{column}" = {value}'


def test_every_rule_of_every_contract_can_break(compiled: Project) -> None:
    names = compiled_tests(compiled)
    assert len(names) == 42
    never_broken = {}
    for name in names:
        tested = opened(compiled, name)
        assert tested.faults() == {}, name
        unseen = tested.all_faults()
        for change in changes(tested):
            if not unseen:
                break
            with contextlib.suppress(duckdb.ConversionException, duckdb.OutOfRangeException):  # the column cannot hold such a value
                unseen -= tested.faults(change).keys()
        if unseen:
            never_broken[name] = unseen
    assert never_broken == {}


ONE = "update winback.fct_win_back set {} where rowid = (select min(rowid) from winback.fct_win_back where win_back_rate between 0.2 and 0.8)"


@pytest.mark.parametrize(("change", "faults"), [
    ("business_id = null", {"business_id is null"}),
    ("won_back_revenue = null", {"won_back_revenue is null"}),
    ("intra_period_win_backs = -1", {"intra_period_win_backs is null or negative"}),
    ("win_back_rate_low = win_back_rate_low + 1e-3", {"win_back_rate_low is not the end of its interval"}),
    ("win_back_rate_high = null", {"win_back_rate_high is not the end of its interval"}),
    ("win_back_rate = win_back_rate + 1e-11", {"win_back_rate is not its formula"}),
    ("win_back_rate = win_back_rate + 0.1", {"win_back_rate is not its formula", *(f"win_back_rate_{end} is not the end of its interval" for end in ("low", "high"))}),
    ("win_back_rate = null, win_back_rate_low = null, win_back_rate_high = null", {"win_back_rate is not its formula"}),
])  # fmt: skip
def test_a_contract_names_the_rules_that_broke_and_no_others(compiled: Project, change: str, faults: set[str]) -> None:
    assert opened(compiled, "fct_win_back_contract").faults(ONE.format(change)) == dict.fromkeys(faults, 1)


def test_a_contract_counts_the_rows_of_each_rule(compiled: Project) -> None:
    tested = opened(compiled, "fct_win_back_contract")
    twice = "insert into winback.fct_win_back select * from winback.fct_win_back where rowid < 3"
    negative = "update winback.fct_win_back set recovered = -1 where rowid < 2"
    assert tested.faults(twice) == {"key is not unique": 3}
    assert tested.faults(negative, twice) == {"recovered is null or negative": 4, "key is not unique": 3}


def test_a_row_that_is_lost_or_counted_twice_is_told_by_what_became_of_it(compiled: Project) -> None:
    tested = opened(compiled, "events_reconcile")
    landed, base, current = (f"winback_internal.{name}_events" for name in ("landed", "base", "stg"))
    lost = f"delete from {base} where rowid = (select min(rowid) from {base} where row_status = 'superseded')"
    assert tested.faults(lost) == {
        "a landed row is not validated exactly once": 1, "there are not as many validations as landed rows": 1, "landed rows are not all current, superseded or rejected": 1,
    }  # fmt: skip
    assert "a landed row is kept twice" in tested.faults(f"insert into {landed} select * from {landed} limit 1")
    assert "a key stands twice, or is null" in tested.faults(f"insert into {current} select * from {current} limit 1")
    rejected = "delete from winback.rejected_rows where landing_table = 'events' and rowid = (select min(rowid) from winback.rejected_rows where landing_table = 'events')"
    assert tested.faults(rejected) == {"landed rows are not all current, superseded or rejected": 1}
