"""What to do about a row or value that was not counted, by the reason that the tables give."""

TIME = "write times as ISO 8601, such as 2026-03-01 or 2026-03-01T14:00:00+01:00"
AMOUNT = "write amounts as plain decimals with a point and without a currency sign, such as 1250.00"
REMEDIES = {
    "unknown_business": "seeds/businesses.csv does not list their business_id: add it, spelled as in the rows",
    "unmapped_event_name": "seeds/event_kinds.csv does not list their event_name: add it",
    "foreign_currency": "they are in another currency than that of the business: convert them, or correct the currency in seeds/businesses.csv",
    "negative_amount": "a purchase has no negative amount: land it as an event of the kind refund",
    "unknown_campaign": "the table campaigns does not have their campaign_id: land it there",
    "invalid_contactable": "write true or false",
    **dict.fromkeys(("invalid_occurred_at", "invalid_touched_at", "invalid_answered_at", "invalid_merged_at", "invalid_starts_on", "invalid_loaded_at"), TIME),
    **dict.fromkeys(("invalid_updated_at", "invalid_ends_on", "invalid_covers_until"), TIME),
    **dict.fromkeys(("invalid_amount", "invalid_cost", "invalid_monthly_amount"), AMOUNT),
}


def remedy(reason: str) -> str:
    """Say what to do about a reason.

    Args:
        reason: of `rejected_rows` or `dropped_values`.

    Returns:
        A sentence that begins with the reason, and a blank before it; empty if the reason says enough.
    """
    return f" {reason}: {REMEDIES[reason]}." if reason in REMEDIES else ""
