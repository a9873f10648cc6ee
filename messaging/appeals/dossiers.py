"""Loading an appeal whole: head, entries, the law it came under, and what they fold to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from core import calendar, clock, rule_sets, statutes
from core.statutes import RuleSet
from inmates.exclusions import store as exclusions
from inmates.exclusions.store import Accused
from messaging.appeals import rules, store
from messaging.appeals.model import Appeal, Entry, Standing
from messaging.appeals.store.seeing import SUBJECT
from messaging.appeals.terms import Law


@dataclass(frozen=True, slots=True)
class Dossier:
    appeal: Appeal
    entries: Sequence[Entry]
    standing: Standing
    law: Law
    accused: Accused


async def loaded(conn: AsyncConnection, appeal: Appeal) -> Dossier:
    law = await law_of(conn, appeal)
    entries = await store.entries(conn, appeal.id)
    accused = await exclusions.accused_of(conn, SUBJECT, subject=appeal.id)
    return Dossier(appeal, entries, rules.fold(appeal, entries, law=law), law, accused)


async def law_of(conn: AsyncConnection, appeal: Appeal) -> Law:
    """The rule set of the day on which it came, as it was kept then."""
    kept = await rule_sets.kept(conn, appeal.law)
    if kept is None:
        raise LookupError(appeal.law)
    return Law(kept, working_days())


def rules_today() -> RuleSet:
    return statutes.load("appeals").on(clock.today())


def working_days() -> calendar.Calendar:
    """Of today's statutes: a decree of this week moves the days of an appeal of last month."""
    return calendar.of(statutes.load("calendar").on(clock.today()))
