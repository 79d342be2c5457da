"""Copies of the project, refreshed as by a user: by the command line, in a separate process."""

import csv
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import yaml

import warm
from orchestration.headlines import HEADLINES
from orchestration.landing.contract import LANDING_TABLES

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_AS_OF = "2025-06-30"
TOLD = "told.txt"
CONNECTED_SEEDS = ("businesses", "event_kinds", "exit_reasons", "connections")


@dataclass
class Project:
    """A copy of the project with its own landing and warehouse."""

    folder: Path
    landing: Path
    warehouse: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path) -> "Project":
        """Return a project with landing and warehouse in their usual places."""
        return cls(folder, folder / "landing", folder / "published" / "warehouse.duckdb")

    def copied_to(self, folder: Path) -> "Project":
        """Copy the project in its current state to another folder."""
        shutil.copytree(self.folder, folder)
        return Project.at(folder)

    def env(self, **extra: str) -> dict[str, str]:
        given = {
            "WINBACK_LANDING": str(self.landing),
            "WINBACK_WAREHOUSE": str(self.warehouse),
            "DAGSTER_HOME": str(self.folder / ".winback" / "dagster"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "WINBACK_RETRIES": "0",
            "WINBACK_RECORD_RUNS": "no",
        }
        return {**os.environ, **given, **self.environment, **extra}

    def recorded(self) -> "Project":
        """Have refreshes recorded in Dagster, as they are by default."""
        self.environment["WINBACK_RECORD_RUNS"] = "yes"
        return self

    def start(self, *arguments: str, **extra: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "orchestration", *arguments]
        return subprocess.Popen(command, cwd=self.folder, env=self.env(**extra), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def winback(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess:
        return warm.run(["-m", "orchestration", *arguments], self.folder, self.env(**extra))

    def refresh(self, as_of: str | None = GOLDEN_AS_OF, *options: str) -> subprocess.CompletedProcess:
        """Run a refresh that must succeed, even if its date is in the future for this machine."""
        result = self.winback("refresh", *(["--as-of", as_of, "--allow-future"] if as_of else []), *options)
        assert result.returncode == 0, result.stderr
        (self.folder / TOLD).write_text(result.stderr)
        return result

    @property
    def told(self) -> str:
        """Return the output of the last refresh on the terminal."""
        return (self.folder / TOLD).read_text()

    def refused(self, *arguments: str, **extra: str) -> str:
        """Run a command that must fail with a message and no traceback; return the message."""
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
        """Set the maximum number of values of a segment; beyond it, a business gets no rows for that segment."""
        configured = self.folder / "dbt_project" / "dbt_project.yml"
        text = configured.read_text()
        assert "max_segment_values: 500\n" in text
        configured.write_text(text.replace("max_segment_values: 500\n", f"max_segment_values: {most}\n"))

    def land(self, table: str, rows: list[dict[str, str]]) -> None:
        """Write a landing table as CSV with the columns of the first row."""
        path = self.landing / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def land_more(self, number: int = 1, customer: str = "") -> None:
        """Add a file of events with an order of a new customer, so that a refresh has work to do.

        In the toy project, a customer called `fails a test`, `breaks a rule`, `fails a model` or `never ends` makes the refresh do exactly that.
        """
        row = f"more{number},shop,{customer or f'more{number}'},order,2025-06-{number:02}T10:00:00Z,5,USD,2025-06-{number:02}T11:00:00Z"
        (self.landing / "events").mkdir(exist_ok=True)
        header = "event_id,business_id,customer_id,event_name,occurred_at,amount,currency,loaded_at"
        (self.landing / "events" / f"{number}.csv").write_text(header + "\n" + row + "\n")

    def builds(self) -> list[Path]:
        """Return the builds left by refreshes that did not complete."""
        folder = self.warehouse.parent / "build" / self.warehouse.name
        return list(folder.iterdir()) if folder.is_dir() else []

    def stay_after_publishing(self) -> None:
        """Make a refresh that has published hang forever."""
        drawn = self.folder / "orchestration" / "report" / "__init__.py"
        first = "    with warehouse.reader() as reader:\n"
        text = drawn.read_text()
        assert first in text
        drawn.write_text(text.replace(first, f"    __import__('time').sleep(1000)\n{first}"))


def copy_project(folder: Path) -> Project:
    """Copy the content of a clone, and the parsed manifest and the compiled modules if there are any, to spare each test the parsing."""
    for name in ("dbt_project", "orchestration", "seeds"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*_dev.duckdb*", "run", "compiled", "logs"))
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return Project.at(folder)


def without_configuration(folder: Path) -> Project:
    """Copy the project, with headers alone in the seeds."""
    project = copy_project(folder)
    for name in CONNECTED_SEEDS:
        path = project.folder / "seeds" / f"{name}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
    return project


def copy_toy(folder: Path) -> Project:
    """Copy a project with the dbt models of `tests/toy`: it lands and publishes like the whole project, and derives almost nothing.

    Its guarantees for landing, refresh and publishing come from the project's own Python and macros.
    """
    real, toy = ROOT / "dbt_project", folder / "dbt_project"
    for name in ("orchestration", "seeds"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(real / "macros", toy / "macros")
    shutil.copytree(ROOT / "tests" / "toy" / "macros", toy / "macros" / "toy")
    shutil.copytree(real / "tests" / "generic", toy / "tests" / "generic")
    for file in (ROOT / "tests" / "toy" / "tests").iterdir():
        shutil.copy2(file, toy / "tests" / file.name)
    shutil.copytree(ROOT / "tests" / "toy" / "models", toy / "models")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy2(real / name, toy / name)
    for headline in HEADLINES:
        said = {"numerator": headline.count, "denominator": headline.pool}
        declared = {"name": headline.table, "columns": [{"name": headline.rate, "config": {"meta": said}}]}
        (toy / "models" / "metrics" / f"{headline.table}.yml").write_text(yaml.safe_dump({"version": 2, "models": [declared]}))
    landing, staging = toy / "models" / "landing", toy / "models" / "staging"
    landing.mkdir()
    shutil.copy2(real / "models" / "landing" / "_landing.yml", landing / "_landing.yml")
    for name in ("landed_files", *(f"landed_{table}" for table in LANDING_TABLES)):
        shutil.copy2(real / "models" / "landing" / f"{name}.sql", landing / f"{name}.sql")
    shutil.copy2(real / "models" / "staging" / "stg_businesses.sql", staging / "stg_businesses.sql")
    for table in LANDING_TABLES:
        (staging / f"base_{table}.sql").write_text(f"{{{{ validated_by_toy('{table}') }}}}\n")
        (staging / f"stg_{table}.sql").write_text(f"{{{{ current_rows('base_{table}') }}}}\n")
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return Project.at(folder)
