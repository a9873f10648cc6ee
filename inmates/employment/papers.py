"""Payslip and certificate of work on paper."""

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from core import clock, i18n
from core.paper import Paper
from inmates.employment import occupations, shown
from inmates.employment.model import Placement
from inmates.employment.service_papers import Certificate, Slip
from inmates.employment.shown import Say, duration
from inmates.employment.wages import Earned
from inmates.model import Person

EARNED: Final = (
    "work.month",
    "work.institution",
    "work.hours_worked",
    "work.gross",
    "work.tax",
    "work.social_tax",
)


def month(day: date) -> str:
    return f"{day:%m.%Y}"


def payslip(slip: Slip, say: Say, *, language: str, fonts: Path) -> bytes:
    kept = slip.kept
    paper = Paper(fonts, title=say("work.payslip"), made_at=kept.payroll.approved_at)
    facts = [*_whose(slip.person, say, language), (say("work.institution"), kept.payroll.institution)]
    approved = f"{kept.payroll.approved_by}, {i18n.moment(language, kept.payroll.approved_at)}"
    facts += [(say("work.month"), month(kept.payroll.month)), (say("work.approved_by"), approved)]
    facts += [] if kept.payroll.stands else [(say("work.state"), say("work.replaced"))]
    paper.pairs(facts)
    lines = [shown.line(each, say, titles=slip.titles) for each in kept.slip.lines]
    paper.table(
        [say(key) for key in ("work.what", "work.basis", "work.rate", "work.article", "work.amount")],
        [(each.label, each.basis, each.rate, each.article, each.amount) for each in lines],
        widths=(38, 18, 14, 16, 18),
        numbers=(1, 2, 4),
        bold=[i for i, each in enumerate(lines) if each.is_sum],
    )
    paper.text(say("work.rule_set", digest=kept.payroll.digest), size=7)
    return paper.finished()


def certificate(made: Certificate, say: Say, *, language: str, fonts: Path) -> bytes:
    at = i18n.day(language, made.made_on)
    start, _ = clock.local_day(made.made_on)
    paper = Paper(fonts, title=say("work.certificate"), made_at=start)
    paper.pairs([*_whose(made.person, say, language), (say("work.made_on"), at)])
    paper.table(
        [say(key) for key in ("work.job", "work.isco", "work.since", "work.until")],
        [_placed(each, language) for each in made.placements],
        widths=(40, 40, 12, 12),
    )
    paper.table(
        [say(key) for key in EARNED],
        [_month(each, say) for each in made.months],
        widths=(10, 30, 14, 18, 18, 18),
        numbers=(2, 3, 4, 5),
    )
    paper.text(say("work.certificate_note"), size=8)
    return paper.finished()


def _whose(person: Person, say: Say, language: str) -> list[tuple[str, str]]:
    name = f"{person.surname} {person.given_name} {person.patronymic}".strip()
    return [
        (say("work.person"), name),
        (say("people.number"), person.number),
        (say("work.born_on"), i18n.day(language, person.born_on)),
    ]


def _placed(placed: Placement, language: str) -> tuple[str, str, str, str]:
    until = i18n.day(language, placed.until - timedelta(days=1)) if placed.until else "—"
    occupation = f"{placed.isco} {occupations.title(placed.isco)}"
    return placed.title, occupation, i18n.day(language, placed.since), until


def _month(earned: Earned, say: Say) -> tuple[str, ...]:
    money = (say("work.som", sum=sum_) for sum_ in (earned.gross, earned.tax, earned.social_tax))
    return (month(earned.month), earned.institution, duration(earned.minutes), *money)
