"""Each configuration error has one message that names the file, the row and the fix."""

import re
import shutil
from pathlib import Path

import pytest
from dbt_common.clients.agate_helper import from_csv

from orchestration.errors import WinbackError
from orchestration.seed_checks import NULL, check_configuration
from projects import GOLDEN, Project

SHOP = "shop,Shop,retail,America/New_York,USD,90,365,30,30,"

CASES = [
    ("businesses.csv", "America/New_York", "America/New_Yorck", "row 2: timezone 'America/New_Yorck' is unknown; use an IANA name"),
    ("businesses.csv", "USD,90,365", "USD,365,365", "row 2: former_after_days (365) must be more than dormant_after_days (365)"),
    ("businesses.csv", "USD,90,365", "USD,365,90", "row 2: former_after_days (90) must be more than dormant_after_days (365)"),
    ("businesses.csv", "USD,90,365", "USD,0,365", "row 2: dormant_after_days is '0'; give whole days from 1"),
    ("businesses.csv", "USD,90,365", "USD,90,36.5", "row 2: former_after_days is '36.5'; give whole days from 1"),
    ("businesses.csv", "USD,90,365", "USD,-90,365", "row 2: dormant_after_days is '-90'"),
    ("businesses.csv", "USD,90,365", "USD,90,99999999", "row 2: former_after_days is '99999999'"),
    ("businesses.csv", "365,30,30,", "365,30,,", "row 2: attribution_days is ''"),
    ("businesses.csv", "365,30,30,", "365,30,30,-1", "row 2: recovery_days is '-1'; give whole days from 0"),
    ("businesses.csv", "retail", "shopping", "row 2: kind is 'shopping'; use one of subscription"),
    ("businesses.csv", ",USD,", ",,", "row 2: currency is empty"),
    ("businesses.csv", SHOP, SHOP + "\n" + SHOP, "row 3: business 'shop' is already in row 2"),
    ("businesses.csv", "shop,Shop", "*,Shop", "row 2: business_id is '*'"),
    ("businesses.csv", "former_after_days", "former_days", "row 1: the header lacks former_after_days"),
    ("businesses.csv", SHOP, SHOP + ",,", "row 2: 12 values for 10 columns"),
    ("event_kinds.csv", "shop,order,purchase", "shop,order,buy", "row 3: kind is 'buy'; use one of interest, purchase"),
    ("event_kinds.csv", "shop,order,purchase", "stop,order,purchase", "row 3: business 'stop' is not in businesses.csv"),
    ("event_kinds.csv", "shop,order,purchase", "shop,visit,purchase", "row 3: 'visit' of 'shop' is already mapped in row 2"),
    ("event_kinds.csv", "shop,order,purchase", "shop,,purchase", "row 3: event_name is empty"),
    ("businesses.csv", "shop,Shop", "null,Shop", "row 2: business_id is 'null', which dbt reads as no value; leave it empty, or use another name"),
    ("businesses.csv", "shop,Shop", "shop,NULL", "row 2: name is 'NULL', which dbt reads as no value"),
    ("businesses.csv", "shop,Shop", "shop,N/A", "row 2: name is 'N/A', which dbt reads as no value"),
    ("businesses.csv", "365,30,30,", "365,30,30,null", "row 2: recovery_days is 'null', which dbt reads as no value"),
    ("businesses.csv", "USD,90,365", "USD,90,3²", "row 2: former_after_days is '3²'; give whole days from 1"),
    ("businesses.csv", "USD,90,365", "USD,3²,365", "row 2: dormant_after_days is '3²'; give whole days from 1"),
    ("businesses.csv", "shop,Shop", "shop ,Shop", "row 2: business_id is 'shop ', which begins or ends with a blank and would match nothing; write 'shop'."),
    ("businesses.csv", "retail", "\u00a0retail", "row 2: kind is '\u00a0retail', which begins or ends with a blank"),
    ("businesses.csv", "business_id,name", "business_id, name", "row 1: the column name ' name' begins or ends with a blank; write 'name'."),
    ("businesses.csv", SHOP, ",,,,,,,,,\n" + SHOP, "row 2: the row is blank, and dbt reads it as a row without values; remove the line."),
    ("businesses.csv", SHOP, SHOP + "\n", "row 3: the row is blank"),
    ("event_kinds.csv", "shop,order,purchase", "shop,order ,purchase", "row 3: event_name is 'order ', which begins or ends with a blank"),
    ("event_kinds.csv", "shop,order,purchase", 'shop,"order\n",purchase', "row 4: event_name is 'order\n', which begins or ends with a blank"),
    ("event_kinds.csv", "event_name,kind", "event_name,kind ", "row 1: the column name 'kind ' begins or ends with a blank"),
    ("exit_reasons.csv", "too_expensive,", "too_expensive\t,", "row 2: reason is 'too_expensive\t', which begins or ends with a blank"),
    ("event_kinds.csv", "shop,order,purchase", "shop,Null,purchase", "row 3: event_name is 'Null', which dbt reads as no value"),
    ("event_kinds.csv", "shop,order,purchase", "shop,order,none", "row 3: kind is 'none', which dbt reads as no value"),
    ("exit_reasons.csv", "too_expensive,", "null,", "row 2: reason is 'null', which dbt reads as no value"),
    ("exit_reasons.csv", "voluntary,price", "voluntary,NULL", "row 2: category is 'NULL', which dbt reads as no value"),
    ("exit_reasons.csv", "too_expensive,voluntary", "too_expensive,willing", "row 2: exit_kind is 'willing'; use voluntary or involuntary"),
    ("exit_reasons.csv", "too_expensive", "inactivity", "row 2: reason 'inactivity' is reserved"),
    ("exit_reasons.csv", "bad_service", "too_expensive", "row 3: reason 'too_expensive' is already in row 2"),
]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    for name in ("businesses.csv", "event_kinds.csv", "exit_reasons.csv"):
        shutil.copyfile(GOLDEN / name, tmp_path / name)
    return tmp_path


