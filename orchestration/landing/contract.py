"""The declared columns of the landing tables, as the dbt project declares them in `models/landing/_landing.yml`."""

from collections.abc import Sequence
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
        headers: for columns that files name otherwise, their headers in any case, the best first.
        file_column: a column that the files lack, for the name of the file that a row is from; empty for none.
    """

    columns: tuple[str, ...]
    required: tuple[str, ...]
    keeps_other_columns: bool
    reserved: tuple[str, ...]
    headers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    file_column: str = ""

    def means(self, names: Sequence[str]) -> list[str]:
        """Say which columns the names in a file mean.

        Args:
            names: the names, in lower case.

        Returns:
            For each name the declared column; the name itself if it is no header, and nothing if the file has a better header of the same column.
        """
        meant = {column: "" for column, _ in self.headers}
        for column, headers in self.headers:
            there = [header.lower() for header in headers if header.lower() in names]
            meant |= {header: "" if worse else column for worse, header in enumerate(there)}
        return [meant.get(name, name) for name in names]

    def header_of(self, column: str) -> str:
        """Return how files name a column.

        Args:
            column: a declared column.

        Returns:
            Its best header.
        """
        return dict(self.headers).get(column, (column,))[0]


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
