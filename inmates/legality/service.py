"""Weighing deeds, flagging to oversight, and the register of complaints about staff (ADR-0027)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid
from core.model import PersonId, UserId
from core.statutes import RuleSet
from inmates.exclusions import store as exclusions
from inmates.exclusions.store import Accused
from inmates.legality import rules, store
from inmates.legality.model import Complaint, ComplaintId, Deed, Finding, Flag, FlagId
from inmates.service import known
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 100
SUBJECT = "legality_flag"
"""Of exclusions, tasks and audit rows."""


class ComplaintKnown(Conflict):
    code = "complaint_known"


class ComplaintUnfit(Invalid):
    """About nobody who works here, about oneself, or from the future."""

    code = "complaint_unfit"


def law(at: datetime) -> RuleSet:
    return statutes.load("legality").on(at.astimezone(clock.HERE).date())


async def weigh(conn: AsyncConnection, deed: Deed) -> None:
    """In the transaction of the deed, which passes: whoever acts may not learn that a complaint exists.
    The deed is kept, for complaints that reach the register later."""
    await store.keep(conn, deed)
    await _hold_against(conn, deed, await store.complaints_of(conn, deed.person))


async def _hold_against(conn: AsyncConnection, deed: Deed, complaints: Sequence[Complaint]) -> None:
    held = law(deed.at)
    for found in rules.retaliation(deed, complaints, law=held):
        await flag(conn, found, at=clock.now(), held=held)


async def flag(conn: AsyncConnection, found: Finding, *, at: datetime, held: RuleSet) -> FlagId | None:
    """A row, an urgent task for oversight and an audit row; once, however often it is found."""
    made = await store.add_flag(conn, found, at=at, law=await rule_sets.keep(conn, held))
    if made is None:
        return None
    kind = f"legality_{found.breach}"
    due = max(found.review_by, at)
    accused = Accused(frozenset({found.actor} if found.actor else ()))
    await exclusions.keep_from(conn, SUBJECT, subject=made, accused=accused, at=at)
    wanted = Wanted(found.person, kind, Role.OVERSIGHT, due, SUBJECT, made, is_urgent=True)
    await tasks.add(conn, wanted)
    await audit.record(
        conn, None, action="legality:flag", subject_kind=SUBJECT, subject=made, detail={"rule": kind}
    )
    return made


async def flags(
    conn: AsyncConnection, caller: Caller, *, before: FlagId | None, most: int
) -> tuple[Sequence[Flag], FlagId | None]:
    """A page, newest first, and where the next one begins; the reading is recorded."""
    await _read(conn, caller, part="flags")
    most = min(most, MOST)
    found = await store.flags(conn, caller.user, before=before, most=most + 1)
    return found[:most], found[most - 1].id if len(found) > most else None


async def complaints(
    conn: AsyncConnection, caller: Caller, *, before: ComplaintId | None, most: int
) -> tuple[Sequence[Complaint], ComplaintId | None]:
    await _read(conn, caller, part="complaints")
    most = min(most, MOST)
    found = await store.complaints(conn, caller.user, before=before, most=most + 1)
    return found[:most], found[most - 1].id if len(found) > most else None


async def register(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    against: UserId,
    made_at: datetime,
    reference: str,
) -> ComplaintId:
    """By oversight, from the complaint's own register; what was done meanwhile is weighed now."""
    await known(conn, caller, person=person)
    now = clock.now()
    if against == caller.user or made_at > now or not await store.works_here(conn, against):
        raise ComplaintUnfit
    rules.watched_until(made_at, law=law(made_at))  # under a law that is not known nobody can be watched over
    made = await store.add_complaint(
        conn, person, against=against, made_at=made_at, reference=reference, by=caller.user, at=now
    )
    if made is None:
        raise ComplaintKnown
    await audit.record(
        conn, caller.user, action=Permission.OVERSIGHT_WRITE, subject_kind="complaint", subject=made
    )
    complaint = Complaint(made, person, against, made_at, reference)
    for deed in await store.deeds_of(conn, person, actor=against, since=made_at):
        await _hold_against(conn, deed, [complaint])
    return made


async def note(
    conn: AsyncConnection, person: PersonId, *, against: UserId, at: datetime, reference: str
) -> None:
    """From the register of appeals, in the transaction that takes the complaint in; once."""
    await store.add_complaint(conn, person, against=against, made_at=at, reference=reference, by=None, at=at)


async def _read(conn: AsyncConnection, caller: Caller, *, part: str) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.OVERSIGHT_READ,
        subject_kind="legality",
        detail={"part": part},
    )
