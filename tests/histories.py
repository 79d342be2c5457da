"""Awkward customer histories, drawn by hypothesis, and the landing that carries them.

`histories()` draws one business; `write_landing` writes many as one landing of CSV files with its
seeds; `drawn(count, seed)` is a fixed list of them, for runs that are too dear to do one by one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData
from oracle.tables import TABLES

AS_OF = date(2025, 6, 30)
WINDOW_DAYS = 450
ZONES = (
    "Europe/Rome",
    "America/New_York",
    "Pacific/Apia",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "UTC",
    "Pacific/Kiritimati",
    "America/Havana",
)
# Days on which clocks change in some of them, in Havana and Cairo at midnight.
CLOCK_CHANGES = (
    *(date(2024, 10, 6), date(2024, 10, 27), date(2024, 10, 31), date(2024, 11, 3)),
    *(date(2025, 3, 9), date(2025, 3, 30), date(2025, 4, 6), date(2025, 4, 25)),
)
KINDS = ("subscription", "consulting", "agency", "retail")

DAYS = (
    *("dormant_after_days", "former_after_days", "prospect_dormant_after_days"),
    *("attribution_days", "recovery_days"),
)

# Mapped for every business; some businesses map a few of them otherwise.
EVENT_KINDS = {
    "visit": "interest",
    "order": "purchase",
    "renewal": "purchase",
    "chat": "engagement",
    "cancel": "cancellation",
    "refund": "refund",
    "void": "void",
    "view": "ignore",
}
OVERRIDES = (
    {},
    {},
    {"view": "interest"},
    {"chat": "purchase", "order": "interest"},
    {"renewal": "engagement", "view": "cancellation"},
    {"signup": "purchase", "page": "interest"},
)
EXIT_REASONS = {
    "too_expensive": ("voluntary", "price"),
    "bad_service": ("voluntary", "dissatisfaction"),
    "card_declined": ("involuntary", "payment_failure"),
    "bank_closed": ("involuntary", "payment_failure"),
}
REASONS = (
    *("", "too_expensive", "bad_service"),
    *("card_declined", "card_declined", "bank_closed", "bank_closed"),
    *("unheard_of", "inactivity", "unknown"),
)
# The names events are drawn from, so that all kinds are common enough.
NAMES = (
    *("visit", "visit", "order", "order", "order", "renewal", "chat", "chat", "chat"),
    *("cancel", "cancel", "refund", "view", "signup", "page"),
)
CLOCKS = (
    time(12, 0),
    time(12, 0),
    time(0, 0),
    time(0, 0, 1),
    time(0, 30),
    time(1, 30),
    time(23, 30),
    time(23, 59, 59, 999999),
)
AMOUNTS = ("10.00", "10", "0", "", "19.99", "3.33333", " 7.5 ", "0.00005", "1000000")
BAD_TIMES = ("", "31st of June", "2024-02-30", "0001-01-01T00:00:00Z", "1969-06-01", "now")
BAD_TIMES += ("infinity", "2101-06-01T00:00:00Z", "2024-06-01T25:00:00Z", "20240601")
BAD_AMOUNTS = ("ten", "NaN", "inf", "-infinity", "1e5", "1,000", "0x10", "$5")

HEADERS = {table.name: tuple(table.columns) for table in TABLES}


@dataclass
class History:
    """One business: its policy, its own event names, and its rows as they land.

    A row without `business_id` gets the one `write_landing` gives the business.
    """

    policy: dict
    own_names: dict[str, str]
    rows: dict[str, list[dict]]


@st.composite
def histories(draw) -> History:
    policy = draw(policies())
    dates = Dates(draw, policy)
    customers = [f"c{i}" for i in range(draw(st.integers(1, 6)))]
    rows: dict[str, list[dict]] = {table: [] for table in HEADERS}
    for customer in customers:
        add_events(draw, rows["events"], customer, dates, policy)
    add_voids(draw, rows["events"], dates, policy)
    add_copies(draw, rows["events"], dates, policy)
    add_bad_events(draw, rows["events"])
    add_customers(draw, rows["customers"], customers, dates)
    add_merges(draw, rows["customer_merges"], customers, dates)
    add_campaigns(draw, rows, customers, dates)
    add_answers(draw, rows["survey_responses"], customers, dates)
    for table_rows in rows.values():
        if len(table_rows) > 1 and draw(st.integers(0, 3)) == 0:
            table_rows.reverse()
    return History(policy, draw(st.sampled_from(OVERRIDES)), rows)


@st.composite
def policies(draw) -> dict:
    def days(least: int) -> int | None:
        if draw(st.integers(0, 5)) == 0:
            return None
        return draw(st.integers(least, draw(st.sampled_from((5, 15, 40, 90)))))

    dormant, former = days(1), days(1)
    if dormant and former:
        former += dormant
    return {
        "kind": draw(st.sampled_from(KINDS)),
        "timezone": draw(st.sampled_from(ZONES)),
        "currency": draw(st.sampled_from(("EUR", "USD", "JPY"))),
        "dormant_after_days": dormant,
        "former_after_days": former,
        "prospect_dormant_after_days": days(1),
        "attribution_days": 30,
        "recovery_days": days(0),
    }


class Dates:
    """Draws dates whose gaps lie about the policy's own, and the texts of times on them."""

    def __init__(self, draw, policy: dict):
        self.draw = draw
        self.zone = ZoneInfo(policy["timezone"])
        self.edges = [policy[name] for name in DAYS if policy[name]]
        near = {edge + off for edge in self.edges for off in (-1, 0, 1)}
        self.gaps = sorted({0, 0, 1, *near, 60})

    def first(self) -> date:
        """Usually early in the window; at times just before `as_of`, or after it."""
        half = WINDOW_DAYS // 2
        if self.draw(st.integers(0, 3)):
            back = self.draw(st.integers(half, WINDOW_DAYS))
        else:
            back = self.draw(st.integers(-5, half) | st.sampled_from(self.gaps))
        return AS_OF - timedelta(days=back)

    def next(self, day: date) -> date:
        """Soon after, as a rule; at times so that the next silence ends 365 days later."""
        which = self.draw(st.integers(0, 19))
        if which < 2:
            return max(day, self.draw(st.sampled_from(CLOCK_CHANGES)))
        if which in (2, 3):
            return day + timedelta(days=365 - self.draw(st.sampled_from(self.edges)))
        return day + timedelta(days=self.draw(st.sampled_from(self.gaps) | st.integers(0, 20)))

    def text(self, day: date) -> str:
        """A time of that local day, in one of the forms that are read; at times the date alone."""
        clock = self.draw(st.sampled_from(CLOCKS))
        form = self.draw(st.integers(0, 6))
        if form == 0:
            return day.isoformat()
        local = datetime.combine(day, clock, tzinfo=self.zone)
        instant = local.astimezone(UTC)
        if form == 1:
            return instant.astimezone(self.zone).isoformat()
        if form == 2:
            return instant.replace(tzinfo=None).isoformat(sep=" ")
        if form == 3:
            return f" {instant.replace(tzinfo=None).isoformat()}Z"
        return instant.isoformat().replace("+00:00", "Z")

    def any_text(self) -> str:
        return self.text(self.first())

    def loaded(self) -> str:
        """When a row was loaded: few values, so that copies tie."""
        return f"2025-07-0{self.draw(st.integers(1, 4))}T00:00:00Z"


