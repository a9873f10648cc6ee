"""How names are compared: three keys, each coarser than the one before, whatever script they were typed in.

`fold` is the spelling without case, script and apostrophes; `sounds` merges what is written differently and
said alike, and forgets the forms of patronymics; `bones` keeps the consonants. `person_keys` in the database
writes the same three (its migration): a test holds the two writings equal."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from unicodedata import combining, normalize

APOSTROPHES: Final = "ʻʼ'`´‘’′ʹ‛＇"
BARE: Final = str.maketrans("", "", APOSTROPHES)
PLAIN: Final = str.maketrans(
    "аоинрвлдмуебкзтгсйфхпқжўҳғэыцєіїңөүәҗһı", "aoinrvldmuebkztgsyfxpqjohgeiseiinouajhi", "ъь"
)
LATIN: Final = (  # е is ye where a word begins and after a vowel, ц is ts after a vowel (CLDR)
    (" е", " ye"),
    ("-е", "-ye"),
    *((f"{vowel}е", f"{vowel}ye") for vowel in "аеёиоуўэюяыъь"),
    *((f"{vowel}ц", f"{vowel}ts") for vowel in "аеёиоуўэюяыe"),
    *(("ё", "yo"), ("ч", "ch"), ("ш", "sh"), ("щ", "sh"), ("ю", "yu"), ("я", "ya")),
)
WORD: Final = re.compile("[a-z0-9]+")
SPOKEN: Final = (
    *((f" {mark} ", " ") for mark in ("ogli", "ugli", "qizi", "kizi", "ogly", "uly", "kyzy", "qyzy")),
    *((f"{end} ", " ") for end in ("yevich", "evich", "ovich", "yevna", "evna", "ovna")),
    *(("kh", "h"), ("x", "h"), ("q", "k"), ("w", "v"), ("dj", "j"), ("dzh", "j"), ("ts", "s"), ("tz", "s")),
    *(("iy", "i"), ("ya", "a"), ("ye", "e"), ("yi", "i"), ("yo", "o"), ("yu", "u"), ("y", "i")),
    *((sign * 2, sign) for sign in "abcdefghijklmnoprstuvz"),
)
VOWELS: Final = "aeiou"


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Latin, lower case, no apostrophes or marks; what is no letter stays."""
    bare = text.strip().translate(BARE)
    if bare.isascii():
        return bare.lower()
    plain = normalize("NFKC", bare).lower().replace("ѐ", "ё")
    latin = _replaced(f" {plain} ", LATIN).strip().translate(PLAIN)
    return "".join(sign for sign in normalize("NFD", latin) if not combining(sign))


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(WORD.findall(fold(text)))


@lru_cache(maxsize=65_536)
def sounds(text: str) -> tuple[str, ...]:
    """How these words are said: Xasanov, Khasanov and Ҳасанов are one; Anvarovich is Anvar oʻgʻli."""
    return tuple(_replaced(f" {' '.join(words(text))} ", SPOKEN).split())


@lru_cache(maxsize=65_536)
def bones(text: str) -> tuple[str, ...]:
    """The consonants, and whether a vowel came first: Yoʻldosheva and Юлдашева, Oʻktam and Уктам are one."""
    return tuple(
        ("a" if said[0] in VOWELS else "") + "".join(sign for sign in said if sign not in VOWELS)
        for said in sounds(text)
    )


def _replaced(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    """One pair after the other: the database can do it in the same way, and fast."""
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def likeness(one: str, other: str) -> float:
    """Of two names, 0 to 1: pairs of letters that both have, as they are said (Dice)."""
    mine, theirs = _pairs(one), _pairs(other)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine and theirs else 0.0


def covered(asked: str, name: str) -> float:
    """How much of what was asked is in a name, 0 to 1."""
    mine = _pairs(asked)
    return len(mine & _pairs(name)) / len(mine) if mine else 1.0


@lru_cache(maxsize=65_536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(f"{a}{b}" for said in sounds(text) for a, b in zip(f"^{said}", f"{said}$", strict=True))
