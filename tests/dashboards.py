"""The Superset dashboard as stored in the repository, and the queries of its charts."""

import json
from dataclasses import dataclass, field
from typing import Any

import yaml

from orchestration.bi import DASHBOARD

FILTERS = {"IS TRUE": "{} is true", "IS NOT NULL": "{} is not null", "==": "{} = '{}'"}


def _read(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((DASHBOARD / folder).rglob("*.yaml"))]


@dataclass
class Dataset:
    """A dataset: a public table, or a query over several."""

    name: str
    source: str
    columns: list[str]
    metrics: dict[str, str]


@dataclass
class Chart:
    """A chart with its query."""

    name: str
    dataset: Dataset
    columns: list[str]
    metrics: list[str]
    filters: list[dict[str, Any]] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)
    uuid: str = ""

    @property
    def named(self) -> set[str]:
        """Return every column of the dataset that the chart names."""
        return {*self.columns, *(given["subject"] for given in self.filters), *(name for name, _ in self.order if name not in self.metrics)}

    def question(self, chosen: dict[str, str]) -> str:
        """Return the essential part of the SQL that Superset generates.

        Args:
            chosen: the dashboard's filters; filters on columns that the dataset does not have are ignored.

        Returns:
            The query.
        """
        selected = [*self.columns, *(f'{self.dataset.metrics[name]} as "{name}"' for name in self.metrics)]
        where = [FILTERS[given["operator"]].format(given["subject"], given["comparator"]) for given in self.filters]
        where += [f"{column} = '{value}'" for column, value in chosen.items() if column in self.dataset.columns]
        grouped = f"group by {', '.join(self.columns)}" if self.metrics and self.columns else ""
        order = ", ".join(f'"{name}"{"" if ascending else " desc"}' for name, ascending in self.order)
        return f"select {', '.join(selected)} from {self.dataset.source} where {' and '.join(where or ['1 = 1'])} {grouped} {'order by ' + order if order else ''}"


def datasets() -> dict[str, Dataset]:
    """Return all datasets.

    Returns:
        The datasets by uuid.
    """
    found = {}
    for given in _read("datasets"):
        source = f"({given['sql']}) as asked" if given.get("sql") else f"{given['schema']}.{given['table_name']}"
        found[given["uuid"]] = Dataset(
            given["table_name"], source, [column["column_name"] for column in given["columns"]], {metric["metric_name"]: metric["expression"] for metric in given["metrics"]}
        )
    return found


def charts() -> list[Chart]:
    """Return all charts.

    Returns:
        The charts, each with its dataset.
    """
    known, found = datasets(), []
    for given in _read("charts"):
        asked = given["params"]
        raw = asked.get("query_mode") == "raw"
        grouped = [column for part in ("groupby", "groupbyRows", "groupbyColumns") for column in asked.get(part, [])]
        columns = asked["all_columns"] if raw else [*([asked["x_axis"]] if "x_axis" in asked else []), *grouped]
        order = [tuple(json.loads(text)) for text in asked.get("order_by_cols", [])]
        order += [(asked["timeseries_limit_metric"], not asked["order_desc"])] if "timeseries_limit_metric" in asked else []
        metrics = [] if raw else asked["metrics"]
        found.append(Chart(given["slice_name"], known[given["dataset_uuid"]], columns, metrics, asked.get("adhoc_filters", []), order, given["uuid"]))
    return found


def dashboard() -> dict[str, Any]:
    """Return the dashboard itself.

    Returns:
        Its YAML.
    """
    (found,) = _read("dashboards")
    return found

