"""The sum: pure, in whole points; what is known goes in, and what each fact weighs comes out."""

from collections.abc import Sequence
from datetime import date, timedelta

from inmates.flags.model import Contribution, Evaluation, Facts, Lowering, Model, Term, Verdict


def evaluate(model: Model, facts: Facts, *, on: date) -> Evaluation:
    """Abstains for each input that is not known, and altogether below the model's coverage."""
    known = [term for term in model.terms if facts.get(term.input) is not None]
    given = [(term, contribution(term, facts.get(term.input) or (), on=on)) for term in known]
    covered = coverage(model, known)
    score = None if covered < model.coverage_percent else sum(paid.points for _, paid in given)
    return Evaluation(
        on,
        _verdict(score, model.threshold),
        score,
        tuple(paid for _, paid in given),
        tuple(term.input for term in model.terms if term not in known),
        covered,
        tuple(way for term, paid in given for way in lowerings(term, paid)),
    )


def contribution(term: Term, days: Sequence[date], *, on: date) -> Contribution:
    begins = on - timedelta(days=term.window_days)
    within = tuple(sorted(day for day in days if begins < day <= on))
    counted = min(len(within), term.most)
    return Contribution(term.input, term.points * counted, term.points, counted, within)


def coverage(model: Model, known: Sequence[Term]) -> int:
    """Percent, rounded down."""
    return 100 * sum(map(_weight, known)) // sum(map(_weight, model.terms))


def lowerings(term: Term, paid: Contribution) -> list[Lowering]:
    """A burden grows old; what speaks for the person may come to be."""
    if term.points < 0:
        return [Lowering(term.input, -term.points, None)] if paid.counted < term.most else []
    leaving = [day + timedelta(days=term.window_days) for day in paid.days]
    # Facts beyond `most` are not paid for: the oldest ones may leave without a change.
    free = len(paid.days) - paid.counted
    found: dict[date, int] = {}
    for day in leaving[free:]:
        found[day] = found.get(day, 0) + term.points
    return [Lowering(term.input, by, day) for day, by in sorted(found.items())]


def _weight(term: Term) -> int:
    return abs(term.points) * term.most


def _verdict(score: int | None, threshold: int) -> Verdict:
    if score is None:
        return Verdict.ABSTAINED
    return Verdict.RAISED if score >= threshold else Verdict.CLEAR
