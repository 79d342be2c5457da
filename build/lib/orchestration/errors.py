"""The one kind of error that is the user's to mend."""


class WinbackError(Exception):
    """A fault with a clear message: what is wrong, where, and what to do. Shown without a traceback."""
