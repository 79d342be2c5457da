"""Folders that a pull fills. What is connected is a link to the tables of the last whole pull, so that all tables are replaced at once.

Beside the link `stripe` is the folder `stripe.pull`: the store of all versions of each row, dlt's state, and the published tables, each time in a new folder.
"""

import filecmp
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.connections.configured import Connection, read_connections
from orchestration.connections.systems import PULLABLE
from orchestration.errors import WinbackError
from orchestration.files import sync
from orchestration.quoting import shown


@dataclass(frozen=True)
class Pulled:
    """A folder that a pull fills.

    Attributes:
        path: the link that is connected.
    """

    path: Path

    @property
    def work(self) -> Path:
        """Return the folder of all that belongs to the pull."""
        return self.path.with_name(f"{self.path.name}.pull")

    @property
    def tables(self) -> Path:
        """Return the folder with a folder for each of the last publications."""
        return self.work / "tables"

    def require_ours(self) -> None:
        """Check that nothing else is at the place of the link.

        Raises:
            WinbackError: a folder or file of the user's is there.
        """
        if (self.path.exists() or self.path.is_symlink()) and not (self.path.is_symlink() and self.path.resolve().parent == self.tables.resolve()):
            raise WinbackError(f"{shown(self.path)} is there already, and no pull has made it. Name a folder that does not exist.")

    def publish(self, write: Callable[[Path], None]) -> bool:
        """Replace all tables at once. A reader that has followed the link goes on with the tables that it began with, which are kept until the next publication.

        Args:
            write: writes the tables into an empty folder.

        Returns:
            Whether anything has changed.

        Raises:
            OSError: they cannot be written. The tables are as before.
        """
        new = self.tables / "new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        write(new)
        numbers = sorted(int(folder.name) for folder in self.tables.iterdir() if folder.name.isdecimal())
        current = self.path.resolve() if self.path.is_symlink() else None
        if current and current.is_dir() and _are_equal(current, new):
            shutil.rmtree(new)
            return False
        for file in new.iterdir():
            sync(file)
        number = (numbers[-1] if numbers else 0) + 1
        new.rename(self.tables / str(number))
        link = self.work / "link"
        link.unlink(missing_ok=True)
        link.symlink_to(Path(self.work.name) / self.tables.name / str(number))
        link.replace(self.path)
        sync(self.path.parent)
        for old in numbers:
            if current is None or old != _number(current):
                shutil.rmtree(self.tables / str(old), ignore_errors=True)
        return True


def pulled_connections(seeds: Path) -> list[Connection]:
    """List the connections whose folder a pull has filled, one for each folder: businesses of several currencies share an account.

    Args:
        seeds: the folder with the configuration.

    Returns:
        The connections.
    """
    found: dict[Path, Connection] = {}
    for connection in read_connections(seeds):
        if connection.system in PULLABLE and Pulled(connection.folder).tables.is_dir():
            found.setdefault(connection.folder, connection)
    return list(found.values())


def _number(folder: Path) -> int:
    return int(folder.name) if folder.name.isdecimal() else 0


def _are_equal(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in other.iterdir())
    if names != sorted(path.name for path in one.iterdir()):
        return False
    _, differing, failed = filecmp.cmpfiles(one, other, names, shallow=False)
    return not differing and not failed
