"""The fixed cost of a refresh: the golden landing, compared with dbt building one view."""

import os
import shutil
import sys
from pathlib import Path

from measured import ROOT, copy_project, environment_of, refresh, timed

GOLDEN = ROOT / "tests" / "golden"
FIRST, NIGHT, LATER = "2025-06-28", "2025-06-29", "2025-06-30"
ORDER = "night,shop,once,order,2025-06-28T12:00:00Z,10.00,USD,,,,,2025-06-29T06:00:00Z"
ONE_VIEW = {
    "dbt_project.yml": "name: one_view\nversion: 1.0.0\nprofile: one_view\nmodels: {+materialized: view}\n",
    "profiles.yml": "one_view: {target: dev, outputs: {dev: {type: duckdb, path: one_view.duckdb}}}\n",
    "models/one_view.sql": "select 1 as one\n",
}


class OneView:
    """A dbt project with one view, already parsed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in ONE_VIEW.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        self.build()

    def build(self) -> dict:
        """Build the view; return `seconds` and `memory`."""
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
        return {"seconds": done["wall"], "memory": done["memory"]}
