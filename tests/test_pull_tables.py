"""Pulled tables before anything is pulled: objects as rows, versions as Fivetran's columns, and folders that are replaced at once."""

from datetime import datetime, timezone
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from orchestration.connections.configured import Connection
from orchestration.connections.folders import connected_files
from orchestration.connections.pull import require_own_key
from orchestration.connections.pulled import Pulled, pulled_connections
from orchestration.connections.shopify_rows import rows_of
from orchestration.connections.stripe_rows import flat_row
from orchestration.connections.systems import tables_of
from orchestration.connections.versions import Versions
from orchestration.errors import WinbackError

# Typed from Stripe's documentation of the objects, version 2025-02-24.acacia.
SUBSCRIPTION = {
    "id": "sub_1", "object": "subscription", "customer": {"id": "cus_1", "object": "customer", "email": "ann@example.com"}, "status": "canceled",
    "created": 1736503200, "cancel_at_period_end": True, "cancel_at": None, "canceled_at": 1740000000, "ended_at": 1741600800,
    "cancellation_details": {"comment": "By ann@example.com", "feedback": "too_expensive", "reason": "cancellation_requested"},
    "pause_collection": {"behavior": "void", "resumes_at": 1741600800}, "livemode": True, "metadata": {"object": "subscription", "id": "x", "status": "active"},
    "items": {"object": "list", "data": [{"id": "si_1"}], "has_more": False},
}  # fmt: skip
LINE = {
    "id": "il_1", "object": "line_item", "amount": 123456789012345678, "currency": "usd", "period": {"start": 1736503200, "end": 1739181600}, "proration": False,
    "price": {"id": "price_1", "object": "price"}, "plan": {"id": "price_1", "object": "plan", "amount": 5}, "subscription": "sub_1", "subscription_item": "si_1",
    "type": "subscription", "unit_amount_excluding_tax": "1000", "quantity": 1,
}  # fmt: skip


# Of `dbt_project/models/connections/shopify/unit_tests/orders.yml`, whose key this is.
KEY, NUMBER = b"winback test key", "+1 (555) 01-00"
ANNS_ID, NUMBERS_ID = "email:8ea3ef12b6a1230108a295b350d197f8", "phone:95861269c3b31f3d631d9fffc420a420"


def test_an_object_becomes_a_row_of_the_declared_columns() -> None:
    row = flat_row("subscription_history", SUBSCRIPTION)
    assert {name: value for name, value in row.items() if value is not None} == {
        "id": "sub_1", "customer_id": "cus_1", "status": "canceled", "created": "2025-01-10T10:00:00Z", "cancel_at_period_end": "true",
        "ended_at": "2025-03-10T10:00:00Z", "cancellation_details_feedback": "too_expensive", "cancellation_details_reason": "cancellation_requested",
        "pause_collection_behavior": "void", "pause_collection_resumes_at": "2025-03-10T10:00:00Z", "livemode": "true",
    }  # fmt: skip
    row = flat_row("invoice_line_item", LINE)
    assert (row["amount"], row["price_id"], row["plan_id"], row["period_end"]) == ("123456789012345678", "price_1", "price_1", "2025-02-10T10:00:00Z")
    assert flat_row("plan", {"id": "p", "amount": None, "amount_decimal": "0.5"})["unit_amount_decimal"] == "0.5"
    assert flat_row("charge", {"id": "c", "created": 1 << 80})["created"] == f"{1 << 80}"
    assert "ann@example.com" not in f"{row}{flat_row('invoice', {'customer_email': 'ann@example.com', 'customer_name': 'Ann'})}"


def test_an_order_becomes_a_row_in_which_nobody_is_named() -> None:
    """The ids are those that dbt makes of the same addresses and numbers, as its unit test has them."""
    (row,) = rows_of(KEY, "order", {"email": " ANN@example.com ", "phone": NUMBER, "test": False, "customer": None})
    assert {name: value for name, value in row.items() if value} == {"email": ANNS_ID, "test": "false"}
    for order in ({"phone": NUMBER}, {"phone": "n/a", "billingAddress": {"phone": "1-555-0100"}, "shippingAddress": {"phone": "999"}}):
        (row,) = rows_of(KEY, "order", order)
        assert row["email"] == NUMBERS_ID
    (row,) = rows_of(KEY, "order", {"phone": NUMBER, "customer": {"legacyResourceId": "501"}})
    assert (row["customer_id"], row["email"]) == ("501", None)


