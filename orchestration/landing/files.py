"""The files of the landing: which are read, which are not, and which a refresh has already read."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from orchestration.errors import WinbackError
from orchestration.landing.contract import CONTRACTS, LANDING_TABLES, Contract
from orchestration.quoting import shown

# Suffixes of the files that are read, in any case.
FORMATS = {".csv": "csv", ".csv.gz": "csv", ".tsv": "tsv", ".tsv.gz": "tsv", ".parquet": "parquet"}
MOST_NAMED = 10


@dataclass(frozen=True)
class LandedFile:
    """A file of the landing that is read.

    Attributes:
        table: the landing table whose rows it holds, or the table of a connection.
        path: its location.
        format: `csv`, `tsv` or `parquet`.
        contract: the declared columns of that table.
        connection: the name of the connection; empty if the file is in the landing.
    """

    table: str
    path: Path
    format: str
    contract: Contract = field(compare=False, repr=False)
    connection: str = ""

    @property
    def listed_as(self) -> str:
        """Return the name of its table in the list of files read."""
        return f"{self.connection}/{self.table}" if self.connection else self.table

    @property
    def is_compressed(self) -> bool:
        """Return whether it is text compressed by gzip."""
        return self.path.name.lower().endswith(".gz")

    @cached_property
    def digest(self) -> str:
        """Return a hash of its bytes as of the first access: a file that grew or was replaced has another.

        Raises:
            WinbackError: the file cannot be read.
        """
        digest = hashlib.sha256()  # processors have instructions for it, and every refresh reads the whole landing
        try:
            with self.path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise unreadable(self.path, error) from None
        return digest.hexdigest()


@dataclass(frozen=True)
class Landing:
    """The contents of the landing folder.

    Attributes:
        folder: its location.
        files: the files that are read.
        not_read: files whose name or format fits no landing table, except empty and hidden files.
    """

    folder: Path
    files: tuple[LandedFile, ...]
    not_read: tuple[Path, ...]

    def words_on_not_read(self) -> str:
        """List the files that are not read.

        Returns:
            A sentence for people; empty if there are none.
        """
        if not self.not_read:
            return ""
        names = ", ".join(shown(path) for path in self.not_read[:MOST_NAMED])
        more = f" and {len(self.not_read) - MOST_NAMED:,} more" if len(self.not_read) > MOST_NAMED else ""
        return f"Not read, because the name or format is not that of a landing table: {names}{more}. Winback reads {_readable()}."


    def require_events(self) -> None:
        """Check that there are events to read.

        Raises:
            WinbackError: there is no file of events.
        """
        if not any(file.table == "events" or file.connection for file in self.files):
            raise WinbackError(
                f"No landing table 'events': looked for events.csv, events.parquet and a folder events/ of such files in {shown(self.folder)}. Put your events "
                f"there, or set WINBACK_LANDING to the folder that has them. {self.words_on_not_read()}".strip()
            )


def find_files(folder: Path) -> Landing:
    """List the files of the landing by their names only.

    Files of 0 bytes, and names that begin with `.` or `_`, like those of system files, are silently skipped.

    Args:
        folder: the landing.

    Returns:
        The files that are read and those that are not, each sorted; `not_read` as paths within the folder.

    Raises:
        WinbackError: the folder is missing or unreadable.
    """
    if not folder.is_dir():
        raise WinbackError(f"There is no landing at {shown(folder)}. Put events.csv or events.parquet there, or set WINBACK_LANDING to the folder that has them.")
    return Landing(folder, *tables_in(folder, CONTRACTS))


def tables_in(
    folder: Path, contracts: Mapping[str, Contract], connection: str = "", table_of: Callable[[str], str] = lambda name: name
) -> tuple[tuple[LandedFile, ...], tuple[Path, ...]]:
    """List the files of some tables in a folder: `<table>.<format>`, and folders `<table>/` of such files.

    Args:
        folder: the folder.
        contracts: the tables.
        connection: the connection whose tables they are.
        table_of: says of which table a file is, by its name in lower case without the format.

    Returns:
        The files that are read and those that are not, as paths within the folder; each sorted.

    Raises:
        WinbackError: the folder is unreadable.
    """
    files, not_read = [], []
    for path in _walk(folder):
        within = path.relative_to(folder)
        ending = next((ending for ending in FORMATS if path.name.lower().endswith(ending)), None)
        name = within.parts[0].lower()
        table = name if len(within.parts) > 1 else table_of(name.removesuffix(ending or ""))
        if table in contracts and ending:
            files.append(LandedFile(table, path, FORMATS[ending], contracts[table], connection))
        else:
            not_read.append(within)
    order = {table: number for number, table in enumerate(contracts)}
    return tuple(sorted(files, key=lambda file: (order[file.table], file.path))), tuple(sorted(not_read))


def unreadable(path: Path, error: OSError) -> WinbackError:
    """Return the error for a file or folder that the system does not let us read.

    Args:
        path: the file or folder.
        error: the system's error.

    Returns:
        The error to raise.
    """
    return WinbackError(f"The landing cannot be read: {shown(path)}: {error.strerror}. Permit this user to read it, or remove it from the landing.")


def _walk(folder: Path) -> Iterator[Path]:
    """List files that are not hidden and not empty, following links. A folder that a link leads back to is visited once."""
    seen: set[Path] = set()

    def fail(error: OSError) -> None:
        raise unreadable(Path(str(error.filename)), error)

    for parent, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        real = Path(parent).resolve()
        folders[:] = [] if real in seen else sorted(name for name in folders if name[0] not in "._")
        for name in () if real in seen else sorted(names):
            path = Path(parent, name)
            if name[0] not in "._" and path.is_file() and path.stat().st_size:
                yield path
        seen.add(real)


def _readable() -> str:
    return f"<table>{', <table>'.join(FORMATS)} and folders <table>/ of such files, where <table> is one of {', '.join(LANDING_TABLES)}"
