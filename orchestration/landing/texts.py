"""Text files of the landing: copied while hashed, and checked for errors that would cost more than their own row."""

import codecs
import gzip
import hashlib
import re
import zlib
from pathlib import Path
from typing import BinaryIO

from orchestration.errors import WinbackError
from orchestration.landing.files import LandedFile, unreadable
from orchestration.landing.headers import SEPARATORS
from orchestration.quoting import shown

BLOCK = 1 << 20
BEGINNING = 1_000
# DuckDB's rules: one space may precede an opening quote, and `" "` within a value is, like `""`, a quote character.
OPENING = re.compile(rb' ?"')
CLOSING = re.compile(rb'[^"]*(?:" *"[^"]*)*"(?! *")')
# First bytes of files that are not UTF-8 text, whatever their name.
OTHER_FORMATS = {
    b"\xff\xfe": "is UTF-16",
    b"\xfe\xff": "is UTF-16",
    b"PK\x03\x04": "is a zip archive or a workbook",
    b"\xd0\xcf\x11\xe0": "is a workbook",
    b"\x1f\x8b": "is compressed twice, or by gzip under a name that does not end in .gz",
    b"PAR1": "is a Parquet file",
}


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


class _Counted:
    """Counts lines and quotes of text blocks as they pass, and checks that they are UTF-8."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines, self.quotes, self.is_blank = path, 0, 0, True
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, block: bytes, *, is_last: bool = False) -> None:
        if self.is_blank:
            marked = next((words for mark, words in OTHER_FORMATS.items() if block.startswith(mark)), None)
            if marked or b"\0" in block[:BEGINNING]:
                raise WinbackError(f"{shown(self.path)} {marked or 'contains zero bytes: it is UTF-16 without a byte-order mark, or not text'}. Save it as CSV in UTF-8.")
        try:
            self._decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            line = self.lines + block.count(b"\n", 0, max(error.start, 0)) + 1
            raise WinbackError(
                f"{shown(self.path)}, line {line:,}, is not UTF-8: the file is in another encoding (Windows-1252, Latin-1, UTF-16, …). Save it as CSV in UTF-8."
            ) from None
        self.lines += block.count(b"\n")
        self.quotes += block.count(b'"')
        self.is_blank = self.is_blank and not block.strip()


def copy_text(file: LandedFile, copy: Path) -> tuple[str, bool]:
    """Copy a text file, decompressed. The copy is what was hashed and checked, even if the file changes meanwhile.

    Args:
        file: the landing file.
        copy: the path of the copy.

    Returns:
        The digest of the file's bytes, and whether it contains anything but white space.

    Raises:
        WinbackError: the file cannot be read, is not UTF-8 text, or has an unclosed quote.
    """
    counted = _Counted(file.path)
    try:
        source = file.path.open("rb")
    except OSError as error:
        raise unreadable(file.path, error) from None
    with source, copy.open("wb") as target:
        hashed = _Hashed(source)
        text = gzip.GzipFile(fileobj=hashed) if file.is_compressed else hashed  # type: ignore[call-overload]
        try:
            while block := text.read(BLOCK):
                counted.add(block)
                target.write(block)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise WinbackError(f"{shown(file.path)} is not a complete gzip file ({error}). Deliver it again, or remove it from the landing.") from None
        counted.add(b"", is_last=True)
    if counted.quotes:
        _check_quotes(copy, SEPARATORS[file.format].encode(), file.path)
    return hashed.digest.hexdigest(), not counted.is_blank


def _check_quotes(text: Path, separator: bytes, original: Path) -> None:
    """Find a quote that opens a value and is never closed: all rows up to the next quote would be read as that value.

    A value that continues after its closing quote (`"5" nail`) costs only its own line, if both quotes are on that line.
    """
    value = rb' ?"[^"]*(?:" *"[^"]*)*" *|(?! ?")[^%b]*' % separator
    well_formed = re.compile(rb"(?:%b)(?:%b(?:%b))*" % (value, separator, value))
    opened = 0
    with text.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            rest = line.rstrip(b"\r\n")
            if opened:
                closing = CLOSING.match(rest)
                if closing is None:
                    continue
                rest = rest[closing.end() :].lstrip(b" ")
                if rest and not rest.startswith(separator):
                    break
                rest, opened = rest[len(separator) :], 0
            if b'"' in rest and not well_formed.fullmatch(rest) and _ends_in_value(rest, separator):
                opened = number
        else:
            if not opened:
                return
    raise WinbackError(
        f"{shown(original)}, line {opened:,}: a quote is opened and not closed, so the lines after it cannot be separated. "
        'Close it, or double a quote within a value (""), and deliver the file again.'
    )


def _ends_in_value(line: bytes, separator: bytes) -> bool:
    """Return whether a line that begins outside a quoted value ends inside one, by DuckDB's rules."""
    place = 0
    while True:
        if opening := OPENING.match(line, place):
            closing = CLOSING.match(line, opening.end())
            if closing is None:
                return True
            place = closing.end()
        place = line.find(separator, place) + 1
        if not place:
            return False
