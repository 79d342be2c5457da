"""The three seed files, as the oracle reads them. It assumes valid configuration."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

EVERY_BUSINESS = "*"


@dataclass(frozen=True)
class Business:
    business_id: str
    zone: ZoneInfo
    currency: str
    dormant_after: int | None
    former_after: int | None
    prospect_dormant_after: int | None
    attribution_days: int
    recovery_days: int
    reads_local_times: bool  # times without a time zone are in the business's local time


@dataclass(frozen=True)
class Config:
    businesses: dict[str, Business]
    event_kinds: dict[tuple[str, str], tuple[str, str]]
    exit_kinds: dict[str, str]

    def kind_of(self, business_id: str, event_name: str, amount: Decimal | None) -> str | None:
        """Return the kind by the business's own mapping of the name, else by the common one; an amount of 0 may have another kind."""
        for business in (business_id, EVERY_BUSINESS):
            if (business, event_name) in self.event_kinds:
                kind, kind_if_zero = self.event_kinds[business, event_name]
                return kind_if_zero if kind_if_zero and amount == 0 else kind
        return None


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def days(text: str | None) -> int | None:
    return int(text) if text else None


def read_config(seeds_folder: Path) -> Config:
    businesses = {
        row["business_id"]: Business(
            business_id=row["business_id"],
            zone=ZoneInfo(row["timezone"]),
            currency=row["currency"],
            dormant_after=days(row["dormant_after_days"]),
            former_after=days(row["former_after_days"]),
            prospect_dormant_after=days(row["prospect_dormant_after_days"]),
            attribution_days=int(row["attribution_days"]),
            recovery_days=days(row.get("recovery_days")) or 0,
            reads_local_times=row.get("naive_times") == "local",
        )
        for row in read_csv(seeds_folder / "businesses.csv")
    }
    event_kinds = {
        (row["business_id"], row["event_name"]): (row["kind"], row.get("kind_if_zero") or "")
        for row in read_csv(seeds_folder / "event_kinds.csv")
    }
    exit_kinds = {
        row["reason"]: row["exit_kind"]
        for row in read_csv(seeds_folder / "exit_reasons.csv")
    }
    return Config(businesses, event_kinds, exit_kinds)
