"""Harbor as HubSpot: deals with their stages, companies and contacts, and engagements, in the tables of Fivetran's connector.

Rendered: each enquiry is the creation of a deal, each signature a deal that was won, each meeting a meeting or a call, and second accounts are merged contacts.
The enquiry before a signature is the creation of the same deal; an enquiry that led to none is a deal that was lost or is open. A deal without an enquiry was
entered an hour after it had been won. (As an interest it is nothing, because the customer has bought.) A signature that was entered by mistake is a deal that
was deleted, or merged into the one that it was a copy of.

Most customers are companies, of which a contact is there as well; the others are contacts without a company. Beside them are notes and emails.

Native stays what HubSpot does not hold: the ends of engagements, attributes, priced contracts, campaigns, touches and surveys.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from renderers import Rendered, Row, Tables, luck, moment, opened, standing

# What columns are typed as, where they are.
TYPES = {
    **dict.fromkeys(("id", "portal_id", "deal_id", "merged_deal_id", "company_id", "contact_id", "engagement_id", "display_order"), "bigint"),
    **dict.fromkeys(
        (
            "property_createdate", "property_closedate", "property_hs_timestamp", "property_hs_createdate", "date_entered", "_fivetran_start",
            "_fivetran_synced",
        ),
        "timestamptz",
    ),
    **dict.fromkeys(("is_deleted", "active", "closed_won", "_fivetran_active", "_fivetran_deleted"), "boolean"),
    **dict.fromkeys(("property_amount", "probability"), "double"),
}  # fmt: skip
SIGNED = {"engagement_signed", "engagement_renewed"}
COMPANY, CONTACT, EMPLOYEE = "8800", "1500", "1600"
STAGES = {
    "appointmentscheduled": ("Appointment scheduled", "false", "0.2"),
    "closedwon": ("Closed won", "true", "1.0"),
    "closedlost": ("Closed lost", "true", "0.0"),
}


def customer_numbers(native: Tables) -> Callable[[str], str]:
    """Return what gives accounts their ids: those that were merged are contacts, because HubSpot's list of merged ids is theirs."""
    merged = {row[side] for row in native["customer_merges"] for side in ("from_customer_id", "into_customer_id")}
    return lambda customer_id: f"{CONTACT if customer_id in merged or luck(customer_id, 3) == 0 else COMPANY}{int(customer_id[2:]):06}"


def render(native: Tables) -> Rendered:
    """Render Harbor. The ids in the landing are HubSpot's."""
    events = sorted(standing(native["events"]), key=lambda row: (row["occurred_at"], row["event_id"]))
    voided = {row["voids_event_id"] for row in events if row["event_name"] == "entry_voided"}
    enquiries: dict[str, list[Row]] = defaultdict(list)
    portal, deals = _Portal(), {}
    for row in events:
        if row["event_name"] == "enquiry":
            enquiries[row["customer_id"]].append(row)
        elif row["event_name"] in SIGNED and row["event_id"] not in voided:
            opened = enquiries[row["customer_id"]].pop(0) if enquiries[row["customer_id"]] else None
            deals[row["occurred_at"], row["amount"]] = portal.add_deal(row, opened, "closedwon")
    for row in events:
        if row["event_id"] in voided:
            deal, twin = portal.add_deal(row, None, "closedwon"), deals.get((row["occurred_at"], row["amount"]))
            portal.take_back(deal, twin if luck(row["event_id"], 2) else None)
        elif row["event_name"] == "meeting":
            portal.add_engagement(row, "CALL" if luck(row["event_id"], 4) == 0 else "MEETING")
    for waiting in enquiries.values():
        for row in waiting:
            portal.add_deal(None, row, ("closedlost", "appointmentscheduled")[luck(row["event_id"], 2)])
    portal.add_stages()
    names = SIGNED | {"enquiry", "meeting", "entry_voided"}
    portal.add_contacts([row for row in events if row["event_name"] in names], native)

    held = {row["event_id"] for row in events if row["event_name"] in names}
    return Rendered(native, native | {"customer_merges": [], "events": [row for row in native["events"] if row["event_id"] not in held]}, portal.tables)


