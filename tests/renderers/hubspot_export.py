"""Harbor as the files that HubSpot exports: deals, contacts and companies, as `hubspot` renders them, as far as an export knows them.

Who was merged into another is not exported, nor is a deal that was deleted. Times are on Harbor's clock, to the minute. What an export does not know is said in
`UNKNOWN`: that stays in the native landing, or the native landing with which the figures must agree is made to know no more.
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

from renderers import Rendered, Tables, hubspot, luck, moment

ZONE = ZoneInfo("Europe/Rome")
HELD = hubspot.SIGNED | {"enquiry", "entry_voided"}
# By its words in docs/how-to/connect-hubspot.md, what an export does not know, and the events of the sample that show it.
UNKNOWN = {"Meetings and calls": {"meeting"}, "The seconds of a time": HELD}


def render(native: Tables) -> Rendered:
    """Render Harbor. The ids in the landing are HubSpot's."""
    rendered = hubspot.render(native)
    kept = {row["event_id"] for row in rendered.beside["events"]}
    held = {row["event_id"] for row in native["events"] if row["event_name"] in HELD} - kept
    beside = rendered.beside | {"events": [row for row in native["events"] if row["event_id"] not in held]}
    to_the_minute = [row | {"occurred_at": f"{row['occurred_at'][:16]}:00Z"} if row["event_id"] in held else row for row in native["events"]]
    return Rendered(native | {"events": to_the_minute}, beside, _files(rendered.tables))


def _files(tables: Tables) -> Tables:
    into: dict[str, list[str]] = defaultdict(list)
    for row in tables["merged_deal"]:
        into[row["deal_id"]].append(row["merged_deal_id"])
    gone = {merged for each in into.values() for merged in each}
    customers = {kind: {row["deal_id"]: row[f"{kind}_id"] for row in tables[f"deal_{kind}"]} for kind in ("company", "contact")}
    labels = {stage: label for stage, (label, *_) in hubspot.STAGES.items()}
    deals = []
    for row in tables["deal"]:
        if row["deal_id"] not in gone and row["is_deleted"] == "false":
            company, contact = (customers[kind].get(row["deal_id"], "") for kind in ("company", "contact"))
            other = f"{int(company) + 400_000}" if company else ""  # The primary company is not always the first one.
            deals.append({
                "Record ID - Deal": row["deal_id"], "Deal Name": row["property_dealname"] + ', "new"\nbusiness', "Deal Stage": f"{labels[row['deal_pipeline_stage_id']]} (Sales)",
                "Amount": row["property_amount"], "Create Date": _time(row["property_createdate"]), "Close Date": _time(row["property_closedate"]),
                "Associated Company IDs": f"{other};{company}" if company else "", "Associated Company IDs (Primary)": company, "Associated Contact IDs": contact,
                "Merged record IDs": ";".join(into[row["deal_id"]]),
            })  # fmt: skip
    old = [row | {"Deal Stage": "Appointment scheduled (Sales)"} for row in deals if luck(row["Record ID - Deal"], 9) == 0]
    records = {
        kind: [{"Record ID": row["id"], "Create Date": _time(row["property_createdate"]), "Merged record IDs": row.get("property_hs_merged_object_ids", "")} for row in tables[kind]
               if row["_fivetran_deleted"] == "false"]
        for kind in ("contact", "company")
    }  # fmt: skip
    day, before = "2026-06-30", "2026-05-31"
    return {
        f"hubspot-crm-exports-all-deals-{before}": old, f"hubspot-crm-exports-all-deals-{day}": deals,
        f"hubspot-crm-exports-all-contacts-{day}": records["contact"], f"hubspot-crm-exports-all-companies-{day}": records["company"],
    }  # fmt: skip


def _time(text: str) -> str:
    return f"{moment(text.removesuffix(' UTC').removesuffix('.000Z')).astimezone(ZONE):%Y-%m-%d %H:%M}"
