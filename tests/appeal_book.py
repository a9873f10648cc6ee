"""An appeal, its law and its entries for tests of rules: nothing of it touches a database."""

from datetime import date, datetime
from typing import Any

from core import calendar, statutes
from core.clock import HERE
from core.model import UserId
from filed.appeals import draft
from messaging.appeals import filing, rules
from messaging.appeals.guards import Case
from messaging.appeals.model import Appeal, AppealId, Deed, Draft, Entry, Side
from messaging.appeals.terms import Law

RECEIVED = datetime(2026, 11, 20, 10, tzinfo=HERE)
"""A Friday."""


def law(on: date = date(2026, 11, 20)) -> Law:
    return Law(statutes.load("appeals").on(on), calendar.of(statutes.load("calendar").on(on)))


class Book:
    """One appeal and what was written behind it."""

    def __init__(self, given: Draft | None = None, *, at: datetime = RECEIVED) -> None:
        self.draft = given or draft()
        self.law = law(at.astimezone(HERE).date())
        self.appeal: Appeal = rules.headed(
            self.draft,
            AppealId(1),
            number="M-1726-2026-000001",
            regime=rules.regime(self.draft),
            law=self.law.rules.digest,
            at=at,
        )
        self.entries: list[Entry] = filing.first_entries(
            self.appeal, self.draft, self.law, is_placed=True, by=None
        )

    @property
    def standing(self) -> rules.Standing:
        return rules.fold(self.appeal, self.entries, law=self.law)

    def give(
        self,
        command: str,
        *,
        by: int | None = 1,
        side: Side = Side.STAFF,
        at: datetime = RECEIVED,
        **values: Any,
    ) -> None:
        deed = Deed(command, side, at, values, None if by is None else UserId(by))
        case = Case(self.appeal, self.standing, self.law, same_applicant=True)
        self.entries.append(rules.next_entry(case, deed))
