"""The interval macros against statsmodels, on pools that break naive formulas."""

import subprocess

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from conftest import ROOT
from orchestration.dbt import dbt_executable

ADVERSARIAL = [(0, 1), (1, 1), (0, 7), (7, 7), (1, 10), (9, 10), (1, 10_000_000), (9_999_999, 10_000_000), (0, 10_000_000), (10_000_000, 10_000_000), (1, 2)]


@pytest.fixture(scope="module")
def wilson(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The SQL that the project's own macros write."""
    target = tmp_path_factory.mktemp("target")
    inline = "{{ share('k', 'n') }} as share, {{ wilson('k', 'n', 'low') }} as low, {{ wilson('k', 'n', 'high') }} as high"
    command = [dbt_executable(), "--quiet", "compile", "--inline", inline, "--target-path", str(target), "--log-path", str(target)]
    command += ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project"), "--vars", f'{{"db_path": "{target}/w.duckdb"}}']
    return subprocess.run(command, check=True, text=True, capture_output=True).stdout


def interval(wilson: str, k: int, n: int) -> tuple[float | None, ...]:
    return duckdb.execute(f"select {wilson} from (select {k}::bigint as k, {n}::bigint as n)").fetchone()


@pytest.mark.parametrize(("k", "n"), ADVERSARIAL)
def test_wilson_equals_statsmodels_at_the_edges(wilson: str, k: int, n: int) -> None:
    share, low, high = interval(wilson, k, n)
    assert (low, high) == pytest.approx(proportion_confint(k, n, 0.05, "wilson"), abs=1e-9)
    assert 0 <= low <= share <= high <= 1


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_wilson_equals_statsmodels_anywhere(wilson: str, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 10**9))
    k = data.draw(st.integers(0, n))
    share, low, high = interval(wilson, k, n)
    assert (low, high) == pytest.approx(proportion_confint(k, n, 0.05, "wilson"), abs=1e-9)
    assert 0 <= low <= share <= high <= 1


def test_a_share_of_nothing_is_null(wilson: str) -> None:
    assert interval(wilson, 0, 0) == (None, None, None)
