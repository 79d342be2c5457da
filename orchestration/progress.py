"""Progress of a dbt build in words, for Dagster's log and for a terminal."""

import logging
import sys
from collections.abc import Callable
from typing import Any

from dagster import AssetExecutionContext

RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}

# Apart from Dagster's log, which mixes our words with those of its libraries.
TERMINAL = logging.getLogger("winback.terminal")
TERMINAL.addHandler(logging.NullHandler())
TERMINAL.propagate = False


def show_on_terminal() -> None:
    """Let what a refresh says appear on standard error; for the command line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    TERMINAL.addHandler(handler)
    TERMINAL.setLevel(logging.INFO)


def teller(context: AssetExecutionContext) -> Callable[[str], None]:
    """A function that says one thing in Dagster's log and on the terminal.

    Args:
        context: Dagster's, of the running asset.

    Returns:
        It takes the words.
    """

    def tell(words: str) -> None:
        TERMINAL.info(words)  # first: Dagster's log may be broken
        context.log.info(words)

    return tell


def describe(raw_event: dict[str, Any]) -> tuple[int, int, str, bool] | None:
    """Read a dbt log event as progress.

    Args:
        raw_event: one line of dbt's JSON log.

    Returns:
        Number of the node, number of all, its words, and whether it went wrong; None for other events.
    """
    if raw_event["info"]["name"] not in RESULTS:
        return None
    data = raw_event["data"]
    node = data["node_info"]
    status = str(data.get("status", "")).lower()
    words = f"{node['resource_type']} {node['node_name']}: {status.split()[0] if status else 'done'} ({data.get('execution_time', 0):.1f} s)"
    return data["index"], data.get("total") or data["num_models"], words, status.startswith(("error", "fail"))
