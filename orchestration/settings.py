"""Paths and limits from the environment, with their defaults."""

import math
import os
import re
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import WinbackError

ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT = ROOT / "dbt_project"
SEEDS = ROOT / "seeds"
STATE = ROOT / ".winback"

# As names of a database file, the first two would clash with the project's schemas, and the others are reserved by DuckDB.
RESERVED_CATALOGS = {"winback", "winback_internal", "main", "temp", "system"}

TARGETS = ("duckdb", "postgres", "spark")
CONTROL_LIMITS = ("binomial", "laney")
YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Settings:
    """Everything that a refresh reads from the environment.

    Attributes:
        target: the engine (`WINBACK_TARGET`).
        landing: folder of raw files (`WINBACK_LANDING`).
        warehouse: the published DuckDB file (`WINBACK_WAREHOUSE`).
        report: the page that each refresh writes (`WINBACK_REPORT`).
        lock_timeout: seconds to wait for another refresh (`WINBACK_LOCK_TIMEOUT`).
        threads: dbt threads (`WINBACK_THREADS`); 0 to choose by workload.
        retries: how often a refresh is retried after a transient failure (`WINBACK_RETRIES`).
        retry_seconds: the wait before the first retry, doubled before the second (`WINBACK_RETRY_SECONDS`).
        rejected_share: the share of rejected rows above which a check warns (`WINBACK_REJECTED_SHARE`).
        landing_days: days without an event after which a check warns (`WINBACK_LANDING_DAYS`).
        control_limits: the limits for headline rates, `binomial` or `laney` (`WINBACK_CONTROL_LIMITS`).
        records_runs: whether refreshes of the command line are recorded in Dagster (`WINBACK_RECORD_RUNS`).
    """

    target: str
    landing: Path
    warehouse: Path
    report: Path
    lock_timeout: float
    threads: int
    retries: int
    retry_seconds: float
    rejected_share: float
    landing_days: int
    control_limits: str
    records_runs: bool


def load_settings() -> Settings:
    """Read the environment.

    Returns:
        The settings, all paths absolute.

    Raises:
        WinbackError: a value is invalid, such as a reserved warehouse name.
    """
    warehouse = warehouse_path()
    catalog = _catalog(warehouse)
    if catalog.lower() in RESERVED_CATALOGS:
        raise WinbackError(
            f"WINBACK_WAREHOUSE is {warehouse}: DuckDB could not tell the file's catalog '{catalog}' from a schema of "
            f"that name. Call it otherwise, for example {warehouse.with_name('warehouse.duckdb')}."
        )
    if warehouse.is_dir():
        raise WinbackError(f"WINBACK_WAREHOUSE is {warehouse}, which is a folder. Name a file, such as {warehouse / 'warehouse.duckdb'}.")
    _check_memory()
    report = _path("WINBACK_REPORT", warehouse.with_name(f"{warehouse.stem}_report.html") if target() == "duckdb" else STATE / "report.html")
    is_warehouse = os.path.realpath(report) == os.path.realpath(warehouse)
    if is_warehouse or report.is_dir():
        raise WinbackError(f"WINBACK_REPORT is {report}, which is {'the warehouse' if is_warehouse else 'a folder'}. Name a file of its own, such as report.html.")
    return Settings(
        target=target(),
        landing=_path("WINBACK_LANDING", STATE / "landing"),
        warehouse=warehouse,
        report=report,
        lock_timeout=_number("WINBACK_LOCK_TIMEOUT", 600),
        threads=_whole("WINBACK_THREADS", 0),
        retries=_whole("WINBACK_RETRIES", 2),
        retry_seconds=_number("WINBACK_RETRY_SECONDS", 20),
        rejected_share=_number("WINBACK_REJECTED_SHARE", 0.05),
        landing_days=_whole("WINBACK_LANDING_DAYS", 3),
        control_limits=_one_of("WINBACK_CONTROL_LIMITS", CONTROL_LIMITS),
        records_runs=_one_of("WINBACK_RECORD_RUNS", YES_NO) == "yes",
    )


def target() -> str:
    """Return the engine that the models run on.

    Returns:
        `WINBACK_TARGET`, or `duckdb`.

    Raises:
        WinbackError: the engine is unknown.
    """
    return _one_of("WINBACK_TARGET", TARGETS)


def owners() -> list[str]:
    """Return the owners of the assets in Dagster.

    Returns:
        `WINBACK_OWNERS`, separated by commas: e-mail addresses and teams.

    Raises:
        WinbackError: one is neither, and Dagster would reject it.
    """
    given = [owner.strip() for owner in os.environ.get("WINBACK_OWNERS", "").split(",") if owner.strip()]
    for owner in given:
        if not re.fullmatch(r"team:[A-Za-z0-9_-]+|[^@\s]+@[^@\s]+[.][^@\s]+", owner):
            raise WinbackError(f"WINBACK_OWNERS names '{owner}': give e-mail addresses or teams such as team:analytics, separated by commas.")
    return given


def warehouse_path() -> Path:
    """Return the path of the published file, existing or not.

    Returns:
        `WINBACK_WAREHOUSE`, or its default, as an absolute path; it is not opened.
    """
    return _path("WINBACK_WAREHOUSE", STATE / "warehouse" / "warehouse.duckdb")


def _catalog(warehouse: Path) -> str:
    """Return DuckDB's name for the database in a file: the file name after following links, up to the first dot."""
    return Path(os.path.realpath(warehouse)).name.lstrip(".").split(".")[0]


def _path(variable: str, default: Path) -> Path:
    given = os.environ.get(variable, "").strip()
    return Path(given).expanduser().absolute() if given else default


def _one_of(variable: str, values: tuple[str, ...]) -> str:
    """Read a variable; the first of the values is the default."""
    given = os.environ.get(variable, "").strip() or values[0]
    if given not in values:
        raise WinbackError(f"{variable} is '{given}'; use one of {', '.join(values)}.")
    return given


def _check_memory() -> None:
    """Check the memory limit now; DuckDB would report it only when the build begins."""
    given = os.environ.get("WINBACK_MEMORY", "").strip()
    if given and not re.fullmatch(r"[0-9]+([.][0-9]+)? ?[KMGT]i?B", given, re.IGNORECASE):
        raise WinbackError(f"WINBACK_MEMORY is '{given}': give a size with its unit, such as 12GB.")


def _whole(variable: str, default: int) -> int:
    value = _number(variable, default)
    if value % 1 != 0:  # true of an infinite value too
        raise WinbackError(f"{variable} is '{os.environ[variable].strip()}': give a whole number.")
    return int(value)


def _number(variable: str, default: float) -> float:
    given = os.environ.get(variable, "").strip()
    try:
        value = float(given) if given else default
    except ValueError:
        raise WinbackError(f"{variable} is '{given}': give a number.") from None
    if value < 0 or math.isnan(value):
        raise WinbackError(f"{variable} is '{given}': give a number of 0 or more.")
    return value
