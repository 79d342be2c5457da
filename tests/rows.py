"""A warehouse of a few rows, for code that only queries it."""

import duckdb


class Tables:
    """A DuckDB with a few rows, read like a warehouse."""

    def __init__(self, *statements: str) -> None:
        self.connection = duckdb.connect()
        for statement in ("create schema winback", "create schema winback_internal", *statements):
            self.connection.execute(statement)

    def rows(self, sql: str) -> list[tuple]:
        return self.connection.execute(sql).fetchall()


def table(name: str, columns: str, *rows: str) -> str:
    """Return the statement that creates a table of these rows."""
    return f"create table {name} as select * from (values {', '.join(f'({row})' for row in rows)}) as rows({columns})"
