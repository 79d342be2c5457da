"""Copies new files while hashing them: a refresh reads exactly what it has hashed, even if the files change meanwhile."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import WinbackError
from orchestration.landing.files import LandedFile, unreadable
from orchestration.landing.headers import SEPARATORS, kept_columns, read_header
from orchestration.landing.texts import BLOCK, copy_text
from orchestration.quoting import literal, shown


@dataclass(frozen=True)
class Copy:
    """A copy of a landing file.

    Attributes:
        file: the original file.
        path: the copy.
        digest: a hash of the bytes that were copied.
        columns: for each column its name in the copy, the name under which it is kept (None: skipped), and its type; empty if the
        file is empty.
    """

    file: LandedFile
    path: Path
    digest: str
    columns: tuple[tuple[str, str | None, str], ...]


def copy_files(files: Iterable[LandedFile], folder: Path) -> list[Copy]:
    """Copy landing files, and determine their columns.

    Args:
        files: the files to read.
        folder: an empty folder for the copies.

    Returns:
        The copies.

    Raises:
        WinbackError: a file does not have the format of its name; the message names the file and the fix.
    """
    return [
        # A name that nobody can choose, and that sorts as the files do.
        (_copy_parquet if file.format == "parquet" else _copy_text)(file, folder / f"{number:06}.{file.format}")
        for number, file in enumerate(files)
    ]


def scans_of(copies: Iterable[Copy]) -> dict[str, list[dict[str, Any]]]:
    """Group the copies by their columns: dbt runs one scan per group.

    Args:
        copies: all copies.

    Returns:
        For each landing table its scans: paths, separator (None: Parquet), columns, and the column for the name of the file, if there is one.
    """
    groups: dict[tuple, list[str]] = {}
    for copy in copies:
        if copy.columns:
            key = (copy.file.table, SEPARATORS.get(copy.file.format), copy.columns, copy.file.contract.file_column)
            groups.setdefault(key, []).append(str(copy.path))
    scans: dict[str, list[dict[str, Any]]] = {}
    for (table, separator, columns, file_column), paths in groups.items():
        listed = [{"source": source, "name": name, "type": kind} for source, name, kind in columns]
        scans.setdefault(table, []).append({"paths": paths, "separator": separator, "columns": listed, "file_column": file_column})
    return scans


def write_listing(copies: Iterable[Copy], known: Iterable[LandedFile], path: Path) -> None:
    """Write the list of landing files for the dbt project.

    Args:
        copies: the files read now.
        known: the other files in the landing.
        path: the JSON file to write.
    """
    listed = [(copy.file, copy.digest) for copy in copies] + [(file, file.digest) for file in known]
    path.write_text(json.dumps([{"landing_table": file.listed_as, "digest": digest, "path": str(file.path)} for file, digest in listed]))


def _copy_text(file: LandedFile, path: Path) -> Copy:
    digest, has_text = copy_text(file, path)
    columns = read_header(path, file.format, file.path, file.table, file.contract) if has_text else []
    # A skipped column needs a unique name to be read.
    return Copy(file, path, digest, tuple((name or f"passed over {place}", name, "VARCHAR") for place, name in enumerate(columns)))


def _copy_parquet(file: LandedFile, path: Path) -> Copy:
    digest = hashlib.sha256()
    try:
        with file.path.open("rb") as source, path.open("wb") as target:
            while block := source.read(BLOCK):
                digest.update(block)
                target.write(block)
    except FileNotFoundError as error:
        raise unreadable(file.path, error) from None
    try:
        with confined_connection(path.parent) as connection:
            found = [(name, kind) for name, kind, *_ in connection.execute(f"describe select * from read_parquet({literal(path)})").fetchall()]
    except duckdb.Error as error:
        first_line = str(error).splitlines()[0].replace(str(path), shown(file.path))
        raise WinbackError(f"{shown(file.path)} is not a complete Parquet file ({first_line}). Deliver it again, or remove it from the landing.") from None
    kept = kept_columns([name for name, _ in found], file.path, file.table, file.contract)
    return Copy(file, path, digest.hexdigest(), tuple((source, name, kind) for (source, kind), name in zip(found, kept, strict=True)))


def confined_connection(*folders: Path) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB that can read and write only in the given folders.

    Args:
        folders: the folders.

    Returns:
        The connection.
    """
    connection = duckdb.connect(config={"allow_community_extensions": "false"})
    connection.execute(f"set allowed_directories = [{', '.join(literal(folder) for folder in folders)}]; set enable_external_access = false")
    return connection
