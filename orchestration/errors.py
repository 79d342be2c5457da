"""The one kind of error that the user has to fix."""


class WinbackError(Exception):
    """An error with a clear message: what is wrong, where, and what to do. Shown without a traceback."""
