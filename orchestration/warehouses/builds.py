"""The folders in which refreshes build beside the published file, what dead refreshes have left of them, and the working file in one."""

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

# Says that a folder is ours. The dbt that builds in it holds a lock on this file for as long as it lives.
MARK = "winback_build"
CLEARED = ".cleared"
PATIENCE = 10.0  # seconds for a dbt whose refresh was killed to die after it


@dataclass(frozen=True)
class Builds:
    """The folders of one warehouse, each named by its run.

    Attributes:
        folder: where they are.
    """

    folder: Path

    def make(self, run_id: str) -> Path:
        """Make the folder of a run.

        Args:
            run_id: names it.

        Returns:
            It, with its mark.
        """
        made = self.folder / run_id
        made.mkdir(parents=True)
        (made / MARK).touch()
        return made

    def left(self) -> list[str]:
        """Find the folders that runs have made and not cleared. What others have put here is none of them.

        Returns:
            The ids of their runs.
        """
        found = [path for path in self.folder.iterdir() if _is_ours(path)] if self.folder.is_dir() else []
        return sorted({path.name.removesuffix(CLEARED) for path in found})

    def clear(self, run_id: str) -> None:
        """Remove the folder of a run, if it is there; a dbt that still builds in it is waited for, for some seconds.

        Args:
            run_id: names it.
        """
        folder, cleared = self.folder / run_id, self.folder / f"{run_id}{CLEARED}"
        with suppress(OSError):  # Whoever must know asks `left`.
            if _is_ours(folder) and _is_idle(folder / MARK):
                folder.rename(cleared)  # Whatever still writes by the old name finds nothing to write to.
            if _is_ours(cleared):
                # The mark goes last: a folder that is half cleared is still ours.
                for path in sorted(cleared.iterdir(), key=lambda path: path.name == MARK):
                    if path.is_dir() and not path.is_symlink():
                        shutil.rmtree(path)
                    else:
                        path.unlink()
                cleared.rmdir()


def _is_ours(path: Path) -> bool:
    """A folder that is named as a run, and has our mark; or is empty, for a kill may come before the mark."""
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
    """Name the write-ahead log of a database.

    Args:
        path: its file.

    Returns:
        Where DuckDB writes it.
    """
    return path.with_name(path.name + ".wal")


def close(working: Path) -> None:
    """Close a file that DuckDB could not close, as on a full disk: dbt succeeds all the same, and does not say why.

    Args:
        working: the file of which a log is left.

    Raises:
        WinbackError: it cannot be closed; why.
    """
    try:
        with duckdb.connect(str(working)) as connection:
            connection.execute("checkpoint")
    except duckdb.Error as error:
        words = str(error).splitlines()[0]
        raise WinbackError(f"The build could not be written to its file: {words}. Nothing was published: see that there is room at {working.parent}.") from None
    if log_of(working).exists():
        raise WinbackError(f"The build left {log_of(working)}: the file was not closed, so nothing was published. Run the refresh again.")


def copy_meanwhile(source: Path, destination: Path) -> Future[None]:
    """Copy a file while others do something else; until it is there in full, it is called so that `dbt_runner.py` waits for it.

    Args:
        source: the file.
        destination: the copy.

    Returns:
        What is done when the copy is there; raises OSError where it could not be made.
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
        # Written through while dbt works, so that little is left of it when the file is to be published; what fails here is told then.
        with suppress(OSError):
            sync(destination)

    threading.Thread(target=copy, daemon=True).start()
    return copying
