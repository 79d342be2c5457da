"""What makes a row of `contracts` unusable, in the order of section 12."""

from __future__ import annotations

from .config import Business
from .values import UTC, Unreadable, lower, read_amount, read_local_date


def why_not_priced(row: dict, business: Business) -> str | None:
    """Return the first reason to reject the dates, the amount or the currency of a contract."""
    naive = business.zone if business.reads_local_times else UTC
    try:
        starts_on = read_local_date(row["starts_on"], business.zone, naive)
    except Unreadable:
        return "invalid_starts_on"
    try:
        ends_on = read_local_date(row["ends_on"], business.zone, naive) if row["ends_on"] else None
    except Unreadable:
        return "invalid_ends_on"
    if ends_on and ends_on < starts_on:
        return "ends_before_start"
    try:
        amount = read_amount(row["monthly_amount"])
    except Unreadable:
        amount = None
    if amount is None or amount < 0:
        return "invalid_monthly_amount"
    if row["currency"] and lower(row["currency"]) != lower(business.currency):
        return "foreign_currency"
    return None
