"""Exports for BI tools: the Superset dashboard with a connection, and the dbt documentation as one page."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote
from zipfile import ZIP_DEFLATED, ZipFile

import yaml

from orchestration.dbt_project import BUILD_SCHEMA, dbt_executable, ensure_manifest
from orchestration.errors import WinbackError
from orchestration.settings import DBT_PROJECT, ROOT, STATE, Settings

DASHBOARD = ROOT / "docs" / "bi" / "superset"
CONNECTION = "databases/winback.yaml"


def connection_uri(settings: Settings) -> str:
    """Return the address by which Superset reaches the published tables, without a password.

    Args:
        settings: the engine and its location.

    Returns:
        The SQLAlchemy address: of the published file, read-only, or of the server that PostgreSQL's environment variables name.

    Raises:
        WinbackError: the address of this engine is unknown.
    """
    if settings.target == "duckdb":
        # Escape only what would end the path: not every version of SQLAlchemy unescapes more.
        path = str(settings.warehouse).replace("%", "%25").replace("?", "%3F").replace("#", "%23")
        return f"duckdb:///{path}?access_mode=read_only"
    if settings.target == "postgres":
        user, host, port, database = (quote(os.environ.get(name, default), safe="") for name, default in _SERVER)
        # A host that is a folder is a Unix socket, which cannot come before the port.
        server = f"{user}@/{database}?host={host}&port={port}" if host.startswith("%2F") else f"{user}@{host}:{port}/{database}"
        return f"postgresql+psycopg2://{server}"
    raise WinbackError("Superset's address of a Spark cluster depends on its driver: give it, as in `winback superset hive://host:10000/winback`.")


_SERVER = (("PGUSER", "postgres"), ("PGHOST", "localhost"), ("PGPORT", "5432"), ("PGDATABASE", "postgres"))


def write_dashboard(uri: str, path: Path) -> None:
    """Write the Superset dashboard and a connection as a zip file that Superset can import.

    Args:
        uri: the SQLAlchemy address of the tables.
        path: the zip to write.

    Raises:
        WinbackError: the address would open a DuckDB file for writing, or the zip cannot be written.
    """
    if uri.startswith("duckdb:") and "access_mode=read_only" not in uri:
        raise WinbackError(f"{uri} would open the file for writing, which stops the next refresh. Add ?access_mode=read_only to it.")
    _make_room(path)
    with ZipFile(path, "w", ZIP_DEFLATED) as bundle:
        for file in sorted(DASHBOARD.rglob("*.yaml")):
            name, text = file.relative_to(DASHBOARD).as_posix(), file.read_text(encoding="utf-8")
            if name == CONNECTION:
                text = yaml.safe_dump({**yaml.safe_load(text), "sqlalchemy_uri": uri}, sort_keys=False)
            bundle.writestr(f"winback/{name}", text)


def write_docs(settings: Settings, path: Path) -> None:
    """Write dbt's documentation of every table and column as one page that needs no server.

    Column types come from the published tables, which are only read. If nothing is published yet, the page is made from the models only.

    Args:
        settings: the engine and its location.
        path: the page to write.

    Raises:
        WinbackError: dbt failed (the message quotes it), or the page cannot be written.
    """
    is_file = settings.target == "duckdb"
    variables = {"db_path": str(settings.warehouse)} if is_file else {"build_schema": BUILD_SCHEMA}
    target = ["--target", "published"] if is_file else []
    catalog = ["--empty-catalog"] if is_file and not settings.warehouse.exists() else []
    _make_room(path)
    STATE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=STATE) as aside:
        # Models query their landing tables at compile time, which the documentation does not need. Without compiling, dbt requires an existing manifest.
        shutil.copyfile(ensure_manifest(), Path(aside) / "manifest.json")
        command = [dbt_executable(), "--quiet", "docs", "generate", "--static", "--no-compile", *catalog, *target, "--vars", json.dumps(variables, ensure_ascii=False)]
        where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", aside, "--log-path", aside]
        result = subprocess.run([*command, *where], check=False, cwd=DBT_PROJECT, capture_output=True, text=True, env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"})
        if result.returncode != 0:
            raise WinbackError(f"dbt could not document the project:\n{result.stdout.strip() or result.stderr.strip()}")
        shutil.move(Path(aside) / "static_index.html", path)


def _make_room(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise WinbackError(f"{path} cannot be written: {error}. Name another file with --output.") from None
