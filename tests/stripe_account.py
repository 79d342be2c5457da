"""A small Stripe account as Fivetran's tables, typed from Stripe's documentation of its objects: seven customers, four subscriptions."""

import csv
from datetime import datetime
from pathlib import Path

from dateutil.relativedelta import relativedelta

SYNCED = "2025-06-30T04:00:00.000Z"
COLUMNS = {
    "customer": "id,created,email,livemode,_fivetran_synced",
    "subscription_history": (
        "id,customer_id,status,created,start_date,trial_start,trial_end,current_period_end,cancel_at,cancel_at_period_end,canceled_at,ended_at,"
        "cancellation_details_reason,cancellation_details_feedback,livemode,_fivetran_active,_fivetran_start,_fivetran_synced"
    ),
    "subscription_item": "id,subscription_id,plan_id,quantity,created,_fivetran_synced",
    "price": "id,currency,unit_amount,recurring_interval,recurring_interval_count,livemode,_fivetran_synced",
    "invoice": "id,customer_id,subscription_id,charge_id,status,paid,amount_paid,amount_due,currency,created,status_transitions_paid_at,livemode,is_deleted,_fivetran_synced",
    "invoice_line_item": (
        "id,invoice_id,subscription_id,subscription_item_id,price_id,proration,period_start,period_end,quantity,amount,currency,livemode,_fivetran_synced"
    ),
    "charge": "id,customer_id,invoice_id,status,created,livemode,_fivetran_synced",
    "refund": "id,charge_id,amount,currency,status,created,_fivetran_synced",
}
# The type of each column on a server; the others are text.
TYPES = {
    "boolean": ("livemode", "cancel_at_period_end", "_fivetran_active", "paid", "is_deleted", "proration"),
    "bigint": ("amount", "amount_paid", "amount_due", "unit_amount", "quantity"),
}
TIMES = (
    "created", "start_date", "trial_start", "trial_end", "current_period_end", "cancel_at", "canceled_at", "ended_at", "period_start", "period_end",
    "status_transitions_paid_at",
)  # fmt: skip

Row = dict[str, str]


class Account:
    """The tables of an account, by name: a list of rows each."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {table: [] for table in COLUMNS}

    def add(self, table: str, **values: str) -> Row:
        """Add an object; columns that are not given are empty."""
        row = {"livemode": "true", "_fivetran_synced": SYNCED, **values}
        self.tables[table].append(row)
        return row

    def subscribe(self, name: str, customer: str, start: str, **values: str) -> Row:
        """Add a subscription that runs, with its item."""
        self.add("subscription_item", id=f"si_{name}", subscription_id=f"sub_{name}", plan_id="price_ten", quantity="1", created=start)
        given = {"status": "active", "created": start, "start_date": start, "cancel_at_period_end": "false", "_fivetran_active": "true", "_fivetran_start": start}
        return self.add("subscription_history", id=f"sub_{name}", customer_id=customer, **given | values)

    def bill(self, name: str, customer: str, first: str, months: int, amount: int) -> None:
        """Add a paid invoice for each of some months, with its line and charge."""
        for month in range(months):
            start, end = (f"{datetime.fromisoformat(first) + relativedelta(months=month + more)}" for more in (0, 1))
            invoice, paid = f"in_{name}_{month + 1}", {"currency": "usd", "amount_paid": f"{amount}", "amount_due": f"{amount}", "status": "paid", "paid": "true"}
            of = {"customer_id": customer, "subscription_id": f"sub_{name}", "charge_id": f"ch_{name}_{month + 1}"}
            self.add("invoice", id=invoice, created=start, status_transitions_paid_at=start, is_deleted="false", **of, **paid)
            line = {"subscription_id": f"sub_{name}", "subscription_item_id": f"si_{name}", "price_id": "price_ten", "proration": "false", "quantity": "1"}
            self.add("invoice_line_item", id=f"il_{name}_{month + 1}", invoice_id=invoice, period_start=start, period_end=end, amount=f"{amount}", currency="usd", **line)
            self.add("charge", id=of["charge_id"], customer_id=customer, invoice_id=invoice, status="succeeded", created=start)

    def write(self, folder: Path) -> None:
        """Write the tables that have rows as CSV files."""
        folder.mkdir(parents=True, exist_ok=True)
        for table, rows in self.tables.items():
            if rows:
                with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, COLUMNS[table].split(","), extrasaction="ignore")
                    writer.writeheader()
                    writer.writerows(rows)

    def statements(self, schema: str) -> list[str]:
        """Return the SQL that creates the tables on a server, typed as Fivetran types them."""
        made = [f"create schema {schema}"]
        for table, rows in self.tables.items():
            columns = COLUMNS[table].split(",")
            made.append(f"create table {schema}.{table} ({', '.join(f'{column} {_type(column)}' for column in columns)})")
            for row in rows:
                values = ", ".join(f"'{row[column]}'" if row.get(column) else "null" for column in columns)
                made.append(f"insert into {schema}.{table} values ({values})")
        return made


def _type(column: str) -> str:
    if column in TIMES or column.startswith("_fivetran_s"):
        return "timestamp with time zone"
    return next((kind for kind, columns in TYPES.items() if column in columns), "text")


def small_account() -> Account:
    """Return an account in which one customer stays, one leaves and comes back, one never pays, and one is a test."""
    account = Account()
    for number in range(1, 8):
        account.add("customer", id=f"cus_{number}", created="2024-01-01 09:00:00", email=f"c{number}@example.com")
    account.add("customer", id="cus_test", created="2024-01-01 09:00:00", livemode="false")
    account.add("price", id="price_ten", currency="usd", unit_amount="1000", recurring_interval="month", recurring_interval_count="1")
    account.subscribe("stays", "cus_1", "2024-01-05 10:00:00", current_period_end="2025-07-05 10:00:00")
    account.bill("stays", "cus_1", "2024-01-05 10:00:00", 18, 1000)
    account.subscribe(
        "left", "cus_2", "2024-02-01 10:00:00", status="canceled", trial_start="2024-02-01 10:00:00", trial_end="2024-02-15 10:00:00",
        canceled_at="2024-04-20 10:00:00", ended_at="2024-05-15 10:00:00", cancellation_details_reason="cancellation_requested",
        cancellation_details_feedback="too_expensive",
    )  # fmt: skip
    account.bill("left", "cus_2", "2024-02-15 10:00:00", 3, 1000)
    account.subscribe("back", "cus_2", "2024-09-01 10:00:00", current_period_end="2025-07-01 10:00:00")
    account.bill("back", "cus_2", "2024-09-01 10:00:00", 10, 2000)
    account.subscribe("never", "cus_3", "2024-03-01 10:00:00", status="incomplete_expired")
    account.add("refund", id="re_1", charge_id="ch_stays_3", amount="1000", currency="usd", status="succeeded", created="2024-03-10 12:00:00")
    return account
