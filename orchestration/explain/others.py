"""Other data about a customer: merges, unused values and rows, campaigns and their results."""

from orchestration.explain.person import Person
from orchestration.quoting import portable_literal, shown
from orchestration.warehouses import Reader

MERGES = "from_customer_id, into_customer_id, merged_at, row_status, rejection_reason"
DROPPED = "landing_table, row_id, customer_id, column_name, reason"
REJECTED = "landing_table, row_id, customer_id, reason, row_text"
TOUCHES = "campaign_id, touch_id, touched_on, arm"
TARGETS = "campaign_id, touched_on, arm, target_state, window_ends_on, returned, won_back_on, revenue"
RETURNS = "returned_on, return_type, from_state, days_away, exit_kind, exit_reason, campaign_id, revenue_90_days_after"


def other_lines(reader: Reader, person: Person) -> dict[str, list[str]]:
    """List the other data about a customer.

    Args:
        reader: reads the published tables.
        person: the customer.

    Returns:
        The lines of each section, by its title; none if there is no such data.
    """
    key = f"customer_key = {person.key if person.key is not None else 'null'}"
    into = person.theirs("into_customer_id")
    cycles = f"select from_customer_id from winback_internal.int_merge_cycles where business_id = {portable_literal(person.business)}"
    in_cycle = {name for (name,) in reader.rows(cycles)}
    sections = {
        "Merges": (MERGES, f"winback_internal.base_customer_merges where ({person.theirs('from_customer_id')}) or ({into})"),
        "Dropped values": (DROPPED, f"winback.dropped_values where {person.theirs()}"),
        "Rejected rows": (REJECTED, f"winback.rejected_rows where {person.theirs()}"),
        "Campaign touches": (TOUCHES, f"winback_internal.int_touches where {key}"),
        "First touch of each campaign, and its result in the window": (TARGETS, f"winback_internal.int_targets where {key}"),
        "Returns, and the campaign each is attributed to": (RETURNS, f"winback.fct_returns where {person.theirs()}"),
    }
    told = {}
    for title, (columns, source) in sections.items():
        rows = [dict(zip(columns.split(", "), row, strict=True)) for row in reader.rows(f"select {columns} from {source}")]
        if title == "Merges":
            for row in rows:
                if row["row_status"] == "current" and row["from_customer_id"] in in_cycle:
                    row |= {"row_status": "rejected", "rejection_reason": "merge_cycle"}
        # Sorted here, because each engine orders texts in its own way.
        told[title] = sorted(", ".join(f"{name}={shown(value)}" for name, value in row.items() if value is not None) for row in rows)
    return told
