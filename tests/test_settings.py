"""Settings from the environment, and the messages for invalid ones."""

from pathlib import Path

import pytest

from orchestration.errors import WinbackError
from orchestration.refresh import threads_of
from orchestration.settings import load_settings
from projects import Project


@pytest.mark.parametrize("size", ["12GB", "1.5 TiB", "512mb", ""])
def test_sizes_of_memory(monkeypatch: pytest.MonkeyPatch, size: str) -> None:
    monkeypatch.setenv("WINBACK_MEMORY", size)
    load_settings()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("WINBACK_MEMORY", "12", "give a size with its unit, such as 12GB"),
        ("WINBACK_MEMORY", "2QB", "give a size with its unit, such as 12GB"),
        ("WINBACK_TARGET", "mysql", "use one of duckdb, postgres, spark"),
        ("WINBACK_THREADS", "many", "give a number"),
        ("WINBACK_LOCK_TIMEOUT", "-1", "give a number of 0 or more"),
        ("WINBACK_REJECTED_SHARE", "5 %", "give a number"),
        ("WINBACK_RETRIES", "inf", "give a whole number"),
        ("WINBACK_LANDING_DAYS", "2.5", "give a whole number"),
        ("WINBACK_CONTROL_LIMITS", "three", "use one of binomial, laney"),
    ],
)
def test_what_is_of_no_use_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(WinbackError, match=f"{variable} is '{value}': {message}|{variable} is '{value}'; {message}"):
        load_settings()


def test_the_report_never_takes_the_place_of_the_warehouse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WINBACK_WAREHOUSE", str(tmp_path / "warehouse.duckdb"))
    (tmp_path / "report.html").symlink_to("warehouse.duckdb")
    for report in ("warehouse.duckdb", "report.html"):
        monkeypatch.setenv("WINBACK_REPORT", str(tmp_path / report))
        with pytest.raises(WinbackError, match=r"WINBACK_REPORT is .*, which is the warehouse"):
            load_settings()


@pytest.mark.parametrize("name", ["winback.duckdb", "Winback.2025.duckdb", ".main", "link.duckdb"])
def test_a_file_whose_catalog_would_be_a_schema_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    (tmp_path / "link.duckdb").symlink_to("winback.duckdb")
    monkeypatch.setenv("WINBACK_WAREHOUSE", str(tmp_path / name))
    with pytest.raises(WinbackError, match="could not tell the file's catalog '"):
        load_settings()


def test_a_night_and_a_server_build_two_models_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINBACK_TARGET", raising=False)
    monkeypatch.delenv("WINBACK_THREADS", raising=False)
    assert threads_of(load_settings(), rebuilds=True) == 1
    assert threads_of(load_settings(), rebuilds=False) == 2
    monkeypatch.setenv("WINBACK_TARGET", "postgres")
    assert threads_of(load_settings(), rebuilds=True) == 2
    monkeypatch.setenv("WINBACK_THREADS", "3")
    assert threads_of(load_settings(), rebuilds=True) == 3


def test_files_need_not_be_loaded_on_duckdb(bare_toy: Project) -> None:
    assert "On DuckDB the files of the landing are read where they are: run `winback refresh`." in bare_toy.refused("land")
