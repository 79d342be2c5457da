"""A copy of the project to refresh for real, as a user would: by the command line, in a process of its own."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_AS_OF = "2025-06-30"


@dataclass
class Project:
    """A copy of the project with a landing and a warehouse of its own."""

    folder: Path
    landing: Path
    warehouse: Path
    environment: dict[str, str] = field(default_factory=dict)

    def env(self, **extra: str) -> dict[str, str]:
        given = {
            "WINBACK_LANDING": str(self.landing),
            "WINBACK_WAREHOUSE": str(self.warehouse),
            "DAGSTER_HOME": str(self.folder / ".winback" / "dagster"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "WINBACK_RETRIES": "0",
        }
        return {**os.environ, **given, **self.environment, **extra}

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "orchestration", *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=self.env(**extra), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def winback(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess:
        process = self.start(*arguments, **extra)
        out, err = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def refresh(self, as_of: str | None = GOLDEN_AS_OF, *options: str) -> subprocess.CompletedProcess:
        """A refresh that must succeed, whether or not its date is over by the clock of the machine."""
        result = self.winback("refresh", *(["--as-of", as_of, "--allow-future"] if as_of else []), *options)
        assert result.returncode == 0, result.stderr
        return result

    def refused(self, *arguments: str, **extra: str) -> str:
        """A command that must fail with a message and no traceback; returns the message."""
        result = self.winback(*arguments, **extra)
        assert result.returncode != 0, result.stderr
        assert "Traceback" not in result.stderr and "Stack Trace" not in result.stderr, result.stderr
        return result.stderr

    def query(self, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def use_seeds(self, folder: Path) -> None:
        for name in ("businesses.csv", "event_kinds.csv", "exit_reasons.csv"):
            shutil.copyfile(folder / name, self.folder / "seeds" / name)

    def limit_segment_values(self, most: int) -> None:
        """Let a segment with more values than this add no rows in a business."""
        configured = self.folder / "dbt_project" / "dbt_project.yml"
        text = configured.read_text()
        assert "max_segment_values: 500\n" in text
        configured.write_text(text.replace("max_segment_values: 500\n", f"max_segment_values: {most}\n"))

    def land(self, table: str, rows: list[dict[str, str]]) -> None:
        """Write a landing table as CSV, its columns those of the first row."""
        self.landing.mkdir(parents=True, exist_ok=True)
        with (self.landing / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def copy_project(folder: Path) -> Project:
    """Copy what a clone has, and the parsed manifest where there is one, to spare each test the parsing."""
    for name in ("dbt_project", "orchestration", "seeds"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.duckdb", "run", "compiled", "logs"))
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return Project(folder, folder / "landing", folder / "published" / "warehouse.duckdb")


@pytest.fixture(scope="session", autouse=True)
def parsed() -> None:
    """Parse the project once for all copies."""
    from orchestration.dbt import ensure_manifest

    ensure_manifest()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy with the golden configuration and no landing."""
    copy = copy_project(tmp_path)
    copy.use_seeds(GOLDEN)
    return copy


@pytest.fixture(scope="session")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The golden landing, refreshed once; read it, do not change it."""
    copy = copy_project(tmp_path_factory.mktemp("golden"))
    copy.use_seeds(GOLDEN)
    shutil.copytree(GOLDEN / "landing", copy.landing)
    copy.refresh()
    return copy


@pytest.fixture
def published(golden: Project, tmp_path: Path) -> Project:
    """A project of its own in which the golden landing is already published, for faults to be caused in."""
    copy = Project(tmp_path / "project", tmp_path / "project" / "landing", tmp_path / "project" / "published" / "warehouse.duckdb")
    shutil.copytree(golden.folder, copy.folder)
    return copy
