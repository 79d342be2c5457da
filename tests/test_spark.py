"""The same tables on a Spark cluster. `make test-spark`; not part of `make test`, because it takes minutes."""

import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clusters import Cluster
from companies import Held, connect, on_servers
from orchestration.sample import SAMPLE_AS_OF
from projects import GOLDEN, GOLDEN_AS_OF, Project, copy_project
from servers import tables_as_file
from warehouses import differences, public_tables

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def on_spark(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The golden landing, published on the cluster."""
    project = cluster.project(tmp_path_factory.mktemp("spark"))
    project.use_seeds(GOLDEN)
    shutil.copytree(GOLDEN / "landing", project.landing)
    assert project.winback("land").returncode == 0
    project.refresh()
    return project


def published_on(cluster: Cluster, path: Path, like: Path) -> Path:
    """Return what readers see, as a DuckDB file."""
    return tables_as_file(path, like, {table: cluster.rows(f"select * from winback.{table}") for table in public_tables(like)})


def current(cluster: Cluster) -> str:
    """Return the database that is published."""
    return str(cluster.rows("describe database extended winback")[1]).split("winback.current,")[1].split(")")[0]


def shown_by(cluster: Cluster, view: str) -> str:
    """Return the definition of a public view; for a moment, while it is replaced, there is none."""
    from pyhive.exc import OperationalError

    while True:
        try:
            return str(cluster.rows(f"show create table winback.{view}")[1])
        except OperationalError as error:
            if "TABLE_OR_VIEW_NOT_FOUND" not in str(error):
                raise


def test_the_golden_landing_gives_the_same_tables(cluster: Cluster, on_spark: Project, golden: Project, tmp_path: Path) -> None:
    assert differences(published_on(cluster, tmp_path / "spark.duckdb", golden.warehouse), golden.warehouse) == []
    assert on_spark.winback("show").stdout == golden.winback("show").stdout


def test_a_refresh_killed_while_its_views_are_pointed_is_finished_by_the_next(cluster: Cluster, on_spark: Project) -> None:
    before = current(cluster)
    process = on_spark.start("refresh", "--as-of", "2025-07-31")
    deadline = time.monotonic() + 900
    while before in shown_by(cluster, "dim_business"):
        assert time.monotonic() < deadline and process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert before in shown_by(cluster, "win_back_candidates"), "killed too late to see a mixture"
    on_spark.refused("refresh", "--as-of", "2025-07-30")
    assert str(cluster.rows("select max(as_of_date) from winback.dim_business")[1][0][0]) == "2025-07-31"
    assert current(cluster) != before and current(cluster) in shown_by(cluster, "win_back_candidates")


def test_a_selection_is_refused_and_so_is_a_server_that_is_not_there(on_spark: Project) -> None:
    message = on_spark.refused("refresh", "--as-of", GOLDEN_AS_OF, WINBACK_SPARK_PORT="1")
    assert "spark://127.0.0.1:1 does not answer" in message
    assert "WINBACK_SPARK_FOLDER is not set" in on_spark.refused("land", WINBACK_SPARK_FOLDER="")


def test_the_sample_gives_the_same_tables(cluster: Cluster, tmp_path: Path) -> None:
    on_duckdb = copy_project(tmp_path / "duckdb")
    assert on_duckdb.winback("demo").returncode == 0
    on_spark = cluster.project(tmp_path / "spark")
    shutil.copytree(on_duckdb.landing, on_spark.landing)
    cluster.clear()
    assert on_spark.winback("land").returncode == 0
    on_spark.refresh(SAMPLE_AS_OF.isoformat())
    found = published_on(cluster, tmp_path / "spark.duckdb", on_duckdb.warehouse)
    assert differences(found, on_duckdb.warehouse, ignore=("row_text",)) == []


def test_the_rendered_companies_give_the_same_tables(cluster: Cluster, rendered: Project, held: dict[str, Held], tmp_path: Path) -> None:
    on_server = on_servers(held)
    on_spark = cluster.project(tmp_path / "spark")
    connect(on_spark, on_server, {business: business for business in on_server})
    cluster.clear()
    for business, each in on_server.items():
        cluster.fill(business, each.rendered.tables, each.types)
    assert on_spark.winback("land").returncode == 0
    on_spark.refresh(SAMPLE_AS_OF.isoformat())
    found = published_on(cluster, tmp_path / "spark.duckdb", rendered.warehouse)
    assert differences(found, rendered.warehouse, ignore=("row_text",), businesses=on_server) == []
