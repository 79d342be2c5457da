"""Exports before anything is built: which file is of which table, what their headers mean, and what is said of them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from orchestration.connections.configured import Connection, described
from orchestration.connections.folders import connected_files, connection_scans, shape_of
from orchestration.connections.schemas import schema_of
from orchestration.connections.systems import SYSTEMS, tables_of
from orchestration.errors import WinbackError
from orchestration.landing.snapshot import copy_files
from projects import ROOT
from renderers import hubspot_export, shopify_export, stripe_export

NOWHERE = Path("nowhere.csv")


def export(system: str, folder: Path, shape: str = "export") -> Connection:
    return Connection("acme", system, shape, str(folder))


def files_in(folder: Path, *names: str) -> Path:
    """Write files with one line each."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a\n")
    return folder


def columns_of(system: str, table: str, header: str, folder: Path) -> list[str | None]:
    """Return how the columns of a header are kept."""
    (folder / f"{table}.csv").write_text(header + "\n", encoding="utf-8")
    (copy,) = copy_files(connected_files(export(system, folder)), folder)
    return [name for _, name, _ in copy.columns]


@pytest.mark.parametrize(
    ("system", "table", "header", "columns"),
    [
        ("stripe", "subscriptions", "id,Customer ID,Status,Created (UTC)", ["id", "customer_id", "status", "created_at"]),
        ("stripe", "subscriptions", "Subscription ID,Customer,Status,Created date (UTC)", ["id", "customer_id", "status", "created_at"]),
        # When the plan was changed is not when the subscription began.
        ("stripe", "subscriptions", "id,Customer ID,Status,Created (UTC),Start (UTC),Start Date (UTC)", ["id", "customer_id", "status", "created_at", None, "started_at"]),
        ("stripe", "payments", "ID,Created (UTC),Amount,Status,Customer ID,Refunded date (UTC)", ["id", "created_at", "amount", "status", "customer_id", "refunded_at"]),
        ("stripe", "payments", "id,Created date (UTC),Amount,Status,Customer ID,team (metadata)", ["id", "created_at", "amount", "status", "customer_id", None]),
        ("shopify", "orders", "\ufeffName,Financial Status,Created at", ["name", "financial_status", "created_at"]),
        ("shopify", "orders", '" name ",FINANCIAL STATUS,created AT\t,Lineitem name', ["name", "financial_status", "created_at", None]),
        ("shopify", "customers", "First Name,Email,Accepts Marketing", [None, "email", "accepts_email_marketing"]),
        ("shopify", "customers", "Customer ID,Email,Accepts Marketing,Accepts Email Marketing", ["id", "email", None, "accepts_email_marketing"]),
        ("hubspot", "deals", "Record ID,Deal Stage,Create Date,Close Date", ["id", "stage", "created_at", "closed_at"]),
        ("hubspot", "deals", "Record ID - Deal,Deal Stage,Create Date,Close Date,Amount", ["id", "stage", "created_at", "closed_at", "amount"]),
        ("hubspot", "contacts", "Record ID - Contact,Create Date,Merged vids", ["id", "created_at", "merged_ids"]),
        ("hubspot", "companies", "Record ID - Company,Create Date,Merged object IDs", ["id", "created_at", "merged_ids"]),
    ],
)
def test_headers_of_any_year_are_read(tmp_path: Path, system: str, table: str, header: str, columns: list[str | None]) -> None:
    assert columns_of(system, table, header, tmp_path) == columns


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Name,Created at", "Landing table 'orders' lacks the required column 'Financial Status' in "),
        ("created_at,name", "lacks the required columns 'Created at', 'Financial Status'"),
        ("Name;Created at;Financial Status;Total", "its columns are separated by semicolons: write it with commas."),
        ("My shop\nName,Created at,Financial Status", "its header is below 1 other line: remove everything above the header."),
        ("Name,Created at,Financial Status,NAME", "A column name occurs twice"),
    ],
)
def test_a_header_that_cannot_be_read_is_an_error_with_the_fix(tmp_path: Path, header: str, words: str) -> None:
    with pytest.raises(WinbackError) as refused:
        columns_of("shopify", "orders", header, tmp_path)
    assert words in str(refused.value) and "orders.csv" in str(refused.value)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_header_means_two_columns(system: str) -> None:
    for its in tables_of(system, "export").values():
        headers = [header.lower() for _, headers in its.contract.headers for header in headers]
        assert len(headers) == len(set(headers)) and {column for column, _ in its.contract.headers} == set(its.contract.columns)


