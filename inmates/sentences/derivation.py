"""The lines of a computation: what was taken, what was done with it, what came out, and by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from core.errors import Conflict
from core.statutes import Rule
from inmates.sentences.model import (
    FactId,
    Judgment,
    Measure,
    Merging,
    Punishment,
    Replacement,
    Revision,
    Term,
)


class Key(str):
    """A text of the catalogues, by its key."""

    __slots__ = ()


Value = date | Term | Fraction | int | Key | str | None
"""Whole numbers are days."""


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    """`sentences.step.<code>` says what was done."""
    before: Value = None
    sign: str = ""
    """One of + − × → ≤."""
    by: Value = None
    result: Value = None
    rule: Rule | None = None
    facts: tuple[FactId, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


def cited(act: Judgment | Merging | Revision | Replacement) -> dict[str, Value]:
    return {"number": act.act_number, "on": act.act_on, "court": act.court}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """One sentence, from its first day to its last."""

    sentence: FactId
    punishment: Punishment
    starts_on: date
    ends_on: date | None
    """None: for life."""
    released_on: date | None
    """The last day of the term, or the last working day before it."""
    whole_days: int | None
    """Of the term as it now stands, without what reading and acts took off."""
    credit_days: int
    served_days: int
    left_days: int | None
    eligible: Mapping[Measure, date | None]
    pardon_on: date | None
    steps: tuple[Step, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Computed:
    """By the facts known and the law, on one day; the last of the sentences is the present one."""

    on: date
    sentences: tuple[Reckoning, ...]
    unused: tuple[FactId, ...]
    """Facts that count for none of them."""

    @property
    def present(self) -> Reckoning | None:
        return self.sentences[-1] if self.sentences else None


class SentencesUnmerged(Conflict):
    """Two sentences run at once, and no act of a court says how they go together."""

    code = "sentences_unmerged"


class SentenceUnknown(Conflict):
    """A fact names a sentence that is not there."""

    code = "sentence_unknown"


class AddedTooLong(Conflict):
    """More was added than the others hold."""

    code = "added_too_long"


class TermTooLong(Conflict):
    """Longer than any calendar."""

    code = "term_too_long"
