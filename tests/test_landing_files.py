"""The landing files without a refresh: which are found, what is copied, what is rejected and with which messages."""

import gzip
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import WinbackError
from orchestration.landing.contract import CONTRACTS
from orchestration.landing.files import LandedFile, find_files
from orchestration.landing.snapshot import Copy, confined_connection, copy_files
from orchestration.landing.texts import _check_quotes
from orchestration.landing_tables import load_landing
from orchestration.settings import DBT_PROJECT

HEADER = "event_id,business_id,customer_id,event_name,occurred_at,loaded_at"
ROW = "e{0},shop,c{0},order,2025-01-01,2025-01-02"
TEXT = "\n".join([HEADER, *(ROW.format(number) for number in range(1, 6))]) + "\n"


def write(folder: Path, content: bytes | str, name: str = "events.csv") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def copy(folder: Path) -> list[Copy]:
    copies = folder.parent / f"{folder.name}_copies"
    copies.mkdir()
    return copy_files(find_files(folder).files, copies)


def refusal(tmp_path: Path, content: bytes | str, name: str = "events.csv") -> str:
    path = write(tmp_path / "landing", content, name)
    with pytest.raises(WinbackError) as refused:
        copy(tmp_path / "landing")
    message = str(refused.value)
    assert str(path) in message and "\n" not in message, "a message on one line that names the file"
    return message.replace(str(path), "FILE")


