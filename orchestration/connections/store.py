"""The store of a pull: what dlt keeps of an API, every version of each row, in a file of DuckDB. It knows no system."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

import dlt
from dlt.extract import DltResource

from orchestration.connections.versions import FROM, TO, Row
from orchestration.errors import WinbackError
from orchestration.quoting import identifier

Log = Callable[[str], None]
# The rows of a table, given its name, that are made of an object.
Layout = Callable[[str, Mapping[str, Any]], Iterable[Row]]

PROGRESS = 10_000  # objects between two lines on how far it is


class Store:
    """The tables of a system, each list of objects loaded at once.

    Attributes:
        lists: for each list of the API its tables, each with the column by which its rows belong to an object: what the object has no more has been
            deleted. Without one, the list is whole: what it has no more has been deleted.
        columns: the columns of each table.
        log: called with messages for people.
    """

    def __init__(self, pipeline: dlt.Pipeline, lists: Mapping[str, Mapping[str, str | None]], columns: Mapping[str, Sequence[str]], log: Log) -> None:
        self.lists, self.columns, self.log = lists, columns, log
        self._pipeline = pipeline

    def load(self, name: str, objects: DltResource, layout: Layout, *, quietly: bool = False) -> None:
        """Load the objects of a list as rows of its tables. They are all loaded, or none.

        Args:
            name: the list.
            objects: dlt's resource of them, as the API sends them.
            layout: makes their rows.
            quietly: whether to leave out how many there were.

        Raises:
            Exception: dlt's, around what went wrong.
        """
        if not quietly:
            objects = objects.add_map(self._counter(name))
        tables = [self._table(objects, table, owner, layout) for table, owner in self.lists[name].items()]
        self._pipeline.run(tables, loader_file_format="jsonl")  # Half the memory of dlt's default for DuckDB.
        rows = self._pipeline.last_trace.last_normalize_info.row_counts
        for table, owner in self.lists[name].items():
            if not owner and not rows.get(table):  # dlt ends no row where nothing has come.
                self.ask(table, f"update {{}} set {TO} = now() where {TO} is null")
        if not quietly:
            self.log(f"  {name} read: {', '.join(f'{table} {rows.get(table, 0):,}' for table in self.lists[name])} rows")

    def load_again(self, name: str, objects: Iterable[Mapping[str, Any]], layout: Layout) -> None:
        """Load some objects of a list.

        Args:
            name: the list.
            objects: the objects.
            layout: makes their rows.

        Raises:
            Exception: dlt's, around what went wrong.
        """
        self.load(name, dlt.resource(lambda: iter(objects), name=f"{name}_again", selected=False), layout, quietly=True)

    def end(self, name: str, ids: Sequence[str]) -> None:
        """End the rows of objects that have been deleted.

        Args:
            name: the list of the objects.
            ids: their ids.
        """
        for table, owner in self.lists[name].items() if ids else ():
            self.ask(table, f"update {{}} set {TO} = now() where {identifier(str(owner))} in (select unnest(%s)) and {TO} is null", list(ids))

    def forget_superseded(self, table: str, key: str) -> None:
        """Forget the versions of rows that a later one has taken the place of, where nobody asks how a row was before.

        Args:
            table: the table.
            key: the column that tells one row from another.
        """
        self.ask(
            table,
            f"delete from {{0}} as old where {TO} is not null and exists (select 1 from {{0}} as newer where newer.{key} = old.{key} and newer.{FROM} > old.{FROM})",
        )

    def ask(self, table: str, sql: str, *values: Any) -> list[tuple]:
        """Ask the store for rows of a table.

        Args:
            table: the table.
            sql: the query, with `{}` where the table is named.
            values: those of its parameters, `%s`.

        Returns:
            The rows; none if the store does not have the table yet.
        """
        with self._pipeline.sql_client() as client:
            there = client.execute_sql("select count(*) from duckdb_tables() where schema_name = %s and table_name = %s", self._pipeline.dataset_name, table)
            return list(client.execute_sql(sql.format(client.make_qualified_table_name(table)), *values) or ()) if there[0][0] else []

    def require_account(self, table: str, account: str | None) -> None:
        """See that the key is that of the account that was pulled before, or say that this is not known.

        Args:
            table: the table that has the account's id.
            account: the id of the account that the key belongs to; None if the key may not read it.

        Raises:
            WinbackError: it is another one.
        """
        if account is None:
            self.log("The key may not read the account: its time zone is not known, nor whether it is the account that was pulled before.")
            return
        before = self.ask(table, f"select id from {{}} where {TO} is null")
        if before and before != [(account,)]:
            raise WinbackError("The key is that of another account than the one that was pulled here before. Name another folder for it.")

    def _table(self, objects: DltResource, table: str, owner: str | None, layout: Layout) -> DltResource:
        kept = {"disposition": "merge", "strategy": "scd2"}
        columns = {column: {"name": column, "data_type": "text", "nullable": True} for column in self.columns[table]}
        return objects | dlt.transformer(_each(table, layout), name=table, write_disposition=kept, merge_key=owner, columns=columns)

    def _counter(self, name: str) -> Callable[[Any], Any]:
        numbers = count(1)

        def counted(item: Any) -> Any:
            if (number := next(numbers)) % PROGRESS == 0:
                self.log(f"  {name}: {number:,} read")
            return item

        return counted


def _each(table: str, layout: Layout) -> Any:
    def of_page(page: Any) -> Iterator[list[Row]]:
        for item in page if isinstance(page, list) else [page]:
            yield list(layout(table, item))

    return of_page
