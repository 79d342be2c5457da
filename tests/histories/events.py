"""The events of a business: valid ones, voids, duplicates and corrections, and invalid ones."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from .dates import AS_OF, Dates

# The event names to draw from, weighted so that all kinds are common enough.
NAMES = (
    *("visit", "visit", "order", "order", "order", "renewal", "invoice", "chat", "chat", "chat"),
    *("cancel", "cancel", "refund", "view", "signup", "page"),
)
CONTRACTS = ((), (), ("s",), ("s", "t"), ("s", "t", "u"))  # a customer's contracts, to choose from
FAILED_PAYMENTS = ("card_declined", "bank_closed")
REASONS = (
    *("", "too_expensive", "bad_service"),
    *(FAILED_PAYMENTS * 2),
    *("unheard_of", "inactivity", "unknown"),
)
AMOUNTS = ("10.00", "10", "0", "0.00", "-0.00004", "", "19.99", "3.33333", " 7.5 ", "+0.00005", "1,250.00", "1000000")
AMOUNTS += ("1,000", "-2.5", "60000000000000")  # two of the last exceed what a customer's sum can hold
PURCHASES = ("order", "renewal", "invoice", "signup")
BAD_TIMES = ("", "31st of June", "2024-02-30", "0001-01-01T00:00:00Z", "1970-01-01", "1979-12-31T12:00:00 +00", "now", "3/1/2024 10:00")
BAD_TIMES += ("infinity", "2101-06-01T00:00:00Z", "2024-06-01T25:00:00Z", "20240601", "2024-06-01 10:00:00 CET", "2024-06-01T10:00:00  Z")
EDGES_OF_TIME = ("1980-01-01T00:30:00Z", "2100-12-31T23:30:00Z")  # in the business's local time
BAD_AMOUNTS = ("ten", "NaN", "inf", "-infinity", "1e5", "1,000", "0x10", "$5", "1.250,00", "12,50.00")
NOBODY = ("0", "NULL", "n/a", "Guest", "[object Object]", "6.25E+12")
BAD_EVENTS: tuple[list[dict], ...] = (
    [{"event_id": ""}, {"customer_id": "  "}, {"event_name": ""}, {"business_id": ""}],
    [{"business_id": "nowhere"}, {"event_name": "teleport"}, {"event_name": "void"}],
    [{"event_name": "order", "amount": "-5"}, {"event_name": "chat", "amount": "-5"}, {"event_name": "view", "amount": "five"}],
    [{"currency": "XXX"}, {"currency": "XXX", "event_name": "invoice", "amount": "0"}, {"currency": "XXX", "amount": ""}, {"currency": "eur o"}],
    [{"covers_until": text} for text in ("next year", "2025-02-29", "1979-12-31", "2101-01-01")],
    [{"customer_id": text} for text in NOBODY] + [{"event_id": "1.23E+11"}, {"event_id": "1e+5"}],
    [{"occurred_at": text} for text in BAD_TIMES],
    [{"loaded_at": text} for text in (*BAD_TIMES, *EDGES_OF_TIME)],
    [{"amount": text} for text in BAD_AMOUNTS],
)


def add_events(draw, rows: list[dict], customer: str, dates: Dates, policy: dict) -> None:
    """Add up to 25 events in order, several of them on one day or at one instant."""
    day = dates.first()
    when = dates.text(day)
    contracts = draw(st.sampled_from(CONTRACTS))
    for _ in range(draw(st.integers(0, 25))):
        step = draw(st.integers(0, 5))
        if step > 1:
            day = dates.next(day)
        if step > 0:
            when = dates.text(day)
        name = draw(st.sampled_from(NAMES))
        rows.append(an_event(draw, len(rows), customer, name, when, dates, policy) | terms(draw, name, day, contracts, dates))
    if draw(st.integers(0, 2)) == 2:
        add_failed_payment(draw, rows, customer, dates.next(day), dates, policy)
    if len(contracts) > 1:
        add_two_contracts(draw, rows, customer, dates.next(day), dates, policy)


def add_failed_payment(draw, rows: list[dict], customer: str, day: date, dates: Dates, policy: dict) -> None:
    """Add a purchase and an exit the day after for a failed payment; usually also a return at once, just in time, or too late for a recovery."""
    recovery = policy["recovery_days"] or 0
    rows.append(an_event(draw, len(rows), customer, "order", dates.text(day), dates, policy))
    gone = an_event(draw, len(rows), customer, "cancel", dates.text(day + timedelta(days=1)), dates, policy)
    rows.append(gone | {"reason": draw(st.sampled_from(FAILED_PAYMENTS))})
    back = draw(st.sampled_from((None, 1, recovery, recovery + 1, recovery + 60)))
    if back is not None:
        rows.append(an_event(draw, len(rows), customer, "order", dates.text(day + timedelta(days=1 + back)), dates, policy))


def terms(draw, name: str, day: date, contracts: tuple[str, ...], dates: Dates) -> dict:
    """Draw the contract that a purchase opens and its paid period, often beyond the contract's end; or the contract that a cancellation ends, open or not."""
    if name == "cancel":
        return {"contract_id": draw(st.sampled_from(("", *contracts, *contracts, "never")))}
    if name not in PURCHASES:
        return {}
    covers = draw(st.sampled_from((None, None, None, -5, 0, 30, 364, *dates.gaps)))
    until = "" if covers is None else (day + timedelta(days=covers)).isoformat()
    return {"contract_id": draw(st.sampled_from(("", *contracts, *contracts))), "covers_until": until}


