"""Pulls in the process of a test, which has imported dlt already, and what they have published."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.connections.pull import pull
from orchestration.errors import WinbackError

KEY_OF_GUESTS = "winback test key"


@contextmanager
def environment(**given: str) -> Iterator[None]:
    """Set variables, and put all back as they were, also those that a pull sets for dlt."""
    before = dict(os.environ)
    os.environ.update(given)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def pulled(system: str, folder: Path, *, whole: bool = False, **given: str) -> str:
    """Pull, and return what was said."""
    said: list[str] = []
    with environment(**{"WINBACK_IDENTITY_KEY": KEY_OF_GUESTS, **given}):
        pull(system, folder, said.append, whole=whole)
    return "\n".join(said)


def refused(system: str, folder: Path, **given: str) -> str:
    """Pull in vain, and return what was said, and why."""
    said: list[str] = []
    with environment(**{"WINBACK_IDENTITY_KEY": KEY_OF_GUESTS, **given}), pytest.raises(WinbackError) as why:
        pull(system, folder, said.append)
    return "\n".join([*said, str(why.value)])


def rows(folder: Path, table: str, *columns: str) -> list[tuple]:
    """Return columns of a published table, sorted."""
    return duckdb.sql(f"select {', '.join(columns)} from '{folder}/{table}.parquet' order by all").fetchall()


def tables(folder: Path) -> dict[str, list[tuple]]:
    """Return all that is published but when it was."""
    return {path.stem: rows(folder, path.stem, "* exclude (_fivetran_synced)") for path in folder.iterdir()}


def kept(folder: Path) -> bytes:
    """Return the bytes of all files in a folder."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