def test_the_golden_configuration_is_sound(seeds: Path) -> None:
    check_configuration(seeds)


@pytest.mark.parametrize(("file", "old", "new", "message"), CASES)
def test_a_mistake_is_named_with_file_row_and_mend(seeds: Path, file: str, old: str, new: str, message: str) -> None:
    path = seeds / file
    before = path.read_text()
    assert old in before
    path.write_text(before.replace(old, new, 1))
    with pytest.raises(WinbackError, match=re.escape(f"seeds/{file}, {message}")):
        check_configuration(seeds)


def test_an_unknown_business_is_named_once(seeds: Path) -> None:
    (seeds / "event_kinds.csv").write_text("business_id,event_name,kind\ngone,order,purchase\nshop,order,purchase\ngone,visit,interest\ngone,refund,refund\n")
    with pytest.raises(WinbackError) as refused:
        check_configuration(seeds)
    assert str(refused.value).splitlines()[1:] == [
        "  seeds/event_kinds.csv, row 2 and 2 more: business 'gone' is not in businesses.csv; add it there, remove its lines here, or use '*' for all."
    ]


def test_words_that_people_choose_may_be_like_null_but_for_null_itself(seeds: Path) -> None:
    (seeds / "exit_reasons.csv").write_text("reason,exit_kind,category,note\nnone,voluntary,undefined,null\n")
    (seeds / "event_kinds.csv").write_text("business_id,event_name,kind\nshop,NaN,ignore\n")
    check_configuration(seeds)


def test_whatever_dbt_reads_as_no_value_is_refused(seeds: Path, tmp_path: Path) -> None:
    written = ["null", "NULL", " Null ", "none", "nan", "n/a", "#n/a", "undefined", "NA", "-", "nil", "0", "false"]
    (tmp_path / "seed.csv").write_text("\n".join(["cell", *(f'"{text}"' for text in written)]) + "\n")
    read = dict(zip(written, from_csv(tmp_path / "seed.csv", text_columns=["cell"]).columns["cell"].values(), strict=True))
    assert {text for text, value in read.items() if value is None} == {"null", "NULL", " Null "}
    for text in (text for text in written if text.lower() in (NULL, " null ")):
        (seeds / "exit_reasons.csv").write_text(f'reason,exit_kind,category\n"{text}",voluntary,price\n')
        with pytest.raises(WinbackError, match=r"row 2: reason is"):
            check_configuration(seeds)


def test_dbt_reads_seeds_as_they_stand(tmp_path: Path) -> None:
    """Padding is kept, and a blank line is a row without values: this is why the check rejects both."""
    (tmp_path / "seed.csv").write_text("reason,exit_kind\n a\u00a0,voluntary\n,\n\n")
    rows = [tuple(row) for row in from_csv(tmp_path / "seed.csv", text_columns=["reason", "exit_kind"]).rows]
    assert rows == [(" a\u00a0", "voluntary"), (None, None), (None, None)]


def test_a_missing_file_is_named(seeds: Path) -> None:
    (seeds / "exit_reasons.csv").unlink()
    with pytest.raises(WinbackError, match=r"seeds/exit_reasons\.csv is missing"):
        check_configuration(seeds)


def test_all_mistakes_are_told_at_once(seeds: Path) -> None:
    path = seeds / "businesses.csv"
    path.write_text(path.read_text().replace("Europe/Rome", "Rome").replace("Europe/Stockholm", "Stockholm"))
    with pytest.raises(WinbackError) as error:
        check_configuration(seeds)
    assert "row 3" in str(error.value) and "row 4" in str(error.value)


def test_a_refresh_stops_before_any_table_is_touched(toy: Project) -> None:
    before = toy.warehouse.read_bytes()
    path = toy.folder / "seeds" / "businesses.csv"
    path.write_text(path.read_text().replace("Europe/Rome", "Europe/Roma"))
    message = toy.refused("refresh", "--as-of", "2025-06-30")
    assert "seeds/businesses.csv, row 3: timezone 'Europe/Roma' is unknown" in message
    assert toy.warehouse.read_bytes() == before
    assert toy.builds() == []
