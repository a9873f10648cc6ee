"""Which sentences stand: corrections followed, later acts applied, several merged into one (JK 59–61)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from core.statutes import RuleSet
from inmates.sentences import rules_dates
from inmates.sentences.derivation import AddedTooLong, Key, SentenceUnknown, Step, cited
from inmates.sentences.model import (
    SENTENCES,
    Annulment,
    Article,
    Convict,
    Entry,
    FactId,
    Ground,
    Judgment,
    Merging,
    Method,
    Past,
    Punishment,
    Revision,
    Term,
)

HEAVY = (
    Punishment.LIFE,
    Punishment.DEPRIVATION,
    Punishment.DISCIPLINARY_UNIT,
    Punishment.RESTRICTION,
    Punishment.SERVICE_RESTRICTION,
    Punishment.CORRECTIVE_WORK,
)
"""The heaviest first."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One that stands, and how it came about."""

    id: FactId
    punishment: Punishment
    term: Term
    starts_on: date
    act_on: date
    articles: tuple[Article, ...]
    past: Past
    committed_on: date | None
    counts_from: date
    """What was served before is in the term already."""
    steps: tuple[Step, ...]

    @property
    def days(self) -> int:
        return max(0, (rules_dates.free_on(self.starts_on, self.term) - self.starts_on).days)

    @property
    def decided_on(self) -> date:
        """The day whose law may be the milder one."""
        return self.committed_on or self.act_on


@dataclass(frozen=True, slots=True)
class Known:
    """Facts that count, and where a corrected one's number leads."""

    entries: Mapping[FactId, Entry]
    later: Mapping[FactId, FactId]
    rules: RuleSet
    convict: Convict

    def latest(self, ident: FactId) -> FactId:
        seen = {ident}
        while ident in self.later and self.later[ident] not in seen:
            ident = self.later[ident]
            seen.add(ident)
        return ident


def known(entries: Iterable[Entry], *, rules: RuleSet, convict: Convict) -> Known:
    """Without what was replaced, in the order of their numbers."""
    told = sorted(entries, key=lambda entry: entry.id)
    later = {entry.replaces: entry.id for entry in told if entry.replaces is not None}
    counts = {
        entry.id: entry for entry in told if entry.id not in later and not isinstance(entry.fact, Annulment)
    }
    return Known(counts, later, rules, convict)


def standing(facts: Known) -> list[Sentence]:
    """Sentences that no merging took in, by their first day."""
    taken = {
        facts.latest(part.sentence)
        for entry in facts.entries.values()
        if isinstance(entry.fact, Merging)
        for part in entry.fact.parts
    }
    free = [
        ident
        for ident, entry in facts.entries.items()
        if isinstance(entry.fact, SENTENCES) and ident not in taken
    ]
    if taken and not free:
        raise SentenceUnknown  # mergings that name each other
    found = [sentence(facts, ident) for ident in free]
    return sorted(found, key=lambda one: (one.starts_on, one.id))


def sentence(facts: Known, ident: FactId, within: frozenset[FactId] = frozenset()) -> Sentence:
    ident = facts.latest(ident)
    entry = facts.entries.get(ident)
    if entry is None or ident in within:
        raise SentenceUnknown
    if isinstance(entry.fact, Judgment):
        return _revised(facts, _judged(ident, entry.fact))
    if isinstance(entry.fact, Merging):
        return _revised(facts, _merged(facts, ident, merging=entry.fact, within=within | {ident}))
    raise SentenceUnknown


def _judged(ident: FactId, said: Judgment) -> Sentence:
    values = cited(said)
    kind = Key(f"sentences.punishment.{said.punishment}")
    shown = kind if said.punishment is Punishment.LIFE else said.term
    step = Step("judgment", before=kind, sign="→", result=shown, facts=(ident,), values=values)
    return Sentence(
        ident,
        said.punishment,
        said.term,
        said.starts_on,
        said.act_on,
        said.articles,
        said.past,
        said.committed_on,
        date.min,
        (step,),
    )


def _revised(facts: Known, found: Sentence) -> Sentence:
    """By later acts, in the order of their days."""
    acts = [
        (entry.fact, entry.id)
        for entry in facts.entries.values()
        if isinstance(entry.fact, Revision) and facts.latest(entry.fact.sentence) == found.id
    ]
    for act, ident in sorted(acts, key=lambda pair: (pair[0].act_on, pair[1])):
        values = cited(act)
        step = Step("revision", found.term, "→", None, act.term, facts=(ident,), values=values)
        articles = act.articles or found.articles
        found = replace(found, term=act.term, articles=articles, steps=(*found.steps, step))
    return found


