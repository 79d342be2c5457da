"""State of this process's refresh: whether a signal asked it to stop, and whether its tables are published.

Imports nothing slow, because a signal may come before everything else is imported.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

KILLED = "The refresh was killed. What is published is whole: its tables, or those of the refresh before."
SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
PATIENCE = 15.0  # seconds to wait for work that cannot be cancelled, such as a query of a server


class Stopped(BaseException):
    """A signal asked the process to stop. It is not an Exception, so that no handler treats it as an error and continues."""


class _Process:
    """The state of this process."""

    def __init__(self) -> None:
        self.queries: set[Callable[[], None]] = set()  # each function cancels one

    reads: int | None = None  # the pipe on which signal numbers arrive
    received: signal.Signals | None = None
    is_command = False
    has_raised = False
    has_published = False


_process = _Process()


def listen() -> None:
    """Record every signal, even if other code handles it: Dagster installs its own handlers while it runs, and they do not report which signal came."""
    if _process.reads is None and threading.current_thread() is threading.main_thread():
        _process.reads, writes = os.pipe()
        os.set_blocking(_process.reads, False)
        os.set_blocking(writes, False)
        signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
        threading.Thread(target=_break_off, daemon=True).start()


def _break_off() -> None:
    """Cancel the queries from a separate thread: Python's own signal handlers wait until foreign code returns."""
    while received() is None:
        select.select([_process.reads], [], [], 0.5)
    for interrupt in list(_process.queries):
        interrupt()
    if _process.is_command:
        time.sleep(PATIENCE)
        sys.stderr.write(f"winback: {words()}\n")
        sys.stderr.flush()
        os._exit(128 + received())


@contextmanager
def interruptible(interrupt: Callable[[], None]) -> Iterator[None]:
    """Cancel the queries inside when a signal comes.

    Args:
        interrupt: cancels the running query, from another thread.

    Yields:
        Nothing.
    """
    _process.queries.add(interrupt)
    try:
        yield
    finally:
        _process.queries.discard(interrupt)


def raise_on_signals() -> None:
    """Let Ctrl-C and SIGTERM raise `Stopped` where Dagster does not handle them. Only the first one raises: after it, cleanup is running."""
    listen()
    _process.is_command = True
    # Interrupted objects may fail again when they are destroyed, and Python would print that error, which is irrelevant after a signal.
    shown = sys.unraisablehook
    sys.unraisablehook = lambda error: None if received() else shown(error)
    for number in SIGNALS:
        signal.signal(number, _raise_once)


def _raise_once(number: int, _frame: object) -> None:
    _process.received = _process.received or signal.Signals(number)
    if not _process.has_raised:
        _process.has_raised = True
        raise Stopped


def received() -> signal.Signals | None:
    """Return the signal that asked this process to stop.

    Returns:
        The first one received, or None.
    """
    if _process.received is None and _process.reads is not None:
        with suppress(BlockingIOError):
            numbers = [number for number in os.read(_process.reads, 64) if number in SIGNALS]
            _process.received = signal.Signals(numbers[0]) if numbers else None
    return _process.received


def stop_if_asked() -> None:
    """Stop if a signal came and nothing has handled it.

    Raises:
        Stopped: a signal came.
    """
    if received():
        raise Stopped


def is_stop(error: BaseException) -> bool:
    """Return whether an error is the result of a signal, such as a cancelled query.

    Args:
        error: what was raised.

    Returns:
        True for an interrupt of Dagster or Python, and for any error raised after a signal.
    """
    return not isinstance(error, GeneratorExit) and (not isinstance(error, Exception) or received() is not None)


@contextmanager
def stopped_once() -> Iterator[None]:
    """After the block has been stopped, ignore further signals: the cleanup that follows is short and must not be interrupted.

    Yields:
        Nothing.

    Raises:
        BaseException: the original exception from inside.
    """
    try:
        yield
    except BaseException as error:
        if is_stop(error) and threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
        raise


def begin() -> None:
    """Record the start of a refresh; nothing is published yet."""
    _process.has_published = False


@contextmanager
def held_back() -> Iterator[None]:
    """Delay signals until the block is done; the block must be short.

    Yields:
        Nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers, waiting = {number: signal.getsignal(number) for number in SIGNALS}, []
    for number in SIGNALS:
        signal.signal(number, lambda came, _: waiting.append(came))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if waiting:
            signal.raise_signal(waiting[0])


@contextmanager
def publishing() -> Iterator[None]:
    """Run the publishing step inside: no signal can come between publishing and recording it.

    Yields:
        Nothing.

    Raises:
        BaseException: the original exception from inside; nothing is published then.
    """
    with held_back():
        yield
        _process.has_published = True


def has_published() -> bool:
    """Return whether the latest refresh of this process is published.

    Returns:
        True as soon as readers see its tables.
    """
    return _process.has_published


def words() -> str:
    """Describe what stopped the refresh, and whether it has published.

    Returns:
        One message.
    """
    number = received()
    by = SIGNALS[number] if number == signal.SIGTERM or (number and _process.is_command) else "an interrupt, as Dagster sends it to end a run"
    stopped = f"Stopped by {by}"
    if has_published():
        return f"{stopped}, after the refresh was published: its tables stand. What shows them may be missing; `winback report` draws the report."
    return f"{stopped}. Nothing was published: the tables of the last good refresh are unchanged."


@contextmanager
def ending_in_words() -> Iterator[None]:
    """Let a signal end a command with one message and the usual shell exit code: 130 for Ctrl-C, 143 for SIGTERM.

    Yields:
        Nothing.

    Raises:
        SystemExit: a signal came.
        BaseException: any other exception from inside, unchanged.
    """
    raise_on_signals()
    try:
        yield
    except SystemExit:
        raise
    except BaseException:
        number = received()
        if number is None:
            raise
        sys.stderr.write(f"winback: {words()}\n")
        sys.exit(128 + number)
