"""Describes the progress of a dbt build in text, for Dagster's log and for a terminal."""

import logging
import re
import sys
from collections.abc import Callable
from typing import Any

from dagster import AssetExecutionContext

RESULTS = {"LogModelResult", "LogSeedResult", "LogTestResult"}
# The dbt event for `log` in a macro, and the format in which macros/refresh/broken_rules.sql reports a broken rule and its number of rows.
SAID_BY_MACROS = "JinjaLogInfo"
BROKEN_RULE = re.compile(r"\w+: .+ \(\d+ rows?\)")

# Separate from Dagster's log, which mixes these messages with those of its libraries.
TERMINAL = logging.getLogger("winback.terminal")
TERMINAL.addHandler(logging.NullHandler())
TERMINAL.propagate = False


def show_on_terminal() -> None:
    """Print the refresh's messages on standard error, for the command line."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    TERMINAL.addHandler(handler)
    TERMINAL.setLevel(logging.INFO)


def logger_for(context: AssetExecutionContext) -> Callable[[str], None]:
    """Return a function that logs a message in Dagster's log and on the terminal.

    Args:
        context: the Dagster context of the running asset.

    Returns:
        A function that takes the message.
    """

    def log(words: str) -> None:
        TERMINAL.info(words)  # first, because Dagster's log may fail
        context.log.info(words)

    return log


def describe(raw_event: dict[str, Any]) -> tuple[int, int, str, bool] | None:
    """Read a dbt log event as progress.

    Args:
        raw_event: one line of dbt's JSON log.

    Returns:
        Number of the node, number of all nodes, a description, and whether it failed; None for other events.
    """
    if raw_event["info"]["name"] not in RESULTS:
        return None
    data = raw_event["data"]
    node = data["node_info"]
    status = str(data.get("status", "")).lower()
    words = f"{node['resource_type']} {node['node_name']}: {status.split()[0] if status else 'done'} ({data.get('execution_time', 0):.1f} s)"
    return data["index"], data.get("total") or data["num_models"], words, status.startswith(("error", "fail"))


def broken_rule_in(raw_event: dict[str, Any]) -> str | None:
    """Read a dbt log event as a report of a rule that a data test found broken.

    Args:
        raw_event: one line of dbt's JSON log.

    Returns:
        The table, the rule and the number of rows, as text; None for other events.
    """
    info = raw_event["info"]
    return info["msg"] if info["name"] == SAID_BY_MACROS and BROKEN_RULE.fullmatch(info["msg"]) else None