def test_versions_say_what_stands_what_was_deleted_and_since_when() -> None:
    first, second, third = (datetime(2025, 1, day, 4, tzinfo=timezone.utc) for day in (1, 2, 3))
    with duckdb.connect() as store:
        store.execute("set TimeZone = 'Asia/Tokyo'; create table kept (id varchar, status varchar, _dlt_valid_from timestamptz, _dlt_valid_to timestamptz)")
        for row in (("a", "draft", first, second), ("a", "paid", second, None), ("b", "draft", first, third), ("c", "paid", first, None)):
            store.execute("insert into kept values (?, ?, ?, ?)", row)
        store.execute("set TimeZone = 'UTC'")
        last, history = (Versions(("id", "status"), ("id",), is_history=is_history) for is_history in (False, True))
        one, two, three = (f"{time:%Y-%m-%dT%H:%M:%S.%f}Z" for time in (first, second, third))
        assert store.execute(last.query("kept")).fetchall() == [("a", "paid", False, two), ("b", "draft", True, three), ("c", "paid", False, one)]
        assert store.execute(history.query("kept")).fetchall() == [
            ("a", "draft", False, False, None, two), ("a", "paid", False, True, two, two), ("b", "draft", True, False, None, three), ("c", "paid", False, True, None, one),
        ]  # fmt: skip
        for versions in (last, history):
            columns = [name for name, *_ in store.execute(versions.nothing()).description]
            assert columns == [name for name, *_ in store.execute(versions.query("kept")).description]


def written(folder: Path, number: int) -> None:
    for table in ("invoice", "refund", "subscription_history"):
        (folder / f"{table}.csv").write_text(f"id\n{number}\n")


def test_all_tables_are_replaced_at_once_and_who_reads_keeps_what_it_began_with(tmp_path: Path) -> None:
    pulled = Pulled(tmp_path / "stripe")
    connection = Connection("acme", "stripe", "fivetran", str(pulled.path))
    assert pulled.publish(lambda folder: written(folder, 1)) and not pulled.publish(lambda folder: written(folder, 1))
    reading = connected_files(connection)
    assert pulled.publish(lambda folder: written(folder, 2))
    assert {file.path.read_text() for file in reading} == {"id\n1\n"} and {file.path.read_text() for file in connected_files(connection)} == {"id\n2\n"}

    def fails(folder: Path) -> None:
        (folder / "invoice.csv").write_text("id\n3\n")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        pulled.publish(fails)
    assert {file.path.read_text() for file in connected_files(connection)} == {"id\n2\n"}
    for number in range(3, 6):
        pulled.publish(lambda folder, number=number: written(folder, number))
    assert len(list(pulled.tables.iterdir())) == 2
    pulled.require_ours()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_place_that_is_taken_is_refused(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "stripe"
    {"folder": place.mkdir, "file": place.touch, "link": lambda: place.symlink_to(tmp_path)}[kind]()
    with pytest.raises(WinbackError, match="no pull has made it"):
        Pulled(place).require_ours()


def test_a_folder_is_pulled_once_and_a_key_is_for_one_folder(tmp_path: Path) -> None:
    one, other = Pulled(tmp_path / "one"), Pulled(tmp_path / "other")
    one.publish(lambda folder: written(folder, 1))
    lines = [f"euros,stripe,fivetran,{one.path}", f"dollars,stripe,fivetran,{one.path}", f"else,stripe,fivetran,{other.path}", f"shop,shopify,fivetran,{one.path}"]
    (tmp_path / "connections.csv").write_text("\n".join(["business_id,source,shape,location", *lines]) + "\n")
    connections = pulled_connections(tmp_path)
    assert [connection.business_id for connection in connections] == ["euros"]
    require_own_key(connections[0], connections)
    other.publish(lambda folder: written(folder, 1))
    connections = pulled_connections(tmp_path)
    with pytest.raises(WinbackError, match="there are several folders of Stripe"):
        require_own_key(connections[0], connections)


@pytest.mark.parametrize(
    ("system", "told_otherwise", "beside"),
    [
        ("stripe", set(), {"account"}),
        ("shopify", {"order_line_refund", "order_adjustment", "transaction"}, {"shop"}),  # A refund states its amount.
        ("hubspot", {"merged_deal"}, {"account"}),  # A deal names those that were merged into it.
    ],
)
def test_every_declared_table_is_published(system: str, told_otherwise: set[str], beside: set[str]) -> None:
    published, declared = import_module(f"orchestration.connections.{system}_rows").published_tables(), tables_of(system)
    wanted = {table for table, its in declared.items() if not its.alternative_of} - told_otherwise
    stand_ins = {its.alternative_of for table, its in declared.items() if table in published}
    assert wanted <= {*published, *stand_ins} and published.keys() - declared.keys() == beside
    for table, versions in published.items():
        required = set(declared[table].contract.required) if table in declared else set()
        assert required <= {*versions.columns}, table
