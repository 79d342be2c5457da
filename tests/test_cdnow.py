"""Real orders: the figures of docs/cdnow-by-hand.md, worked out from the orders alone and read from the tables."""

import re
import shutil

import duckdb
import pytest

from conftest import ROOT, Project, copy_project

PAGE = (ROOT / "docs" / "cdnow-by-hand.md").read_text()
BY_HAND, FROM_TABLES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def figures(heading: str) -> list[float]:
    """The row of figures that the page shows under a heading."""
    row = PAGE.split(heading)[1].splitlines()[2]
    return [float(cell.replace(",", "")) for cell in row.strip("| ").split("|")]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The sample as `winback demo` makes it, in a project of its own."""
    project = copy_project(tmp_path_factory.mktemp("sample"))
    result = project.winback("demo")
    assert result.returncode == 0, result.stderr
    assert "CDNOW" in result.stdout and f"Warehouse: {project.warehouse}" in result.stderr
    return project


def test_the_orders_alone_give_the_figures_on_the_page(sample: Project) -> None:
    found = duckdb.sql(BY_HAND.replace(".winback/landing", str(sample.landing))).fetchone()
    assert list(found) == figures("| former | who ordered")
    former, won_back, dormant, reactivated, current, kept = found
    for words in (f"{won_back / former:.1%}", f"{(won_back + reactivated) / (former + dormant):.1%}", f"{kept / current:.1%}"):
        assert f"**{words[:-1]} %**" in PAGE


def test_the_tables_say_the_same(sample: Project) -> None:
    (found,) = sample.query(FROM_TABLES)
    assert [round(value, 4) for value in found] == figures("| former_returned | opening_former")
    former, won_back, dormant, reactivated, current, kept = duckdb.sql(BY_HAND.replace(".winback/landing", str(sample.landing))).fetchone()
    assert found[:5] == pytest.approx((won_back, former, won_back / former, (won_back + reactivated) / (former + dormant), kept / current), abs=1e-12)


def test_a_second_demo_does_not_write_the_sample_again(sample: Project) -> None:
    marker = sample.landing / ".winback-sample"
    before = marker.stat().st_mtime_ns
    assert sample.winback("demo").returncode == 0
    assert marker.stat().st_mtime_ns == before


def test_the_demo_leaves_a_landing_of_the_users_own_alone(project: Project) -> None:
    shutil.copytree(ROOT / "tests" / "golden" / "landing", project.landing)
    message = project.refused("demo")
    assert "holds data of your own" in message
    assert sorted(path.name for path in project.landing.iterdir()) == ["customer_merges.csv", "events.csv"]
