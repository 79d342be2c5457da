"""What a Dagster instance has recorded about a project's last refresh."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from dagster import AssetCheckKey, AssetKey, DagsterInstance

from projects import ROOT, Project


class Told:
    """The records of a Dagster instance about a project's last refresh."""

    def __init__(self, instance: DagsterInstance) -> None:
        self.instance = instance

    def of(self, table: str) -> dict:
        """Return the metadata of a public table's latest materialisation; tables as lists of rows."""
        event = self.instance.get_latest_materialization_event(AssetKey(["winback", table]))
        return {label: value.value for label, value in event.asset_materialization.metadata.items() if hasattr(value, "value")} | {
            label: [record.data for record in value.records] for label, value in event.asset_materialization.metadata.items() if hasattr(value, "records")
        }

    def check(self, table: str, name: str) -> Any:
        """Return the latest evaluation of one check."""
        (record,) = self.instance.event_log_storage.get_asset_check_execution_history(AssetCheckKey(AssetKey(["winback", table]), name), limit=1)
        return record.event.dagster_event.event_specific_data


def make_home(project: Project) -> None:
    """Make Dagster's home of a project whose runs have not been recorded, with its database: two processes that make one at once disturb each other."""
    home = Path(project.env()["DAGSTER_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "orchestration" / "dagster.yaml", home / "dagster.yaml")
    with pytest.MonkeyPatch.context() as patch, instance_of(project, patch) as instance:
        assert instance.get_runs() == []


def instance_of(project: Project, monkeypatch: pytest.MonkeyPatch) -> DagsterInstance:
    """Return the instance in which the command line keeps a project's runs."""
    home = project.env()["DAGSTER_HOME"]
    monkeypatch.setenv("DAGSTER_HOME", home)
    return DagsterInstance.from_config(home)
