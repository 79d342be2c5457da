"""The tables beside the events: customers, merges, campaigns with their touches, and answers."""

from __future__ import annotations

from hypothesis import strategies as st

from .dates import Dates
from .events import AMOUNTS


def add_customers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Attributes present or missing, in up to three versions; a stranger without events."""
    for customer in (*customers, "stranger"):
        for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
            rows.append(
                {
                    "customer_id": customer,
                    "country": draw(st.sampled_from(("", "IT", "SE"))),
                    "acquisition_channel": draw(st.sampled_from(("", "ads", " ads "))),
                    "plan": draw(st.sampled_from(("", "", "basic"))),
                    "contactable": draw(st.sampled_from(("", "true", "false", "1", "0"))),
                    "updated_at": dates.loaded(),
                    "loaded_at": dates.loaded(),
                }
            )
    bad = ({"customer_id": ""}, {"contactable": "maybe"}, {"updated_at": ""}, {"loaded_at": "now"})
    spoil(draw, rows, (*bad, {"business_id": "nowhere"}))


def add_merges(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Chains, cycles, tails into cycles, merges into oneself or into a stranger."""
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
    bad = ({"from_customer_id": ""}, {"into_customer_id": " "}, {"merged_at": "yesterday"})
    spoil(draw, rows, (*bad, {"loaded_at": ""}, {"business_id": "nowhere"}))


def add_campaigns(draw, rows: dict[str, list[dict]], customers: list[str], dates: Dates) -> None:
    for number in range(draw(st.integers(0, 2))):
        for _ in range(draw(st.sampled_from((1, 1, 2)))):
            rows["campaigns"].append(
                {
                    "campaign_id": f"k{number}",
                    "name": "A campaign",
                    "strategy": draw(st.sampled_from(("discount", "call", ""))),
                    "objective": "",
                    "starts_on": draw(st.sampled_from(("2025-01-01", ""))),
                    "ends_on": draw(st.sampled_from(("2025-03-01", ""))),
                    "cost": draw(st.sampled_from(AMOUNTS)),
                    "loaded_at": dates.loaded(),
                }
            )
    bad = ({"campaign_id": ""}, {"starts_on": "soon"}, {"ends_on": "2025-02-29"}, {"cost": "1e5"})
    spoil(draw, rows["campaigns"], (*bad, {"loaded_at": ""}, {"business_id": "nowhere"}))

    for number in range(draw(st.integers(0, 4))):
        rows["campaign_touches"].append(
            {
                "touch_id": f"t{number % 3}",
                "campaign_id": draw(st.sampled_from(("k0", "k0", "k1", "k7"))),
                "customer_id": draw(st.sampled_from(customers)),
                "touched_at": dates.any_text(),
                "arm": draw(st.sampled_from(("treatment", "control"))),
                "cost": draw(st.sampled_from(AMOUNTS)),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"touch_id": ""}, {"campaign_id": ""}, {"customer_id": ""}, {"touched_at": ""})
    worse = ({"arm": "both"}, {"arm": ""}, {"cost": "free"}, {"loaded_at": "x"})
    spoil(draw, rows["campaign_touches"], (*bad, *worse, {"business_id": "nowhere"}))


def add_answers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    for number in range(draw(st.integers(0, 4))):
        rows.append(
            {
                "response_id": f"r{number % 3}",
                "customer_id": draw(st.sampled_from(customers)),
                "answered_at": dates.any_text(),
                "survey": draw(st.sampled_from(("csat", "nps"))),
                "score": draw(st.sampled_from(("0", "1", "5", "6", "10", "11", "-1"))),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"response_id": ""}, {"customer_id": ""}, {"answered_at": "later"}, {"survey": "ces"})
    spoil(draw, rows, (*bad, {"survey": ""}, {"score": "good"}, {"score": ""}, {"loaded_at": ""}))


def spoil(draw, rows: list[dict], bad: tuple[dict, ...]) -> None:
    """Adds a row or two with a bad value or two."""
    for _ in range(draw(st.integers(0, 2)) if rows else 0):
        row = dict(draw(st.sampled_from(rows)))
        for _ in range(draw(st.integers(1, 2))):
            row |= draw(st.sampled_from(bad))
        rows.append(row)
