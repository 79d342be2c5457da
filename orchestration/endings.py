"""Ends a failed refresh with one message, and retries it only where that may help."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from orchestration import outcome
from orchestration.errors import WinbackError
from orchestration.results import RefreshFailed
from orchestration.retries import is_transient
from orchestration.settings import Settings

T = TypeVar("T")


@contextmanager
def clear_endings() -> Iterator[None]:
    """Give every unexpected exception inside a message for people.

    Yields:
        Nothing.

    Raises:
        WinbackError: raised inside, unchanged.
        RefreshFailed: from any other exception, except what a signal caused: that ends in `Stopped`.
    """
    try:
        yield
    except WinbackError:
        outcome.stop_if_asked()
        raise
    except Exception as error:  # noqa: BLE001 - each ends the refresh with a message
        outcome.stop_if_asked()
        raise RefreshFailed(_words(error)) from (None if isinstance(error, OSError) else error)


def retried(run: Callable[[], T], settings: Settings, log: Callable[[str], None]) -> T:
    """Run something, and again while its failures may be transient.

    Args:
        run: what to run.
        settings: has the number of retries, and the wait before the first, which doubles before each next one.
        log: called if it is retried.

    Returns:
        What it returns.

    Raises:
        WinbackError: it failed in a way that a retry does not mend, or too often.
    """
    for retry in range(1, settings.retries + 1):
        try:
            return run()
        except WinbackError as error:
            if not is_transient(str(error)) or outcome.received() or outcome.has_published():
                raise
            log(f"WARNING: {error}\nThis may pass: trying again (retry {retry} of {settings.retries}).")
        time.sleep(settings.retry_seconds * 2 ** (retry - 1))
    return run()


def _words(error: Exception) -> str:
    if outcome.has_published():
        return f"The tables are published, but what follows went wrong: {type(error).__name__}: {error}."
    if isinstance(error, OSError):
        return f"The system refused: {error}. Nothing was published."
    return f"A fault of the refresh itself: {type(error).__name__}: {error}. Nothing was published."
