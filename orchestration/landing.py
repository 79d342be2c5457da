"""A look at the landing before a run: a broken delivery is named at once and by its file, and known files are not read again."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.errors import WinbackError

LANDING_TABLES = ("events", "customers", "customer_merges", "campaigns", "campaign_touches", "survey_responses")
PATTERNS = ("{table}.{kind}", "{table}/**/*.{kind}")


@dataclass(frozen=True)
class LandedFile:
    """A file of the landing.

    Attributes:
        table: the landing table it holds rows of.
        path: where it is.
        digest: a hash of its bytes; a file that grew or was replaced has another.
    """

    table: str
    path: Path
    digest: str


def landed_files(landing: Path) -> list[LandedFile]:
    """Find the files of the landing, and see that each is readable and every Parquet file whole.

    Whether tables and columns are there is the business of the dbt project's landing macros.

    Args:
        landing: the folder of raw files.

    Returns:
        The files of all landing tables.

    Raises:
        WinbackError: the folder is missing or unreadable, or a file is.
    """
    if not landing.is_dir():
        raise WinbackError(f"There is no landing at {landing}. Put events.csv or events.parquet there, or point WINBACK_LANDING at the folder that has them.")
    files = []
    with duckdb.connect() as connection:
        for table in LANDING_TABLES:
            for kind in ("csv", "parquet"):
                for path in _matching(connection, landing, table, kind):
                    files.append(LandedFile(table, path, _digest(landing, path)))
                    if kind == "parquet":
                        _check_parquet(connection, path)
    return files


def write_listing(files: Iterable[LandedFile], path: Path) -> None:
    """Write the listing of files that the dbt project is to read.

    Args:
        files: the files.
        path: where to write it, as JSON.
    """
    path.write_text(json.dumps([{"landing_table": file.table, "path": str(file.path), "digest": file.digest} for file in files]))


def _matching(connection: duckdb.DuckDBPyConnection, landing: Path, table: str, kind: str) -> list[Path]:
    """As the landing macros find them in a plain dbt build."""
    files = set()
    for pattern in PATTERNS:
        files.update(connection.execute(f"select file from glob({_literal(landing / pattern.format(table=table, kind=kind))})").fetchall())
    return [Path(file) for (file,) in sorted(files)]


def _literal(path: Path) -> str:
    """Written out, for a parameter would have DuckDB load pandas, which takes longer than all the rest of this module."""
    return "'" + str(path).replace("'", "''") + "'"


def _digest(landing: Path, path: Path) -> str:
    digest = hashlib.sha256()  # what processors have instructions for: every night reads the whole landing
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise WinbackError(f"The landing {landing} cannot be read: {error}. Give this user the right to read it.") from None
    return digest.hexdigest()


def _check_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        connection.execute(f"select count(*) from parquet_schema({_literal(path)})").fetchall()
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0]
        raise WinbackError(f"{path} is not a whole Parquet file ({first_line}). Deliver it again, or take it out of the landing.") from None
