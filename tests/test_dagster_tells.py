"""What an engineer sees in Dagster after a refresh: figures, plots, reconciliation, restatements and checks, as the instance keeps them."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from dagster import AssetKey

from dagster_instance import Told, instance_of, make_home
from orchestration.dbt_project import published_models
from orchestration.landing.contract import LANDING_TABLES
from projects import GOLDEN_AS_OF, ROOT, Project


@pytest.fixture
def told(golden: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    with instance_of(golden, monkeypatch) as instance:
        yield Told(instance)


def test_every_public_table_tells_its_rows(told: Told, golden: Project) -> None:
    for table in published_models():
        assert told.of(table)["dagster/row_count"] == golden.query(f"select count(*) from winback.{table}")[0][0]
        assert told.of(table)["as_of_date"] == GOLDEN_AS_OF


@pytest.mark.parametrize(
    ("table", "rate", "count", "pool"),
    [
        ("fct_win_back", "win_back_rate", "former_returned", "opening_former - former_recovered"),
        ("fct_reactivation", "reactivation_rate", "former_returned + dormant_returned", "opening_former - former_recovered + opening_dormant"),
        ("fct_retention", "retention_rate", "current_retained", "opening_current"),
    ],
)
def test_headline_figures_are_those_of_the_latest_complete_month(told: Told, golden: Project, table: str, rate: str, count: str, pool: str) -> None:
    latest = golden.query(
        f"""select business_id, {count}, {pool}, {rate} from winback.{table}
        where period_grain = 'month' and segment = 'all' and period_start = '2025-06-01' order by business_id"""
    )
    metadata = told.of(table)
    rows = metadata["latest complete month"]
    assert [(row["business"], row["month"], row["customers"], row["of"]) for row in rows] == [(business, "2025-06", *figures) for business, *figures, _ in latest]
    rates = {f"{rate} of {business}": value for business, _, _, value in latest if value is not None}
    assert rates and {label: value for label, value in metadata.items() if label.startswith(rate)} == rates


@pytest.mark.parametrize("table", ["fct_win_back", "fct_reactivation", "fct_retention", "fct_lifecycle"])
def test_a_plot_is_a_small_picture_with_something_drawn_in_it(told: Told, table: str) -> None:
    plot = told.of(table)["plot"]
    assert len(plot) < 20_000
    picture = ET.fromstring(base64.b64decode(plot.split("base64,")[1].rstrip(")")))  # noqa: S314 - drawn by ourselves
    texts = "".join(picture.itertext())
    assert all(word in texts for word in (("active", "dormant", "former") if table == "fct_lifecycle" else ("agency", "saas", "shop")))
    drawn = [path for path in picture.iter("{http://www.w3.org/2000/svg}path") if len(path.get("d", "")) > 100]
    assert len(drawn) >= 3


def test_the_reconciliation_adds_up(told: Told, golden: Project) -> None:
    metadata = told.of("rejected_rows")
    for row in metadata["reconciliation"]:
        assert row["landed"] == row["current"] + row["superseded"] + row["rejected"]
    rejected = {(row["table"], row["reason"]): row["rows"] for row in metadata["rejected because"]}
    assert rejected == {(table, reason): rows for table, reason, rows in golden.query("select landing_table, reason, count(*) from winback.rejected_rows group by all")}
    assert metadata["rejected rows"] == sum(rejected.values())


def test_what_is_dropped_and_what_no_seed_lists_is_told(told: Told, golden: Project) -> None:
    metadata = told.of("dropped_values")
    dropped = {(row["business"], row["column"], row["reason"]): row["values"] for row in metadata["dropped"]}
    counted = golden.query("select business_id, column_name, reason, count(*) from winback.dropped_values group by all")
    assert dropped == {tuple(key): values for *key, values in counted}
    of_shop = sum(values for (business, column, _), values in dropped.items() if (business, column) == ("shop", "amount"))
    assert metadata["amounts that revenue leaves out"] == of_shop > 0
    assert f"; revenue leaves out {of_shop} amounts\n" in golden.told
    assert [(row["value"], row["rows"]) for row in told.of("unmapped_values")["in no seed"]] == [("told_nobody", 1), ("teleport", 1)]


def test_checks_warn_and_the_run_is_a_success(told: Told, golden: Project) -> None:
    check = told.check("rejected_rows", "few_rows_are_rejected")
    assert not check.passed and check.severity.value == "WARN" and not check.blocking
    assert "many rows of events are rejected: 17 of the 206" in check.description
    assert told.check("fct_retention", "retention_rate_is_within_control_limits").passed
    assert "could not be checked" not in golden.told
    (run,) = told.instance.get_runs(limit=1)
    assert run.is_success
    logged = [entry.user_message for entry in told.instance.all_logs(run.run_id) if not entry.is_dagster_event]
    assert [words.startswith("many rows of events are rejected") for words in logged if "rows of events are rejected" in words] == [True]


def test_no_customer_is_named(told: Told, golden: Project) -> None:
    """The golden customers have distinctive names that occur in none of our own texts."""
    customers = {name for (name,) in golden.query("select distinct customer_id from winback.lifecycle_states")}
    (run,) = told.instance.get_runs(limit=1)
    for table in published_models():
        for label, value in told.of(table).items():
            words = set(str(value).replace("'", " ").replace(",", " ").split())
            assert not customers & words, (table, label)
    assert run.is_success


def test_the_catalogue_has_groups_descriptions_owners_kinds_and_freshness() -> None:
    from orchestration.definitions import defs

    graph = defs.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        node = graph.get(key)
        assert {"dbt", "duckdb"} <= node.kinds and node.description and node.group_name != "default"
        policy = node.freshness_policy
        assert (policy is not None) == (key.path[0] == "winback"), key
        if policy:
            assert policy.warn_window.to_timedelta() == timedelta(hours=28) and policy.fail_window.to_timedelta() == timedelta(hours=52)
    assert graph.get(AssetKey(["winback", "fct_retention"])).group_name == "metrics"
    landing = {key.path[-1]: graph.get(key) for key in graph.external_asset_keys}
    assert set(landing) == set(LANDING_TABLES) and all(node.group_name == "landing" and node.description for node in landing.values())
    assert [table for table, node in landing.items() if node.freshness_policy] == ["events"]


def test_new_files_are_told_of_their_landing(told: Told) -> None:
    for table in ("events", "customer_merges"):
        assert told.instance.get_latest_materialization_event(AssetKey(["landing", table])).asset_materialization.metadata["new files"].value == 1
    assert told.instance.get_latest_materialization_event(AssetKey(["landing", "customers"])) is None


def test_owners_come_from_the_environment_and_from_dbt(monkeypatch: pytest.MonkeyPatch) -> None:
    from orchestration.catalog import Catalog
    from orchestration.errors import WinbackError

    monkeypatch.setenv("WINBACK_OWNERS", "data@example.com, team:retention")
    assert Catalog().get_owners({}) == ["data@example.com", "team:retention"]
    assert Catalog().get_owners({"meta": {"dagster": {"owners": ["team:finance"]}}}) == ["team:finance"]
    monkeypatch.setenv("WINBACK_OWNERS", "the analysts")
    with pytest.raises(WinbackError, match="WINBACK_OWNERS names 'the analysts'"):
        Catalog().get_owners({})


def test_what_is_transient_is_tried_again_and_a_mistake_is_not(bare_toy: Project) -> None:
    """A missing server refuses the connection; a missing landing is a user error."""
    bare_toy.environment |= {"WINBACK_RETRIES": "2", "WINBACK_RETRY_SECONDS": "0"}
    assert "trying again" not in bare_toy.refused("refresh")
    message = bare_toy.refused("refresh", WINBACK_TARGET="postgres", PGHOST="127.0.0.1", PGPORT="1")
    assert message.count("trying again (retry 1 of 2)") == 1 and message.count("trying again (retry 2 of 2)") == 1 and message.count("trying again") == 2
    assert "winback: postgresql://" in message and "does not answer" in message


def test_the_shipped_instance_is_put_where_dagster_looks_and_is_what_it_says(golden: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(golden.env()["DAGSTER_HOME"])
    assert (home / "dagster.yaml").read_text() == (ROOT / "orchestration" / "dagster.yaml").read_text()
    with instance_of(golden, monkeypatch) as instance:
        assert instance.telemetry_enabled is False and instance.nux_enabled is False
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 1
        assert instance.run_monitoring_enabled and instance.run_monitoring_max_runtime_seconds == 43_200
    assert yaml.safe_load((home / "dagster.yaml").read_text())["retention"]["sensor"]["purge_after_days"]["skipped"] == 2


@pytest.mark.parametrize("tool", [["dg", "check", "defs"], ["dagster", "definitions", "validate"]])
def test_dagsters_own_checks_are_clean(toy: Project, tool: list[str]) -> None:
    command = [str(Path(sys.executable).with_name(tool[0])), *tool[1:]]
    make_home(toy)
    environment = {**toy.env(), "VIRTUAL_ENV": os.environ.get("VIRTUAL_ENV", sys.prefix)}
    done = subprocess.run(command, check=False, cwd=toy.folder, env=environment, text=True, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    words = done.stdout + done.stderr
    assert "All definitions loaded successfully" in words or "All code locations passed validation" in words
    complaints = [line for line in words.splitlines() if "warning" in line.lower() and "SupersessionWarning" not in line]
    assert complaints == []
