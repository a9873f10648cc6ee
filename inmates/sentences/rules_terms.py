"""The fold of one sentence: its term, custody before it, books, acts and escapes, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import TypeVar

from core.statutes import RuleSet
from inmates.sentences import rules_dates
from inmates.sentences.derivation import Step, Value
from inmates.sentences.model import Fact, FactId, Held, Interruption, Reading, Reduction, Term
from inmates.sentences.rules_dates import DAY, Span
from inmates.sentences.rules_merging import Sentence

Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Episode:
    """A sentence and the facts that fall into it."""

    sentence: Sentence
    facts: tuple[tuple[FactId, Fact], ...]
    cut_on: date | None = None
    """From this day on a milder kind stands in its place."""
    held_from: date = date.min
    """Custody before belongs to earlier sentences."""

    def of(self, kind: type[Kind]) -> list[tuple[FactId, Kind]]:
        return [(ident, fact) for ident, fact in self.facts if isinstance(fact, kind)]


@dataclass(slots=True)
class Account:
    """Days still to serve from the first day on, and the lines written so far."""

    start: date
    length: int
    credit: int
    away: list[Span]
    steps: list[Step] = field(default_factory=list)

    def _last(self, away: Sequence[Span]) -> date:
        free = rules_dates.reached(self.start, max(0, self.length - self.credit), away)
        return max(free - DAY, self.start)

    @property
    def plain(self) -> date:
        """The last day, had there been no escape."""
        return self._last([])

    @property
    def last(self) -> date:
        return self._last(self.away)


def window(episode: Episode) -> Span:
    """When custody counts for it."""
    return Span(episode.held_from, episode.sentence.starts_on - DAY)


def within(held: Held, window: Span) -> Span | None:
    found = Span(max(held.since, window.since), min(held.until, window.until))
    return found if found.days else None


def away(episode: Episode, on: date) -> list[Span]:
    """An escape that goes on reaches up to the day asked about."""
    start = episode.sentence.starts_on
    spans = [Span(max(f.since, start), f.until or max(on, f.since)) for _, f in episode.of(Interruption)]
    return rules_dates.merged(span for span in spans if span.days)


def set_term(episode: Episode, account: Account, *, rules: RuleSet) -> None:
    """The last day of the term as the courts and acts left it."""
    sentence, term = episode.sentence, episode.sentence.term
    for ident, act in _by_day(episode.of(Reduction)):
        if not act.fraction:
            less = Term(months=term.whole_months - act.term.whole_months, days=term.days - act.term.days)
            years, months = divmod(max(0, less.months), 12)
            less = Term(years, months, less.days if less.months >= 0 else 0)
            account.steps.append(
                Step(
                    "reduction_term",
                    term,
                    "−",
                    act.term,
                    less,
                    rules.rules.get("reduction"),
                    (ident,),
                    act_values(act),
                )
            )
            term = less
    account.length = max(0, (rules_dates.free_on(sentence.starts_on, term) - sentence.starts_on).days)
    rule = rules.rule("count.missing_day")
    account.steps.append(Step("last_day", sentence.starts_on, "+", term, account.plain, rule))
    account.steps.append(Step("length", sentence.starts_on, "→", account.plain, account.length))


def credited(episode: Episode, account: Account, *, rules: RuleSet) -> None:
    """Custody before the first day; a day held twice counts once, at its better rate."""
    held = episode.of(Held)
    kinds = sorted({fact.holding for _, fact in held}, key=lambda h: (-rules.fraction(f"credit.{h}"), h))
    taken: list[Span] = []
    for kind in kinds:
        inside = {ident: within(f, window(episode)) for ident, f in held if f.holding is kind}
        mine = {ident: span for ident, span in inside.items() if span}
        spans = list(mine.values())
        fresh = rules_dates.days([*taken, *spans]) - rules_dates.days(taken)
        taken = rules_dates.merged([*taken, *spans])
        rule = rules.rule(f"credit.{kind}")
        rate = Fraction(rule.value) * rules.fraction(f"rate.{episode.sentence.punishment}")
        days, before = ceil(fresh * rate), account.plain
        account.credit += days
        values: dict[str, Value] = {"held": fresh, "rate": rate}
        step = Step(f"credit_{kind}", before, "−", days, account.plain, rule, tuple(mine), values)
        account.steps += [step] if mine else []


def later(episode: Episode, account: Account, *, rules: RuleSet) -> None:
    """Books and acts that take a share of what is unserved, in the order of their days."""
    shares = [pair for pair in episode.of(Reduction) if pair[1].fraction]
    events: list[tuple[date, FactId, Reading | Reduction]] = [
        *((fact.read_on, ident, fact) for ident, fact in episode.of(Reading)),
        *((fact.act_on, ident, fact) for ident, fact in shares),
    ]
    read: dict[int, int] = {}
    events.sort(key=_place)
    for key, group in groupby(events, key=lambda e: e[0].year if isinstance(e[2], Reading) else e[1] * -1):
        run = list(group)
        if isinstance(run[0][2], Reading):
            idents = tuple(ident for _, ident, _ in run)
            _read(episode, account, year=key, books=idents, read=read, rules=rules)
        else:
            _shared(account, run[0], rules=rules)


def _place(event: tuple[date, FactId, Reading | Reduction]) -> tuple[date, Fraction, str, FactId]:
    """Books first, then the smaller share: what happened on one day does not go by who was entered first."""
    day, ident, fact = event
    if isinstance(fact, Reading):
        return day, Fraction(0), "", ident
    return day, fact.fraction, fact.act_number, ident


def _read(
    episode: Episode,
    account: Account,
    *,
    year: int,
    books: tuple[FactId, ...],
    read: dict[int, int],
    rules: RuleSet,
) -> None:
    """So many days a book, and never more than so many a calendar year."""
    said = rules.under("reading")
    if "days_per_book" not in said or episode.sentence.punishment not in said["kinds"].value.split():
        account.steps.append(Step("reading_none", result=0, facts=books, values={"count": len(books)}))
        return
    each, most = int(said["days_per_book"].value), int(said["most_days_a_year"].value)
    already = min(read.get(year, 0) * each, most)
    read[year] = read.get(year, 0) + len(books)
    days, before = min(read[year] * each, most) - already, account.plain
    account.length = max(0, account.length - days)
    values: dict[str, Value] = {"year": str(year), "count": len(books), "each": each, "most": most}
    account.steps.append(
        Step("reading", before, "−", days, account.plain, said["days_per_book"], books, values)
    )


def _shared(account: Account, event: tuple[date, FactId, Reading | Reduction], *, rules: RuleSet) -> None:
    day, ident, act = event
    if not isinstance(act, Reduction):
        raise TypeError(act)
    needed = max(0, account.length - account.credit)
    unserved = max(0, needed - rules_dates.served(account.start, day, account.away))
    less, before = unserved - floor(unserved * (1 - act.fraction)), account.plain
    account.length -= less
    values: dict[str, Value] = {
        "number": act.act_number,
        "on": day,
        "unserved": unserved,
        "share": act.fraction,
    }
    rule = rules.rules.get("reduction")
    account.steps.append(Step("reduction_share", before, "−", less, account.plain, rule, (ident,), values))


def interrupted(episode: Episode, account: Account) -> None:
    if not account.away:
        return
    counted = (account.last - account.plain).days
    idents = tuple(ident for ident, _ in episode.of(Interruption))
    account.steps.append(Step("interruption", account.plain, "+", counted, account.last, facts=idents))


def _by_day(acts: Sequence[tuple[FactId, Reduction]]) -> list[tuple[FactId, Reduction]]:
    return sorted(acts, key=lambda pair: (pair[1].act_on, pair[0]))


def act_values(act: Reduction) -> dict[str, Value]:
    return {"number": act.act_number, "on": act.act_on}
