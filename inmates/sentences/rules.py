"""The calculator: facts, the law and a day give the last day of a sentence, the dates before it, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from core.statutes import RuleSet
from inmates.sentences import rules_dates, rules_eligible, rules_merging, rules_terms
from inmates.sentences.derivation import Computed, Key, Reckoning, SentencesUnmerged, Step, cited
from inmates.sentences.model import (
    Convict,
    Entry,
    Fact,
    FactId,
    Held,
    Interruption,
    Measure,
    Punishment,
    Reading,
    Reduction,
    Refused,
    Replacement,
    Term,
)
from inmates.sentences.rules_dates import DAY, Span
from inmates.sentences.rules_eligible import Law, Served
from inmates.sentences.rules_merging import Sentence
from inmates.sentences.rules_terms import Account, Episode


def crime_day(entries: Iterable[Entry], *, rules: RuleSet, convict: Convict) -> date | None:
    """Whose law may be the milder one; none: there is no sentence."""
    found = rules_merging.standing(rules_merging.known(entries, rules=rules, convict=convict))
    return found[-1].decided_on if found else None


def compute(entries: Iterable[Entry], convict: Convict, *, law: Law, on: date) -> Computed:
    """The same for every order of the entries."""
    facts = rules_merging.known(entries, rules=law.rules, convict=convict)
    standing = _replaced(rules_merging.standing(facts), facts.entries)
    episodes, unused = _assigned(standing, facts.entries)
    found: list[Reckoning] = []
    windows: list[Span] = []
    since = date.min
    for episode in episodes:
        placed = replace(episode, held_from=max(since, episode.sentence.counts_from))
        if found and since > episode.sentence.starts_on:
            raise SentencesUnmerged
        found.append(_reckoned(placed, law=law, convict=convict, on=on))
        windows.append(rules_terms.window(placed))
        ends_on = found[-1].ends_on
        since = ends_on + DAY if ends_on else date.max
    unused += [
        ident
        for ident, entry in facts.entries.items()
        if isinstance(entry.fact, Held)
        and not any(rules_terms.within(entry.fact, window) for window in windows)
    ]
    return Computed(on, tuple(found), tuple(sorted(unused)))


def _replaced(
    standing: Sequence[Sentence], entries: Mapping[FactId, Entry]
) -> list[tuple[Sentence, date | None]]:
    """A milder kind is a sentence of its own from its first day on, and ends the one before."""
    acts = [(entry.fact, ident) for ident, entry in entries.items() if isinstance(entry.fact, Replacement)]
    found: list[tuple[Sentence, date | None]] = [(one, None) for one in standing]
    for act, ident in sorted(acts, key=lambda pair: (pair[0].starts_on, pair[1])):
        place = max((n for n, one in enumerate(found) if one[0].starts_on <= act.starts_on), default=None)
        if place is None:
            continue
        before = found[place][0]
        found[place] = (before, act.starts_on)
        found.insert(place + 1, (_milder(before, act, ident=ident), None))
    return found


def _milder(before: Sentence, act: Replacement, *, ident: FactId) -> Sentence:
    values = cited(act)
    kind = Key(f"sentences.punishment.{act.punishment}")
    step = Step("replacement", kind, "→", None, act.term, facts=(ident,), values=values)
    return replace(
        before,
        id=ident,
        punishment=act.punishment,
        term=act.term,
        starts_on=act.starts_on,
        counts_from=act.starts_on,
        steps=(step,),
    )


def _assigned(
    standing: Sequence[tuple[Sentence, date | None]], entries: Mapping[FactId, Entry]
) -> tuple[list[Episode], list[FactId]]:
    """Custody is offered to all of them, everything else to the one that runs on its day."""
    lists: list[list[tuple[FactId, Fact]]] = [[] for _ in standing]
    unused: list[FactId] = []
    for ident, entry in entries.items():
        day = _day(entry.fact)
        if isinstance(entry.fact, Held):
            fits = list(range(len(standing)))
        elif day is None:
            continue
        else:
            fits = [n for n, (one, _) in enumerate(standing) if one.starts_on <= day][-1:]
            unused += [] if fits else [ident]
        for place in fits:
            lists[place].append((ident, entry.fact))
    made = [Episode(one, tuple(lists[n]), cut) for n, (one, cut) in enumerate(standing)]
    return made, unused


def _day(fact: Fact) -> date | None:
    match fact:
        case Interruption():
            return fact.since
        case Reading():
            return fact.read_on
        case Reduction() | Refused():
            return fact.act_on
        case _:
            return None


def _reckoned(episode: Episode, *, law: Law, convict: Convict, on: date) -> Reckoning:
    sentence = episode.sentence
    account = Account(sentence.starts_on, 0, 0, rules_terms.away(episode, on), list(sentence.steps))
    if sentence.punishment is Punishment.LIFE:
        return _for_life(episode, account, law=law, convict=convict, on=on)
    rules_terms.set_term(episode, account, rules=law.rules)
    rules_terms.credited(episode, account, rules=law.rules)
    rules_terms.later(episode, account, rules=law.rules)
    rules_terms.interrupted(episode, account)
    ends_on = account.last
    if episode.cut_on is not None and episode.cut_on <= ends_on:
        ends_on = max(sentence.starts_on, episode.cut_on - DAY)
        account.steps.append(Step("cut", account.last, "→", None, ends_on))
    released_on, doubts = _released(account, ends_on, law=law)
    served = Served(sentence, account.length, account.credit, account.away, ends_on)
    eligible, steps = _eligible(episode, served, law=law, convict=convict)
    done = _done(account, on, until=ends_on)
    return Reckoning(
        sentence.id,
        sentence.punishment,
        sentence.starts_on,
        ends_on,
        released_on,
        account.length,
        account.credit,
        done,
        max(0, (ends_on - max(on, sentence.starts_on)).days + 1),
        eligible,
        None,
        (*account.steps, *steps),
        tuple(doubts + _doubts(episode, law=law)),
    )


def _done(account: Account, on: date, *, until: date) -> int:
    """Days served before this one, custody before the sentence among them."""
    served = rules_dates.served(account.start, min(on, until + DAY), account.away)
    return min(account.length, account.credit + served)


def _released(account: Account, ends_on: date, *, law: Law) -> tuple[date, list[str]]:
    """JIK 168: on the last day, or before it where it is a day off."""
    off = rules_dates.day_off(ends_on, law.calendar)
    found = max(rules_dates.last_working_day(ends_on, law.calendar), account.start)
    if off:
        account.steps.append(Step("day_off", ends_on, "→", None, found, off))
    account.steps.append(Step("release", ends_on, "→", None, found, law.rules.rule("release.day_off")))
    unannounced = f"holiday.on.{ends_on.year}" not in law.calendar.rules
    return found, ["feasts_unannounced"] if unannounced else []


def _eligible(
    episode: Episode, served: Served, *, law: Law, convict: Convict
) -> tuple[dict[Measure, date | None], list[Step]]:
    found: dict[Measure, date | None] = {}
    steps: list[Step] = []
    for measure in Measure:
        found[measure], more = rules_eligible.eligible(
            served, measure, law=law, convict=convict, refused=episode.of(Refused)
        )
        steps += [step for step in more if step not in steps]
    return found, steps


def _for_life(episode: Episode, account: Account, *, law: Law, convict: Convict, on: date) -> Reckoning:
    """It has no end; books give nothing; pardon may be asked for."""
    sentence = episode.sentence
    away = account.away
    books = tuple(ident for ident, _ in episode.of(Reading))
    steps = [*account.steps]
    if books:
        rule = law.rules.rules.get("reading.kinds")
        steps.append(Step("reading_life", result=0, rule=rule, facts=books, values={"count": len(books)}))
    held = [rules_terms.within(fact, rules_terms.window(episode)) for _, fact in episode.of(Held)]
    credit = rules_dates.days(span for span in held if span)
    pardon_on, step = rules_eligible.pardon(sentence, rules=law.rules, credit=credit, away=away)
    none = Served(sentence, 0, credit, away, date.max)
    eligible, more = _eligible(episode, none, law=law, convict=convict)
    cut = episode.cut_on - DAY if episode.cut_on else None
    return Reckoning(
        sentence.id,
        sentence.punishment,
        sentence.starts_on,
        cut,
        None,
        None,
        credit,
        credit + rules_dates.served(sentence.starts_on, episode.cut_on or on, away),
        None,
        eligible,
        pardon_on,
        (*steps, step, *more),
    )


def _doubts(episode: Episode, *, law: Law) -> list[str]:
    """What a lawyer should look at."""
    found = []
    if any(fact.until is None for _, fact in episode.of(Interruption)):
        found.append("still_away")
    most = law.rules.rules.get(f"maximum.longest.{episode.sentence.punishment}")
    longest = Term(int(most.value)) if most else None
    start = episode.sentence.starts_on
    if longest and episode.sentence.days > (rules_dates.free_on(start, longest) - start).days:
        found.append("above_maximum")
    return found