def test_files_are_known_by_a_word_of_their_name(tmp_path: Path) -> None:
    read = {
        "shopify": ["orders_export.csv", "orders_export_1.csv", "orders_export_2.csv", "orders_export_10.csv", "orders/part.csv", "customers_export (1).CSV"],
        "stripe": ["subscriptions.csv", "subscriptions (1).csv", "subscriptions-2026-06-30.csv", "payments.csv", "Unified_Payments.csv.gz"],
        "hubspot": ["hubspot-crm-exports-all-deals-2025-08-11-1.csv", "hubspot-crm-exports-all-deals-2026-01-02.csv", "contacts.csv", "companies.tsv"],
    }
    for system, names in read.items():
        folder = files_in(tmp_path / system, *names, "notes.txt", "reorders.csv", "transactions_export_1.csv", ".orders.csv")
        assert [str(file.path.relative_to(folder)) for file in connected_files(export(system, folder))] == names


def test_the_last_file_by_name_is_the_last_that_is_read(tmp_path: Path) -> None:
    files_in(tmp_path, *(f"orders_export_{number}.csv" for number in (10, 9, 1)))
    for path in tmp_path.iterdir():
        path.write_text("Name,Created at,Financial Status\n")
    (tmp_path / "copies").mkdir()
    scans = connection_scans(copy_files(connected_files(export("shopify", tmp_path)), tmp_path / "copies"))
    (scan,) = scans["acme/shopify"]["orders"]
    assert [Path(path).name for path in scan["paths"]] == ["000000.csv", "000001.csv", "000002.csv"] and scan["file_column"] == "file_name"
    assert [file.path.name for file in connected_files(export("shopify", tmp_path))] == ["orders_export_1.csv", "orders_export_9.csv", "orders_export_10.csv"]


def test_a_name_with_two_tables_is_an_error(tmp_path: Path) -> None:
    files_in(tmp_path, "orders_and_customers.csv")
    with pytest.raises(WinbackError, match="may hold orders or customers: its name has both words"):
        connected_files(export("shopify", tmp_path))


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        (("orders_export_1.csv",), "export"),
        (("customers_export.csv", "notes.txt"), "export"),
        (("order.csv", "customer.csv"), "fivetran"),
        (("order/1.parquet",), "fivetran"),
        (("order.csv", "orders.csv"), "holds tables of Shopify as Fivetran writes them, and an export as well"),
        (("events.csv",), "no table of Fivetran's, such as order.csv, and no file of an export, whose name has the word 'orders' in it"),
        ((), "holds no table of Shopify"),
    ],
)
def test_the_shape_is_recognised(tmp_path: Path, names: tuple[str, ...], shape: str) -> None:
    connection = export("shopify", files_in(tmp_path, *names), "")
    if " " not in shape:
        assert shape_of(connection) == shape
        return
    with pytest.raises(WinbackError) as refused:
        shape_of(connection)
    assert shape in str(refused.value)


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path) -> None:
    files_in(tmp_path, "orders.csv")
    with pytest.raises(WinbackError, match="is a file"):
        shape_of(export("shopify", tmp_path / "orders.csv", ""))


def test_what_is_read_of_an_export_is_said() -> None:
    columns = {table: set(its.contract.columns) for table, its in tables_of("stripe", "export").items()}
    words = described(export("stripe", Path("/data/stripe")), {"subscriptions": columns["subscriptions"] - {"ended_at"}})
    assert words == (
        "Reading Stripe for acme from /data/stripe, as an export of subscriptions. Taken as empty, because they are not there: payments. "
        "Taken as null: subscriptions.Ended At (UTC)."
    )
    with pytest.raises(WinbackError, match="has no table subscriptions in there"):
        described(export("stripe", Path("there")), {"payments": columns["payments"]})


def test_deals_of_nobody_are_an_error() -> None:
    columns = {"deals": set(tables_of("hubspot", "export")["deals"].contract.columns)}
    assert "as an export of deals" in described(export("hubspot", NOWHERE), {"deals": columns["deals"] - {"company_ids", "primary_company_ids"}})
    with pytest.raises(WinbackError, match=r"have no column 'Associated Company IDs \(Primary\)' or 'Associated Company IDs' or 'Associated Contact IDs'"):
        described(export("hubspot", NOWHERE), {"deals": columns["deals"] - {"company_ids", "primary_company_ids", "contact_ids"}})


def test_a_server_reads_no_export() -> None:
    with pytest.raises(WinbackError, match="'acme' to Shopify is an export, which is read on DuckDB alone"):
        schema_of(Connection("acme", "shopify", "export", "shop"))


@pytest.mark.parametrize(("system", "unknown"), [("shopify", shopify_export.UNKNOWN), ("stripe", stripe_export.UNKNOWN), ("hubspot", hubspot_export.UNKNOWN)])
def test_what_an_export_does_not_know_is_on_its_page(system: str, unknown: Iterable[str]) -> None:
    """The figures of `test_connections_sample.py` agree but for this."""
    _, listed = (ROOT / "docs" / "how-to" / f"connect-{system}.md").read_text(encoding="utf-8").split("What an export does not know:\n")
    for words in unknown:
        assert f"\n| {words} | " in listed.partition("\n## ")[0]
