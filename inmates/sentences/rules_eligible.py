"""When early release or a milder kind becomes possible (JK 73, 74, 89, 90), and pardon for life (JK 76)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from core.statutes import Rule, RuleSet
from inmates.sentences import rules_dates
from inmates.sentences.derivation import Key, Step
from inmates.sentences.model import Category, Convict, FactId, Measure, Past, Punishment, Refused, Term
from inmates.sentences.rules_dates import Span
from inmates.sentences.rules_merging import Sentence


@dataclass(frozen=True, slots=True)
class Law:
    """What holds on the day asked about, what held on the day of the crime, and the working days."""

    rules: RuleSet
    then: RuleSet
    calendar: RuleSet

    @property
    def digests(self) -> tuple[str, str, str]:
        return self.rules.digest, self.then.digest, self.calendar.digest


@dataclass(frozen=True, slots=True)
class Served:
    """What the fold of a sentence knows when it comes to the dates in between."""

    sentence: Sentence
    whole: int
    """Days of the term as it now stands."""
    credit: int
    away: Sequence[Span]
    ends_on: date


def is_juvenile(sentence: Sentence, convict: Convict, *, rules: RuleSet) -> bool:
    """All crimes before the birthday; where the day of a crime is unknown, nobody guesses."""
    adult_on = rules_dates.free_on(convict.born_on, Term(rules.whole("juvenile.age")))
    return sentence.committed_on is not None and sentence.committed_on < adult_on


def category(sentence: Sentence) -> Category:
    """The gravest of its crimes, raised by what was before (JK 73)."""
    found = max((article.category for article in sentence.articles), key=lambda c: c.gravity)
    least = {Past.REPEAT: Category.SERIOUS, Past.AFTER_RELEASE: Category.ESPECIALLY_SERIOUS}
    return max(found, least.get(sentence.past, found), key=lambda c: c.gravity)


def excluded(sentence: Sentence, measure: Measure, *, rules: RuleSet) -> Rule | None:
    """The rule that forbids it altogether."""
    if sentence.punishment is Punishment.LIFE or sentence.past is Past.DANGEROUS:
        reason = "life" if sentence.punishment is Punishment.LIFE else "dangerous"
        return rules.rules.get(f"{measure}.never.{reason}")
    rule = rules.rules.get(f"{measure}.never.articles")
    listed = set(rule.value.split()) if rule else set()
    return rule if listed & {article.number for article in sentence.articles} else None


def eligible(
    served: Served, measure: Measure, *, law: Law, convict: Convict, refused: Sequence[tuple[FactId, Refused]]
) -> tuple[date | None, list[Step]]:
    sentence = served.sentence
    forbidding = excluded(sentence, measure, rules=law.rules)
    if forbidding:
        return None, [Step(f"{measure}_never", rule=forbidding, facts=(sentence.id,))]
    rule, more = _fraction(sentence, measure, law=law, convict=convict)
    needed = ceil(served.whole * Fraction(rule.value))
    rest = max(0, needed - served.credit)
    found = rules_dates.reached(sentence.starts_on, rest, served.away)
    steps = [
        *more,
        Step(f"{measure}_part", served.whole, "×", Fraction(rule.value), needed, rule),
        Step(f"{measure}_on", sentence.starts_on, "+", rest, found, values={"credit": served.credit}),
    ]
    for ident, said in sorted(refused, key=lambda pair: (pair[1].act_on, pair[0])):
        if said.measure is measure and said.until > found:
            steps.append(Step("refused", found, "→", None, said.until, facts=(ident,)))
            found = said.until
    if found > served.ends_on:
        return None, [*steps, Step(f"{measure}_too_late", found, "≤", served.ends_on)]
    return found, steps


def _fraction(sentence: Sentence, measure: Measure, *, law: Law, convict: Convict) -> tuple[Rule, list[Step]]:
    """Of today or of the day of the crime: the milder one (JK 13)."""
    grave = category(sentence)
    young = "juvenile." if is_juvenile(sentence, convict, rules=law.rules) else ""
    key = f"{measure}.{young}{grave}"
    said = [Step("category", result=Key(f"sentences.category.{grave}"), facts=(sentence.id,))]
    if young:
        said.append(Step("juvenile", convict.born_on, rule=law.rules.rule("juvenile.age")))
    now, then = law.rules.rule(key), law.then.rules.get(key)
    if then is None or Fraction(then.value) >= Fraction(now.value):
        return now, said
    if law.rules.text("retroactive.stricter") != "no":
        return now, said
    milder = law.rules.rule("retroactive.stricter")
    step = Step("milder", Fraction(now.value), "→", None, Fraction(then.value), milder)
    return then, [*said, step]


def pardon(sentence: Sentence, *, rules: RuleSet, credit: int, away: Sequence[Span]) -> tuple[date, Step]:
    """When somebody sentenced for life may ask for pardon."""
    rule = rules.rule("pardon.life.years")
    years = Term(int(rule.value))
    needed = (rules_dates.free_on(sentence.starts_on, years) - sentence.starts_on).days - credit
    found = rules_dates.reached(sentence.starts_on, max(0, needed), away)
    return found, Step("pardon", sentence.starts_on, "+", years, found, rule)
