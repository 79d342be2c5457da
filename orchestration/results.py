"""What a refresh has done: its result, or why it failed and what had become of its dbt nodes."""

from dataclasses import dataclass
from datetime import date

from orchestration.errors import WinbackError


@dataclass(frozen=True)
class Node:
    """The result of one dbt node.

    Attributes:
        unique_id: its id in the manifest.
        status: in dbt's words: `success` or `pass`, `error`, `fail` or `skipped`.
        seconds: how long it ran.
    """

    unique_id: str
    status: str
    seconds: float = 0


@dataclass(frozen=True)
class Result:
    """A refresh that has succeeded.

    Attributes:
        as_of_date: the last date that the published tables count.
        nodes: the dbt nodes that ran; none if nothing was new.
        new_files: the number of new files of each landing table that has any.
    """

    as_of_date: date
    nodes: tuple[Node, ...] = ()
    new_files: tuple[tuple[str, int], ...] = ()


class RefreshFailed(WinbackError):
    """A refresh that failed. Its message says whether it has published.

    Attributes:
        nodes: the dbt nodes that ran.
        broken_rules: the rules that tests found broken, each beginning with the name of its table.
    """

    def __init__(self, message: str, nodes: tuple[Node, ...] = (), broken_rules: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nodes = nodes
        self.broken_rules = broken_rules
