"""How names are compared: three keys, each coarser than the one before, whatever script they were typed in.

`fold` is the spelling without case, script and apostrophes; `sounds` merges what is written differently and
said alike, and forgets the forms of patronymics; `bones` keeps the consonants. `person_keys` in the database
writes the same three (migration 0011_identity): a test holds the two writings equal."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import combining, normalize

APOSTROPHES: Final = "ʻʼ'`´‘’′ʹ‛＇"
BARE: Final = str.maketrans("", "", APOSTROPHES)
CYRILLIC: Final = "а-яёўқғҳәңөүһҗіїє"
SOFT_E: Final = re.compile(f"(?<=[аеёиоуўэюяыъь])е|(?<![{CYRILLIC}])е")
AFTER_VOWEL: Final = re.compile("(?<=[аеёиоуўэюяы])ц|(?<=[yaeiou])ц")
LETTERS: Final = str.maketrans(
    dict(zip("абвгғдєжзиіїйкқлмнңоөпрстуүўфхҳһцыэәҗı", "abvggdejziiiykqlmnnooprstuuofxhhsieaji", strict=True))
    | {"е": "e", "ё": "yo", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ъ": "", "ь": ""}
)
WORD: Final = re.compile("[a-z0-9]+")
SPOKEN: Final = (  # in this order
    (re.compile(r"\b(ogli|ugli|qizi|kizi|ogly|uly|kyzy|qyzy)\b"), ""),
    (re.compile(r"(?<=[a-z]{2})(ov|yev|ev)(ich|na)\b"), ""),
    (re.compile("kh|x"), "h"),
    (re.compile("q"), "k"),
    (re.compile("w"), "v"),
    (re.compile("dj|dzh"), "j"),
    (re.compile("ts|tz"), "s"),
    (re.compile("iy"), "i"),
    (re.compile("y(?=[aeiou])"), ""),
    (re.compile("y"), "i"),
    (re.compile(r"([a-z])\1+"), r"\1"),
)
VOWELS: Final = "aeiou"


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Latin, lower case, no apostrophes or marks; what is no letter stays."""
    plain = normalize("NFKC", text.strip().translate(BARE)).lower().replace("ѐ", "ё")
    latin = AFTER_VOWEL.sub("ts", SOFT_E.sub("ye", plain)).translate(LETTERS)
    return "".join(sign for sign in normalize("NFD", latin) if not combining(sign))


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """The folded words of a name."""
    return tuple(WORD.findall(fold(text)))


@lru_cache(maxsize=65_536)
def sounds(text: str) -> tuple[str, ...]:
    """How these words are said: Xasanov, Khasanov and Ҳасанов are one; Anvarovich is Anvar oʻgʻli."""
    said = " ".join(words(text))
    for written, spoken in SPOKEN:
        said = written.sub(spoken, said)
    return tuple(said.split())


@lru_cache(maxsize=65_536)
def bones(text: str) -> tuple[str, ...]:
    """The consonants, and whether a vowel came first: Yoʻldosheva and Юлдашева, Oʻktam and Уктам are one."""
    return tuple(
        ("a" if said[0] in VOWELS else "") + "".join(sign for sign in said if sign not in VOWELS)
        for said in sounds(text)
    )


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