def add_events(draw, rows: list[dict], customer: str, dates: Dates, policy: dict) -> None:
    """Up to 25 events one after the other, several of them on one day or at one instant."""
    day = dates.first()
    when = dates.text(day)
    for _ in range(draw(st.integers(0, 25))):
        step = draw(st.integers(0, 5))
        if step > 1:
            day = dates.next(day)
        if step > 0:
            when = dates.text(day)
        name = draw(st.sampled_from(NAMES))
        rows.append(an_event(draw, len(rows), customer, name, when, dates, policy))


def an_event(draw, number, customer, name, when, dates: Dates, policy: dict) -> dict:
    # Ids that sort neither by number nor by time.
    return {
        "event_id": f"{'zaBé'[number % 4]}{number}",
        "customer_id": customer,
        "event_name": name,
        "occurred_at": when,
        "amount": draw(st.sampled_from(AMOUNTS)) if name != "chat" else "",
        "currency": policy["currency"] if number % 3 else "",
        "reason": draw(st.sampled_from(REASONS)) if name in ("cancel", "view") else "",
        "voids_event_id": "",
        "loaded_at": dates.loaded(),
    }


def add_voids(draw, rows: list[dict], dates: Dates, policy: dict) -> None:
    """Of events before and after them, of other voids, of themselves and of nothing."""
    for _ in range(draw(st.integers(0, 3)) if rows else 0):
        day = draw(st.sampled_from((dates.first(), AS_OF, AS_OF + timedelta(days=2))))
        void = an_event(draw, len(rows), "c0", "void", dates.text(day), dates, policy)
        targets = [row["event_id"] for row in rows] + [void["event_id"], "nothing"]
        void["voids_event_id"] = draw(st.sampled_from(targets))
        rows.append(void)


