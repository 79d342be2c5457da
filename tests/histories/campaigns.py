"""Campaigns, their touches, and groups large enough for a campaign to show an effect."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import strategies as st

from .dates import AS_OF, Dates
from .events import AMOUNTS
from .tables import spoil

ARMS = ("treatment", "control")
STRATEGIES = ("discount", "discount", "call", "")
OUTSIDERS = ("stranger", "nobody")  # they have no events; the first has attributes and may be merged
CROWDS = (99, 100, 101)  # customers per arm, around the hundred that a suggestion needs


def days_by_customer(events: list[dict]) -> dict[str, list[date]]:
    """Return the approximate days on which each customer had events."""
    days_of: dict[str, list[date]] = defaultdict(list)
    for row in events:
        days_of[row["customer_id"]].append(date.fromisoformat(row["occurred_at"].strip()[:10]))
    return days_of


def add_campaigns(draw, rows: dict[str, list[dict]], customers: list[str], days_of: dict[str, list[date]], dates: Dates, policy: dict) -> None:
    """Add up to three campaigns; some touch everyone on one day, and single touches come before, at and after events."""
    count = draw(st.integers(0, 3))
    for number in range(count):
        for _ in range(draw(st.sampled_from((1, 1, 2)))):
            rows["campaigns"].append(a_campaign(draw, f"k{number}", dates))
    spoil(draw, rows["campaigns"], ({"campaign_id": ""}, {"cost": "1e5"}, {"loaded_at": ""}, {"business_id": "nowhere"}))

    touches = rows["campaign_touches"]
    people = [*customers, *OUTSIDERS]
    for number in range(count):
        if draw(st.integers(0, 2)):
            day = touch_day(draw, draw(st.sampled_from(customers)), days_of, dates, policy)
            reached = [*customers, draw(st.sampled_from(OUTSIDERS))]
            touches += [a_touch(draw, f"k{number}/{person}", f"k{number}", person, day, dates) for person in reached]
    for number in range(draw(st.integers(0, 8))):
        person = draw(st.sampled_from((*customers, *customers, *people)))
        campaign = draw(st.sampled_from(("k0", "k0", "k1", "k2", "k7")))
        day = touch_day(draw, person, days_of, dates, policy)
        touches.append(a_touch(draw, f"t{number % 6}", campaign, person, day, dates))
    bad = ({"touch_id": ""}, {"campaign_id": ""}, {"customer_id": ""}, {"touched_at": ""})
    worse = ({"arm": "both"}, {"arm": ""}, {"cost": "free"}, {"customer_id": "GUEST"}, {"loaded_at": "x"})
    spoil(draw, touches, (*bad, *worse, {"business_id": "nowhere"}))


def a_campaign(draw, campaign_id: str, dates: Dates) -> dict:
    return {
        "campaign_id": campaign_id,
        "name": "A campaign",
        "strategy": draw(st.sampled_from(STRATEGIES)),
        "objective": "",
        "starts_on": draw(st.sampled_from(("2025-01-01", "", "soon"))),
        "ends_on": draw(st.sampled_from(("2025-03-01", "", "2025-02-29"))),
        "cost": draw(st.sampled_from(AMOUNTS)),
        "loaded_at": dates.loaded(),
    }


def a_touch(draw, touch_id: str, campaign_id: str, person: str, day: date, dates: Dates) -> dict:
    return {
        "touch_id": touch_id,
        "campaign_id": campaign_id,
        "customer_id": person,
        "touched_at": dates.text(day),
        "arm": draw(st.sampled_from(ARMS)),
        "cost": draw(st.sampled_from(AMOUNTS)),
        "loaded_at": dates.loaded(),
    }


def touch_day(draw, person: str, days_of: dict[str, list[date]], dates: Dates, policy: dict) -> date:
    """Draw a day, usually so that an event falls on the window's first or last day or close to it; sometimes a day near `as_of`."""
    window = policy["attribution_days"]
    which = draw(st.integers(0, 7))
    if which == 0 or not days_of[person]:
        return dates.first()
    if which == 1:
        return AS_OF - timedelta(days=draw(st.sampled_from((-1, 0, 29, 30, window - 2, window - 1, window))))
    later = days_of[person][len(days_of[person]) // 2 :]
    return draw(st.sampled_from(later)) - timedelta(days=draw(st.sampled_from((-1, 0, 1, 2, window - 1, window))))


def add_crowd(draw, rows: dict[str, list[dict]], policy: dict, dates: Dates) -> None:
    """Add hundreds of customers who bought on one day and were touched on another, with one arm more successful.

    They are in one campaign, or in two of one strategy with no customer in both. Few values are drawn, because the members are alike.
    """
    limits = [policy[name] + 1 for name in ("dormant_after_days", "former_after_days") if policy[name]]
    bought = AS_OF - timedelta(days=draw(st.sampled_from((70, 100, 130))))
    touched = bought + timedelta(days=draw(st.sampled_from(limits or [5])))
    better = draw(st.sampled_from(("treatment", "treatment", "control")))
    strategy = draw(st.sampled_from(("discount", "call", "gift", "gift")))
    campaigns = ["big0", "big1"][: draw(st.integers(1, 2))]
    rows["campaigns"] += [a_campaign(draw, campaign, dates) | {"strategy": strategy} for campaign in campaigns]
    for number in range(2 * draw(st.sampled_from(CROWDS))):
        person, arm = f"m{number:03}", ARMS[number % 2]
        place = {"customer_id": person, "loaded_at": "2025-07-01"}
        order = {"event_name": "order", "amount": "5"} | place
        rows["events"].append({"event_id": f"{person}-1", "occurred_at": bought.isoformat()} | order)
        if number // 2 % (3 if arm == better else 11) == 0:
            returned = touched + timedelta(days=number % 3)
            rows["events"].append({"event_id": f"{person}-2", "occurred_at": returned.isoformat()} | order)
        rows["campaign_touches"].append(
            {
                "touch_id": f"big-{person}",
                "campaign_id": campaigns[number // 2 % len(campaigns)],
                "touched_at": touched.isoformat(),
                "arm": arm,
                "cost": "0.5",
            }
            | place
        )
