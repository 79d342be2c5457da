"""Identifies the customer asked for: the id as the warehouse keeps it, the merged customer, and the business's policy."""

import re
from dataclasses import dataclass
from datetime import date

from orchestration.errors import WinbackError
from orchestration.quoting import portable_literal, shown
from orchestration.warehouses import Reader

POLICY = (
    "name", "kind", "timezone", "currency", "dormant_after_days", "former_after_days", "prospect_dormant_after_days", "recovery_days", "as_of_date",
    "history_starts_on",
)  # fmt: skip
TRIMMED = " \t\r\n\u00a0"
MOST_NAMED = 20


@dataclass(frozen=True)
class Person:
    """A customer after merges.

    Attributes:
        business: id of the business.
        asked: the id asked for, as the warehouse keeps it.
        survivor: the customer that all of `ids` are merged into.
        ids: the survivor's id, and all ids merged into it.
        key: the survivor's key in the private tables; None for a customer without any counted row.
        policy: the business's row of `dim_business`.
    """

    business: str
    asked: str
    survivor: str
    ids: tuple[str, ...]
    key: int | None
    policy: dict[str, object]

    @property
    def as_of(self) -> date:
        """Return the last date counted."""
        return self.policy["as_of_date"]

    def theirs(self, column: str = "customer_id", table: str | None = None) -> str:
        """Return the condition that selects this customer's rows of a table by id.

        Args:
            column: the column with the customer's id.
            table: the table's name in the query, if there are several.

        Returns:
            The condition.
        """
        prefix = f"{table}." if table else ""
        ids = ", ".join(map(portable_literal, self.ids))
        return f"{prefix}business_id = {portable_literal(self.business)} and {prefix}{column} in ({ids})"


def find_person(reader: Reader, business: str, customer: str) -> Person:
    """Find a customer.

    Args:
        reader: reads the published tables.
        business: id of the business.
        customer: any id of the customer.

    Returns:
        The person.

    Raises:
        WinbackError: there is no such business or customer.
    """
    business, asked = _cleaned(business), cleaned_id(customer)
    found = _ask(reader, f"select {', '.join(POLICY)} from winback.dim_business where business_id = {{}}", business)
    if not found:
        known = [shown(name) for (name,) in reader.rows("select business_id from winback.dim_business order by business_id")]
        more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
        raise WinbackError(f"There is no business '{shown(business)}'. Give --business one of: {', '.join(known[:MOST_NAMED])}{more}.")
    merged = "winback_internal.int_merge_targets where business_id = {}"
    survivor = next((name for (name,) in _ask(reader, f"select survivor_id from {merged} and customer_id = {{}}", business, asked)), asked)
    others = _ask(reader, f"select customer_id from {merged} and survivor_id = {{}}", business, survivor)
    keys = _ask(reader, "select customer_key from winback_internal.int_customer_keys where business_id = {} and customer_id = {}", business, survivor)
    ids = (survivor, *sorted({name for (name,) in others} - {survivor}))
    person = Person(business, asked, survivor, ids, keys[0][0] if keys else None, dict(zip(POLICY, found[0], strict=True)))
    if not keys and not _has_landed(reader, business, asked):
        raise WinbackError(
            f"Business '{shown(business)}' has no customer '{shown(asked)}': no landed row names that id. Give --customer the id as it is written in the "
            "landing (one with @ in any case, all others letter by letter); winback.lifecycle_states lists the ids that count."
        )
    return person


def person_lines(person: Person) -> list[str]:
    """Describe who the customer is.

    Args:
        person: the customer.

    Returns:
        The lines.
    """
    merged = ", ".join(shown(name) for name in person.ids[1:]) or "nobody"
    policy = person.policy | {"recovery_days": person.policy["recovery_days"] or 0}
    thresholds = {"D": "dormant_after_days", "F": "former_after_days", "P": "prospect_dormant_after_days", "recovery_days": "recovery_days"}
    days = [f"{name} = {'none' if policy[column] is None else policy[column]}" for name, column in thresholds.items()]
    business = ", ".join(shown(policy[column]) for column in ("name", "kind", "timezone", "currency"))
    return [
        f"asked:    {shown(person.asked)}",
        f"customer: {shown(person.survivor)}" + ("" if person.survivor == person.asked else " (the one asked for was merged into this one)"),
        f"merged into this one: {merged}",
        f"business: {shown(person.business)} ({business})",
        f"policy:   {', '.join(days)}",
        f"counted to {person.as_of}; history from {policy['history_starts_on']}",
    ]


def cleaned_id(text: str) -> str:
    """Normalise a customer id as the warehouse does: trimmed, and in lower case (only A to Z) if it contains `@`.

    Args:
        text: the id as written by a person.

    Returns:
        The id.
    """
    trimmed = _cleaned(text)
    return re.sub("[A-Z]+", lambda letters: letters[0].lower(), trimmed) if "@" in trimmed else trimmed


def _cleaned(text: str) -> str:
    return text.strip(TRIMMED)


def _ask(reader: Reader, sql: str, *texts: str) -> list[tuple]:
    """Run a query with texts inserted. Invalid text (half a character, which a terminal may send, or a zero byte) matches no row."""
    if any("\0" in text or any("\ud800" <= character <= "\udfff" for character in text) for text in texts):
        return []
    return reader.rows(sql.format(*map(portable_literal, texts)))


def _has_landed(reader: Reader, business: str, customer: str) -> bool:
    """Return whether any row names the customer, even if no row counts."""
    tables = ("winback_internal.base_events", "winback_internal.base_customers", "winback.rejected_rows")
    return any(_ask(reader, f"select 1 from {table} where business_id = {{}} and customer_id = {{}} limit 1", business, customer) for table in tables)
