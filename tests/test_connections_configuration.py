"""Connections before anything is built: the seed, the key of guests' ids, and what is said of a source's tables."""

import hashlib
import hmac
import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.connections.configured import Connection, connected_systems, described, read_connections
from orchestration.connections.folders import connected_files
from orchestration.connections.key import identity_key_variables
from orchestration.connections.schemas import schema_of
from orchestration.connections.systems import SYSTEMS, VOCABULARIES, tables_of
from orchestration.connections.thresholds import Thresholds, proposed_thresholds
from orchestration.errors import WinbackError
from orchestration.seed_checks import EVENT_KINDS, EXIT_KINDS, check_configuration
from projects import GOLDEN

HEADER = "business_id,source,shape,location\n"


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    for name in ("businesses", "event_kinds", "exit_reasons"):
        (tmp_path / f"{name}.csv").write_bytes((GOLDEN / f"{name}.csv").read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("nobody,stripe,fivetran,/x", "seeds/connections.csv, row 2: business 'nobody' is not in businesses.csv"),
        ("shop,paypal,fivetran,/x", "seeds/connections.csv, row 2: source is 'paypal'; use one of stripe, shopify, hubspot."),
        ("shop,stripe,csv,/x", "seeds/connections.csv, row 2: shape is 'csv'; use one of fivetran, export."),
        ("shop,stripe,fivetran,", "seeds/connections.csv, row 2: location is empty"),
        ("shop,stripe,fivetran,/x\nshop,stripe,fivetran,/y", "seeds/connections.csv, row 3: 'shop' is already connected to 'stripe' in row 2; keep one of the two."),
        ("shop,stripe,fivetran", "seeds/connections.csv, row 2: 3 values for 4 columns"),
    ],
)
def test_a_mistake_in_a_connection_names_row_and_fix(seeds: Path, line: str, words: str) -> None:
    (seeds / "connections.csv").write_text(f"{HEADER}{line}\n")
    with pytest.raises(WinbackError) as refused:
        check_configuration(seeds)
    assert words in str(refused.value)


@pytest.mark.parametrize("content", [None, HEADER])
def test_no_connection_needs_no_line_and_no_file(seeds: Path, content: str | None) -> None:
    if content:
        (seeds / "connections.csv").write_text(content)
    check_configuration(seeds)
    assert (read_connections(seeds), connected_systems(seeds)) == ([], [])


def test_systems_are_listed_once(seeds: Path) -> None:
    (seeds / "connections.csv").write_text(f"{HEADER}shop,stripe,fivetran,/a\nsaas,stripe,fivetran,/b\nsaas,hubspot,fivetran,/c\n")
    check_configuration(seeds)
    assert connected_systems(seeds) == ["hubspot", "stripe"]


def test_guests_are_hashed_with_hmac_as_python_computes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("short", "k" * 64, "a key longer than one block of SHA-256, which is hashed before it is padded, by RFC 2104"):
        monkeypatch.setenv("WINBACK_IDENTITY_KEY", key)
        inner, outer = identity_key_variables(tmp_path / "unused").values()
        hashed = f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode('ann@example.com'))))"
        assert duckdb.sql(f"select {hashed}").fetchone()[0] == hmac.new(key.encode(), b"ann@example.com", hashlib.sha256).hexdigest()
    assert not (tmp_path / "unused").exists()


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "beside" / "warehouse.key"
    first = identity_key_variables(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert identity_key_variables(file) == first != identity_key_variables(tmp_path / "other.key")
    file.write_text("\n")
    with pytest.raises(WinbackError, match="is empty"):
        identity_key_variables(file)


def test_what_is_read_and_what_is_missing_is_said() -> None:
    connection = Connection("lumen", "stripe", "fivetran", "/data/stripe")
    contracts = {table: its.contract.columns for table, its in tables_of("stripe").items()}
    words = described(connection, {table: columns for table, columns in contracts.items() if table in ("subscription_history", "invoice")})
    assert words.startswith("Reading Stripe for lumen from /data/stripe, as Fivetran's tables subscription_history, invoice.")
    assert "Taken as empty, because they are not there:" in words and "refund" in words and "Taken as null" not in words
    assert "Taken as null: invoice.status" in described(connection, contracts | {"invoice": set(contracts["invoice"]) - {"status"}})


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_required_table_that_is_missing_is_an_error(system: str) -> None:
    required = next(table for table, its in tables_of(system).items() if its.is_required)
    with pytest.raises(WinbackError, match=f"has no table {required}.* in there"):
        described(Connection("shop", system, "fivetran", "there"), {})


def test_an_empty_or_missing_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("a\n1\n")
    with pytest.raises(WinbackError, match="holds no table of Shopify"):
        connected_files(Connection("shop", "shopify", "fivetran", str(tmp_path)))
    with pytest.raises(WinbackError, match="There is no folder"):
        connected_files(Connection("shop", "shopify", "fivetran", str(tmp_path / "none")))


def test_a_schema_cannot_be_sql() -> None:
    with pytest.raises(WinbackError, match="is no name of a schema"):
        schema_of(Connection("shop", "stripe", "fivetran", 'x"; drop schema winback; --'))


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_connect_writes_is_valid(system: str) -> None:
    vocabulary = VOCABULARIES[system]
    assert vocabulary.event_kinds and set(vocabulary.event_kinds.values()) <= set(EVENT_KINDS)
    assert {kind for kind, _ in vocabulary.exit_reasons.values()} <= set(EXIT_KINDS)


@pytest.mark.parametrize(
    ("advice", "can_cancel", "thresholds"),
    [
        ("(30, 0.4, 0.2), (60, 0.25, 0.1), (90, null, null)", True, Thresholds(None, 60, None, 0.1)),
        ("(30, 0.4, 0.2), (60, 0.35, 0.15), (90, 0.3, 0.18), (120, null, null)", True, Thresholds()),
        ("(30, 0.4, 0.2), (60, 0.35, 0.15), (90, 0.3, 0.18), (120, null, null)", False, Thresholds(30, 60, 0.6 / 0.65, 0.15)),
        ("(30, null, null)", False, Thresholds()),
    ],
)
def test_thresholds_are_those_that_the_advice_shows(tmp_path: Path, advice: str, can_cancel: bool, thresholds: Thresholds) -> None:
    """A history may be too short to follow anybody. Where customers leave by silence alone, the least of many false alarms are accepted."""
    with duckdb.connect(str(tmp_path / "trial.duckdb")) as trial:
        trial.execute("create schema winback")
        trial.execute("create table winback.threshold_advice (business_id text, days integer, silent_share double, false_alarm_rate double)")
        trial.execute(f"insert into winback.threshold_advice select 'acme', * from (values {advice})")
    assert proposed_thresholds(tmp_path / "trial.duckdb", "acme", can_cancel=can_cancel) == thresholds
