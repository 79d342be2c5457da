"""State of the last published refresh: its last date, its code and configuration, and the landing files it found."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orchestration.landing.files import LandedFile
from orchestration.seed_checks import COLUMNS, OPTIONAL_COLUMNS
from orchestration.warehouses import Reader, Warehouse


@dataclass(frozen=True)
class LastRefresh:
    """The state of a published warehouse.

    Attributes:
        refresh_id: the number of the refresh.
        as_of_date: the last date it counts.
        code_version: hash of the code that derived it.
        files: the number of landing files for each table and digest when the landing was last read.
        configuration: the rows of each seed, in no order; None if other code wrote them, because the columns may differ.
    """

    refresh_id: int
    as_of_date: date
    code_version: str
    files: Counter[tuple[str, str]]
    configuration: dict[str, list[tuple]] | None

    def not_read(self, files: Sequence[LandedFile], *, connected_too: bool = False) -> list[LandedFile]:
        """Find the files that are new since then, under any name: with new content, or an additional copy of known content.

        Args:
            files: all files that exist now.
            connected_too: whether the files of connections are to be read again in any case.

        Returns:
            The files to read.
        """
        known, new = Counter(self.files), set()
        for file in files:
            known[file.listed_as, file.digest] -= 1
            if known[file.listed_as, file.digest] < 0:
                new.add(file)
        # The tables of a connection are joined: if one is new, or gone, all of them are read.
        gone = {listed.rpartition("/")[0] for (listed, _), count in known.items() if count > 0}
        changed = ({file.connection for file in new} | gone) - {""}
        return [file for file in files if file in new or file.connection in changed or (connected_too and file.connection)]

    def is_configured_by(self, seeds: Path) -> bool:
        """Return whether the seeds are unchanged.

        Args:
            seeds: the folder with the seeds.

        Returns:
            True if every file has the same rows.
        """
        return self.configuration is not None and all(_rows_of_file(seeds / file) == self.configuration[file] for file in COLUMNS)


def last_refresh(warehouse: Warehouse, code: str | None = None) -> LastRefresh | None:
    """Read the state of the last refresh.

    Args:
        warehouse: where it was published.
        code: hash of the current code; the configuration can be compared only if the same code wrote it.

    Returns:
        The state; None if nothing is published, or if the refresh kept no ledger.
    """
    if not warehouse.is_published():
        return None
    with warehouse.reader() as reader:
        last = reader.rows("select refresh_id, as_of_date, code_version from winback.refreshes order by refresh_id desc limit 1")
        if not last:
            return None
        files = reader.rows("select landing_table, digest from winback_internal.landed_files")
        configuration = {file: _rows_of_table(reader, file) for file in COLUMNS} if last[0][2] == code else None
    return LastRefresh(*last[0], Counter(files), configuration)


def _rows_of_table(reader: Reader, file: str) -> list[tuple]:
    there = reader.columns(Path(file).stem)
    columns = ", ".join(f"coalesce({column}, '')" if column in there else "''" for column in COLUMNS[file] + OPTIONAL_COLUMNS[file])
    return sorted(reader.rows(f"select {columns} from winback_internal.{Path(file).stem}"))


def _rows_of_file(path: Path) -> list[tuple]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        columns = COLUMNS[path.name] + OPTIONAL_COLUMNS[path.name]
        return sorted(tuple(row.get(column) or "" for column in columns) for row in csv.DictReader(file))
