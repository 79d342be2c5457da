"""Names and values from outside, quoted and then read by DuckDB. The header of test_field_files.py covers dbt's macros."""

import re

import duckdb
import pytest

from orchestration.quoting import identifier, literal, portable_literal, shown, spark_literal

HOSTILE = ['a"b', "a'b", "a]]b", "a\\b", "{{ 1 }}", "{% raw %}", "select", "'; select 1; --", '"; select 1; --', "%s %(x)s", "Ünïcödé 🎉", " ", "a\nb", "x" * 1_000_000]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_what_is_quoted_comes_back_as_it_was(text: str) -> None:
    found = duckdb.execute(f"select {literal(text)} as {identifier(text)}, {portable_literal(text)}")
    assert (found.description[0][0], found.fetchone()) == (text, (text, text))


@pytest.mark.parametrize("text", [*HOSTILE, "\\' or 1=1 --", "a\0b"], ids=lambda text: ascii(text)[1:13])
def test_quotes_for_every_engine(text: str) -> None:
    quoted = portable_literal(text)
    assert re.fullmatch(r"\('[^'\\\0]*'( \|\| (chr\(\d+\)|'[^'\\\0]*'))*\)", quoted)
    assert duckdb.execute(f"select {quoted}").fetchone() == (text,)


@pytest.mark.parametrize("text", HOSTILE[:-1], ids=lambda text: text[:12])
def test_quotes_for_spark(text: str) -> None:
    # The text between the quotes contains no unescaped quote or backslash.
    inside = spark_literal(text)[1:-1].replace("\\\\", "").replace("\\'", "")
    assert "'" not in inside and "\\" not in inside


def test_names_are_shown_on_one_line_and_not_for_ever() -> None:
    assert shown("a\nb\x1b[31m\udc80") == "a\\nb\\x1b[31m\\udc80"
    assert len(shown("x" * 1_000_000)) == 200 and shown("x" * 1_000_000, 5) == "xxxx…"
