"""What is asked of HubSpot's objects, and how they are laid out as Fivetran's tables: ids, states, times and amounts, and no name or address."""

from collections.abc import Iterable, Mapping
from typing import Any

from orchestration.connections.systems import tables_of
from orchestration.connections.versions import Row, Versions

# The tables of each list. All lists are whole: what they have no more has been deleted or merged.
TABLES: dict[str, dict[str, str | None]] = {
    "account": {"account": None},
    "pipelines": {"deal_pipeline_stage": None},
    "deals": {"deal": None, "deal_company": None, "deal_contact": None},
    "companies": {"company": None},
    "contacts": {"contact": None},
    "engagements": {"engagement_meeting": None, "engagement_call": None, "engagement_company": None, "engagement_contact": None},
}
# The objects of each list, with the table that has their properties.
OBJECTS = {
    "deals": {"deals": "deal"},
    "companies": {"companies": "company"},
    "contacts": {"contacts": "contact"},
    "engagements": {"meetings": "engagement_meeting", "calls": "engagement_call"},
}
# The tables of associations, with the objects that are associated and the column of the object itself.
ASSOCIATED = {
    "deal_company": ("companies", "deal_id", "company_id"),
    "deal_contact": ("contacts", "deal_id", "contact_id"),
    "engagement_company": ("companies", "engagement_id", "company_id"),
    "engagement_contact": ("contacts", "engagement_id", "contact_id"),
}
KEYS = {"deal": "deal_id", "deal_pipeline_stage": "stage_id", "engagement_meeting": "engagement_id", "engagement_call": "engagement_id"}
# Columns whose property has another name, and those that are not read: what is added when the tables are published, and older names.
PROPERTIES = {"deal_pipeline_stage_id": "dealstage"}
LEFT_OUT = {"_fivetran_deleted", "_fivetran_synced", "is_deleted", "closed_won"}


def columns_of(table: str) -> tuple[str, ...]:
    """Return the columns of a table that are read from the API.

    Args:
        table: its name.

    Returns:
        Those that the dbt project declares, without what is added when the table is published.
    """
    if table == "account":
        return ("id", "currency", "time_zone")
    return tuple(column for column in tables_of("hubspot")[table].contract.columns if column not in LEFT_OUT)


def published_tables() -> dict[str, Versions]:
    """Return the tables that a pull publishes.

    Returns:
        How each is made of the store's versions, by name.
    """
    return {table: Versions(columns_of(table), _keys_of(table), is_history=False) for tables in TABLES.values() for table in tables}


def properties_of(table: str) -> tuple[str, ...]:
    """Return the properties that are asked for of the objects of a table.

    Args:
        table: the table.

    Returns:
        HubSpot's names of them.
    """
    return tuple(_property_of(column) for column in columns_of(table) if column not in _keys_of(table))


def rows_of(table: str, item: Mapping[str, Any]) -> Iterable[Row]:
    """Lay out an object as rows of a table.

    Args:
        table: the table.
        item: the object, with `table`, the table of its kind, and `associated`, its associations with each other kind of objects.

    Yields:
        The object itself, if the table is that of its kind; its stages, if it is a pipeline; or its associations.
    """
    if table == "account":
        yield {"id": _text(item["portalId"]), "currency": _text(item.get("companyCurrency")), "time_zone": _text(item.get("timeZone"))}
    elif table == "deal_pipeline_stage":
        for stage in item["stages"]:
            yield {"stage_id": stage["id"], "is_closed": _text(stage["metadata"].get("isClosed")), "probability": _text(stage["metadata"].get("probability"))}
    elif table in ASSOCIATED:
        others, own, other = ASSOCIATED[table]
        for each in item["associated"][others]:
            for kind in each["associationTypes"]:
                found = {own: item["id"], other: _text(each["toObjectId"]), "type_id": _text(kind["typeId"]), "category": kind["category"]}
                yield {column: found[column] for column in columns_of(table)}
                if "type_id" not in columns_of(table):
                    break
    elif table == item["table"]:
        (key,) = _keys_of(table)
        yield {column: item["id"] if column == key else _text(item["properties"].get(_property_of(column))) for column in columns_of(table)}


def _property_of(column: str) -> str:
    return PROPERTIES.get(column, column.removeprefix("property_"))


def _keys_of(table: str) -> tuple[str, ...]:
    if table not in ASSOCIATED:
        return (KEYS.get(table, "id"),)
    return tuple(column for column in columns_of(table) if column in (*ASSOCIATED[table][1:], "type_id", "category"))


def _text(value: Any) -> str | None:
    return str(value).lower() if isinstance(value, bool) else None if value in (None, "") else str(value)