class _Portal:
    """The tables of a portal, filled an object at a time."""

    def __init__(self) -> None:
        names = ("deal", "deal_stage", "deal_pipeline", "deal_pipeline_stage", "deal_company", "deal_contact", "merged_deal", "company", "contact", "engagement")
        of_engagements = ("engagement_meeting", "engagement_call", "engagement_note", "engagement_email", "engagement_company", "engagement_contact")
        self.tables: Tables = {table: [] for table in (*names, *of_engagements)}

    def add_deal(self, signed: Row | None, enquiry: Row | None, stage: str) -> Row:
        """Add a deal: opened by an enquiry, else an hour after it was won."""
        row = signed or enquiry
        created = moment(enquiry["occurred_at"]) if enquiry else moment(signed["occurred_at"]) + timedelta(hours=1)
        closed = moment(signed["occurred_at"]) if signed else created + timedelta(days=60)
        synced = max(each["loaded_at"] for each in (signed, enquiry) if each)
        deal = {
            "deal_id": f"33{row['event_id'].partition('-')[2]}", "portal_id": "4711", "deal_pipeline_id": "default", "deal_pipeline_stage_id": stage,
            "property_dealname": f"Deal of {row['customer_id']}", "property_amount": f"{Decimal(signed['amount'])}" if signed else "12000",
            "property_createdate": f"{created:%Y-%m-%dT%H:%M:%S.000Z}", "property_closedate": f"{closed:%Y-%m-%d %H:%M:%S UTC}",
            "is_deleted": "false", "_fivetran_deleted": "false", "_fivetran_synced": synced,
        }  # fmt: skip
        self.tables["deal"].append(deal)
        states = {"appointmentscheduled": created, stage: closed}
        for name, entered in states.items():
            if entered == created or stage != "appointmentscheduled":
                history = {"value": name, "date_entered": f"{entered:%Y-%m-%dT%H:%M:%SZ}", "_fivetran_active": f"{name == stage}".lower()}
                self.tables["deal_stage"].append({"deal_id": deal["deal_id"], **history, "_fivetran_start": history["date_entered"], "_fivetran_synced": synced})
        self.associate("deal", {"deal_id": deal["deal_id"]}, row, synced)
        return deal

    def associate(self, kind: str, of: Row, row: Row, synced: str) -> None:
        """Say whose something is: a company's and that of somebody who works there, or a contact's."""
        contact = customer = row["customer_id"]
        if customer.startswith(COMPANY):
            contact = EMPLOYEE + customer.removeprefix(COMPANY)
            self.tables[f"{kind}_company"].append({**of, "company_id": customer, "category": "HUBSPOT_DEFINED", "_fivetran_synced": synced})
        self.tables[f"{kind}_contact"].append({**of, "contact_id": contact, "category": "HUBSPOT_DEFINED", "_fivetran_synced": synced})

    def take_back(self, deal: Row, twin: Row | None) -> None:
        """Delete a deal, or merge it into another."""
        if twin:
            self.tables["merged_deal"].append({"deal_id": twin["deal_id"], "merged_deal_id": deal["deal_id"], "_fivetran_synced": deal["_fivetran_synced"]})
        else:
            deal |= {"is_deleted": "true", "_fivetran_deleted": "true"}

    def add_engagement(self, row: Row, kind: str) -> None:
        """Add a meeting or a call, and for some a note or an email of the same day."""
        at, number = moment(row["occurred_at"]), f"55{row['event_id'].partition('-')[2]}"
        for more, also in enumerate((kind, *({0: ("NOTE",), 1: ("EMAIL",)}.get(luck(number, 9), ())))):
            engagement = {"engagement_id": f"{number}{more}", "_fivetran_synced": row["loaded_at"]}
            when = {"property_hs_timestamp": f"{at:%Y-%m-%dT%H:%M:%S.000Z}", "property_hs_createdate": f"{at - timedelta(days=3):%Y-%m-%dT%H:%M:%S.000Z}"}
            self.tables["engagement"].append({"id": f"{number}{more}", "portal_id": "4711", "type": also, "_fivetran_synced": row["loaded_at"]})
            self.tables[f"engagement_{also.lower()}"].append({**engagement, "type": "engagement", **when, "_fivetran_deleted": "false"})
            self.associate("engagement", {"engagement_id": f"{number}{more}"}, row, row["loaded_at"])

    def add_contacts(self, events: list[Row], native: Tables) -> None:
        """Add companies and contacts. A contact has the ids of all that were merged into it, which are deleted themselves."""
        merges = native["customer_merges"]
        into = {row["from_customer_id"]: row for row in merges}
        merged: dict[str, list[str]] = defaultdict(list)
        for source in into:
            target = source
            while target in into:
                target = into[target]["into_customer_id"]
                merged[target].append(source)
        synced = {row["into_customer_id"]: row["loaded_at"] for row in merges}
        for customer, (created, row) in opened(events, native["customers"]).items():
            of = {"id": customer, "property_createdate": f"{created:%Y-%m-%dT%H:%M:%SZ}", "_fivetran_deleted": "false", "_fivetran_synced": row["loaded_at"]}
            if customer.startswith(COMPANY):
                self.tables["company"].append({**of, "property_name": f"Company {customer}", "is_deleted": "false"})
                of["id"] = EMPLOYEE + customer.removeprefix(COMPANY)
            known = {"property_email": f"{of['id']}@example.com", "property_hs_merged_object_ids": ";".join(merged[customer])}
            gone = {"_fivetran_deleted": "true"} if customer in into else {}
            self.tables["contact"].append({**of, **known, **gone, "_fivetran_synced": max(row["loaded_at"], synced.get(customer, ""))})

    def add_stages(self) -> None:
        """Add the pipeline. A deal that is closed is won or lost, which its probability alone says."""
        synced = {"_fivetran_deleted": "false", "_fivetran_synced": "2024-01-01T03:00:00Z"}
        self.tables["deal_pipeline"].append({"pipeline_id": "default", "label": "Sales", "active": "true", **synced})
        for number, (stage, (label, is_closed, probability)) in enumerate(STAGES.items()):
            of = {"stage_id": stage, "pipeline_id": "default", "label": label, "display_order": f"{number}", "active": "true"}
            self.tables["deal_pipeline_stage"].append({**of, "closed_won": is_closed, "probability": probability, **synced})
