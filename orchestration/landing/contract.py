"""The declared columns of the landing tables, as the dbt project declares them in `models/landing/_landing.yml`."""

from dataclasses import dataclass

import yaml

from orchestration.settings import DBT_PROJECT


@dataclass(frozen=True)
class Contract:
    """The columns of a landing table.

    Attributes:
        columns: all declared columns, in order.
        required: columns that every file must have.
        keeps_other_columns: whether undeclared columns are kept, as customers' attributes are.
        reserved: names that undeclared columns cannot have.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    keeps_other_columns: bool
    reserved: tuple[str, ...]


def _contracts() -> dict[str, Contract]:
    (landing,) = yaml.safe_load((DBT_PROJECT / "models" / "landing" / "_landing.yml").read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]: Contract(
            tuple(column["name"] for column in table["columns"]),
            tuple(column["name"] for column in table["columns"] if _meta(column).get("required")),
            bool(_meta(table).get("keeps_other_columns")),
            tuple(_meta(table).get("reserved_columns", ())),
        )
        for table in landing["tables"]
    }


def _meta(declared: dict) -> dict:
    return declared.get("config", {}).get("meta", {})


CONTRACTS = _contracts()
LANDING_TABLES = tuple(CONTRACTS)
