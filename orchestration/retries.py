"""Which failures are transient and retried: a broken connection, a starting server, a deadlock; never a user error, a failing test or a full disk."""

import re

# In the words of PostgreSQL, Spark, their clients and the system; dbt repeats them.
TRANSIENT = re.compile(
    "|".join(  # noqa: FLY002 - one a line
        [
            "connection refused",
            "connection reset",
            "broken pipe",
            "connection (?:timed out|already closed|not open)",
            "could not (?:receive data from|send data to) server",
            "server closed the connection",
            "terminating connection",
            "ssl (?:connection|syscall) (?:has been|error)",
            "the database system is (?:starting up|shutting down|in recovery mode)",
            "too many (?:clients|connections)",
            "remaining connection slots",
            "deadlock detected",
            "could not serialize access",
            "temporary failure in name resolution",
            "tsocket",
            "ttransport",
        ]
    ),
    re.IGNORECASE,
)


def is_transient(message: str) -> bool:
    """Return whether a retry may succeed.

    Args:
        message: the message of the engine, dbt or the system.

    Returns:
        True if waiting helps.
    """
    return TRANSIENT.search(message) is not None
