"""Priced contracts: chains of them about the days on which their customers bought, with gaps, overlaps and bad values."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from .campaigns import OUTSIDERS
from .dates import AS_OF, Dates
from .tables import spoil

PRICES = ("10", "10", "10.00", "25.5", "29.99", "0", "1,250.00", "+7", "3.33335", "-0.00001")
LENGTHS = (0, 1, 7, 7, 30, 31, 90, 365)
GAPS = (0, 0, 0, 1, 7, 8, 40)
NEAR = (-8, -7, -1, 0, 0, 1, 8)  # days from an event; a return still says why someone pays again up to seven days later


def add_contracts(draw, rows: list[dict], customers: list[str], days_of: dict[str, list[date]], dates: Dates, policy: dict) -> None:
    """Add contracts to most businesses: up to five chains, some beside one another, some to come, some of people without events."""
    for chain in range(draw(st.sampled_from((0, 1, 2, 3, 5)))):
        customer = draw(st.sampled_from((*customers, *customers, *customers, *OUTSIDERS)))
        days = sorted(days_of.get(customer, []))
        day = contract_day(draw, days, dates)
        for link in range(draw(st.integers(1, 5))):
            end = day + timedelta(days=draw(st.sampled_from(LENGTHS)))
            runs_on = draw(st.integers(0, 7)) == 0
            rows.append(a_contract(draw, f"p{chain}-{link}", customer, day, None if runs_on else end, dates, policy))
            if draw(st.integers(0, 6)) == 0:  # a corrected copy
                rows.append(rows[-1] | {"monthly_amount": draw(st.sampled_from(PRICES)), "loaded_at": dates.loaded()})
            later = [each for each in days if each > end][:3]
            day = contract_day(draw, later, dates) if later and draw(st.booleans()) else end + timedelta(days=draw(st.sampled_from(GAPS)))
    bad = ({"contract_id": ""}, {"customer_id": " "}, {"customer_id": "nan"}, {"starts_on": ""}, {"starts_on": "2025-02-30"}, {"ends_on": "later"})
    worse = ({"ends_on": "2001-01-01"}, {"monthly_amount": "-1"}, {"monthly_amount": ""}, {"monthly_amount": "ten"}, {"currency": "XAU"}, {"loaded_at": "x"})
    spoil(draw, rows, (*bad, *worse, {"business_id": "nowhere"}))


def a_contract(draw, contract_id: str, customer: str, day: date, end: date | None, dates: Dates, policy: dict) -> dict:
    currency = draw(st.sampled_from(("", *[policy["currency"]] * 7, policy["currency"].lower(), "CHF")))
    return {
        "contract_id": contract_id,
        "customer_id": customer,
        "starts_on": a_date(draw, day, dates),
        "ends_on": a_date(draw, end, dates) if end else "",
        "monthly_amount": draw(st.sampled_from(PRICES)),
        "currency": currency,
        "loaded_at": dates.loaded(),
    }


def a_date(draw, day: date, dates: Dates) -> str:
    """Draw a plain date, or sometimes a time on it."""
    return dates.text(day) if draw(st.integers(0, 4)) == 0 else day.isoformat()


def contract_day(draw, days: list[date], dates: Dates) -> date:
    """Draw a day, usually close to one of the customer's events; sometimes any, or one about `as_of`."""
    which = draw(st.integers(0, 7))
    if which == 0 or not days:
        return dates.first()
    if which == 1:
        return AS_OF + timedelta(days=draw(st.sampled_from((-8, -7, -1, 0, 1, 2))))
    return draw(st.sampled_from(days)) + timedelta(days=draw(st.sampled_from(NEAR)))
