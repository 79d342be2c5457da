"""Dagster's home may be full or broken: a refresh reports it in one message, and tables published by then remain valid."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from projects import Project
from test_kills import small_disk  # noqa: F401


def a_file(home: Path) -> None:
    home.write_text("in its place")


def garbage(home: Path) -> None:
    home.mkdir()
    (home / "dagster.yaml").write_text("{: [")


def corrupt(home: Path) -> None:
    (home / "history").mkdir(parents=True)
    (home / "history" / "runs.db").write_bytes(os.urandom(5000))


def full(home: Path) -> None:
    """Create a home on a disk that has room only for the configuration."""
    home.mkdir()
    free = os.statvfs(home).f_bavail * os.statvfs(home).f_frsize
    (home / "room").write_bytes(bytes(free - 20_000))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(a_file, "File exists"), (garbage, "while parsing a flow node"), (corrupt, "file is not a database"), (full, "disk is full")],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_home_that_is_broken_is_named_and_tables_are_published(toy: Project, request: pytest.FixtureRequest, spoil: Callable[[Path], None], words: str) -> None:
    home = (request.getfixturevalue("small_disk") if spoil is full else toy.folder) / "home"
    spoil(home)
    toy.land_more()
    toy.environment["DAGSTER_HOME"] = str(home)
    told = toy.recorded().refresh().stderr
    (warning,) = (line for line in told.splitlines() if "Dagster" in line)
    assert warning.startswith(f"WARNING: this refresh could not be recorded in Dagster. Dagster's home {home} cannot be used (") and words in warning
    assert toy.query("select max(refresh_id) from winback.refreshes") == [(2,)] and "Traceback" not in told
