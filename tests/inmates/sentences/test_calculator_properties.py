"""What holds for every sentence: more credit is never later, order is nothing, no date is behind the end."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from courts import LAW, TODAY, convict, law, told
from inmates.sentences import rules, rules_dates
from inmates.sentences.derivation import Reckoning
from inmates.sentences.model import (
    Article,
    Category,
    Entry,
    Fact,
    FactId,
    Ground,
    Held,
    Holding,
    Interruption,
    Judgment,
    Measure,
    Merging,
    Method,
    Part,
    Punishment,
    Reading,
    Reduction,
    Refused,
    Term,
)
from inmates.sentences.rules_dates import DAY, Span

days = st.dates(date(2000, 1, 1), date(2035, 12, 31))
terms = st.builds(Term, st.integers(0, 20), st.integers(0, 11), st.integers(0, 30)).filter(
    lambda term: term != Term()
)
lengths = st.integers(0, 400).map(lambda n: timedelta(days=n))
START = date(2020, 2, 29)


def judgment(starts: date, term: Term, category: Category) -> Judgment:
    articles = (Article("169/3", category),)
    return Judgment("Namuna sudi", "1-1", starts, articles, Punishment.DEPRIVATION, starts, term)


judgments = st.builds(judgment, days, terms, st.sampled_from(Category))


@st.composite
def spans(draw: st.DrawFn, near: date = START) -> Span:
    since = near + timedelta(days=draw(st.integers(-700, 700)))
    return Span(since, since + draw(lengths))


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """A judgment and what may happen around it; never a second sentence."""
    said = replace(draw(judgments), starts_on=START)
    around: list[Fact] = [
        Held(draw(st.sampled_from(Holding)), span.since, span.until)
        for span in draw(st.lists(spans(), max_size=3))
    ]
    around += [Interruption(span.since, span.until) for span in draw(st.lists(spans(), max_size=2))]
    around += [Reading(span.since, "book") for span in draw(st.lists(spans(), max_size=14))]
    around += [
        Reduction("UP-1", span.since, share=share)
        for span, share in draw(
            st.lists(st.tuples(spans(), st.sampled_from(("1/4", "1/3", "1/2"))), max_size=2)
        )
    ]
    around += [Reduction("UP-2", span.since, term) for span, term in draw(some_terms())]
    around += [
        Refused(draw(st.sampled_from(Measure)), span.since, span.until)
        for span in draw(st.lists(spans(), max_size=2))
    ]
    return [said, *around]


def some_terms() -> st.SearchStrategy[list[tuple[Span, Term]]]:
    return st.lists(st.tuples(spans(), st.builds(Term, st.integers(0, 2), st.integers(0, 11))), max_size=1)


def computed(facts: list[Fact]) -> Reckoning:
    return of(told(*facts))


def of(entries: list[Entry]) -> Reckoning:
    found = rules.compute(entries, convict(), law=LAW, on=TODAY).present
    assert found is not None
    return found


def last(found: Reckoning) -> date:
    assert found.ends_on is not None
    return found.ends_on


@given(facts(), spans(), st.sampled_from(Holding))
def test_more_credit_never_ends_later(known: list[Fact], span: Span, holding: Holding) -> None:
    more = computed([*known, Held(holding, span.since, span.until)])
    assert last(more) <= last(computed(known))


@given(facts(), spans())
def test_one_more_book_never_ends_later_and_an_escape_never_earlier(known: list[Fact], span: Span) -> None:
    before = last(computed(known))
    assert last(computed([*known, Reading(span.since, "book")])) <= before
    no_shares = [fact for fact in known if not (isinstance(fact, Reduction) and fact.fraction)]
    away = Interruption(span.since, span.until)
    assert last(computed([*no_shares, away])) >= last(computed(no_shares))


@given(facts(), st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(known: list[Fact], chance: st.DataObject) -> None:
    entries = told(*known)
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert of(shuffled) == of(entries)
    renumbered = list(known)
    chance.shuffle(renumbered)  # type: ignore[attr-defined]
    one, two = computed(renumbered), of(entries)
    assert (one.ends_on, one.credit_days, one.eligible) == (two.ends_on, two.credit_days, two.eligible)


@given(facts(), days)
def test_no_date_lies_outside_the_sentence(known: list[Fact], on: date) -> None:
    found = rules.compute(told(*known), convict(), law=LAW, on=on).present
    assert found is not None
    assert found.starts_on <= last(found)
    assert found.released_on is not None
    assert found.starts_on <= found.released_on <= last(found)
    for eligible in found.eligible.values():
        assert eligible is None or found.starts_on <= eligible <= last(found)
    assert found.whole_days is not None
    assert 0 <= found.served_days <= found.whole_days
    assert found.left_days is not None
    assert found.left_days >= 0


@given(facts(), spans(), st.integers(0, 400), st.sampled_from(Holding))
def test_splitting_a_remand_period_changes_nothing(
    known: list[Fact], span: Span, after: int, holding: Holding
) -> None:
    cut = min(span.since + timedelta(days=after), span.until)
    whole = computed([*known, Held(holding, span.since, span.until)])
    parts = [Held(holding, span.since, cut)]
    if cut < span.until:
        parts.append(Held(holding, cut + DAY, span.until))
    split = computed([*known, *parts])
    assert (split.ends_on, split.credit_days, split.eligible) == (
        whole.ends_on,
        whole.credit_days,
        whole.eligible,
    )


@given(st.lists(terms, min_size=1, max_size=3), terms)
def test_adding_an_absorbed_sentence_changes_nothing(said: list[Term], less: Term) -> None:
    longest = max((rules_dates.free_on(START, term), n) for n, term in enumerate(said))[0]
    if rules_dates.free_on(START, less) > longest:
        less = said[0]
    sentences = [judgment(START, term, Category.SERIOUS) for term in said]
    more = [*sentences, judgment(START + DAY, less, Category.SERIOUS)]
    before, after = (computed([*all_of, absorbing(len(all_of))]) for all_of in (sentences, more))
    assert (after.ends_on, after.eligible, after.whole_days) == (
        before.ends_on,
        before.eligible,
        before.whole_days,
    )


def absorbing(count: int) -> Merging:
    parts = tuple(Part(FactId(number)) for number in range(1, count + 1))
    return Merging("Namuna sudi", "1-9", START, Ground.CRIMES, Method.ABSORPTION, parts, START)


@given(st.lists(terms, min_size=2, max_size=3))
def test_full_addition_is_never_less_than_absorption_nor_more_than_the_maximum(said: list[Term]) -> None:
    sentences: list[Fact] = [judgment(START, term, Category.SERIOUS) for term in said]
    added = last(computed([*sentences, replace(absorbing(len(said)), method=Method.FULL)]))
    longest = max(rules_dates.free_on(START, term) for term in said)
    most = rules_dates.free_on(START, Term(20))
    assert min(longest, most) - DAY <= added <= most - DAY


@given(days, st.integers(0, 300))
def test_months_are_clamped_to_their_ends(start: date, months: int) -> None:
    """The last day is the one before the same day of the month, or the month's own last day."""
    end = rules_dates.free_on(start, Term(0, months)) - DAY
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    length = monthrange(year, month + 1)[1]
    if start.day > length:
        assert end == date(year, month + 1, length)
    else:
        assert end + DAY == date(year, month + 1, start.day)
    assert rules_dates.free_on(start, Term(0, months)) <= rules_dates.free_on(start + DAY, Term(0, months))
    assert rules_dates.free_on(start, Term(0, months)) <= rules_dates.free_on(start, Term(0, months + 1))
    assert rules_dates.free_on(start, Term(*divmod(months, 12))) == rules_dates.free_on(
        start, Term(0, months)
    )


@given(st.lists(spans(), max_size=5))
def test_days_are_counted_once(many: list[Span]) -> None:
    each = {one.since + DAY * n for one in many for n in range(one.days)}
    assert rules_dates.days(many) == len(each)


@given(facts(), st.dates(date(1996, 1, 1), date(2026, 11, 27)))
def test_a_rule_set_gives_the_same_whenever_it_is_asked(known: list[Fact], day: date) -> None:
    one, two = (
        rules.compute(told(*known), convict(), law=law(day), on=TODAY),
        rules.compute(told(*reversed(known[:1]), *known[1:]), convict(), law=law(day), on=TODAY),
    )
    assert one == two


@given(facts())
def test_the_milder_law_of_the_crime_is_never_later(known: list[Fact]) -> None:
    strict = rules.compute(told(*known), convict(), law=law(TODAY), on=TODAY).present
    mild = rules.compute(told(*known), convict(), law=law(TODAY, date(2020, 1, 1)), on=TODAY).present
    assert strict is not None
    assert mild is not None
    for measure, eligible in strict.eligible.items():
        milder = mild.eligible[measure]
        assert eligible is None or (milder is not None and milder <= eligible)
