"""Weighing deeds, flagging to oversight, and the register of complaints about staff (ADR-0027)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid
from core.model import PersonId, UserId
from core.statutes import RuleSet
from inmates.legality import rules, store
from inmates.legality.model import Complaint, ComplaintId, Deed, Finding, Flag, FlagId
from inmates.service import known
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 100


class ComplaintKnown(Conflict):
    code = "complaint_known"


class ComplaintUnfit(Invalid):
    """About nobody who works here, about oneself, or from the future."""

    code = "complaint_unfit"


def law(at: datetime) -> RuleSet:
    return statutes.load("legality").on(at.astimezone(clock.HERE).date())


async def weigh(conn: AsyncConnection, deed: Deed) -> None:
    """In the transaction of the deed, which passes: whoever acts may not learn that a complaint exists."""
    held = law(deed.at)
    found = rules.retaliation(deed, await store.complaints_of(conn, deed.person), law=held)
    if found is not None:
        await flag(conn, found, at=deed.at, held=held)


async def flag(conn: AsyncConnection, found: Finding, *, at: datetime, held: RuleSet) -> FlagId | None:
    """A row, an urgent task for oversight and an audit row; once, however often it is found."""
    made = await store.add_flag(conn, found, at=at, law=await rule_sets.keep(conn, held))
    if made is None:
        return None
    kind = f"legality_{found.breach}"
    wanted = Wanted(
        found.person, kind, Role.OVERSIGHT, found.review_by, "legality_flag", made, is_urgent=True
    )
    await tasks.add(conn, wanted)
    await audit.record(
        conn, None, action="legality:flag", subject_kind="legality_flag", subject=made, detail={"rule": kind}
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
    """By oversight, from the complaint's own register."""
    await known(conn, caller, person=person)
    now = clock.now()
    if against == caller.user or made_at > now or not await store.works_here(conn, against):
        raise ComplaintUnfit
    made = await store.add_complaint(
        conn, person, against=against, made_at=made_at, reference=reference, by=caller.user, at=now
    )
    if made is None:
        raise ComplaintKnown
    await audit.record(
        conn, caller.user, action=Permission.OVERSIGHT_WRITE, subject_kind="complaint", subject=made
    )
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
