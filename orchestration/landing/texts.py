"""Text files of the landing: copied while they are hashed, and checked for what would cost more than a row of its own."""

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
# As DuckDB reads them: one space may stand before a quote that opens a value, and `" "` within a value is, as `""`, a quote of its own.
OPENING = re.compile(rb' ?"')
CLOSING = re.compile(rb'[^"]*(?:" *"[^"]*)*"(?! *")')
# How files begin that are no UTF-8 text, whatever their name.
OTHER_FORMATS = {
    b"\xff\xfe": "is UTF-16",
    b"\xfe\xff": "is UTF-16",
    b"PK\x03\x04": "is a zip archive or a workbook",
    b"\xd0\xcf\x11\xe0": "is a workbook",
    b"\x1f\x8b": "is compressed twice, or by gzip under a name that does not end in .gz",
    b"PAR1": "is a Parquet file",
}


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self.digest.update(block)
        return block


class _Counted:
    """Blocks of text as they pass: lines, quotes, and whether they are UTF-8."""

    def __init__(self, path: Path) -> None:
        self.path, self.lines, self.quotes, self.is_blank = path, 0, 0, True
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, block: bytes, *, is_last: bool = False) -> None:
        if self.is_blank:
            marked = next((words for mark, words in OTHER_FORMATS.items() if block.startswith(mark)), None)
            if marked or b"\0" in block[:BEGINNING]:
                raise WinbackError(f"{shown(self.path)} {marked or 'holds bytes of 0: it is UTF-16 without a mark, or no text'}. Save it as CSV in UTF-8.")
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
    """Copy a file of text, decompressed; what is hashed and checked is what is copied, whatever becomes of the file meanwhile.

    Args:
        file: the file of the landing.
        copy: where to.

    Returns:
        The digest of the file's bytes, and whether it holds anything but white space.

    Raises:
        WinbackError: it cannot be read, is no UTF-8 text, or a quote in it is not closed.
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
            raise WinbackError(f"{shown(file.path)} is not a whole gzip file ({error}). Deliver it again, or take it out of the landing.") from None
        counted.add(b"", is_last=True)
    if counted.quotes:
        _check_quotes(copy, SEPARATORS[file.format].encode(), file.path)
    return hashed.digest.hexdigest(), not counted.is_blank


def _check_quotes(text: Path, separator: bytes, original: Path) -> None:
    """Find a quote that opens a value and is not closed as one: all rows up to the next quote would be read as that value.

    A value that is closed and goes on all the same (`"5" nail`) costs its own line, where it has been opened and closed on that line.
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
        f"{shown(original)}, line {opened:,}: a quote is opened and not closed, so that the lines after it cannot be told apart. "
        'Close it, or write a quote within a value twice (""), and deliver the file again.'
    )


def _ends_in_value(line: bytes, separator: bytes) -> bool:
    """Whether a line that begins outside a quoted value ends within one, as DuckDB reads it."""
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
