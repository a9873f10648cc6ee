"""What ends an appeal in writing, and is signed: kinds of `core.signed` (ADR-0053)."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from messaging.appeals.model import Entry


class Paper(StrEnum):
    ANSWER = "appeal_answer"
    CONCLUSION = "appeal_conclusion"


OF: Final = {"answer": Paper.ANSWER, "answer_joined": Paper.ANSWER, "leave": Paper.CONCLUSION}
"""By the command that ends it."""


def written(entries: Iterable[Entry]) -> tuple[Paper, Entry] | None:
    """Once: who is not content hands in another appeal."""
    return next(((OF[one.command], one) for one in entries if one.command in OF), None)
