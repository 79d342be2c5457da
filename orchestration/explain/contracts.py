"""Follows the effect of purchases and cancellations on a customer's contracts, in order."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol


class Act(Protocol):
    """A current purchase or cancellation."""

    kind: str
    local_date: date
    contract_id: str | None


@dataclass(frozen=True)
class Step:
    """The effect of one event.

    Attributes:
        opens: the contract that it opens, if any.
        ends: the contracts that it ends.
        still_open: the number of contracts open after it.
        is_exit: whether it is a cancellation after which no contract is open.
        contract_ends_on: for a purchase, when its own contract next ends; None if nothing ends it.
    """

    opens: str | None
    ends: tuple[str, ...]
    still_open: int
    is_exit: bool
    contract_ends_on: date | None = None


def contract_steps(acts: Iterable[Act]) -> list[Step]:
    """Follow a customer's contracts.

    Args:
        acts: the customer's purchases and cancellations, in the order in which they apply.

    Returns:
        A step for each event.
    """
    steps: list[Step] = []
    bought: dict[str, list[int]] = {}  # The open contracts, each with the indexes of its purchases.
    for place, act in enumerate(acts):
        if act.kind == "purchase":
            opens = act.contract_id if act.contract_id is not None and act.contract_id not in bought else None
            if act.contract_id is not None:
                bought.setdefault(act.contract_id, []).append(place)
            steps.append(Step(opens, (), len(bought), is_exit=False))
            continue
        ends = tuple(bought) if act.contract_id is None else tuple(contract for contract in bought if contract == act.contract_id)
        for contract in ends:
            for purchase in bought.pop(contract):
                steps[purchase] = replace(steps[purchase], contract_ends_on=act.local_date)
        steps.append(Step(None, ends, len(bought), is_exit=not bought))
    return steps