def add_copies(draw, rows: list[dict], dates: Dates, policy: dict) -> None:
    """Exact duplicates, and corrections that are newer, older, or tie and differ."""
    for _ in range(draw(st.integers(0, 4)) if rows else 0):
        copy = dict(draw(st.sampled_from(rows)))
        changed = draw(st.integers(0, 8))
        if changed == 1:
            copy["loaded_at"] = dates.loaded()
        if changed in (2, 3):
            copy["occurred_at"] = dates.any_text()
        if changed == 3:
            copy["loaded_at"] = dates.loaded()
        if changed == 4:
            copy["amount"] = draw(st.sampled_from(AMOUNTS))
        if changed == 5:
            copy["event_name"] = draw(st.sampled_from(NAMES))
            copy["loaded_at"] = dates.loaded()
        if changed == 6:
            copy["reason"] = draw(st.sampled_from(REASONS))
        if changed == 7:
            copy["customer_id"] = "c0"
            copy["currency"] = ""
        if changed == 8:  # the same row, written otherwise
            copy["customer_id"] = f" {copy['customer_id']} "
        rows.append(copy)


BAD_EVENTS: tuple[list[dict], ...] = (
    [{"event_id": ""}, {"customer_id": "  "}, {"event_name": ""}, {"business_id": ""}],
    [{"business_id": "nowhere"}, {"event_name": "teleport"}, {"event_name": "void"}],
    [{"event_name": "order", "amount": "-5"}, {"event_name": "chat", "amount": "-5"}],
    [{"currency": "XXX"}],
    [{"occurred_at": text} for text in BAD_TIMES],
    [{"loaded_at": text} for text in BAD_TIMES],
    [{"amount": text} for text in BAD_AMOUNTS],
)


def add_bad_events(draw, rows: list[dict]) -> None:
    """Copies of good events with a bad value, or two; under their own ids or the good one's."""
    for i in range(draw(st.integers(0, 3)) if rows else 0):
        bad = dict(draw(st.sampled_from(rows)))
        bad["event_id"] = draw(st.sampled_from((bad["event_id"], f"bad{i}")))
        for _ in range(draw(st.integers(1, 2))):
            bad |= draw(st.sampled_from(draw(st.sampled_from(BAD_EVENTS))))
        rows.append(bad)