def add_two_contracts(draw, rows: list[dict], customer: str, day: date, dates: Dates, policy: dict) -> None:
    """Add one contract paid far ahead, and another; one ends or renews, then one, the other, both or neither; sometimes one is bought again."""
    far = (day + timedelta(days=draw(st.sampled_from((60, 120, 364))))).isoformat()
    steps = [("order", "s", far), ("order", "t", ""), (draw(st.sampled_from(("cancel", "cancel", "renewal"))), draw(st.sampled_from("st")), "")]
    steps.append(("cancel", draw(st.sampled_from(("s", "t", "", "never"))), ""))
    steps += draw(st.sampled_from(([], [], [("order", "s", ""), ("cancel", "s", "")])))
    for name, contract, until in steps:
        event = an_event(draw, len(rows), customer, name, dates.text(day), dates, policy)
        rows.append(event | {"contract_id": contract, "covers_until": until})
        day = dates.next(day)


def an_event(draw, number, customer, name, when, dates: Dates, policy: dict) -> dict:
    # Ids that sort neither by number nor by time.
    return {
        "event_id": f"{'zaBé'[number % 4]}{number}",
        "customer_id": customer,
        "event_name": name,
        "occurred_at": when,
        "amount": draw(st.sampled_from((*AMOUNTS, "-40.00") if name == "refund" else AMOUNTS)) if name != "chat" else "",
        "currency": ("", policy["currency"], policy["currency"], policy["currency"].lower())[number % 4] if number % 19 else "CHF",
        "reason": draw(st.sampled_from(REASONS)) if name in ("cancel", "view") else "",
        "voids_event_id": "",
        "contract_id": "",
        "covers_until": "",
        "loaded_at": dates.loaded(),
    }


def add_voids(draw, rows: list[dict], dates: Dates, policy: dict) -> None:
    """Add voids of events before and after them, of other voids, of themselves and of nothing."""
    for _ in range(draw(st.integers(0, 3)) if rows else 0):
        day = draw(st.sampled_from((dates.first(), AS_OF, AS_OF + timedelta(days=2))))
        void = an_event(draw, len(rows), "c0", "void", dates.text(day), dates, policy)
        targets = [row["event_id"] for row in rows] + [void["event_id"], "nothing"]
        void["voids_event_id"] = draw(st.sampled_from(targets))
        rows.append(void)


def add_copies(draw, rows: list[dict], dates: Dates) -> None:
    """Add exact duplicates, and corrections that are newer, older, or tie and differ."""
    for _ in range(draw(st.integers(0, 4)) if rows else 0):
        copy = dict(draw(st.sampled_from(rows)))
        changed = draw(st.integers(0, 9))
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
        if changed == 8:
            copy["contract_id"] = "s"
            copy["loaded_at"] = dates.loaded()
        if changed == 9:  # the same row, written differently
            copy["customer_id"] = f" {copy['customer_id']} "
        rows.append(copy)


def add_bad_events(draw, rows: list[dict]) -> None:
    """Add copies of valid events with a bad value, or two; under their own ids or the valid one's."""
    for i in range(draw(st.integers(0, 3)) if rows else 0):
        bad = dict(draw(st.sampled_from(rows)))
        bad["event_id"] = draw(st.sampled_from((bad["event_id"], f"bad{i}")))
        for _ in range(draw(st.integers(1, 2))):
            bad |= draw(st.sampled_from(draw(st.sampled_from(BAD_EVENTS))))
        rows.append(bad)
