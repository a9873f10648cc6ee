"""Small files that unfold to much, say two things at once, or cost the reader far more than the sender."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from typing import Final

from PIL import Image

import given
from benchmarks.damage.wounds import SIGNED, chunk, zipped

PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "photo")
SHEET: Final = "xl/worksheets/sheet1.xml"
HEAD: Final = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
)
END: Final = b"</sheetData></worksheet>"
OUTSIDE: Final = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
LAUGHS: Final = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "' + b"ha" * 50 + b'">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n + 1, b"&a%d;" % n * 10) for n in range(9)) + b"]>"
)  # fmt: skip
Made = tuple[str, tuple[str, ...], bytes]
TABLE: Final = ("people",)


@cache
def every() -> list[Made]:
    return [*small(), *heavy_pictures(), *heavy_workbooks(), *tables(), *heavy_files()]


def small() -> list[Made]:
    """Made in a moment."""
    return [*pictures(), *workbooks(), *both()]


def pictures() -> Iterator[Made]:
    for width, height in (
        (100_000, 100_000),
        (2**31 - 1, 2**31 - 1),
        (0, 0),
        (40_000_001, 1),
        (1, 40_000_000),
    ):
        yield f"png of {width} x {height}", PICTURES[1:2] + PICTURES[3:], png(width, height, b"\0" * 9)
    grown = bytearray(written("JPEG"))
    at = grown.index(b"\xff\xc0")
    grown[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    yield "jpeg of 65535 x 65535", ("image/jpeg", "photo"), bytes(grown)
    yield (
        "webp of 16383 x 16383",
        ("image/webp", "photo"),
        b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0\x2f\xff\xff\xff\x0f" + bytes(12),
    )
    yield "jpeg with a thousand scans", ("image/jpeg", "photo"), written("JPEG")[:-2] * 300
    yield "gif that calls itself jpeg", PICTURES, b"\xff\xd8\xffGIF89a" + bytes(60)


def heavy_pictures() -> Iterator[Made]:
    yield "png that unfolds to 40 million points", ("image/png", "photo"), flat(6_300)
    yield "png that unfolds to more than it says", ("image/png",), png(150, 150, bytes(200_000_000))
    for kind in (b"zTXt", b"iCCP"):
        said = b"x\0\0" + zlib.compress(bytes(100_000_000), 9)
        yield f"png with {kind!r} of 100 MB", ("image/png", "photo"), png(150, 150, b"", chunk(kind, said))
    said = b"x\0\1\0\0\0" + zlib.compress(bytes(100_000_000), 9)
    yield "png with a hundred texts", ("image/png",), png(150, 150, b"", chunk(b"iTXt", said) * 60)


def heavy_workbooks() -> Iterator[Made]:
    zeros = b"0" * 1_000_000
    for size in (300, 1_100):
        yield f"xlsx with a sheet of {size} MB", TABLE, book({SHEET: HEAD + b"<!--" + zeros * size})
        strings = shared(b"<si><t>" + zeros * size)
        yield f"xlsx with strings of {size} MB", TABLE, book({"xl/sharedStrings.xml": strings})
    many = b"<si><t>a</t></si>" * 3_000_000
    yield "xlsx with three million strings", TABLE, book({"xl/sharedStrings.xml": shared(many)})
    yield "xlsx with two million styles", TABLE, book({"xl/styles.xml": styles(b"<font/>" * 2_000_000)})
    rows = b'<row><c><v>1e308</v></c><c t="d"><v>9999999</v></c></row>' * 300_000
    yield "xlsx with 300,000 rows", TABLE, book({SHEET: HEAD + b"<sheetData>" + rows + END})
    yield "xlsx, deep", TABLE, book({SHEET: HEAD + b"<is>" * 200_000})
    nested = zipped({"a": zeros * 20})
    for _ in range(5):
        nested = zipped({f"{n}.zip": nested for n in range(8)})
    yield "zip within zip within zip", ("people", "bundle"), nested
    yield "zip of 60,000 names", ("people", "bundle"), zipped(dict.fromkeys(map(str, range(60_000)), b""))
    yield "zip whose parts overlap", ("people", "bundle"), overlapping()


def workbooks() -> Iterator[Made]:
    for part in (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "[Content_Types].xml"):
        yield f"xlsx, billion laughs in {part}", TABLE, book({part: LAUGHS + b"<x>&a9;</x>"})
        yield f"xlsx, outside entity in {part}", TABLE, book({part: OUTSIDE + b"<x>&a;</x>"})
    head = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>number</t></is></c></row>'
    for row in (b"1048576", b"99999999999", b"-5", b"9" * 5_000):
        far = b'<row r="%s"><c r="A%s"><v>1</v></c></row>' % (row, row)
        yield f"xlsx with row {row[:12]!r}", TABLE, book({SHEET: HEAD + head + far + END})
    wide = b'<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>'
    yield "xlsx with a wide row", TABLE, book({SHEET: HEAD + wide + END})
    whole = given.workbook(given.PEOPLE, [])
    for offset, what in ((6, "locked"), (8, "of an unknown method")):
        yield f"xlsx {what}", ("people", "bundle"), flagged(whole, offset)
    yield "xlsx that lies about its size", TABLE, lying(whole)
    docx = zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"})
    yield "docx", ("people", "application/pdf", "text/plain"), docx


def tables() -> Iterator[Made]:
    head = ",".join(given.PEOPLE).encode()
    yield "csv, one quotation mark and 7 MB", TABLE, head + b'\n"' + b"a,\n" * 2_300_000
    yield "csv of a million columns", TABLE, b"," * 7_000_000
    yield "csv of a million columns of names", TABLE, head + b",a" * 3_000_000
    yield "csv of 3,000,000 rows", TABLE, head + b"\na" * 3_000_000
    yield "csv of 300,000 formulas", TABLE, head + b'\n=cmd|"/c calc"!A1,@SUM(1),+1,-x' * 200_000
    yield "csv with one cell of 7 MB", TABLE, head + b"\n" + b"a" * 7_000_000
    yield "csv with NUL behind its beginning", TABLE, head + b",x" * 3_000 + b",\0\n1,2"
    yield (
        "utf-16 with a lonely half",
        TABLE,
        b"\xff\xfe" + ",".join(given.PEOPLE).encode("utf-16-le") + b",\0\0\0\xd8\n\0",
    )
    yield "utf-16, odd", TABLE, ",".join(given.PEOPLE).encode("utf-16") + b"x"
    yield "signs of joining, 7 MB", (*TABLE, "text/plain"), "\u0301\u200d".encode() * 1_700_000
    yield "only carriage returns", TABLE, b"number\r" * 1_000_000


def both() -> Iterator[Made]:
    """Polyglots."""
    packed = zipped({"a.html": b"<script>alert(1)</script>"})
    everywhere = (*PICTURES, "application/pdf", "text/plain", "people", "bundle")
    yield "jpeg and zip", everywhere, written("JPEG") + packed
    yield "pdf and zip", everywhere, b"%PDF-1.4\n" + packed
    yield "pdf and html", everywhere, b"%PDF-1.4\n<html><script>alert(1)</script>"
    yield "gif and script", everywhere, b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)"
    yield "png and pdf", everywhere, written("PNG") + b"\n%PDF-1.4\n"
    yield "nothing", (*everywhere, "audio/ogg", "audio/mp4"), b""


def heavy_files() -> Iterator[Made]:
    yield (
        "pdf that unfolds to 300 MB",
        ("application/pdf",),
        b"%PDF-1.4\n1 0 obj<</Filter/FlateDecode>>stream\n"
        + zlib.compress(bytes(300_000_000))
        + b"endstream",
    )
    yield "mp4 of places", ("audio/mp4",), b"\0\0\0\x10ftypM4A \0\0\0\0" + b"\0\0\x01\xffloci" * 3_000_000
    yield "mp4 of words", ("audio/mp4",), b"\0\0\0\x10ftypM4A \0\0\0\0" + b"+41.3111" * 3_000_000


def png(width: int, height: int, points: bytes, before: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        SIGNED + chunk(b"IHDR", head) + before + chunk(b"IDAT", zlib.compress(points)) + chunk(b"IEND", b"")
    )


def flat(side: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (side, side)).save(made, "PNG")
    return made.getvalue()


def written(name: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (150, 150), "red").save(made, name)
    return made.getvalue()


def book(parts: dict[str, bytes]) -> bytes:
    """A workbook of ours with other parts in it."""
    with zipfile.ZipFile(io.BytesIO(given.workbook(given.PEOPLE, [["x"] * 8]))) as packed:
        return zipped({name: packed.read(name) for name in packed.namelist()} | parts)


def shared(inner: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<?xml version="1.0"?><sst xmlns="%s">%s</sst>' % (space, inner)


def styles(inner: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<?xml version="1.0"?><styleSheet xmlns="%s"><fonts>%s</fonts></styleSheet>' % (space, inner)


def flagged(whole: bytes, offset: int) -> bytes:
    """Every part locked by a password, or packed by method 99."""
    value = b"\1\0" if offset == 6 else b"\x63\0"
    body = bytearray(whole)
    for sign, at in ((b"PK\3\4", offset), (b"PK\1\2", offset + 2)):
        where = body.find(sign)
        while where >= 0:
            body[where + at : where + at + 2] = value
            where = body.find(sign, where + 4)
    return bytes(body)


def lying(whole: bytes) -> bytes:
    """Each part says that it unfolds to one byte."""
    body = bytearray(whole)
    where = body.find(b"PK\1\2")
    while where >= 0:
        body[where + 24 : where + 28] = b"\1\0\0\0"
        where = body.find(b"PK\1\2", where + 4)
    return bytes(body)


def overlapping() -> bytes:
    """Ten thousand names of one part."""
    one = zipped({"a": b"0" * 10_000_000})
    begins = one.index(b"PK\1\2")
    entry, tail = one[begins : one.index(b"PK\5\6")], bytearray(one[one.index(b"PK\5\6") :])
    entries = entry * 10_000
    struct.pack_into("<HHII", tail, 8, 10_000, 10_000, len(entries), begins)
    return one[:begins] + entries + bytes(tail)
