"""What people write, folded to be found and compared: Latin, lower case, no apostrophes; kept in no cache."""

from typing import Final

from inmates.rules import WORD, fold

LONGEST: Final = 60
"""Signs of a word that the index keeps."""
MOST: Final = 8
"""Words of a search."""


def folded(text: str) -> tuple[str, ...]:
    return tuple(WORD.findall(fold.__wrapped__(text)))


def index(*texts: str | None) -> list[str]:
    """Every word once; an endless one cut, so that nothing that is handed in is too much."""
    return sorted({word[:LONGEST] for text in texts if text for word in folded(text)})


def query(asked: str) -> str:
    """A tsquery: every word, or how it begins; empty where nothing was asked."""
    return " & ".join(f"'{word[:LONGEST]}':*" for word in folded(asked)[:MOST])
