"""Pictures, papers, recordings and tables, damaged, at the doors that take them in."""

import io
import random
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Final

from PIL import Image

import given
from benchmarks.damage import bombs as made
from benchmarks.damage.tried import Case
from benchmarks.damage.wounds import damaged, within_png, within_zip
from core import archive, clock
from core.model import UserId
from inmates.intake import service
from inmates.intake.model import Counts, Import, ImportId, Kind, Outcome
from inmates.intake.service import working
from inmates.photos import rules as photos
from messaging.mobile.uploads import rules as uploads

PEOPLE: Final = [("G-1", "Namunayev", "Vali", "", "m", "1990-02-01", "", "")] * 3
CUSTODY: Final = [("G-1", "AX-1", "2026-01-02 14:30", "1-1", "Namuna sudi", "2026-01-01", "x", "")] * 3
WRITS: Final = [("G-1", "1-2", "Namuna sudi", "2026-01-01", "N. N.", "alimony", "100000", "25", "2026-02-01")]
TABLES: Final = {
    Kind.PEOPLE: (given.PEOPLE, PEOPLE),
    Kind.CUSTODY: (given.CUSTODY, CUSTODY),
    Kind.WRITS: (given.WRITS, WRITS),
}
JUDGED: Final = 5_000
NOTHING: Final = Counts(0, 0, 0, 0)
PDF: Final = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
OGG: Final = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead" + bytes(200)
MP4: Final = (
    b"\0\0\0\x10ftypM4A \0\0\0\0\0\0\0\x1e\xa9xyz\0\x12\0\0+41.3111+069.2797/" + b"\0\0\0\x20loci" + bytes(40)
)


def look(declared: str, content: bytes) -> str:
    """The door of telephones."""
    looked = uploads.look(content, declared)
    return f"upload: {looked.fault}" if looked.fault else "upload kept"


def photo(content: bytes) -> str:
    kept = photos.prepared(content)
    if not (kept.large.startswith(b"\xff\xd8") and kept.small.startswith(b"\xff\xd8")):
        raise AssertionError(kept.digest)
    return "photo kept"


def table(kind: Kind, content: bytes) -> str:
    """Whatever an import does with a file before it asks the records."""
    numbered, heading = service._headed(content)
    columns, wrong, good = service.columns_of(kind, heading), 0, 0
    found = Import(
        *(ImportId(0), kind, "", "", True, tuple(heading), columns, UserId(1), clock.now(), None, "", NOTHING)
    )
    for rows in service._chunks(numbered):
        "".join(cell for _, cells in rows for cell in (*heading, *cells)).encode()  # or it cannot be kept
        some = rows if good < JUDGED else []  # the keeper judges the others, a chunk at a time
        read = [working._read(working.WAYS[kind], found, row) for row in some]
        wrong += sum(isinstance(one, Outcome) for one in read)
        good += len(rows)
    return "table read, rows wrong" if wrong else "table read" if good else "table empty"


def bundle(content: bytes) -> str:
    """An evidence file that somebody brings back."""
    return "bundle broken" if archive.read(content).broken else "bundle read"


DOORS: Final[Mapping[str, Callable[[bytes], str]]] = {
    **{declared: partial(look, declared) for declared in uploads.KINDS},
    "photo": photo,
    **{kind.value: partial(table, kind) for kind in Kind},
    "bundle": bundle,
}
PICTURES: Final = ("image/jpeg", "image/png", "image/webp", "photo")
SHEETS: Final = tuple(kind.value for kind in Kind)


@cache
def seeds() -> list[tuple[str, tuple[str, ...], bytes]]:
    """What it is, the doors that would take it, and the bytes."""
    found = [(f"{name} {mode}", PICTURES, picture(name, mode)) for name, mode in MODES]
    for kind, (heading, rows) in TABLES.items():
        found.append((f"xlsx {kind}", (kind.value, "bundle"), given.workbook(heading, rows)))
        found.append((f"csv {kind}", (kind.value, "text/plain"), given.sheet(heading, rows)))
        words = given.sheet(heading, rows).decode()
        found.append((f"utf-16 {kind}", (kind.value,), words.encode("utf-16")))
    found.append(("bundle", ("bundle",), archive.write({"manifest.json": b"{}", "fixes.csv": b"1,2\n" * 9})))
    found.append(("pdf", ("application/pdf",), PDF))
    found.append(("ogg", ("audio/ogg", "audio/webm"), OGG))
    found.append(("mp4", ("audio/mp4",), MP4))
    found.append(("text", ("text/plain",), "Salom, ғалаба!\n".encode() * 9))
    return found


MODES: Final = [
    *(("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16")),
    *(("PNG", "1"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"), ("TIFF", "RGB"), ("BMP", "RGB")),
]


def picture(name: str, mode: str) -> bytes:
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Telefon"
    exif.get_ifd(0x8825)[2] = (41.0, 18.0, 0.0)
    noise = Image.effect_noise((150, 130), 60)
    shown = Image.new(mode, noise.size) if mode == "I;16" else noise.convert(mode)
    shown.save(written, name, exif=exif) if name in {"JPEG", "PNG", "WEBP"} else shown.save(written, name)
    return written.getvalue()


def one(draw: random.Random) -> Case:
    """Damaged by any bytes, or within a file that stays whole around it; mostly at a door that wants it."""
    what, doors, content = draw.choice(seeds())
    door = draw.choice(doors) if draw.random() < 0.8 else draw.choice(list(DOORS))
    if content.startswith(b"PK") and draw.random() < 0.7:
        content = within_zip(content, draw)
    elif what.startswith("PNG") and draw.random() < 0.7:
        content = within_png(content, draw)
    else:
        content = damaged(content, _others(), draw)
    return Case(door, what, content, DOORS[door])


@cache
def _others() -> list[bytes]:
    return [content for _, _, content in seeds()]


def bombs() -> list[Case]:
    return [
        Case(door, f"bomb: {what}", content, DOORS[door])
        for what, wanted, content in made.every()
        for door in wanted
    ]
