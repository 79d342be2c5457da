"""`dim_metric` against the tables it describes: every formula and null rule on every row, every figure listed, every text present."""

import csv
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.dbt_project import code_version
from projects import ROOT, Project

LANGUAGES = ("en", "it", "sv", "nl", "de")
TEXTS = ROOT / "dbt_project" / "seeds" / "catalogue" / "texts.csv"
KEYS = {"business_id", "period_grain", "period_start", "segment", "segment_value"}
# Numbers that identify a row.
DIMENSIONS = {"months_since"}
SHARE = "between 0 and 1"
BOUNDS = {"share": SHARE, "probability": SHARE, "share_difference": "between -1 and 1", "customers": ">= 0", "transitions": ">= 0", "days": ">= 0"}
UNBOUNDED = ("ratio", "money", "returns")


@pytest.fixture(scope="module")
def busy(cases: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of drawn businesses: they have campaigns and surveys, which the golden landing lacks."""
    with duckdb.connect(str(cases.warehouse), read_only=True) as connection:
        connection.execute("use winback")
        yield connection


@pytest.fixture(scope="module")
def columns(busy: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns of each public table, with their types."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, name, kind in busy.execute("select table_name, column_name, data_type from duckdb_columns() where schema_name = 'winback'").fetchall():
        found[table][name] = kind
    return found


@pytest.fixture(scope="module")
def metrics(busy: duckdb.DuckDBPyConnection) -> list[dict]:
    found = busy.execute("select * from dim_metric order by place")
    names = [name for name, *_ in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def texts() -> list[dict[str, str]]:
    with TEXTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def rows(columns: dict[str, dict[str, str]], table: str) -> str:
    """Return the table with the columns that only the fct_lifecycle row with the same keys has."""
    if table == "fct_lifecycle" or not columns[table].keys() >= KEYS:
        return table
    more = ", ".join(f"lifecycle.{name}" for name in columns["fct_lifecycle"] if name not in columns[table])
    return f"(select own.*, {more} from {table} as own inner join fct_lifecycle as lifecycle using ({', '.join(KEYS)}))"


def test_formulas_and_their_parts_give_the_column(busy: duckdb.DuckDBPyConnection, columns: dict, metrics: list[dict]) -> None:
    wrong = []
    for metric in metrics:
        name, parts = metric["metric"], (metric["numerator"], metric["denominator"])
        assert (parts[0] is None) == (parts[1] is None), name
        expressions = [metric["formula"]] if metric["formula"] else []
        expressions += [f"({parts[0]}) / ({parts[1]})"] if parts[0] else []
        for expression in expressions:
            ((compared, far),) = busy.execute(f"""
                select count({name}), count(case when abs({name} - value) <= 1e-12 * greatest(1, abs({name})) then null else {name} end)
                from (select *, cast({expression} as double) as value from {rows(columns, metric["table_name"])})""").fetchall()
            wrong += [(name, expression, compared, far)] if far or not compared else []
    assert wrong == []
    assert all(metric["numerator"] for metric in metrics if metric["unit"] == "ratio")


def test_null_rules_hold_on_every_row(busy: duckdb.DuckDBPyConnection, columns: dict, metrics: list[dict]) -> None:
    wrong = []
    for metric in metrics:
        name, rule = metric["metric"], metric["null_rule"]
        condition = re.fullmatch(r"null where (.+?)(, and until .+)?", rule)
        tested, in_words = (condition[1], condition[2]) if condition else ("false", rule != "never null")
        ((null_there, there, null_elsewhere, elsewhere),) = busy.execute(f"""
            select count(*) filter (is_there and {name} is null), count(*) filter (is_there),
                count(*) filter (not is_there and {name} is null), count(*) filter (not is_there)
            from (select *, coalesce({tested}, false) as is_there from {rows(columns, metric["table_name"])})""").fetchall()
        holds = null_there == there and elsewhere > 0 and (null_elsewhere < elsewhere if in_words else null_elsewhere == 0)
        wrong += [] if holds else [(name, rule, null_there, there, null_elsewhere, elsewhere)]
    assert wrong == []


def test_units_are_what_the_columns_hold(busy: duckdb.DuckDBPyConnection, columns: dict, metrics: list[dict]) -> None:
    assert {metric["unit"] for metric in metrics} == {*BOUNDS, *UNBOUNDED}
    for metric in metrics:
        name, table, unit = metric["metric"], metric["table_name"], metric["unit"]
        if unit in BOUNDS:
            assert busy.execute(f"select count(*) from {table} where not {name} {BOUNDS[unit]}").fetchall() == [(0,)], (name, unit)
        assert (columns[table][name] == "BIGINT") == (unit in ("customers", "transitions")), (name, unit)


def test_every_figure_of_a_public_fact_is_listed_and_nothing_else(busy: duckdb.DuckDBPyConnection, columns: dict, metrics: list[dict]) -> None:
    listed = {metric["metric"]: metric["table_name"] for metric in metrics}
    assert len(listed) == len(metrics) and [metric["place"] for metric in metrics] == list(range(1, len(metrics) + 1))
    figures = {
        name
        for table in columns
        if table.startswith("fct_")
        for name, kind in columns[table].items()
        if kind in ("BIGINT", "INTEGER", "DOUBLE") or kind.startswith("DECIMAL")
        if not name.endswith(("_low", "_high")) and name not in DIMENSIONS
    }
    assert figures - listed.keys() == set()
    assert [(name, table) for name, table in listed.items() if name not in columns[table]] == []
    kept = {name for (name,) in busy.execute("select distinct metric from metric_history").fetchall()}
    assert kept and kept <= listed.keys()


def test_every_metric_of_the_files_has_a_place_and_texts(texts: list[dict[str, str]]) -> None:
    """In a second, what the tests of the built table find in minutes."""
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "dbt_project" / "models").rglob("*.yml")]
    columns = [column for file in files for model in file.get("models", []) for column in model.get("columns", [])]
    places = {column["name"]: column["config"]["meta"]["place"] for column in columns if "place" in column.get("config", {}).get("meta", {})}
    assert sorted(places.values()) == list(range(1, len(places) + 1))
    written = {(row["name"], row["language"]) for row in texts if row["kind"] == "metric"}
    assert written == {(name, language) for name in places for language in LANGUAGES}


def test_every_text_is_there_in_every_language(metrics: list[dict], texts: list[dict[str, str]], busy: duckdb.DuckDBPyConnection) -> None:
    found = {(row["kind"], row["name"], row["language"]) for row in texts}
    assert len(found) == len(texts)
    wanted = {("metric", metric["metric"]) for metric in metrics}
    for kind, table in (("state", "lifecycle_states"), ("exit_kind", "lifecycle_states"), ("return_type", "fct_returns")):
        wanted |= {(kind, name) for (name,) in busy.execute(f"select distinct {kind} from {table} where {kind} is not null").fetchall()}
    assert found == {(*name, language) for name in wanted for language in LANGUAGES}
    for row in texts:
        for column in ("label", "definition"):
            assert row[column] and row[column] == " ".join(row[column].split()), row
        assert row["definition"].endswith(".") and not row["label"].endswith("."), row
    shown = {(metric["metric"], language): (metric[f"label_{language}"], metric[f"definition_{language}"]) for metric in metrics for language in LANGUAGES}
    assert shown == {(row["name"], row["language"]): (row["label"], row["definition"]) for row in texts if row["kind"] == "metric"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_metrics_share_a_label_or_a_definition(metrics: list[dict], language: str) -> None:
    for column in ("label", "definition"):
        said = [metric[f"{column}_{language}"].casefold() for metric in metrics]
        assert sorted(text for text in set(said) if said.count(text) > 1) == []


def test_the_names_of_the_trade(metrics: list[dict]) -> None:
    labels = {metric["metric"]: tuple(metric[f"label_{language}"].lower() for language in LANGUAGES) for metric in metrics}
    assert labels["win_back_rate"] == ("win-back rate", "tasso di recupero", "återvinningsfrekvens", "herwin rate", "rückgewinnungsrate")
    assert labels["reactivation_rate"] == ("reactivation rate", "tasso di riattivazione", "återaktiveringsfrekvens", "reactivatie rate", "reaktivierungsrate")


def test_a_changed_text_is_changed_code_so_that_the_next_refresh_publishes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setattr("orchestration.dbt_project.DBT_PROJECT", project)
    before = code_version([])
    path = project / TEXTS.relative_to(ROOT / "dbt_project")
    path.write_text(path.read_text(encoding="utf-8").replace("Herwin rate", "Herwinrate"), encoding="utf-8")
    assert code_version([]) != before
