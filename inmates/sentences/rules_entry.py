"""What can be written down at all: a fact that contradicts itself is refused at once."""

from collections.abc import Sequence
from fractions import Fraction

from core.errors import Conflict, Invalid
from inmates.sentences.model import (
    SENTENCES,
    Annulment,
    Entry,
    Fact,
    FactId,
    Held,
    Interruption,
    Judgment,
    Merging,
    Punishment,
    Reduction,
    Refused,
    Replacement,
    Revision,
    Term,
)


class PeriodReversed(Invalid):
    """It ends before it begins."""

    code = "period_reversed"


class TermMissing(Invalid):
    """A term is needed, or there must be none."""

    code = "term_missing"


class ArticlesMissing(Invalid):
    """No judgment without an article."""

    code = "articles_missing"


class PartsMissing(Invalid):
    """A merging names two or more sentences, each once."""

    code = "parts_missing"


class ShareWrong(Invalid):
    """Either a term or a share between nothing and everything."""

    code = "share_wrong"


class FactUnknown(Invalid):
    """It names a fact that this person does not have."""

    code = "fact_unknown"


class FactReplaced(Conflict):
    """Somebody has corrected it already; correct the correction."""

    code = "fact_replaced"


def check(fact: Fact, entries: Sequence[Entry], *, replaces: FactId | None) -> None:
    """A refusal says why it cannot be written down."""
    _itself(fact)
    _names(fact, entries)
    if replaces is None and isinstance(fact, Annulment):
        raise FactUnknown
    if replaces is not None:
        if replaces not in {entry.id for entry in entries}:
            raise FactUnknown
        if replaces in {entry.replaces for entry in entries}:
            raise FactReplaced


def _itself(fact: Fact) -> None:
    match fact:
        case Judgment():
            _judgment(fact)
        case Merging():
            if len({part.sentence for part in fact.parts}) != len(fact.parts) or len(fact.parts) < 2:
                raise PartsMissing
        case Held() | Interruption() if fact.until is not None and fact.until < fact.since:
            raise PeriodReversed
        case Refused() if fact.until <= fact.act_on:
            raise PeriodReversed
        case Reduction():
            _share(fact)
        case Revision() | Replacement() if fact.term == Term():
            raise TermMissing
        case _:
            return


def _judgment(fact: Judgment) -> None:
    if not fact.articles:
        raise ArticlesMissing
    if (fact.term == Term()) is not (fact.punishment is Punishment.LIFE):
        raise TermMissing
    if fact.committed_on is not None and fact.committed_on > fact.act_on:
        raise PeriodReversed


def _share(fact: Reduction) -> None:
    try:
        share = Fraction(fact.share)
    except (ValueError, ZeroDivisionError) as wrong:
        raise ShareWrong from wrong
    if not 0 <= share <= 1 or (share > 0) is (fact.term != Term()):
        raise ShareWrong


def _names(fact: Fact, entries: Sequence[Entry]) -> None:
    sentences = {entry.id for entry in entries if isinstance(entry.fact, SENTENCES)}
    named: set[FactId] = set()
    if isinstance(fact, Merging):
        named = {part.sentence for part in fact.parts}
    if isinstance(fact, Revision):
        named = {fact.sentence}
    if named - sentences:
        raise FactUnknown
