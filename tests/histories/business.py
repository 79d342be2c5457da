"""One drawn business: its content, its policy, and the event names it maps."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from oracle.tables import TABLES

ZONES = (
    "Europe/Rome",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "UTC",
    "Pacific/Kiritimati",
    "America/Havana",
)
KINDS = ("subscription", "consulting", "agency", "retail")

DAYS = (
    *("dormant_after_days", "former_after_days", "prospect_dormant_after_days"),
    *("attribution_days", "recovery_days"),
)

# Mapped for every business; some businesses map a few of them differently. After a colon: the kind if the amount is 0.
EVENT_KINDS = {
    "visit": "interest",
    "order": "purchase",
    "renewal": "purchase",
    "invoice": "purchase:ignore",
    "chat": "engagement",
    "cancel": "cancellation",
    "refund": "refund",
    "void": "void",
    "view": "ignore",
}
OVERRIDES = (
    {},
    {},
    {"view": "interest"},
    {"chat": "purchase", "order": "interest"},
    {"renewal": "engagement", "view": "cancellation"},
    {"signup": "purchase", "page": "interest"},
    {"order": "purchase:interest", "invoice": "purchase"},
    {"renewal": "purchase:engagement", "cancel": "cancellation:ignore", "refund": "refund:void"},
)
EXIT_REASONS = {
    "too_expensive": ("voluntary", "price"),
    "bad_service": ("voluntary", "dissatisfaction"),
    "card_declined": ("involuntary", "payment_failure"),
    "bank_closed": ("involuntary", "payment_failure"),
}

HEADERS = {table.name: tuple(table.columns) for table in TABLES}


@dataclass
class History:
    """One business: its policy, its own event names, and its rows as they land.

    `write_landing` gives rows without `business_id` the id of the business.
    """

    policy: dict
    own_names: dict[str, str]
    rows: dict[str, list[dict]]


@st.composite
def policies(draw) -> dict:
    def days(least: int) -> int | None:
        if draw(st.integers(0, 5)) == 0:
            return None
        return draw(st.integers(least, draw(st.sampled_from((5, 15, 40, 90)))))

    dormant, former = days(1), days(1)
    if dormant and former:
        former += dormant
    return {
        "kind": draw(st.sampled_from(KINDS)),
        "timezone": draw(st.sampled_from(ZONES)),
        "currency": draw(st.sampled_from(("EUR", "USD", "JPY"))),
        "dormant_after_days": dormant,
        "former_after_days": former,
        "prospect_dormant_after_days": days(1),
        "attribution_days": draw(st.sampled_from((1, 7, 30, 30, 45))),
        "recovery_days": days(0),
        "naive_times": draw(st.sampled_from(("", "utc", "local"))),
    }
