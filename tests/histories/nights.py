"""Histories as they arrive: each split over several nights, under policies that change between nights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData

from .business import EXIT_REASONS, HEADERS, OVERRIDES, History, policies
from .writing import write_csv, write_seeds


@dataclass
class Arrival:
    """The rows of one business that arrive in one night; without a policy it is not configured yet.

    It contains only the rows that arrive in this night.
    """

    history: History
    is_configured: bool = True


@st.composite
def arrivals(draw, history: History, nights: int) -> list[Arrival]:
    """Put each row in a drawn night, sometimes in a second one too; the last night has the true policy."""
    rows_of = [{table: [] for table in HEADERS} for _ in range(nights)]
    for table, rows in history.rows.items():
        for row in rows:
            delivered = {draw(st.integers(0, nights - 1))}
            if draw(st.integers(0, 5)) == 0:
                delivered.add(draw(st.integers(0, nights - 1)))
            for night in delivered:
                rows_of[night][table].append(row)
    found = []
    for night in range(nights):
        changes = night < nights - 1 and draw(st.integers(0, 2)) == 0
        policy = {**draw(policies()), "currency": history.policy["currency"]} if changes else history.policy
        own_names = draw(st.sampled_from(OVERRIDES)) if changes else history.own_names
        is_configured = night == nights - 1 or draw(st.integers(0, 7)) > 0
        found.append(Arrival(replace(history, policy=policy, own_names=own_names, rows=rows_of[night]), is_configured))
    return found


def drawn_arrivals(businesses: list[History], nights: int, seed: int) -> list[list[Arrival]]:
    """Return the nights of each business, the same for the same seed."""
    found = []
    for number, history in enumerate(businesses):
        data = ConjectureData(random=Random(f"nights/{seed}/{number}"))
        found.append(data.draw(arrivals(history, nights)))
    return found


def write_night(arriving: list[list[Arrival]], night: int, folder: Path, seeds_folder: Path) -> None:
    """Write the rows that arrive in one night, and the configuration of that night.

    Events and customers come as a separate file each night, the first of customers with one column less; the other tables
    as one file that grows. One exit reason is missing in the first night. The second night recomputes everything for it; after that,
    only new rows show which customers are affected.
    """
    for table, columns in HEADERS.items():
        grows = table not in ("events", "customers")
        rows = []
        for number, of_business in enumerate(arriving):
            nights = of_business[: night + 1] if grows else [of_business[night]]
            rows += [{"business_id": f"b{number:03}", **row} for arrival in nights for row in arrival.history.rows[table]]
        path = folder / f"{table}.csv" if grows else folder / table / f"night_{night}.csv"
        write_csv(path, [name for name in columns if name != "plan" or night > 0], rows)
    tonight = [of_business[night] for of_business in arriving]
    configured = [(f"b{number:03}", arrival.history) for number, arrival in enumerate(tonight) if arrival.is_configured]
    reasons = dict(list(EXIT_REASONS.items())[: None if night > 0 else -1])
    write_seeds(configured, reasons, seeds_folder)
