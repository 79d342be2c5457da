"""A look at the landing before a run, so that a broken delivery is named at once and by its file."""

from pathlib import Path

import duckdb

from orchestration.errors import WinbackError


def check_landing(landing: Path) -> None:
    """See that the landing is a readable folder and every Parquet file in it whole.

    Whether tables and columns are there is the business of the dbt project's landing macros.

    Args:
        landing: the folder of raw files.

    Raises:
        WinbackError: the folder is missing or unreadable, or a file is.
    """
    if not landing.is_dir():
        raise WinbackError(f"There is no landing at {landing}. Put events.csv or events.parquet there, or point WINBACK_LANDING at the folder that has them.")
    try:
        files = sorted(path for path in landing.rglob("*") if path.suffix in (".csv", ".parquet") and path.is_file())
        for path in files:
            with path.open("rb"):
                pass
    except OSError as error:
        raise WinbackError(f"The landing {landing} cannot be read: {error}. Give this user the right to read it.") from None
    with duckdb.connect() as connection:
        for path in files:
            if path.suffix == ".parquet":
                _check_parquet(connection, path)


def _check_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        connection.execute("select count(*) from parquet_schema(?)", [str(path)]).fetchall()
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0]
        raise WinbackError(f"{path} is not a whole Parquet file ({first_line}). Deliver it again, or take it out of the landing.") from None
