"""Files that offices keep tables in, as numbered rows of text: workbooks (XLSX) and separated values."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from core import sheets

WORKBOOK: Final = b"PK\x03\x04"
OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""XLS; and XLSX behind a password."""
SNIFFED: Final = 4096
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
MOST_BYTES: Final = 1_000_000_000
"""Of a workbook when it is unpacked."""
MOST_COLUMNS: Final = 200


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
    from openpyxl import load_workbook  # noqa: PLC0415 - a quarter of a second; few send workbooks

    try:
        _measured(data)
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        read = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS, values_only=True)
        for number, cells in enumerate(read, 1):
            texts = [_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            if texts:
                yield number, texts
    except (BadZipFile, KeyError, IndexError, ValueError, TypeError, SyntaxError, OSError):
        raise sheets.NoWorkbook from None


def _measured(data: bytes) -> None:
    with ZipFile(BytesIO(data)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MOST_BYTES:
            raise sheets.TooBig


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
