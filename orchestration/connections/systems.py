"""What each system's tables look like, as the dbt project declares them in `models/connections/<system>/`: `_<system>.yml` and `_<system>_export.yml`."""

from dataclasses import dataclass
from functools import cache

import yaml

from orchestration.landing.contract import Contract
from orchestration.settings import DBT_PROJECT

# By the names in seeds/connections.csv, as people write them.
SYSTEMS = {"stripe": "Stripe", "shopify": "Shopify", "hubspot": "HubSpot"}
# What a location holds, and how people call it.
SHAPES = {"fivetran": "Fivetran's tables", "export": "an export of"}
# Those that `winback pull` reads, with the address of their API; empty where each account has its own.
PULLABLE = {"stripe": "https://api.stripe.com", "shopify": "", "hubspot": "https://api.hubapi.com"}


@dataclass(frozen=True)
class Vocabulary:
    """What `winback connect` writes into the seeds for a business of a system.

    Attributes:
        business_kind: its kind.
        recovery_days: days within which a payment that follows a failed one is a recovery; empty for none.
        event_kinds: the event names that the system's models land, with their kinds.
        exit_reasons: reasons with their exit kinds and categories.
        facts: for `currency` and `timezone` the tables and columns that may name them, the best first.
        assumed: what is assumed of its exports, a sentence for people.
    """

    business_kind: str
    recovery_days: str
    event_kinds: dict[str, str]
    exit_reasons: dict[str, tuple[str, str]]
    facts: dict[str, tuple[tuple[str, str], ...]]
    assumed: str


VOCABULARIES = {
    "stripe": Vocabulary(
        "subscription",
        "30",
        {
            "trial_started": "interest",
            "subscription_started": "purchase",
            "invoice_paid": "purchase",
            "subscription_ended": "cancellation",
            "refund": "refund",
            "trial_not_started": "ignore",
            "subscription_not_started": "ignore",
            "subscription_start_by_invoice": "ignore",
            "subscription_not_ended": "ignore",
            "invoice_not_paid": "ignore",
            "refund_not_made": "ignore",
            "deleted": "ignore",
        },
        {
            "payment_failed": ("involuntary", "payment_failure"),
            "payment_disputed": ("involuntary", "payment_failure"),
            "cancellation_requested": ("voluntary", "other"),
            "customer_service": ("voluntary", "dissatisfaction"),
            "low_quality": ("voluntary", "dissatisfaction"),
            "missing_features": ("voluntary", "dissatisfaction"),
            "too_complex": ("voluntary", "dissatisfaction"),
            "switched_service": ("voluntary", "competitor"),
            "too_expensive": ("voluntary", "price"),
            "unused": ("voluntary", "lost_interest"),
            "other": ("voluntary", "other"),
        },
        {"currency": (("invoice", "currency"), ("payments", "currency"), ("subscriptions", "currency")), "timezone": (("account", "settings_dashboard_timezone"),)},
        "An export knows no earlier prices and no subscription of a payment: a subscription counts at today's price, a payment for its customer's only one. "
        "See docs/how-to/connect-stripe.md.",
    ),
    "shopify": Vocabulary(
        "retail",
        "",
        {"order": "purchase", "refund": "refund", "order_not_counted": "ignore", "refund_not_counted": "ignore", "refund_not_made": "ignore", "deleted": "ignore"},
        {},
        {"currency": (("shop", "currency"), ("order", "currency_code"), ("order", "currency"), ("orders", "currency")), "timezone": (("shop", "iana_timezone"),)},
        "An export does not say when money was paid back, and not which customer ordered: refunds have the date of their order, and who ordered is known by the address. "
        "See docs/how-to/connect-shopify.md.",
    ),
    "hubspot": Vocabulary(
        "consulting",
        "",
        {
            "deal_opened": "interest",
            "deal_won": "purchase",
            "meeting": "engagement",
            "call": "engagement",
            "deal_not_won": "ignore",
            "deal_merged": "ignore",
            "deleted": "ignore",
        },
        {},
        {
            "currency": (("deal", "property_deal_currency_code"), ("deals", "currency"), ("account", "currency")),
            "timezone": (("account", "time_zone"),),
        },
        "An export does not say its time zone: its times are read on the clock of the business. See docs/how-to/connect-hubspot.md.",
    ),
}

# Columns of the declared sources that no table has: the business of the connection, and in exports the file.
ADDED = ("business_id", "file_name")


@dataclass(frozen=True)
class SourceTable:
    """A table of a system.

    Attributes:
        contract: the columns that are read.
        is_required: whether a connection cannot do without it.
        alternative_of: the table that it stands in for; empty if none.
        needs_one_of: columns of which it must have one; empty if it need not.
    """

    contract: Contract
    is_required: bool
    alternative_of: str
    needs_one_of: tuple[str, ...]


def source_of(system: str, shape: str) -> str:
    """Return the dbt source that declares the tables of a system.

    Args:
        system: its name in seeds/connections.csv.
        shape: a shape of its tables.

    Returns:
        The name of the source.
    """
    return system if shape == "fivetran" else f"{system}_{shape}"


@cache
def tables_of(system: str, shape: str = "fivetran") -> dict[str, SourceTable]:
    """Return the tables that are read of a system.

    Args:
        system: its name in seeds/connections.csv.
        shape: the shape of its tables.

    Returns:
        The tables by name, in the declared order.
    """
    declared = yaml.safe_load((DBT_PROJECT / "models" / "connections" / system / f"_{source_of(system, shape)}.yml").read_text(encoding="utf-8"))
    (source,) = declared["sources"]
    return {table["name"]: _table(table) for table in source["tables"]}


def _table(declared: dict) -> SourceTable:
    meta = _meta(declared)
    columns = {column["name"]: _meta(column) for column in declared["columns"] if column["name"] not in ADDED}
    required = tuple(name for name, its in columns.items() if its.get("required"))
    headers = tuple((name, tuple(its["headers"])) for name, its in columns.items() if "headers" in its)
    file_column = next((column["name"] for column in declared["columns"] if column["name"] == ADDED[1]), "")
    contract = Contract(tuple(columns), required, keeps_other_columns=False, reserved=(), headers=headers, file_column=file_column)
    return SourceTable(contract, bool(meta.get("required")), meta.get("alternative_of", ""), tuple(meta.get("needs_one_of", ())))


def _meta(declared: dict) -> dict:
    return declared.get("config", {}).get("meta", {})
