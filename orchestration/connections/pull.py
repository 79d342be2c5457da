"""`winback pull`: reads a system's API with dlt into a folder of the tables that Fivetran writes, which a connection reads."""

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
from filelock import FileLock, Timeout

from orchestration.connections.configured import Connection
from orchestration.connections.pulled import Pulled, pulled_connections
from orchestration.connections.systems import PULLABLE, SYSTEMS
from orchestration.connections.versions import Versions
from orchestration.errors import WinbackError
from orchestration.files import hidden_from_others
from orchestration.quoting import identifier, literal, shown
from orchestration.settings import SEEDS, target

Log = Callable[[str], None]

LOCAL = {"localhost", "127.0.0.1", "::1"}
# Before dlt is imported: nothing is sent to its makers, nothing kept in the user's home, and no error printed that could quote a value.
DLT_SETTINGS = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL", "LOAD__DELETE_COMPLETED_JOBS": "true"}
DATASET = "api"
EXAMPLE = "https://my-shop.myshopify.com"  # an address of the one system that has no address for all


def pull(system: str, path: Path, log: Log, *, whole: bool = False) -> None:
    """Read a system's API, and publish what it says as tables. What was published before stays readable, and stays if the pull ends early.

    Args:
        system: the system.
        path: where the tables are to be: a link, made by the first pull.
        log: called with messages for people.
        whole: read everything again, not only what may have changed.

    Raises:
        WinbackError: the key is missing or refused, dlt is not installed, the API cannot be read, or the place is taken.
    """
    if target() != "duckdb":
        raise WinbackError("On a server a connection is read from a schema, which `winback pull` does not fill. Have a loader of yours fill it, or use WINBACK_TARGET=duckdb.")
    key, url = _key(system), _url(system)
    pulled = Pulled(path)
    pulled.require_ours()
    with hidden_from_others():
        try:
            pulled.work.mkdir(parents=True, exist_ok=True)
            with FileLock(pulled.work / "lock", timeout=0):
                _pull(system, pulled, (url, key), log, whole=whole)
        except Timeout:
            raise WinbackError(f"Another pull is writing to {shown(path)}. Wait for it to end.") from None
        except OSError as error:
            raise WinbackError(f"{shown(path)} cannot be written: {error.strerror or error}. Name another folder, or make room.") from None


def pull_all(log: Log, *, whole: bool = False) -> None:
    """Pull every connection that was pulled before.

    Args:
        log: called with messages for people.
        whole: read everything again.

    Raises:
        WinbackError: there is none, a key is for several accounts, or a pull failed.
    """
    connections = pulled_connections(SEEDS)
    if not connections:
        raise WinbackError("No connection was pulled before. Begin with `winback pull SYSTEM FOLDER`, then `winback connect SYSTEM FOLDER`, such as `winback pull stripe FOLDER`.")
    for connection in connections:
        require_own_key(connection, connections)
    for connection in connections:
        pull(connection.system, connection.folder, log, whole=whole)


def require_own_key(connection: Connection, connections: list[Connection]) -> None:
    """Check that the key of a system cannot be meant for another connection.

    Args:
        connection: the connection to pull.
        connections: all that are pulled.

    Raises:
        WinbackError: several connections of the system are pulled.
    """
    others = [shown(each.location) for each in connections if each.system == connection.system]
    if len(others) > 1:
        raise WinbackError(
            f"{key_variable(connection.system)} is the key of one account, and there are several folders of {SYSTEMS[connection.system]}: {', '.join(others)}. "
            f"Pull each with its own key: `winback pull {connection.system} FOLDER`."
        )


def key_variable(system: str) -> str:
    """Return the environment variable that has the key of a system.

    Args:
        system: the system.

    Returns:
        Its name.
    """
    return f"WINBACK_{system.upper()}_KEY"


