"""Several files in one that proves itself: a ZIP without compression, the same files the same bytes."""

import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Final, NamedTuple

Files = dict[str, bytes]
"""By their names, in the order in which they lie there."""
WHEN: Final = (1980, 1, 1, 0, 0, 0)
"""Of every entry: the same files are the same archive, to the byte."""
LOCAL: Final = struct.Struct("<4s5H3L2H")
SIGN: Final = b"PK\x03\x04"
MOST_ENTRIES: Final = 1000


class Read(NamedTuple):
    files: Files
    broken: list[str]
    """Of what no file could be made, or which came twice."""


class Entry(NamedTuple):
    name: str
    begins: int
    """The first byte of the content."""
    size: int


def write(files: Files) -> bytes:
    """In the order given."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def read(data: bytes) -> Read:
    """Whatever can be found in it, by its directory or, if that is broken, from entry to entry."""
    files: Files = {}
    broken = []
    try:
        entries = _listed(data)
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OSError, IndexError) as why:
        broken.append(str(why) or type(why).__name__)
        entries = list(_walked(data))
    for entry in entries[:MOST_ENTRIES]:
        if entry.name in files:
            broken.append(entry.name)
        files[entry.name] = data[entry.begins : entry.begins + entry.size]
    return Read(files, broken)


def entry_at(data: bytes, at: int) -> str:
    """The entry in which a byte lies, by walking; empty: behind all of them."""
    for entry in _walked(data):
        if at < entry.begins + entry.size:
            return entry.name
    return ""


def _listed(data: bytes) -> list[Entry]:
    found = []
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for info in archive.infolist():
            head = data[info.header_offset : info.header_offset + LOCAL.size]
            named, more = LOCAL.unpack(head)[-2:]
            begins = info.header_offset + LOCAL.size + named + more
            found.append(Entry(info.filename, begins, info.file_size))
    return found


def _walked(data: bytes) -> Iterator[Entry]:
    at = 0
    while data[at : at + 4] == SIGN and at + LOCAL.size <= len(data):
        fields = LOCAL.unpack_from(data, at)
        size, named, more = fields[-3], fields[-2], fields[-1]
        begins = at + LOCAL.size + named + more
        name = data[at + LOCAL.size : at + LOCAL.size + named].decode("utf-8", "replace")
        yield Entry(name, begins, size)
        at = begins + size
