"""The seven landing tables: their columns in the contract's order, keys and requirements."""

from __future__ import annotations

from dataclasses import dataclass

ATTRIBUTES = ("country", "acquisition_channel", "plan")
CUSTOMER_IDS = ("customer_id", "from_customer_id", "into_customer_id")


@dataclass(frozen=True)
class Table:
    """`columns`: name → type of its value, in the contract's order. `required`: ids and names.

    `makes_row`: other columns that must be readable; a bad value of any other column costs only itself.
    """

    name: str
    columns: dict[str, str]
    row_id: str
    required: tuple[str, ...]
    makes_row: tuple[str, ...] = ("loaded_at",)
    newest_by: tuple[str, ...] = ("loaded_at",)
    customer_id: str | None = "customer_id"


TABLES = [
    Table(
        "events",
        {
            "event_id": "text",
            "business_id": "text",
            "customer_id": "text",
            "event_name": "text",
            "occurred_at": "time",
            "amount": "amount",
            "currency": "text",
            "reason": "text",
            "voids_event_id": "text",
            "contract_id": "text",
            "covers_until": "date",
            "loaded_at": "time",
        },
        row_id="event_id",
        required=("event_id", "business_id", "customer_id", "event_name"),
        makes_row=("occurred_at", "loaded_at"),
    ),
    Table(
        "customers",
        {
            "business_id": "text",
            "customer_id": "text",
            **dict.fromkeys(ATTRIBUTES, "text"),
            "contactable": "boolean",
            "updated_at": "time",
            "loaded_at": "time",
        },
        row_id="customer_id",
        required=("business_id", "customer_id"),
        newest_by=("updated_at", "loaded_at"),
    ),
    Table(
        "customer_merges",
        {
            "business_id": "text",
            "from_customer_id": "text",
            "into_customer_id": "text",
            "merged_at": "time",
            "loaded_at": "time",
        },
        row_id="from_customer_id",
        required=("business_id", "from_customer_id", "into_customer_id"),
        makes_row=("merged_at", "loaded_at"),
        newest_by=("merged_at", "loaded_at"),
        customer_id="from_customer_id",
    ),
    Table(
        "campaigns",
        {
            "business_id": "text",
            "campaign_id": "text",
            "name": "text",
            "strategy": "text",
            "objective": "text",
            "starts_on": "date",
            "ends_on": "date",
            "cost": "amount",
            "loaded_at": "time",
        },
        row_id="campaign_id",
        required=("business_id", "campaign_id"),
        customer_id=None,
    ),
    Table(
        "campaign_touches",
        {
            "touch_id": "text",
            "business_id": "text",
            "campaign_id": "text",
            "customer_id": "text",
            "touched_at": "time",
            "arm": "arm",
            "cost": "amount",
            "loaded_at": "time",
        },
        row_id="touch_id",
        required=("touch_id", "business_id", "campaign_id", "customer_id"),
        makes_row=("touched_at", "arm", "loaded_at"),
    ),
    Table(
        "survey_responses",
        {
            "response_id": "text",
            "business_id": "text",
            "customer_id": "text",
            "answered_at": "time",
            "survey": "survey",
            "score": "score",
            "loaded_at": "time",
        },
        row_id="response_id",
        required=("response_id", "business_id", "customer_id"),
        makes_row=("answered_at", "survey", "score", "loaded_at"),
    ),
    Table(
        "contracts",
        {
            "contract_id": "text",
            "business_id": "text",
            "customer_id": "text",
            "starts_on": "local date",
            "ends_on": "local date",
            "monthly_amount": "amount",
            "currency": "text",
            "loaded_at": "time",
        },
        row_id="contract_id",
        required=("contract_id", "business_id", "customer_id"),
    ),
]
