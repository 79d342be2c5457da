"""Difficult customer histories, drawn by hypothesis, and the landing that contains them.

`histories()` draws one business; `write_landing` writes many as one landing of CSV files with its
seeds; `drawn(count, seed)` is a fixed list of them, for runs that are too expensive to do one by one.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData

from .business import HEADERS, OVERRIDES, History, policies
from .campaigns import add_campaigns, add_crowd, days_by_customer
from .contracts import add_contracts
from .dates import AS_OF, Dates
from .events import add_bad_events, add_copies, add_events, add_voids
from .nights import Arrival, drawn_arrivals, write_night
from .tables import add_answers, add_customers, add_merges, deliver_again, spell_otherwise
from .writing import write_landing

__all__ = ["AS_OF", "Arrival", "History", "drawn", "drawn_arrivals", "histories", "write_landing", "write_night"]

CUSTOMERS = ("c0", "c1", "c2@Shop.example", "c3", "zoé@shop.example", "c5")


@st.composite
def histories(draw) -> History:
    policy = draw(policies())
    dates = Dates(draw, policy)
    customers = list(CUSTOMERS[: draw(st.integers(1, 6))])
    rows: dict[str, list[dict]] = {table: [] for table in HEADERS}
    for customer in customers:
        add_events(draw, rows["events"], customer, dates, policy)
    days_of = days_by_customer(rows["events"])
    add_voids(draw, rows["events"], dates, policy)
    add_copies(draw, rows["events"], dates)
    add_bad_events(draw, rows["events"])
    add_customers(draw, rows["customers"], customers, dates)
    add_merges(draw, rows["customer_merges"], customers, dates)
    add_campaigns(draw, rows, customers, days_of, dates, policy)
    add_answers(draw, rows["survey_responses"], customers, dates)
    add_contracts(draw, rows["contracts"], customers, days_of, dates, policy)
    if draw(st.integers(0, 23)) == 23:
        add_crowd(draw, rows, policy, dates)
    for table_rows in rows.values():
        spell_otherwise(draw, table_rows)
        deliver_again(draw, table_rows, dates)
        if len(table_rows) > 1 and draw(st.integers(0, 3)) == 0:
            table_rows.reverse()
    return History(policy, draw(st.sampled_from(OVERRIDES)), rows)


def drawn(count: int, seed: int) -> list[History]:
    """Return the same `count` businesses for the same seed, each drawn independently.

    `@given` would also work, but it varies one example several times, and starts with the smallest.
    """
    found: list[History] = []
    for number in range(count):
        data = ConjectureData(random=Random(f"{seed}/{number}"))
        found.append(data.draw(histories()))
    return found
