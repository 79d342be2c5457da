"""Reads the header of a text file: the meaning of each column, or why it cannot be determined."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from orchestration.errors import WinbackError
from orchestration.landing.contract import Contract
from orchestration.quoting import shown

SEPARATORS = {"csv": ",", "tsv": "\t"}
SPELLED = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "vertical bars"}
TRIMMED = " \t\r\n\u00a0"
MOST_CHARACTERS = 100_000
MOST_COLUMNS = 1_000
LONGEST_NAME = 200
TITLE_LINES = 20
MOST_LISTED = 12


def read_header(text: Path, kind: str, original: Path, table: str, contract: Contract) -> list[str | None]:
    """Read the header of a file of text.

    Args:
        text: the file to read, in UTF-8 and not compressed.
        kind: `csv` or `tsv`.
        original: the file's name in messages.
        table: the landing table whose rows it holds.
        contract: the declared columns of that table.

    Returns:
        For each column the name under which it is kept, in lower case; None for a skipped column, without a name or a use.

    Raises:
        WinbackError: a required column is missing, a kept name occurs twice, or the first line is not a header.
    """
    with text.open(encoding="utf-8-sig", newline="") as file:
        beginning = file.read(MOST_CHARACTERS)
    records = _records(beginning, SEPARATORS[kind])
    if len(records) < 2 and len(beginning) == MOST_CHARACTERS:
        raise WinbackError(f"{shown(original)}: the header is longer than {MOST_CHARACTERS:,} characters, or a quote in it is not closed. Shorten or close it.")
    try:
        return kept_columns(records[0] if records else [], original, table, contract)
    except WinbackError as error:
        if diagnosis := _diagnosis(beginning, kind, contract):
            raise WinbackError(f"{shown(original)}: {diagnosis}") from None
        if separator := _other_separator(beginning, kind):
            raise WinbackError(f"{error} {separator}") from None
        raise


def kept_columns(names: Sequence[str], original: Path, table: str, contract: Contract) -> list[str | None]:
    """Determine which columns of a file are kept, and under which names.

    Args:
        names: the column names in the file.
        original: the file's name in messages.
        table: the landing table.
        contract: its declared columns.

    Returns:
        For each column its kept name, or None.

    Raises:
        WinbackError: a required column is missing, or a kept name occurs twice, is invalid or is reserved.
    """
    trimmed = [_lower(name.strip(TRIMMED)) for name in names]
    meant = contract.means(trimmed)
    missing = [column for column in contract.required if column not in meant]
    if missing:
        has = ", ".join(shown(name) for name in trimmed[:MOST_LISTED]) + (", …" if len(trimmed) > MOST_LISTED else "")
        columns = f"column{'s' if len(missing) > 1 else ''} {', '.join(repr(contract.header_of(column)) for column in missing)}"
        raise WinbackError(f"Landing table '{table}' lacks the required {columns} in {shown(original)} (it has: {has}). Add or rename a column, and run again.")
    kept = [name if name in contract.columns or (name and contract.keeps_other_columns) else None for name in meant]
    for place, name in enumerate(kept, start=1):
        if name is None:
            continue
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise WinbackError(
                f"The name of column {place} of {shown(original)} is longer than {LONGEST_NAME} characters, or contains one that cannot be printed: {shown(name)}. Rename it."
            )
        if name in contract.reserved:
            raise WinbackError(f"Column {place} of {shown(original)} has a name that Winback uses itself: {shown(name)}. Rename it.")
    twice = [name for name, count in Counter(kept).items() if name is not None and count > 1]
    if twice:
        raise WinbackError(f"A column name occurs twice in the header of {shown(original)}: {shown(twice[0])} (case does not matter). Give each column its own name.")
    if len(kept) > MOST_COLUMNS:
        raise WinbackError(f"{shown(original)} has {len(kept):,} columns; at most {MOST_COLUMNS:,} are read. Remove those that are not needed.")
    return kept


def _lower(name: str) -> str:
    """Convert to lower case as the engines do for names: only A to Z."""
    return "".join(character.lower() if character.isascii() else character for character in name)


def _records(beginning: str, separator: str) -> list[list[str]]:
    """Parse the first records of a text; the last one may be cut off."""
    try:
        return list(islice(csv.reader(io.StringIO(beginning, newline=""), delimiter=separator, skipinitialspace=True), TITLE_LINES + 1))
    except csv.Error:
        return []


def _diagnosis(beginning: str, kind: str, contract: Contract) -> str:
    """Find the header, if it uses another separator or is further down."""
    own = SEPARATORS[kind]
    for separator, spelled in SPELLED.items():
        for above, record in enumerate(_records(beginning, separator)):
            if not contract.required or not set(contract.means([_lower(name.strip(TRIMMED)) for name in record])).issuperset(contract.required):
                continue
            faults = []
            if separator != own:
                tabs = ", or name the file .tsv" if separator == "\t" else ""
                faults.append(f"its columns are separated by {spelled}: write it with {SPELLED[own]}{tabs}")
            if above:
                faults.append(f"its header is below {above} other line{'s' if above > 1 else ''}: remove everything above the header")
            if faults:
                return f"{'; '.join(faults)}."
    return ""


def _other_separator(beginning: str, kind: str) -> str:
    """Find the separator of a file whose header is one column when read with its own, whatever its columns are called."""
    own = SEPARATORS[kind]
    (first, *_) = [*_records(beginning, own), []]
    others = [spelled for separator, spelled in SPELLED.items() if separator != own and len(first) == 1 and separator in first[0]]
    return f"Its columns seem to be separated by {others[0]}: write it with {SPELLED[own]}." if others else ""