def _pull(system: str, pulled: Pulled, access: tuple[str, str], log: Log, *, whole: bool) -> None:
    name = SYSTEMS[system]
    os.environ.update(DLT_SETTINGS, DLT_DATA_DIR=str(pulled.work / "dlt"), DLT_PROJECT_DIR=str(pulled.work), DLT_LOCAL_DIR=str(pulled.work))
    try:
        import dlt
    except ImportError:
        raise WinbackError("`winback pull` needs dlt, which is not installed: pip install 'winback[pull]' (in a clone: pip install -e '.[pull]').") from None
    api, rows = (import_module(f"orchestration.connections.{system}_{part}") for part in ("api", "rows"))
    store = pulled.work / "store.duckdb"
    log(f"Pulling {name} to {shown(pulled.path)}.")
    try:
        pipeline = dlt.pipeline(system, pipelines_dir=str(pulled.work / "dlt"), destination=dlt.destinations.duckdb(str(store)), dataset_name=DATASET)
        if pipeline.has_pending_data:
            log("Loading first what the last pull had read before it was interrupted.")
            pipeline.run()
        api.fetch(pipeline, *access, log, whole=whole)
        pipeline.drop()  # What it has to know next time is in the store.
    except WinbackError:
        raise
    except Exception as error:  # noqa: BLE001 - dlt wraps what went wrong in errors of its own
        raise WinbackError(_words(error, system, api.subject_of)) from None
    counts: dict[str, int] = {}
    try:
        has_changed = pulled.publish(lambda folder: counts.update(_write(store, folder, rows.published_tables())))
    except duckdb.Error as error:
        raise WinbackError(f"The tables cannot be written to {shown(pulled.path)} ({type(error).__name__}). Make room there, and pull again.") from None
    written = ", ".join(f"{table} {count:,}" for table, count in counts.items())
    log(f"{'Wrote' if has_changed else 'Nothing has changed since the last pull. There are'} these rows in {shown(pulled.path)}: {written}.")
    is_connected = any(connection.folder == pulled.path for connection in pulled_connections(SEEDS))
    log("Next: `winback refresh`." if is_connected else f"Next: `winback connect {system} {shown(pulled.path)} --business NAME`, then `winback refresh`.")


def _write(store: Path, folder: Path, tables: Mapping[str, Versions]) -> dict[str, int]:
    """Write the published tables, in an order of their own so that equal rows are equal files, and count their rows."""
    counts = {}
    with duckdb.connect(str(store), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'; set threads = 1")
        there = {name for (name,) in connection.execute("select table_name from duckdb_tables() where schema_name = ?", [DATASET]).fetchall()}
        for table, versions in tables.items():
            rows = versions.query(f"{DATASET}.{identifier(table)}") if table in there else versions.nothing()
            connection.execute(f"copy ({rows}) to {literal(folder / f'{table}.parquet')} (format parquet)")
            (counts[table],) = connection.execute(f"select count(*) from {literal(folder / f'{table}.parquet')}").fetchone()
    return counts


def _words(error: BaseException, system: str, subject_of: Callable[[str], str]) -> str:
    """Say why a pull failed, without the address of the request or anything that was sent or answered."""
    from requests import ConnectionError as Unreachable
    from requests import HTTPError, TooManyRedirects
    from requests import Timeout as Unanswered

    name, chain = SYSTEMS[system], []
    while error and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    told = next((each for each in chain if isinstance(each, WinbackError)), None)
    failed = next((each for each in chain if isinstance(each, HTTPError) and each.response is not None), None)
    kept = "What was published before is unchanged; the next pull goes on from there."
    if told is not None:
        return f"{told} {kept}"
    if failed is not None:
        status, what, variable = failed.response.status_code, shown(subject_of(urlsplit(failed.response.url).path)), key_variable(system)
        said = {
            401: f"{name} refuses the key in {variable}. Give a key that is valid, in that variable.",
            403: f"{name} does not let the key in {variable} read {what}. Give the key the right to read it.",
        }
        return f"{said.get(status, f'{name} answered {status} for {what}, also after several attempts. Try again later.')} {kept}"
    if any(isinstance(each, TooManyRedirects) for each in chain):
        return f"The address in {_url_variable(system)} leads to another one, to which the key is not sent. Give the address of the API itself, such as {EXAMPLE}. {kept}"
    if any(isinstance(each, (Unreachable, Unanswered)) for each in chain):
        return f"{name} cannot be reached at {urlsplit(_url(system)).hostname}. Check the connection to it. {kept}"
    return f"The pull of {name} failed ({', '.join(type(each).__name__ for each in chain)}). {kept} If it fails again, move {system}.pull away and pull everything anew."


def _key(system: str) -> str:
    key = os.environ.get(key_variable(system), "").strip()
    if not key:
        raise WinbackError(f"{key_variable(system)} is not set. Put a key of {SYSTEMS[system]} that may read into it; it is kept nowhere.")
    return key


def _url_variable(system: str) -> str:
    return f"WINBACK_{system.upper()}_URL"


def _url(system: str) -> str:
    """Return the address of the API. A key is sent over an encrypted connection, or to this machine."""
    variable = _url_variable(system)
    given = os.environ.get(variable, "").strip().rstrip("/") or PULLABLE[system]
    if not given:
        raise WinbackError(f"{variable} is not set. Put the address of your own {SYSTEMS[system]} into it, such as {EXAMPLE}.")
    parts = urlsplit(given)
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)):
        raise WinbackError(f"{variable} is no address that a key can be sent to: give one that begins with https:// (http:// on this machine alone).")
    return given

