"""Files that offices keep tables in, as numbered rows of text: workbooks (XLSX) and separated values."""

import re
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final
from xml.etree import ElementTree as ET
from zipfile import BadZipFile, ZipFile, ZipInfo

from openpyxl import load_workbook

from core import sheets

WORKBOOK: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""XLS; and XLSX behind a password."""
SNIFFED: Final = 4096
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_BYTES: Final = 300_000_000
"""Of a workbook when it is unpacked."""
MOST_WHOLE: Final = 4_000_000
"""Of each part that is read as a whole: styles, names, lists of parts."""
MOST_STRINGS: Final = 64_000_000
MOST_PARTS: Final = 2_000
MOST_ROWS: Final = 1_048_576
"""As many as the format has; a row with a higher number is none."""
LARGE: Final = {
    re.compile(r"/?xl/worksheets/[^/]+"): (MOST_BYTES, "worksheet+xml"),
    re.compile(r"/?xl/sharedStrings\.xml"): (MOST_STRINGS, "sharedStrings+xml"),
}
"""Parts that may be larger, and as what they are read."""
DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
WIDE: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
"""How UTF-16 begins, in which a declaration looks otherwise; no office writes it."""
PIECE: Final = 1 << 20
BROKEN: Final = (
    *(BadZipFile, zlib.error, KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError),
    *(OSError, EOFError, RuntimeError, OverflowError),
)
"""What zipfile, its unpackers and openpyxl raise on files that nobody's office wrote."""


def rows(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """As `sheets.lines`, whatever the office sent."""
    if data.startswith(OLD_WORKBOOK):
        raise sheets.OldWorkbook
    if data.startswith(WORKBOOK):
        return _workbook(data)
    if not data.startswith(UTF16) and b"\0" in data[:SNIFFED]:
        raise sheets.OtherFile
    return sheets.lines(decoded(data))


def decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 where the file says so, or else the code page of older offices."""
    try:
        return data.decode("utf-16" if data.startswith(UTF16) else "utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1251", "replace")


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet. Formulas stay as they are written: a list of people is no calculation."""
    try:
        _measured(data)
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        page = book.worksheets[0]
        read = page.iter_rows(max_row=MOST_ROWS, max_col=sheets.MOST_COLUMNS, values_only=True)
        for number, cells in enumerate(read, 1):
            if cells.count(None) == len(cells):
                continue
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    except BROKEN:
        raise sheets.NoWorkbook from None


def _measured(data: bytes) -> None:
    """What it unpacks to, and that no part of it declares anything, before anybody reads it as XML."""
    with ZipFile(BytesIO(data)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise sheets.TooBig
        for part in parts:
            if part.file_size > _most(part.filename):
                raise sheets.TooBig
            _undeclared(packed, part)
        for said in ET.fromstring(packed.read("[Content_Types].xml")):  # noqa: S314 - as above
            _as_named(said.get("PartName", ""), said.get("ContentType", ""))


def _most(name: str) -> int:
    return next((most for large, (most, _) in LARGE.items() if large.fullmatch(name)), MOST_WHOLE)


def _undeclared(packed: ZipFile, part: ZipInfo) -> None:
    before = b""
    with packed.open(part) as opened:
        while piece := opened.read(PIECE):
            if DECLARES.search(before + piece) or (not before and piece.startswith(WIDE)):
                raise sheets.NoWorkbook
            before = piece[-16:]


def _as_named(name: str, kind: str) -> None:
    """A part that may be large is read as nothing else."""
    for large, (_, read_as) in LARGE.items():
        if large.fullmatch(name) and not kind.endswith(read_as):
            raise sheets.NoWorkbook


def _text(cell: Any) -> str:
    """As somebody would type it: days without an hour, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        is_day = (cell.hour, cell.minute, cell.second) == (0, 0, 0)
        return cell.date().isoformat() if is_day else cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
