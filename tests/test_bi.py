"""What BI tools rely on: descriptions in the file, the Superset dashboard and its connection, the documentation page."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
import sqlalchemy
import yaml
from sqlalchemy.pool import NullPool

from dashboards import Chart, charts, dashboard, datasets
from orchestration.bi import connection_uri, write_dashboard
from orchestration.dbt_project import manifest
from orchestration.errors import WinbackError
from orchestration.settings import load_settings
from projects import Project

CHOSEN = {"business_id": "shop", "period_grain": "month", "segment": "all"}
COUNT = sqlalchemy.text("select count(*) from winback.lifecycle_states")


def uri_of(project: Project) -> str:
    return connection_uri(replace(load_settings(), target="duckdb", warehouse=project.warehouse))


def connected(uri: str) -> sqlalchemy.Engine:
    """Connect like Superset: no connection is kept open between queries."""
    return sqlalchemy.create_engine(uri, poolclass=NullPool)


@pytest.fixture
def connection(golden: Project) -> Iterator[sqlalchemy.Connection]:
    with connected(uri_of(golden)).connect() as connection:
        yield connection


def test_every_public_table_and_column_is_described_in_the_file(golden: Project) -> None:
    undescribed = """
        select table_name from duckdb_tables() where schema_name = 'winback' and coalesce(comment, '') = ''
        union all select view_name from duckdb_views() where schema_name = 'winback' and coalesce(comment, '') = ''
        union all select table_name || '.' || column_name from duckdb_columns() where schema_name = 'winback' and coalesce(comment, '') = ''
    """
    assert golden.query(undescribed) == []
    assert golden.query("select comment from duckdb_columns() where schema_name = 'winback' and table_name = 'metric_restatements' and column_name = 'change'") != []


@pytest.mark.parametrize("chart", charts(), ids=lambda chart: chart.name)
def test_every_chart_names_what_is_there_and_can_be_asked(chart: Chart, connection: sqlalchemy.Connection) -> None:
    assert chart.named <= set(chart.dataset.columns) and set(chart.metrics) <= set(chart.dataset.metrics)
    rows = connection.execute(sqlalchemy.text(chart.question(CHOSEN))).all()
    # The golden history has no campaign with a control arm, no restatements and no contracts.
    assert bool(rows) != chart.name.startswith(("What campaigns added", "Published figures that changed", "Recurring revenue", "Revenue retention"))


@pytest.mark.parametrize("dataset", datasets().values(), ids=lambda dataset: dataset.name)
def test_every_column_and_metric_of_a_dataset_is_there(dataset, connection: sqlalchemy.Connection) -> None:
    metrics = [f'{expression} as "{name}"' for name, expression in dataset.metrics.items()]
    connection.execute(sqlalchemy.text(f"select {', '.join(dataset.columns)} from {dataset.source}"))
    connection.execute(sqlalchemy.text(f"select {', '.join(metrics)} from {dataset.source}"))


@pytest.mark.parametrize("rate", ["win_back", "reactivation", "retention"])
def test_a_rate_of_one_row_is_that_of_the_row_and_no_rate_is_an_average(rate: str, connection: sqlalchemy.Connection) -> None:
    (asked,) = [chart for chart in charts() if chart.dataset.name == ("fct_" + rate) and chart.dataset.metrics]
    value, low, high = (asked.dataset.metrics[name] for name in asked.metrics)
    differ = f"""
        select period_start, {value} as value, {low} as low, {high} as high, max({rate}_rate) as rate, max({rate}_rate_low) as rate_low, max({rate}_rate_high) as rate_high
        from {asked.dataset.source} group by business_id, period_grain, period_start, segment, segment_value
        having (abs({value} - max({rate}_rate)) <= 1e-12 or ({value} is null and max({rate}_rate) is null)) is not true
            or {low} is distinct from max({rate}_rate_low) or {high} is distinct from max({rate}_rate_high)
    """
    assert connection.execute(sqlalchemy.text(differ)).all() == []
    everything = connection.execute(sqlalchemy.text(f"select {value}, {low}, {high} from {asked.dataset.source}")).one()
    assert everything[0] is not None and everything[1] is None and everything[2] is None
    assert not [expression for dataset in datasets().values() for expression in dataset.metrics.values() if "avg" in expression.lower()]


def test_rates_are_shown_of_complete_periods_alone() -> None:
    assert {chart.name for chart in charts() if "is_complete" in chart.dataset.columns} == {
        chart.name for chart in charts() if any(given["subject"] == "is_complete" for given in chart.filters)
    }
    assert all("is_complete" in dataset.source for dataset in datasets().values() if dataset.source.startswith("(") and "period_grain" in dataset.columns)


def test_the_dashboard_places_every_chart_and_filters_by_what_is_there() -> None:
    placed = {cell["meta"]["uuid"]: cell["meta"] for cell in dashboard()["position"].values() if isinstance(cell, dict) and cell["type"] == "CHART"}
    assert {uuid: meta["sliceName"] for uuid, meta in placed.items()} == {chart.uuid: chart.name for chart in charts()}
    names = {meta["chartId"]: meta["sliceName"] for meta in placed.values()}
    assert len(names) == len(placed)
    for given in dashboard()["metadata"]["native_filter_configuration"]:
        assert all(target["column"]["name"] in datasets()[target["datasetUuid"]].columns for target in given["targets"])
        assert set(given["scope"]["excluded"]) <= set(names)


def test_no_chart_names_customers() -> None:
    assert not [dataset.name for dataset in datasets().values() if "customer_id" in dataset.columns or "customer_id" in dataset.source]


def test_the_exposure_tells_the_tables_that_the_dashboard_reads() -> None:
    read = {table for dataset in datasets().values() for table in re.findall(r"winback\.(\w+)", dataset.source)}
    (exposure,) = [exposure for exposure in manifest()["exposures"].values() if exposure["name"] == "superset_dashboard"]
    assert {node.rsplit(".", 1)[-1] for node in exposure["depends_on"]["nodes"]} == read


def test_the_connection_cannot_write(connection: sqlalchemy.Connection, golden: Project) -> None:
    before = golden.warehouse.read_bytes()
    with pytest.raises(sqlalchemy.exc.ProgrammingError, match="read-only mode"):
        connection.execute(sqlalchemy.text("delete from winback.lifecycle_states"))
    assert golden.warehouse.read_bytes() == before


def test_a_refresh_publishes_beside_a_reader_whose_next_query_sees_it(toy: Project) -> None:
    engine = connected(uri_of(toy))
    with engine.connect() as reader:
        before = reader.execute(COUNT).scalar_one()
        toy.land_more()
        toy.refresh()
        assert reader.execute(COUNT).scalar_one() == before
    with engine.connect() as reader:
        assert reader.execute(COUNT).scalar_one() == before + 1


def test_the_zip_holds_the_dashboard_with_the_connection(tmp_path: Path, golden: Project) -> None:
    write_dashboard(uri_of(golden), tmp_path / "dashboard.zip")
    with ZipFile(tmp_path / "dashboard.zip") as bundle:
        names = bundle.namelist()
        assert yaml.safe_load(bundle.read("winback/databases/winback.yaml"))["sqlalchemy_uri"] == f"duckdb:///{golden.warehouse}?access_mode=read_only"
    assert {"winback/metadata.yaml", "winback/dashboards/winback.yaml"} < set(names) and len(names) == 3 + len(charts()) + len(datasets())


def test_an_address_that_would_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WinbackError, match="would open the file for writing"):
        write_dashboard("duckdb:////data/warehouse.duckdb", tmp_path / "dashboard.zip")
    assert not (tmp_path / "dashboard.zip").exists()


def test_the_documentation_is_one_page_with_every_public_description(published: Project, tmp_path: Path) -> None:
    published.warehouse = published.warehouse.rename(published.warehouse.with_name("the shop's 🎉.duckdb"))
    before = published.warehouse.read_bytes()
    made = published.winback("docs", "--output", str(tmp_path / "docs" / "index.html"))
    assert made.returncode == 0, made.stderr
    page = (tmp_path / "docs" / "index.html").read_text(encoding="utf-8")
    public = [node for node in manifest()["nodes"].values() if "public" in node.get("tags", [])]
    texts = [text for node in public for text in (node["description"], *(column["description"] for column in node["columns"].values()))]
    assert public and all(json.dumps(text)[1:-1] in page for text in texts)
    # Types as in the published tables, and nothing fetched from the network.
    assert '"type": "DECIMAL(38,4)"' in page and not re.search(r'<(script|link)[^>]+(src|href)="(https?:)?//', page)
    assert published.warehouse.read_bytes() == before and sorted(path.name for path in published.warehouse.parent.iterdir() if path.suffix == ".wal") == []


def test_the_documentation_needs_no_published_tables(bare_toy: Project, tmp_path: Path) -> None:
    made = bare_toy.winback("docs", "--output", str(tmp_path / "index.html"))
    assert made.returncode == 0, made.stderr
    assert "fct_win_back" in (tmp_path / "index.html").read_text(encoding="utf-8") and not bare_toy.warehouse.exists()
