"""Ends a failed refresh with one message, and retries it only where that may help."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dagster import AssetExecutionContext, Failure, RetryRequested

from orchestration import outcome
from orchestration.errors import WinbackError
from orchestration.retries import is_transient
from orchestration.settings import load_settings


@contextmanager
def clear_endings(context: AssetExecutionContext, log: Callable[[str], None]) -> Iterator[None]:
    """Turn any exception inside into the end of the run, with its message and without a traceback.

    Args:
        context: the Dagster context.
        log: called if the refresh is retried.

    Yields:
        Nothing.

    Raises:
        Failure: with the message.
        RetryRequested: the failure may be transient. The wait is already over, because Dagster's own wait cannot be interrupted.
    """
    try:
        try:
            yield
        except WinbackError as error:
            if not is_transient(str(error)) or outcome.received() or context.retry_number >= load_settings().retries:
                raise
            _wait(error, context.retry_number, log)
            raise RetryRequested(load_settings().retries) from None
    except (GeneratorExit, RetryRequested):
        raise
    except BaseException as error:  # noqa: BLE001 - each ends the run with a message
        is_clear = isinstance(error, WinbackError) or outcome.is_stop(error)
        raise Failure(description=_words(error), allow_retries=False) from (None if is_clear else error)


def _wait(error: WinbackError, retry_number: int, log: Callable[[str], None]) -> None:
    settings = load_settings()
    log(f"WARNING: {error}\nThis may pass: trying again (retry {retry_number + 1} of {settings.retries}).")
    time.sleep(settings.retry_seconds * 2**retry_number)


def _words(error: BaseException) -> str:
    if outcome.is_stop(error):
        return outcome.words()
    if isinstance(error, WinbackError):
        return str(error)
    if outcome.has_published():
        return f"The tables are published, but what follows went wrong: {type(error).__name__}: {error}."
    if isinstance(error, OSError):
        return f"The system refused: {error}. Nothing was published."
    return f"A fault of the refresh itself: {type(error).__name__}: {error}. The log of its run in Dagster has the details."
