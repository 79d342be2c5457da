"""The other tables, beside events and campaigns: customers, merges, and answers."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from oracle.tables import CUSTOMER_IDS

from .dates import AS_OF, Dates

# First days of periods of every grain, and how many days before them an answer is given: about a year before, or close to them.
OPENS = (date(2024, 7, 1), date(2025, 1, 1), date(2025, 4, 1), date(2025, 6, 1), date(2025, 6, 16), AS_OF)
BEFORE_OPEN = (366, 365, 364, 30, 1, 1, 0)
SCORES = ("0", "1", "2", "2.5", "3", "4", "5", "6", "6.5", "8", "9", "10", "11", "-1")


def add_customers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Add attributes, present or missing, in up to three versions; and a stranger without events."""
    for customer in (*customers, "stranger"):
        for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
            rows.append(
                {
                    "customer_id": customer,
                    "country": draw(st.sampled_from(("", "IT", "SE"))),
                    "acquisition_channel": draw(st.sampled_from(("", "ads", " ads "))),
                    "plan": draw(st.sampled_from(("", "", "basic"))),
                    "contactable": draw(st.sampled_from(("true", "True", "YES", "y", "1", "T", "False", "no", "0", "", "maybe"))),
                    "updated_at": draw(st.sampled_from((*[dates.loaded()] * 6, "", "1970-01-01"))),
                    "loaded_at": dates.loaded(),
                }
            )
    bad = ({"customer_id": ""}, {"contactable": "maybe"}, {"updated_at": ""}, {"loaded_at": "now"})
    spoil(draw, rows, (*bad, {"business_id": "nowhere"}, {"customer_id": "Undefined"}, {"customer_id": "7e+2"}))


def add_merges(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Add chains, cycles, tails into cycles, merges into oneself or into a stranger."""
    people = (*customers, *customers, "stranger")
    for _ in range(draw(st.sampled_from((0, 0, 1, 2, 3, 5)))):
        rows.append(
            {
                "from_customer_id": draw(st.sampled_from(people)),
                "into_customer_id": draw(st.sampled_from(people)),
                "merged_at": dates.loaded(),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"from_customer_id": ""}, {"into_customer_id": " "}, {"into_customer_id": "anonymous"}, {"merged_at": "yesterday"}, {"merged_at": ""})
    spoil(draw, rows, (*bad, {"loaded_at": ""}, {"business_id": "nowhere"}))


def add_answers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Add answers, some near the start of a period or a year before one, where it counts for the last time."""
    for number in range(draw(st.integers(0, 8))):
        at_open = draw(st.sampled_from(OPENS)) - timedelta(days=draw(st.sampled_from(BEFORE_OPEN)))
        rows.append(
            {
                "response_id": f"r{number % 6}",
                "customer_id": draw(st.sampled_from((*customers, *customers, "stranger"))),
                "answered_at": dates.text(at_open) if draw(st.booleans()) else dates.any_text(),
                "survey": draw(st.sampled_from(("csat", "nps"))),
                "score": draw(st.sampled_from(SCORES)),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"response_id": ""}, {"customer_id": ""}, {"customer_id": "None"}, {"answered_at": "later"}, {"survey": "ces"})
    spoil(draw, rows, (*bad, {"survey": ""}, {"score": "good"}, {"score": ""}, {"loaded_at": ""}))


def spell_otherwise(draw, rows: list[dict]) -> None:
    """Vary ids with an `@` as people type them; only A to Z are compared case-insensitively."""
    for row in rows:
        for column in CUSTOMER_IDS:
            if "@" in row.get(column, ""):
                row[column] = draw(st.sampled_from((str, str.lower, str.upper)))(row[column])


def deliver_again(draw, rows: list[dict], dates: Dates) -> None:
    """Deliver a row or two again, with another loading time, or an unreadable one."""
    for _ in range(draw(st.integers(0, 2)) if rows else 0):
        rows.append(draw(st.sampled_from(rows)) | {"loaded_at": draw(st.sampled_from((dates.loaded(), dates.loaded(), "lately")))})


def spoil(draw, rows: list[dict], bad: tuple[dict, ...]) -> None:
    """Add a row or two with a bad value or two."""
    for _ in range(draw(st.integers(0, 2)) if rows else 0):
        row = dict(draw(st.sampled_from(rows)))
        for _ in range(draw(st.integers(1, 2))):
            row |= draw(st.sampled_from(bad))
        rows.append(row)