def _merged(facts: Known, ident: FactId, *, merging: Merging, within: frozenset[FactId]) -> Sentence:
    parts = [
        _part(sentence(facts, part.sentence, within), part.left, merging=merging) for part in merging.parts
    ]
    heaviest = min((part.punishment for part in parts), key=HEAVY.index)
    parts = [_as(part, heaviest, facts.rules) for part in parts]
    base = _base(parts, merging)
    values = cited(merging)
    made = Step("merging_base", result=base.term, facts=(ident,), values=values)
    if heaviest is Punishment.LIFE:
        made = replace(made, code="merging_life", result=Key(f"sentences.punishment.{heaviest}"))
    steps = [step for part in parts for step in part.steps] + [made]
    term = base.term
    if heaviest is not Punishment.LIFE:
        term, more = _added(facts, ident, merging=merging, base=base, parts=parts)
        steps += more
    return Sentence(
        ident,
        heaviest,
        term,
        merging.starts_on,
        merging.act_on,
        tuple(dict.fromkeys(article for part in parts for article in part.articles)),
        max((part.past for part in parts), key=list(Past).index),
        max((part.committed_on for part in parts if part.committed_on), default=None),
        max((part.counts_from for part in parts), default=date.min),
        tuple(steps),
    )


def _part(found: Sentence, left: Term | None, *, merging: Merging) -> Sentence:
    """Measured from the day of the merging; what is left of it begins there."""
    if left is None:
        return replace(found, starts_on=merging.starts_on)
    step = Step("unserved", found.term, "→", None, left, facts=(found.id,))
    counts_from = found.starts_on if merging.ground is Ground.JUDGMENTS else found.counts_from
    return replace(
        found, term=left, starts_on=merging.starts_on, counts_from=counts_from, steps=(*found.steps, step)
    )


def _as(part: Sentence, kind: Punishment, rules: RuleSet) -> Sentence:
    """In days of the heavier kind (JK 61)."""
    if part.punishment is kind or kind is Punishment.LIFE:
        return part
    rule = rules.rule(f"rate.{part.punishment}")
    share = rules.fraction(f"rate.{kind}") / Fraction(rule.value)
    term = Term(days=floor(part.days * share))
    step = Step("converted", part.days, "×", share, term.days, rule, (part.id,))
    return replace(part, punishment=kind, term=term, steps=(*part.steps, step))


def _base(parts: Sequence[Sentence], merging: Merging) -> Sentence:
    """Under several judgments what is left is added to the newest, otherwise to the severest."""
    if merging.ground is Ground.JUDGMENTS and merging.method is not Method.ABSORPTION:
        return max(parts, key=lambda part: (part.act_on, part.id))
    return max(parts, key=lambda part: (part.days, -part.id))


def _added(
    facts: Known, ident: FactId, *, merging: Merging, base: Sentence, parts: Sequence[Sentence]
) -> tuple[Term, list[Step]]:
    others = sum((part.term for part in parts if part is not base), Term())
    rule = facts.rules.rule(f"merging.{merging.ground}")
    if merging.method is Method.ABSORPTION:
        return base.term, [Step("absorption", others, "≤", base.term, base.term, rule, (ident,))]
    by = others if merging.method is Method.FULL else merging.added
    if _days(merging.starts_on, by) > _days(merging.starts_on, others):
        raise AddedTooLong
    term = base.term + by
    step = Step(f"addition_{merging.method}", base.term, "+", by, term, rule, (ident,))
    return _capped(facts, ident, merging=merging, term=term, kind=base.punishment, steps=[step])


def _capped(
    facts: Known, ident: FactId, *, merging: Merging, term: Term, kind: Punishment, steps: list[Step]
) -> tuple[Term, list[Step]]:
    """Never above the maximum of the law."""
    rule = facts.rules.rules.get(f"maximum.{merging.ground}.{kind}")
    if rule is None:
        return term, steps
    share, group = _share(facts, merging.act_on)
    most = Term(months=floor(12 * Fraction(rule.value) * share))
    years, months = divmod(most.months, 12)
    most = Term(years, months)
    if _days(merging.starts_on, term) <= _days(merging.starts_on, most):
        return term, steps
    step = Step("maximum", term, "≤", most, most, rule, (ident,))
    if group:
        special = facts.rules.rule(f"maximum.share.{group}")
        named: dict[str, Key | Fraction] = {"group": Key(f"sentences.group.{group}"), "share": share}
        steps = [
            *steps,
            Step("maximum_share", Term(int(rule.value)), "×", share, most, special, values=named),
        ]
    return most, [*steps, step]


def _share(facts: Known, on: date) -> tuple[Fraction, str]:
    """Of the maximum, for whom the law spares."""
    old = rules_dates.free_on(facts.convict.born_on, Term(facts.rules.whole("maximum.old_age")))
    group = "woman" if facts.convict.sex == "f" else "over_60" if on >= old else ""
    return (facts.rules.fraction(f"maximum.share.{group}"), group) if group else (Fraction(1), "")


def _days(start: date, term: Term) -> int:
    return (rules_dates.free_on(start, term) - start).days
