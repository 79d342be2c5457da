"""A PostgreSQL server, located as its own clients do: connections, clear errors, bulk loads."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.sql import SQL, Identifier, Literal

from orchestration.errors import WinbackError
from orchestration.quoting import literal
from orchestration.warehouses import COLUMNS


class Reader:
    """Runs queries on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, sql: str | SQL) -> list[tuple]:
        """Run a query.

        Args:
            sql: the query.

        Returns:
            Its rows.
        """
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def columns(self, table: str) -> set[str]:
        """List the columns of a private table.

        Args:
            table: its name.

        Returns:
            Their names; none if there is no such table.
        """
        return {name for (name,) in self.rows(COLUMNS.format(table))}


class Server:
    """The server at PGHOST, PGPORT, PGDATABASE and PGUSER. PostgreSQL's client library finds the password."""

    def __init__(self) -> None:
        self._where = {
            "host": os.environ.get("PGHOST", "localhost"),
            "port": os.environ.get("PGPORT", "5432"),
            "dbname": os.environ.get("PGDATABASE", "postgres"),
            "user": os.environ.get("PGUSER", "postgres"),
        }
        self.name = "postgresql://{user}@{host}:{port}/{dbname}".format(**self._where)

    def connect(self, application: str) -> Connection:
        """Open a connection in which every statement is its own transaction.

        Args:
            application: the application name shown by the server.

        Returns:
            The connection.

        Raises:
            WinbackError: the server does not answer, or refuses the connection.
        """
        try:
            connection = psycopg2.connect(**self._where, application_name=application)
        except psycopg2.Error as error:
            raise WinbackError(f"{self.name} does not answer: {str(error).strip()}. Check PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD.") from None
        connection.autocommit = True
        return connection

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Read in one snapshot.

        Yields:
            A reader.

        Raises:
            WinbackError: the server does not answer, or reports an error.
        """
        connection = self.connect("winback")
        try:
            connection.set_session(isolation_level="REPEATABLE READ", readonly=True, autocommit=False)
            with translate_errors():
                yield Reader(connection)
        finally:
            connection.close()

    @contextmanager
    def source_tables(self, schema: str, tables: Iterable[str]) -> Iterator[tuple[dict[str, list[dict]], Reader]]:
        """Look at tables from which rows are read.

        Args:
            schema: their schema.
            tables: the tables that are read.

        Yields:
            For each that exists its only scan, with the names and types of its columns; and a reader.

        Raises:
            WinbackError: the server does not answer, or reports an error.
        """
        query = SQL("select table_name, column_name, data_type from information_schema.columns where table_schema = {} order by ordinal_position")
        with self.reading() as reader:
            found: dict[str, list[dict]] = {}
            for table, column, kind in reader.rows(query.format(Literal(schema))):
                found.setdefault(table, []).append({"name": column.lower(), "type": kind})
            yield {table: [{"columns": found[table]}] for table in tables if table in found}, reader

    def load(self, schema: str, table: str, columns: list[str], rows: Path) -> int:
        """Replace a table by the rows of a Parquet file.

        Args:
            schema: the table's schema.
            table: its name.
            columns: its columns, all text.
            rows: a Parquet file with these columns.

        Returns:
            The number of rows loaded.

        Raises:
            WinbackError: the server does not answer, or reports an error.
        """
        connection = self.connect("winback land")
        connection.autocommit = False
        named = Identifier(schema, table)
        try:
            with translate_errors(), connection, connection.cursor() as cursor, tempfile.NamedTemporaryFile(suffix=".csv") as texts:
                cursor.execute(SQL("create schema if not exists {}").format(Identifier(schema)))
                cursor.execute(SQL("drop table if exists {}").format(named))
                cursor.execute(SQL("create table {} ({})").format(named, SQL(", ").join(SQL("{} text").format(Identifier(column)) for column in columns)))
                with duckdb.connect() as reader:
                    reader.execute(f"copy (from {literal(rows)}) to {literal(texts.name)} (format csv, header false, nullstr '\\N', force_quote *)")
                with Path(texts.name).open(encoding="utf-8") as file:
                    cursor.copy_expert(SQL("copy {} from stdin (format csv, null '\\N')").format(named).as_string(connection), file)
                return cursor.rowcount
        finally:
            connection.close()


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise the server's errors as one message, without our own call stack.

    Raises:
        WinbackError: the server's message.
    """
    try:
        yield
    except psycopg2.Error as error:
        raise WinbackError(f"PostgreSQL refused: {str(error).strip()}") from None
