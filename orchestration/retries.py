"""What is worth another try: a connection that broke, a server that starts, a deadlock; never a mistake, a failing test or a full disk."""

import re

# As PostgreSQL, Spark, their clients and the system say it; dbt repeats their words.
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
    """Whether what went wrong may go right the next time.

    Args:
        message: what the engine, dbt or the system said.

    Returns:
        True where waiting helps.
    """
    return TRANSIENT.search(message) is not None
