"""What a search asks the index of names for, by how far it is from what was typed. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from inmates.identity.rules import SHORTEST_KEY, keys_of
from inmates.rules import bones, sounds, words

MOST_WORDS: Final = 6
SHORTEST_BONES: Final = 3
"""Fewer consonants say too little: such a word is looked for as it sounds."""


EXACT, SAID, BEGUN, BARE = RANKS = (1, 2, 3, 4)
"""How far a question is from what was typed: the words, their sound, their beginning, their consonants."""


@dataclass(frozen=True, slots=True)
class Asked:
    queries: Mapping[int, str]
    """Texts of tsquery by rank."""
    identifiers: Sequence[str]
    """Words that may be a PINFL, a document or a penitentiary number."""


def asked(text: str) -> Asked:
    given = [word for word in text.split()[:MOST_WORDS] if words(word)]
    said = [word for word in given if sounds(word)] or given  # oʻgʻli and qizi alone are no name
    ways = zip(RANKS, (_exactly, _sounding, _beginning, _by_bones), strict=True)
    queries = {rank: " & ".join(_clause(word, way) for word in said) for rank, way in ways} if said else {}
    whole = ["".join(given)] if len(given) > 1 else []  # AA 1234567
    keys = {key for word in (*given, *whole) for key in keys_of(word)}
    likely = sorted(key for key in keys if len(key) >= SHORTEST_KEY and _has_digit(key))
    return Asked(
        {rank: query for query, rank in {q: r for r, q in reversed(queries.items())}.items()}, likely
    )


def names(text: str) -> str:
    """What of a search may be a name."""
    return " ".join(word for word in text.split()[:MOST_WORDS] if not _has_digit(word))


def alike(surname: str, given_name: str) -> tuple[str, str]:
    """Two queries for files of the same human: both names said alike, and either with the same consonants."""
    said = [_token("s", part) for name in (surname, given_name) for part in sounds(name)]
    bare = [_token("b", part) for name in (surname, given_name) for part in bones(name)]
    return " & ".join(said), " | ".join(bare)


def _clause(word: str, way: Callable[[str], str]) -> str:
    if not _has_digit(word):
        return way(word)
    number = word.lower()
    digits = [_token("n", number.lstrip("0"))] if number.isdecimal() else []
    return f"({' | '.join([_token('n', number) + ':*', *digits])})"


def _exactly(word: str) -> str:
    return " & ".join(_token("i" if len(part) == 1 else "f", part) for part in words(word))


def _beginning(word: str) -> str:
    return " & ".join(_begun(part) for part in words(word))


def _sounding(word: str) -> str:
    return " & ".join(_said(part) for part in sounds(word)) or _exactly(word)


def _by_bones(word: str) -> str:
    parts = zip(sounds(word), bones(word), strict=True)
    bare = [_token("b", bone) if len(bone) >= SHORTEST_BONES else _said(part) for part, bone in parts]
    return " & ".join(bare) or _exactly(word)


def _begun(part: str) -> str:
    return _token("i", part) if len(part) == 1 else _token("f", part) + ":*"


def _said(part: str) -> str:
    return _token("i" if len(part) == 1 else "s", part)


def _token(kind: str, text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{kind}{quoted}'"


def _has_digit(word: str) -> bool:
    return any(sign.isdecimal() for sign in word)
