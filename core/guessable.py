"""Passwords that somebody guesses first: words of this place and of every list, rows of keys, leaked ones."""

import re
import tomllib
from collections.abc import Iterable
from hashlib import sha1
from pathlib import Path
from typing import Any, Final

LEAST_OWN: Final = 7
"""Characters that must be left when everything guessable is taken away."""
LEAST_KINDS: Final = 5
"""Different characters."""
LOOKS_LIKE: Final = str.maketrans("013457@$!", "oieastasi")
"""Signs that stand for letters in words that somebody means to hide."""
YEAR: Final = re.compile(r"(?:19|20)\d\d")
DIGITS: Final = ("01234567890", "09876543210")
LEAST_RUN: Final = 3
HEX: Final = 40


def words() -> tuple[str, ...]:
    """From `guessable.toml` and digits in a row, the longest first: what holds a shorter one goes whole."""
    said: dict[str, Any] = tomllib.loads(Path(__file__).with_name("guessable.toml").read_text("utf-8"))
    runs = {
        row[begin:end]
        for row in DIGITS
        for begin in range(len(row))
        for end in range(begin + LEAST_RUN, len(row) + 1)
    }
    return longest_first({word for some in said.values() for word in some} | runs)


def longest_first(some: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(some, key=len, reverse=True))


WORDS: Final = words()


def is_guessable(password: str, *, more: tuple[str, ...] = ()) -> bool:
    """Made of listed words, `more` (the user's own names), years and repeats, and of too little else."""
    said = password.casefold()
    if len(set(said)) < LEAST_KINDS:
        return True
    own = {word.casefold() for name in more for word in re.findall(r"\w{3,}", name)}
    known = (*longest_first(own), *WORDS)
    return min(_left(said, known), _left(said.translate(LOOKS_LIKE), known)) < LEAST_OWN


def _left(said: str, known: tuple[str, ...]) -> int:
    """How many characters no known word takes; one that repeats the one before it counts once."""
    for word in known:
        said = said.replace(word, " ")
    said = YEAR.sub(" ", said)
    return len(re.sub(r"(.)\1+", r"\1", re.sub(r"\s+", "", said)))


def is_leaked(password: str, ranges: Path) -> bool:
    """Whether a file of SHA-1 digests has it: capital hexadecimal, ascending, one a line, a colon and a count
    behind it or nothing. Raises OSError: it cannot be read."""
    wanted = sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with ranges.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:  # a line that begins in [low, high) is looked for
            middle = (low + high) // 2
            file.seek(max(middle - 1, 0))
            if middle:
                file.readline()
            begins, line = file.tell(), file.readline()
            if begins >= high or not line or line[:HEX] > wanted:
                high = middle
            elif line[:HEX] < wanted:
                low = begins + len(line)
            else:
                return True
    return False
