"""Describes the progress of a dbt build in text, in steps of a tenth."""

import re
from collections.abc import Callable
from typing import Any

# How macros/refresh/broken_rules.sql reports a broken rule and its number of rows.
BROKEN_RULE = re.compile(r"\w+: .+ \(\d+ rows?\)")


class Progress:
    """Logs every failed node, and one node of each tenth of them.

    Args:
        log: called with messages for people.
    """

    def __init__(self, log: Callable[[str], None]) -> None:
        self._log = log
        self._tenths = 0

    def __call__(self, node: dict[str, Any]) -> None:
        """Take note of a node that has ended.

        Args:
            node: its `name`, `type`, `status`, `seconds`, `index`, and the `total` of nodes.
        """
        tenths = node["index"] * 10 // node["total"]
        if tenths > self._tenths or node["status"] in ("error", "fail"):
            self._tenths = max(tenths, self._tenths)
            self._log(f"{node['index']:>4} of {node['total']}  {node['type']} {node['name']}: {node['status']} ({node['seconds']:.1f} s)")
