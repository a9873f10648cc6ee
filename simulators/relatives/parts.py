"""Writes the parts of a play, letters, files and cuts of the line: the same seed, the same parts. Pure."""

import io
import json
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

from PIL import Image

from simulators.relatives.model import Attachment, Cut, Letter, Part, Where

KINDS: Final = ("ariza", "shikoyat", "taklif")
WORDS: Final = (
    *("namuna", "uchrashuv", "posilka", "telefon", "kutubxona", "isitish", "ruxsat", "soʻrayman", "iltimos"),
    *("javob", "kuni", "oila", "maktub", "kitob", "dam", "olish", "vaqti", "ish", "haqi", "hujjat"),
)
FREE: Final = "+99890999"
NUMBERS: Final = 10_000
"""Of telephones that are nobody's begin so."""
LONGEST: Final = 60_000
"""Bytes of a text that is attached."""


def part(seed: int, index: int, *, count: int, at_ms: int) -> Part:
    random = Random(f"{seed}/relative/{index}")
    letters = tuple(_letter(random, f"{seed}-{index}-{n}", at_ms=at_ms) for n in range(random.randint(1, 3)))
    draft = uuid7(at_ms, random) if random.random() < 0.4 else None
    return Part(phone((seed - 1) * count + index), letters, draft)


def phone(place: int) -> str:
    return f"{FREE}{place % NUMBERS:04}"


def is_nobodys(number: str) -> bool:
    return number.startswith(FREE)


def uuid7(at_ms: int, random: Random) -> UUID:
    """RFC 9562, 5.7: milliseconds, then chance; here the chance comes from the seed."""
    number = (at_ms & (1 << 48) - 1) << 80 | random.getrandbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


def digest(letter: Letter) -> str:
    """As docs/appeals.md says it: what the receipt has to carry."""
    said = {"body": letter.body, "kind": letter.kind, "subject": letter.subject, "topic": "other"}
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _letter(random: Random, name: str, *, at_ms: int) -> Letter:
    """The name makes each text the only one of its kind: a doubled one is seen by its digest."""
    body = f"{_words(random, random.randint(5, 200))} ({name})"
    return Letter(
        uuid7(at_ms, random),
        random.choice(KINDS),
        f"Namuna {name}",
        body,
        tuple(_cut(random, len(body)) for _ in range(random.choice((0, 1, 1, 2)))),
        tuple(_attachment(random, at_ms=at_ms) for _ in range(random.choice((0, 1, 1, 2)))),
        random.random() < 0.2,
    )


def _cut(random: Random, length: int) -> Cut:
    where = random.choice(list(Where))
    return Cut(where, random.randint(1, length) if where is Where.BODY else 0)


def _attachment(random: Random, *, at_ms: int) -> Attachment:
    is_photo = random.random() < 0.3
    content = _photo(random) if is_photo else _words(random, random.randint(1, LONGEST // 8)).encode()
    return Attachment(
        uuid7(at_ms, random),
        "image/jpeg" if is_photo else "text/plain",
        content,
        tuple(random.random() for _ in range(random.randint(0, 3))),
    )


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))


def _photo(random: Random) -> bytes:
    """A few points, and the place where it was made."""
    made, exif = io.BytesIO(), Image.Exif()
    exif.get_ifd(0x8825)[2] = (41.0, 18.0, float(random.randint(0, 59)))
    Image.frombytes("RGB", (32, 24), random.randbytes(32 * 24 * 3)).save(made, "JPEG", exif=exif)
    return made.getvalue()
