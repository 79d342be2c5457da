"""What dlt keeps of a table, every version of each row, as Fivetran's columns say it."""

from dataclasses import dataclass

from orchestration.quoting import identifier

Row = dict[str, str | None]

# dlt's columns: from when to when a version stood. The one that stands has no end.
FROM, TO = "_dlt_valid_from", "_dlt_valid_to"


@dataclass(frozen=True)
class Versions:
    """A table of the store.

    Attributes:
        columns: its columns that are published.
        keys: those that tell one row from another.
        is_history: whether all versions are published, or the last one of each row alone.
    """

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    is_history: bool

    def query(self, table: str) -> str:
        """Return the SQL of the published rows.

        A version is synced when it came, and again when it ended. A row without a standing version has been deleted. When the first version of a history
        began is not known: it was there before it was first seen.

        Args:
            table: the table of the store.

        Returns:
            A query.
        """
        columns, keys = ", ".join(map(identifier, self.columns)), ", ".join(map(identifier, self.keys))
        in_utc = "strftime({}, '%Y-%m-%dT%H:%M:%S.%fZ')"
        history = f""",
                {TO} is null as _fivetran_active,
                case when {FROM} > min({FROM}) over (partition by {keys}) then {in_utc.format(FROM)} end as _fivetran_start"""
        return f"""
            select {columns}, not has_standing as _fivetran_deleted{", _fivetran_active, _fivetran_start" if self.is_history else ""}, _fivetran_synced
            from (
                select {columns}, {FROM} as version_start,
                    bool_or({TO} is null) over (partition by {keys}) as has_standing,
                    row_number() over (partition by {keys} order by {TO} is null desc, {FROM} desc, {TO} desc) as place,
                    {in_utc.format(f"coalesce({TO}, {FROM})")} as _fivetran_synced{history if self.is_history else ""}
                from {table}
            )
            where {"true" if self.is_history else "place = 1"}
            order by {keys}, version_start"""

    def nothing(self) -> str:
        """Return the SQL of the table without rows.

        Returns:
            A query.
        """
        added = ("_fivetran_deleted", *(("_fivetran_active", "_fivetran_start") if self.is_history else ()), "_fivetran_synced")
        return f"select {', '.join(f'cast(null as varchar) as {identifier(column)}' for column in (*self.columns, *added))} where false"
