"""The build folders of refreshes beside the published file, those left by dead refreshes, and the working file in each."""

import fcntl
import os
import shutil
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import duckdb

from orchestration.errors import WinbackError
from orchestration.files import sync

# Marks a build folder. The dbt process that builds in it locks this file for its whole life.
MARK = "winback_build"
CLEARED = ".cleared"
PATIENCE = 10.0  # seconds to wait for dbt to die after its refresh was killed


@dataclass(frozen=True)
class Builds:
    """The build folders of one warehouse, each named by its run.

    Attributes:
        folder: their parent folder.
    """

    folder: Path

    def make(self, run_id: str) -> Path:
        """Create the folder of a run.

        Args:
            run_id: the folder's name.

        Returns:
            The folder, with its mark.
        """
        made = self.folder / run_id
        made.mkdir(parents=True)
        (made / MARK).touch()
        return made

    def left(self) -> list[str]:
        """Find folders that runs have created and not removed. Folders of others are ignored.

        Returns:
            The ids of their runs.
        """
        found = [path for path in self.folder.iterdir() if _is_ours(path)] if self.folder.is_dir() else []
        return sorted({path.name.removesuffix(CLEARED) for path in found})

    def clear(self, run_id: str) -> None:
        """Remove the folder of a run, if it exists. If dbt is still building in it, wait for some seconds.

        Args:
            run_id: the folder's name.
        """
        folder, cleared = self.folder / run_id, self.folder / f"{run_id}{CLEARED}"
        with suppress(OSError):  # Callers that need the result check `left`.
            if _is_ours(folder) and _is_idle(folder / MARK):
                folder.rename(cleared)  # A process that still writes to the old name finds no folder.
            if _is_ours(cleared):
                # The mark goes last, so that a half-removed folder is still recognised.
                for path in sorted(cleared.iterdir(), key=lambda path: path.name == MARK):
                    if path.is_dir() and not path.is_symlink():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                cleared.rmdir()


def _is_ours(path: Path) -> bool:
    """Return whether a folder is named by a run and has our mark, or is empty: a kill may come before the mark."""
    with suppress(OSError, ValueError):
        name = path.name.removesuffix(CLEARED)
        if str(UUID(name)) == name and path.is_dir() and not path.is_symlink():
            return (path / MARK).is_file() or not any(path.iterdir())
    return False


def _is_idle(mark: Path) -> bool:
    try:
        descriptor = os.open(mark, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except OSError:
                if time.monotonic() > until:
                    return False
                time.sleep(0.02)
    finally:
        os.close(descriptor)


def log_of(path: Path) -> Path:
    """Return the path of a database's write-ahead log.

    Args:
        path: the database file.

    Returns:
        The path to which DuckDB writes it.
    """
    return path.with_name(path.name + ".wal")


def close(working: Path) -> None:
    """Close a file that DuckDB could not close, as on a full disk: dbt succeeds all the same, and does not report why.

    Args:
        working: the file whose log is left.

    Raises:
        WinbackError: the file cannot be closed, and why.
    """
    try:
        with duckdb.connect(str(working)) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        words = str(error).splitlines()[0]
        raise WinbackError(f"The build could not be written to its file: {words}. Nothing was published: make sure that there is space in {working.parent}.") from None
    if log_of(working).exists():
        raise WinbackError(f"The build left {log_of(working)}: the file was not closed, so nothing was published. Run the refresh again.")


def copy_meanwhile(source: Path, destination: Path) -> Future[None]:
    """Copy a file in the background. A marker file exists until the copy is complete; `dbt_runner.py` waits for that.

    Args:
        source: the file.
        destination: the copy.

    Returns:
        A future that is done when the copy is complete; it raises OSError if copying failed.
    """
    copying: Future[None] = Future()
    incomplete = destination.with_name(destination.name + ".copying")
    incomplete.touch()

    def copy() -> None:
        try:
            shutil.copyfile(source, incomplete)
            incomplete.rename(destination)
            copying.set_result(None)
        except OSError as error:
            copying.set_exception(error)
            return
        # Flushed while dbt works, so that little is left to write when the file is published. An error here is reported at that point.
        with suppress(OSError):
            sync(destination)

    threading.Thread(target=copy, daemon=True).start()
    return copying
