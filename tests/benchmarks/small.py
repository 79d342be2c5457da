"""The fixed cost of a refresh: the golden landing, compared with dbt building one view, and as many tables and tests as a refresh has."""

import os
import shutil
import sys
from pathlib import Path

from measured import ROOT, copy_project, environment_of, refresh, timed

GOLDEN = ROOT / "tests" / "golden"
FIRST, NIGHT, LATER = "2025-06-28", "2025-06-29", "2025-06-30"
ORDER = "night,shop,once,order,2025-06-28T12:00:00Z,10.00,USD,,,,,2025-06-29T06:00:00Z"
PROJECT = {
    "dbt_project.yml": "name: alone\nversion: 1.0.0\nprofile: alone\nmodels: {+materialized: table}\n",
    "profiles.yml": "alone: {target: dev, outputs: {dev: {type: duckdb, path: alone.duckdb}}}\n",
}
ONE_VIEW = {"one.sql": "{{ config(materialized='view') }} select 1 as one\n"}


def trivial_nodes(models: int, tests: int) -> dict[str, str]:
    """Return a chain of tables of one row, with a test of each of the first."""
    tested = "\n".join(f"  - {{name: m{number}, columns: [{{name: one, data_tests: [not_null]}}]}}" for number in range(tests))
    selected = {number: f"select one from {{{{ ref('m{number - 1}') }}}}\n" if number else "select 1 as one\n" for number in range(models)}
    return {"tests.yml": f"models:\n{tested}\n", **{f"m{number}.sql": sql for number, sql in selected.items()}}


class DbtAlone:
    """A dbt project with these models, already parsed."""

    def __init__(self, folder: Path, models: dict[str, str]) -> None:
        self.folder = folder
        for name, text in {**PROJECT, **{f"models/{name}": text for name, text in models.items()}}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.build()

    def build(self) -> dict:
        """Build everything; return `seconds` and `memory`."""
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build"]
        done = timed(command, self.folder, {**os.environ, "DBT_PROFILES_DIR": str(self.folder), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})
        return {"seconds": done["wall"], "memory": done["memory"]}


class Golden:
    """The golden landing in a copy of the project that an earlier refresh has parsed, as is the case after any first day."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        copy_project(folder)
        for seed in ("businesses", "event_kinds", "exit_reasons"):
            shutil.copyfile(GOLDEN / f"{seed}.csv", folder / "seeds" / f"{seed}.csv")
        self.environment = environment_of(folder, folder / "landing")
        self.nodes = {"models": 0, "tests": 0}
        self.first()

    def first(self) -> dict:
        """Run a first refresh of the landing as it is."""
        for leftover in ("published", "landing"):
            shutil.rmtree(self.folder / leftover, ignore_errors=True)
        shutil.copytree(GOLDEN / "landing", self.folder / "landing")
        return self._refresh(FIRST)

    def night(self) -> dict:
        """After a first refresh, run one with one new order, one date later."""
        self.first()
        header = (self.folder / "landing" / "events.csv").read_text().splitlines()[0]
        (self.folder / "landing" / "events").mkdir()
        (self.folder / "landing" / "events" / "night.csv").write_text(f"{header}\n{ORDER}\n")
        return self._refresh(NIGHT)

    def later(self) -> dict:
        """After that, run a refresh with nothing new, one date later."""
        self.night()
        return self._refresh(LATER)

    def again(self) -> dict:
        """After a first refresh, run one to the same date with nothing new."""
        self.first()
        return self._refresh(FIRST)

    def refused(self) -> dict:
        """Run a refresh that is rejected because of its date."""
        command = [sys.executable, "-m", "orchestration", "refresh", "--as-of", "no date"]
        done = timed(command, self.folder, self.environment, fails=True)
        return {"seconds": done["wall"], "memory": done["memory"]}

    def _refresh(self, as_of: str) -> dict:
        done = refresh(self.folder, as_of, self.environment)
        self.nodes = {kind: len(done[kind]) for kind in self.nodes}
        return {"seconds": done["wall"], "memory": done["memory"]}