class Gathered:
    """Replaces the server: `winback land` passes it each table's rows as a Parquet file."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict]] = {}

    def load_landing(self, table: str, _columns: list[str], rows: Path) -> int:
        found = duckdb.execute(f"select * from read_parquet('{rows}')")
        names = [name for name, *_ in found.description]
        self.rows[table] = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return len(self.rows[table])


def read(landing: Path, table: str = "events") -> list[dict]:
    gathered = Gathered()
    list(load_landing(landing, gathered))
    return gathered.rows[table]


def test_finds_files_by_name_in_any_case_and_names_the_rest(tmp_path: Path) -> None:
    read_ones = ["events.csv", "EVENTS.TSV", "Events/2025/x.CSV.GZ", "events/y.Parquet", "campaigns.csv", "events/[1]*?.csv", "events/it's 🎉.csv"]
    passed_over = ["events/._x.csv", "events/.hidden.csv", "events/_SUCCESS", "_delta_log/0.csv", ".DS_Store"]
    named = ["events/x.jsonl", "orders.csv", "events.2025.csv", "notes.xlsx", "contract/events.csv", "events/line\nbreak.txt"]
    for name in read_ones + passed_over + named:
        write(tmp_path, "x", name)
    write(tmp_path, "", "events/empty.csv")
    found = find_files(tmp_path)
    assert sorted(str(file.path.relative_to(tmp_path)) for file in found.files) == sorted(read_ones)
    assert sorted(map(str, found.not_read)) == sorted(named)
    words = found.words_on_not_read()
    assert all(name in words for name in named if "\n" not in name) and "line\\nbreak.txt" in words and "\n" not in words


def test_follows_links_once_and_reads_no_pipe(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", TEXT, "a.csv")
    (tmp_path / "landing" / "events").mkdir(parents=True)
    (tmp_path / "landing" / "events" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "landing" / "events")
    import os

    os.mkfifo(tmp_path / "landing" / "events.csv")
    assert [str(file.path.relative_to(tmp_path)) for file in find_files(tmp_path / "landing").files] == ["landing/events/linked/a.csv"]


def test_no_landing_and_no_events_are_said_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(WinbackError, match="There is no landing at"):
        find_files(tmp_path / "missing")
    write(tmp_path, "x", "orders.csv")
    with pytest.raises(WinbackError, match=r"No landing table 'events': looked for events.csv, .* Not read, .*: orders.csv\."):
        find_files(tmp_path).require_events()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TEXT.replace(",", ";"), "its columns are separated by semicolons: write it with commas."),
        (TEXT.replace(",", "\t"), "its columns are separated by tabs: write it with commas, or name the file .tsv."),
        ("Orders\nof the year 2025\n\n" + TEXT, "its header is below 3 other lines: remove everything above the header."),
        ("sep=;\n" + TEXT.replace(",", ";"), "separated by semicolons: write it with commas; its header is below 1 other line"),
        (TEXT.replace("occurred_at", "happened_at").replace(",", ";"), "Its columns seem to be separated by semicolons: write it with commas."),
        (TEXT.replace("occurred_at", "happened_at"), "Landing table 'events' lacks the required column 'occurred_at' in FILE (it has: event_id"),
        (TEXT.encode("utf-16"), "FILE is UTF-16. Save it as CSV in UTF-8."),
        (TEXT.encode("utf-16-le"), "FILE contains zero bytes: it is UTF-16 without a byte-order mark"),
        (TEXT.replace("c3", "Zoë").encode("cp1252"), "FILE, line 4, is not UTF-8"),
        (b"PK\x03\x04\x14\x00", "FILE is a zip archive or a workbook"),
        (gzip.compress(TEXT.encode()), "FILE is compressed"),
        (TEXT.replace("e3", '"e3'), "FILE, line 4: a quote is opened and not closed"),
        (TEXT.replace("e2", '"e2').replace("e4", '"e4"'), "FILE, line 3: a quote is opened and not closed"),
        (TEXT.replace("e2", '"e2" x,"e2'), "FILE, line 3: a quote is opened and not closed"),
        (f"{HEADER},{'x' * 1_000_000}\n", "the header is longer than 100,000 characters"),
    ],
)  # fmt: skip
def test_refuses_a_file_that_is_not_what_its_name_says(tmp_path: Path, content: bytes | str, words: str) -> None:
    assert words in refusal(tmp_path, content)


def test_refuses_files_that_are_not_whole(tmp_path: Path) -> None:
    zipped = gzip.compress(TEXT.encode())
    assert "is not a complete gzip file" in refusal(tmp_path / "cut", zipped[:-9], "events.csv.gz")
    assert "is not a complete gzip file" in refusal(tmp_path / "text", TEXT, "events.csv.gz")
    assert "is not a complete Parquet file" in refusal(tmp_path / "parquet", b"PAR1 and so on", "events.parquet")


CUSTOMERS = "business_id,customer_id,updated_at"
HOSTILE = ['a"b', "a'b", "a]]b", "a\\b", "{{ 1 / 0 }}", "select", "a,b", '"; drop table x; --', "%s", "ü", "a b", "*"]


def test_reads_columns_under_whatever_name(tmp_path: Path) -> None:
    many = [f"column {number}" for number in range(300)]
    names = HOSTILE + many
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    write(tmp_path, f"{CUSTOMERS},{header}\nshop,c1,2025-01-01,{','.join(map(str, range(len(names))))}\n", "customers.csv")
    (row,) = read(tmp_path, "customers")
    assert row == {"malformed_line": None, "business_id": "shop", "customer_id": "c1", "updated_at": "2025-01-01"} | {
        name: str(number) for number, name in enumerate(names)
    }


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ("country,Country", "A column name occurs twice in the header of FILE: country"),
        ('"x"" , evil\x01y"', "The name of column 4 of FILE is longer than 200 characters, or contains one that cannot be printed: "),
        ("x\0y", "FILE contains zero bytes"),
        ("x" * 300, "The name of column 4 of FILE is longer than 200 characters"),
        (",".join(f"x{number}" for number in range(1_001)), "FILE has 1,004 columns; at most 1,000 are read."),
    ],
)
def test_refuses_names_that_cannot_be_columns(tmp_path: Path, names: str, words: str) -> None:
    assert words in refusal(tmp_path, f"{CUSTOMERS},{names}\n", "customers.csv")


def test_names_of_ours_are_refused_of_attributes_alone(tmp_path: Path) -> None:
    """Every column name that base_customers works with is rejected; unread columns in a file of events may have any name."""
    staging = DBT_PROJECT / "models" / "staging" / "base_customers.sql"
    copies = (DBT_PROJECT / "macros" / "staging" / "deduplication.sql").read_text().split("{% macro deduplicated")[1].split("endmacro")[0]
    source = staging.read_text() + copies
    worked_with = set(re.findall(r"\bas ([a-z_]+)\b", source)) - set(re.findall(r"(?m)(?:join .*|^ *\)) as ([a-z_]+)(?: on|$)", source)) - set(CONTRACTS["customers"].columns)
    worked_with |= {f"{column}_dropped" for column in re.findall(r"dropped\('(\w+)'\)", source)} | {"row_hash", "malformed_line", "validated_in"}
    assert {"row_status", "duplicate_row_num", "contactable_text"} < worked_with
    for name in sorted(worked_with | {"rowid", "ctid", "landed_in", "hash_input_fast"}):
        assert f"Column 4 of FILE has a name that Winback uses itself: {name}. Rename it." in refusal(tmp_path / name, f"{CUSTOMERS},{name.upper()}\n", "customers.csv")
    write(tmp_path / "events", f"{HEADER},row_status\n{ROW.format(1)},guilty\n")
    assert "row_status" not in read(tmp_path / "events")[0]


def test_columns_without_a_name_or_a_use_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, f",{HEADER}, ,note,note\n0,{ROW.format(1)},,x,y\n")
    assert read(tmp_path) == [{"malformed_line": None} | dict(zip(HEADER.split(","), ROW.format(1).split(","), strict=True))]


def test_reads_each_format_alike(tmp_path: Path) -> None:
    write(tmp_path, TEXT, "events/a.csv")
    write(tmp_path, TEXT.replace(",", "\t").replace("e1\t", '"e\n1"\t'), "events/b.tsv")
    half = TEXT.index("e4")
    write(tmp_path, gzip.compress(TEXT[:half].encode()) + gzip.compress(TEXT[half:].encode()), "events/c.CSV.gz")
    rows = read(tmp_path)
    assert len(rows) == 15 and sorted({row["event_id"] for row in rows}) == ["e\n1", "e1", "e2", "e3", "e4", "e5"]


def test_numbers_of_parquet_are_the_ids_they_were(tmp_path: Path) -> None:
    # Two files that one scan would convert to doubles, which changes the greater id.
    columns = "'shop' as business_id, 'order' as event_name, date '2025-01-01' as occurred_at, date '2025-01-02' as loaded_at"
    for name, values in {"a": "'a' as event_id, 9007199254740993::bigint as customer_id", "b": "'b' as event_id, 6250000000017::double as customer_id"}.items():
        (tmp_path / "events").mkdir(exist_ok=True)
        duckdb.execute(f"copy (select {values}, 'nan'::double as amount, {columns}) to '{tmp_path / 'events' / name}.parquet'")
    assert sorted((row["customer_id"], row["amount"]) for row in read(tmp_path)) == [("6250000000017", ""), ("9007199254740993", "")]


def test_a_line_that_is_no_row_is_kept_as_it_is(tmp_path: Path) -> None:
    write(tmp_path, TEXT.replace("c2,", '"c"2,').replace(",c4", ""))
    rows = read(tmp_path)
    assert [row["malformed_line"] for row in rows if row["malformed_line"]] == ['e2,shop,"c"2,order,2025-01-01,2025-01-02', "e4,shop,order,2025-01-01,2025-01-02"]
    assert len(rows) == 5


def test_what_is_hashed_is_what_is_read_while_the_file_is_rewritten(tmp_path: Path) -> None:
    folder = tmp_path / "landing"
    path = write(folder, TEXT)
    contents = [TEXT, "\n".join([HEADER, *(ROW.format(number) for number in range(1_000))]) + "\n"]
    stop = threading.Event()

    def rewrite() -> None:
        while not stop.is_set():
            for content in contents:
                path.write_text(content)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        for number in range(200):
            (tmp_path / f"{number}").mkdir()
            try:
                (copied,) = copy_files([LandedFile("events", path, "csv", CONTRACTS["events"])], tmp_path / f"{number}")
            except WinbackError:
                continue  # caught between two contents, when the header is truncated
            assert LandedFile("events", copied.path, "csv", CONTRACTS["events"]).digest == copied.digest
    finally:
        stop.set()
        writer.join()


def test_the_connection_reaches_its_folders_alone(tmp_path: Path) -> None:
    secret = write(tmp_path, "secret", "secret.txt")
    (tmp_path / "own").mkdir()
    with confined_connection(tmp_path / "own") as connection:
        for statement in (
            f"select * from read_text('{secret}')", f"copy (select 1) to '{tmp_path / 'out.csv'}'", f"attach '{tmp_path / 'other.db'}'",
            f"select * from read_text('{tmp_path}/own/../secret.txt')", "install httpfs", "set enable_external_access = true",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
        connection.execute(f"copy (select 1) to '{tmp_path / 'own' / 'out.csv'}'")


def rows_of(path: Path) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(
            f"""select * from read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
                columns = {{'x': 'VARCHAR', 'y': 'VARCHAR'}}, ignore_errors = true, store_rejects = true, rejects_limit = 0)"""
        ).fetchall()


@pytest.mark.parametrize("seed", range(4))
def test_no_line_is_lost_in_a_file_whose_quotes_are_found_right(tmp_path: Path, seed: int) -> None:
    dice: Callable[..., list[str]] = random.Random(seed).choices
    pieces = ["a", '"', ",", "\n", " ", '""', 'b"', ',"', '",']
    refused = 0
    for _ in range(250):
        path = write(tmp_path, "x,y\n7,8\n" + "".join(dice(pieces, k=12)) + "\n1,2\n3,4\n5,6\n")
        try:
            _check_quotes(path, b",", path)
        except WinbackError:
            refused += 1
        else:
            assert rows_of(path)[-3:] == [("1", "2"), ("3", "4"), ("5", "6")], path.read_text()
    assert 0 < refused < 250


def test_every_landing_table_has_a_key_to_be_known_by() -> None:
    assert all(contract.required for contract in CONTRACTS.values())
