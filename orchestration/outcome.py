"""What becomes of the refresh of this process: whether a signal asked it to stop, and whether its tables are published.

Imports nothing that takes time, for a signal may come before all else is imported.
"""

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

SIGNALS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
PATIENCE = 15.0  # seconds for what cannot be broken off, such as a query of a server


class Stopped(BaseException):
    """A signal asked the process to stop. No Exception, so that nothing takes it for a fault and goes on."""


class _Process:
    """What this process knows of itself."""

    def __init__(self) -> None:
        self.queries: set[Callable[[], None]] = set()  # each breaks one off

    reads: int | None = None  # where the numbers of signals arrive
    received: signal.Signals | None = None
    is_command = False
    has_raised = False
    has_published = False


_process = _Process()


def listen() -> None:
    """Note every signal that comes, whoever handles it: Dagster sets handlers of its own while it runs, which do not say which it was."""
    if _process.reads is None and threading.current_thread() is threading.main_thread():
        _process.reads, writes = os.pipe()
        os.set_blocking(_process.reads, False)
        os.set_blocking(writes, False)
        signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
        threading.Thread(target=_break_off, daemon=True).start()


def _break_off() -> None:
    """Python's handlers wait for what another language does; this thread does not."""
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
    """Break off the queries inside when a signal comes.

    Args:
        interrupt: breaks off the one that runs, from another thread.

    Yields:
        Nothing.
    """
    _process.queries.add(interrupt)
    try:
        yield
    finally:
        _process.queries.discard(interrupt)


def raise_on_signals() -> None:
    """Let Ctrl-C and SIGTERM raise `Stopped`, where Dagster does not handle them: once, for what is under way then is the cleaning up."""
    listen()
    _process.is_command = True
    # What is cut short may fail once more as it is thrown away, and Python would print that: it is no news then.
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
    """Tell which signal asked this process to stop.

    Returns:
        The first one, or None.
    """
    if _process.received is None and _process.reads is not None:
        with suppress(BlockingIOError):
            numbers = [number for number in os.read(_process.reads, 64) if number in SIGNALS]
            _process.received = signal.Signals(numbers[0]) if numbers else None
    return _process.received


def stop_if_asked() -> None:
    """Stop where a signal came and nobody made anything of it.

    Raises:
        Stopped: one did.
    """
    if received():
        raise Stopped


def is_stop(error: BaseException) -> bool:
    """Whether an error is what a signal led to, such as a query that was broken off.

    Args:
        error: what was raised.

    Returns:
        True for an interrupt of Dagster or Python, and for whatever was raised after a signal.
    """
    return not isinstance(error, GeneratorExit) and (not isinstance(error, Exception) or received() is not None)


@contextmanager
def stopped_once() -> Iterator[None]:
    """Once what is inside has been stopped, take no second signal: the cleaning up that follows is short, and is not to be broken off.

    Yields:
        Nothing.

    Raises:
        BaseException: what was raised inside, as it came.
    """
    try:
        yield
    except BaseException as error:
        if is_stop(error) and threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                signal.signal(number, signal.SIG_IGN)
        raise


def begin() -> None:
    """Start a refresh, of which nothing is published yet."""
    _process.has_published = False


@contextmanager
def held_back() -> Iterator[None]:
    """Let signals wait until what is inside is done; it is to be short.

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
    """Put the step that publishes inside: no signal comes between the deed and the word of it.

    Yields:
        Nothing.

    Raises:
        BaseException: what was raised inside, as it came; nothing is published then.
    """
    with held_back():
        yield
        _process.has_published = True


def has_published() -> bool:
    """Whether the refresh that began last in this process is published.

    Returns:
        True once its tables are what readers see.
    """
    return _process.has_published


def words() -> str:
    """Say what stopped the refresh, and what has become of it.

    Returns:
        One message.
    """
    number = received()
    by = SIGNALS[number] if number == signal.SIGTERM or (number and _process.is_command) else "an interrupt, as Dagster sends it to end a run"
    stopped = f"Stopped by {by}"
    if has_published():
        return f"{stopped}, after the refresh was published: its tables stand. What shows them may be missing; `winback report` draws the report."
    return f"{stopped}. Nothing was published: the tables of the last good refresh stand as they were."


@contextmanager
def ending_in_words() -> Iterator[None]:
    """Let a signal end a command with one message and the code that shells know it by: 130 for Ctrl-C, 143 for SIGTERM.

    Yields:
        Nothing.

    Raises:
        SystemExit: a signal came.
        BaseException: what else was raised inside, as it came.
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
