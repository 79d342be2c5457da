"""An account of our own, written from HubSpot's documentation of its CRM API, 2026-03: lists of objects, associations, pipelines, merges, the recycling bin.

It runs in a thread. What happens in the account are methods. It shares nothing with what reads it.
"""

import json
from collections.abc import Mapping
from itertools import count
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from local_server import LocalServer

KEY = "pat-eu1-0a1b2c3d"
PRIMARY = {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": "Primary"}
UNLABELED = {"category": "HUBSPOT_DEFINED", "typeId": 341, "label": None}
CONTACT = {"category": "HUBSPOT_DEFINED", "typeId": 3, "label": None}
STAGES = {"appointmentscheduled": ("false", "0.2"), "closedwon": ("true", "1.0"), "closedlost": ("true", "0.0")}


class LocalHubspot(LocalServer):
    """An account in a thread of its own."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, dict]] = {kind: {} for kind in ("deals", "companies", "contacts", "meetings", "calls")}
        self.associations: dict[tuple[str, str, str, str], list[dict]] = {}
        self.portal, self.forbidden, self.hold = 4711, (), ""
        self.requests: list[str] = []
        self.refuse_for, self.most_associations = 0, 500
        self.refused: list[float] = []
        self._numbers = count(9001)
        super().__init__()

    @property
    def environment(self) -> dict[str, str]:
        return {"WINBACK_HUBSPOT_KEY": KEY, "WINBACK_HUBSPOT_URL": self.url}

    def add(self, kind: str, **properties: str) -> str:
        """Return the id of a new object."""
        number = str(next(self._numbers))
        self.objects[kind][number] = {"createdate": "2024-01-01T00:00:00Z", "hs_merged_object_ids": None, **properties}
        return number

    def deal(self, stage: str, amount: str, created: str, closed: str, **customers: str) -> str:
        """Return the id of a new deal with its company (`companies`) and contact (`contacts`)."""
        deal = self.add("deals", dealname="Ann's", dealstage=stage, amount=amount, createdate=created, closedate=closed)
        for kind, number in customers.items():
            self.associate("deals", deal, kind, number, [PRIMARY, UNLABELED] if kind == "companies" else [CONTACT])
        return deal

    def associate(self, kind: str, number: str, other_kind: str, other: str, types: list[dict]) -> None:
        self.associations[kind, number, other_kind, other] = types

    def part(self, kind: str, number: str, other_kind: str, other: str) -> None:
        del self.associations[kind, number, other_kind, other]

    def archive(self, kind: str, number: str) -> None:
        """Move an object to the recycling bin."""
        self.objects[kind].pop(number)
        self.associations = {key: types for key, types in self.associations.items() if number not in (key[1], key[3])}

    def merge(self, kind: str, one: str, other: str) -> str:
        """Return the id of the new object that two become."""
        merged = self.add(kind, **{**self.objects[kind][other], **self.objects[kind][one], "hs_merged_object_ids": f"{one};{other}"})
        for (of, number, to, with_), types in list(self.associations.items()):
            if (to == kind and with_ in (one, other)) or (of == kind and number in (one, other)):
                self.associations[of, merged if of == kind else number, to, merged if to == kind else with_] = types
        self.archive(kind, one)
        self.archive(kind, other)
        return merged

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict, dict]:
        self.requests.append(path)
        path, query = urlsplit(path).path, {name: value for name, (value,) in parse_qs(urlsplit(path).query).items()}
        if headers["Authorization"] != f"Bearer {KEY}":
            return 401, {}, {"status": "error", "category": "INVALID_AUTHENTICATION"}
        if self.refuse_for and (not self.refused or monotonic() - self.refused[0] < self.refuse_for):
            self.refused.append(monotonic())
            return 429, {"Retry-After": str(self.refuse_for)}, {"status": "error", "policyName": "TEN_SECONDLY_ROLLING"}
        while self.hold and path.endswith(self.hold) and not self.going_on.wait(0.05):
            pass
        if path in self.forbidden:
            return 403, {}, {"status": "error", "category": "MISSING_SCOPES"}
        status, found = self._found(path, query, json.loads(body or "{}"))
        return status, {}, found

    def _found(self, path: str, query: dict[str, str], body: dict) -> tuple[int, dict]:
        match path.strip("/").split("/"):
            case ["account-info", "2026-03", "details"]:
                about = {"accountType": "STANDARD", "timeZone": "Europe/Amsterdam", "companyCurrency": "EUR", "uiDomain": "app.hubspot.com"}
                return 200, {"portalId": self.portal, **about}
            case ["crm", "pipelines", "2026-03", "deals"]:
                stages = [{"id": name, "label": name, "metadata": {"isClosed": closed, "probability": chance}} for name, (closed, chance) in STAGES.items()]
                return 200, {"results": [{"id": "default", "label": "Sales", "archived": False, "stages": stages}]}
            case ["crm", "objects", "2026-03", kind] if kind in self.objects:
                return 200, self._listed(kind, query)
            case ["crm", "associations", "2026-03", kind, other, "batch", "read"]:
                return self._associated(kind, other, body["inputs"])
        return 404, {"status": "error", "message": "resource not found"}

    def _listed(self, kind: str, query: dict[str, str]) -> dict:
        there = [(number, its) for number, its in sorted(self.objects[kind].items()) if number > query.get("after", "")] if query["archived"] == "false" else []
        page = there[: int(query["limit"])]
        asked = {"createdate", "hs_object_id", *query["properties"].split(",")}
        results = [{"id": number, "archived": False, "properties": {name: value for name, value in its.items() if name in asked}} for number, its in page]
        return {"results": results, **({"paging": {"next": {"after": page[-1][0], "link": "?"}}} if len(page) < len(there) else {})}

    def _associated(self, kind: str, other: str, inputs: list[dict]) -> tuple[int, dict]:
        assert len(inputs) <= 1000
        results, errors = [], []
        there = sorted(self.associations)
        for each in inputs:
            of_this = [key for key in there if key[:3] == (kind, each["id"], other)]
            to = [{"toObjectId": int(key[3]), "associationTypes": self.associations[key]} for key in of_this]
            first = int(each.get("after", 0))
            page = to[first : first + self.most_associations]
            more = {"paging": {"next": {"after": str(first + len(page))}}} if first + len(page) < len(to) else {}
            if page:
                results.append({"from": {"id": each["id"]}, "to": page, **more})
            else:
                errors.append({"status": "error", "category": "OBJECT_NOT_FOUND", "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND"})
        return (207 if errors else 200), {"status": "COMPLETE", "results": results, **({"numErrors": len(errors), "errors": errors} if errors else {})}