def add_customers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Attributes present or missing, in up to three versions; a stranger without events."""
    for customer in (*customers, "stranger"):
        for _ in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
            rows.append(
                {
                    "customer_id": customer,
                    "country": draw(st.sampled_from(("", "IT", "SE"))),
                    "acquisition_channel": draw(st.sampled_from(("", "ads", " ads "))),
                    "plan": draw(st.sampled_from(("", "", "basic"))),
                    "contactable": draw(st.sampled_from(("", "true", "false", "1", "0"))),
                    "updated_at": dates.loaded(),
                    "loaded_at": dates.loaded(),
                }
            )
    bad = ({"customer_id": ""}, {"contactable": "maybe"}, {"updated_at": ""}, {"loaded_at": "now"})
    spoil(draw, rows, (*bad, {"business_id": "nowhere"}))


def add_merges(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    """Chains, cycles, tails into cycles, merges into oneself or into a stranger."""
    people = (*customers, *customers, "stranger")
    for _ in range(draw(st.sampled_from((0, 0, 1, 2, 3, 5)))):
        rows.append(
            {
                "from_customer_id": draw(st.sampled_from(people)),
                "into_customer_id": draw(st.sampled_from(people)),
                "merged_at": dates.loaded(),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"from_customer_id": ""}, {"into_customer_id": " "}, {"merged_at": "yesterday"})
    spoil(draw, rows, (*bad, {"loaded_at": ""}, {"business_id": "nowhere"}))


def add_campaigns(draw, rows: dict[str, list[dict]], customers: list[str], dates: Dates) -> None:
    for number in range(draw(st.integers(0, 2))):
        for _ in range(draw(st.sampled_from((1, 1, 2)))):
            rows["campaigns"].append(
                {
                    "campaign_id": f"k{number}",
                    "name": "A campaign",
                    "strategy": draw(st.sampled_from(("discount", "call", ""))),
                    "objective": "",
                    "starts_on": draw(st.sampled_from(("2025-01-01", ""))),
                    "ends_on": draw(st.sampled_from(("2025-03-01", ""))),
                    "cost": draw(st.sampled_from(AMOUNTS)),
                    "loaded_at": dates.loaded(),
                }
            )
    bad = ({"campaign_id": ""}, {"starts_on": "soon"}, {"ends_on": "2025-02-29"}, {"cost": "1e5"})
    spoil(draw, rows["campaigns"], (*bad, {"loaded_at": ""}, {"business_id": "nowhere"}))

    for number in range(draw(st.integers(0, 4))):
        rows["campaign_touches"].append(
            {
                "touch_id": f"t{number % 3}",
                "campaign_id": draw(st.sampled_from(("k0", "k0", "k1", "k7"))),
                "customer_id": draw(st.sampled_from(customers)),
                "touched_at": dates.any_text(),
                "arm": draw(st.sampled_from(("treatment", "control"))),
                "cost": draw(st.sampled_from(AMOUNTS)),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"touch_id": ""}, {"campaign_id": ""}, {"customer_id": ""}, {"touched_at": ""})
    worse = ({"arm": "both"}, {"arm": ""}, {"cost": "free"}, {"loaded_at": "x"})
    spoil(draw, rows["campaign_touches"], (*bad, *worse, {"business_id": "nowhere"}))


def add_answers(draw, rows: list[dict], customers: list[str], dates: Dates) -> None:
    for number in range(draw(st.integers(0, 4))):
        rows.append(
            {
                "response_id": f"r{number % 3}",
                "customer_id": draw(st.sampled_from(customers)),
                "answered_at": dates.any_text(),
                "survey": draw(st.sampled_from(("csat", "nps"))),
                "score": draw(st.sampled_from(("0", "1", "5", "6", "10", "11", "-1"))),
                "loaded_at": dates.loaded(),
            }
        )
    bad = ({"response_id": ""}, {"customer_id": ""}, {"answered_at": "later"}, {"survey": "ces"})
    spoil(draw, rows, (*bad, {"survey": ""}, {"score": "good"}, {"score": ""}, {"loaded_at": ""}))


def spoil(draw, rows: list[dict], bad: tuple[dict, ...]) -> None:
    """Adds a row or two with a bad value or two."""
    for _ in range(draw(st.integers(0, 2)) if rows else 0):
        row = dict(draw(st.sampled_from(rows)))
        for _ in range(draw(st.integers(1, 2))):
            row |= draw(st.sampled_from(bad))
        rows.append(row)


def write_landing(
    businesses: Iterable[History],
    folder: Path,
    seeds_folder: Path,
    without: dict[str, tuple[str, ...]] | None = None,
) -> None:
    """One landing of CSV files, and its seeds; `without`: the columns a table's file lacks."""
    lines: dict[str, list[dict]] = {table: [] for table in HEADERS}
    policies_of, kinds = [], [("*", name, kind) for name, kind in EVENT_KINDS.items()]
    for number, history in enumerate(businesses):
        business_id = f"b{number:03}"
        policies_of.append({"business_id": business_id, "name": f"No. {number}", **history.policy})
        kinds += [(business_id, name, kind) for name, kind in history.own_names.items()]
        for table, rows in history.rows.items():
            lines[table] += [{"business_id": business_id, **row} for row in rows]

    for table, columns in HEADERS.items():
        kept = [name for name in columns if name not in (without or {}).get(table, ())]
        write_csv(folder / f"{table}.csv", kept, lines[table])
    names = ("business_id", "name", "kind", "timezone", "currency", *DAYS)
    write_csv(seeds_folder / "businesses.csv", names, policies_of)
    names = ("business_id", "event_name", "kind")
    rows = [dict(zip(names, row, strict=True)) for row in kinds]
    write_csv(seeds_folder / "event_kinds.csv", names, rows)
    names = ("reason", "exit_kind", "category")
    rows = [dict(zip(names, (reason, *what), strict=True)) for reason, what in EXIT_REASONS.items()]
    write_csv(seeds_folder / "exit_reasons.csv", names, rows)


def write_csv(path: Path, columns: Iterable[str], rows: list[dict]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(columns), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def drawn(count: int, seed: int) -> list[History]:
    """The same `count` businesses for the same seed, each drawn by itself.

    `@given` would do, but varies one example several times over, and starts with the smallest.
    """
    found: list[History] = []
    for number in range(count):
        data = ConjectureData(random=Random(f"{seed}/{number}"))
        found.append(data.draw(histories()))
    return found
