"""What a command does: the next entry, the standing that follows, and everything that hangs on it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Permission, Role
from core.model import RelativeId, UserId
from core.signed import service as signed
from inmates.exclusions import store as exclusions
from inmates.exclusions.store import Accused
from inmates.tasks import service as tasks
from messaging.appeals import alarms, machine, papers, rules, store, terms
from messaging.appeals.dossiers import Dossier, loaded
from messaging.appeals.guards import Case, Incomplete, TargetUnfit
from messaging.appeals.model import AppealId, Deed, Desk, Entry, Side, Standing, State
from messaging.appeals.store import Reader, adding, people, reading
from messaging.appeals.store.seeing import SUBJECT
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing

TARGETED: Final = frozenset({"join", "mark_duplicate"})


async def apply(
    conn: AsyncConnection, dossier: Dossier, deed: Deed, *, reader: Reader | None = None
) -> Standing:
    """The appeal is held by the caller of this."""
    case, deed = await _prepared(conn, dossier, deed, reader=reader)
    entry = rules.next_entry(case, deed)
    after = await add(conn, dossier, entry)
    await _follow(conn, after, entry)
    await audit.record(
        conn,
        deed.by,
        action=Permission.APPEAL_WRITE if deed.side is Side.STAFF else f"appeal:{deed.command}",
        subject_kind=SUBJECT,
        subject=dossier.appeal.id,
        detail={"command": deed.command},
    )
    return after.standing


async def add(conn: AsyncConnection, dossier: Dossier, entry: Entry) -> Dossier:
    """The entry, what it folds to, and the applicant's notice."""
    entries = [*dossier.entries, entry]
    standing = rules.fold(dossier.appeal, entries, law=dossier.law)
    await adding.add_entry(conn, dossier.appeal.id, entry)
    rung_at = terms.next_rung(standing, dossier.law)
    await adding.write_standing(conn, dossier.appeal.id, standing=standing, rung_at=rung_at)
    notice = machine.transitions()[entry.command].notice
    if notice:
        await store.add_notice(conn, dossier.appeal.id, template=notice, audience="applicant", at=entry.at)
    account = dossier.appeal.applicant.account
    if account is not None and entry.is_visible:
        relative = RelativeId(account)
        await mobile.announce(conn, relative, thing=Thing.APPEAL, subject=dossier.appeal.id)
    return replace(dossier, entries=entries, standing=standing)


async def _prepared(
    conn: AsyncConnection, dossier: Dossier, deed: Deed, *, reader: Reader | None
) -> tuple[Case, Deed]:
    """What the guards have to know of others."""
    same = False
    if deed.command in TARGETED and "target" in deed.values and reader:
        same = await _targeted(conn, dossier, deed.values["target"], reader=reader)
    if deed.command == "assign" and "handler" in deed.values:
        await _refuse_handler(conn, dossier, UserId(deed.values["handler"]), at=deed.at)
    if deed.command == "name_accused":
        if not named(deed.values) or not await people.exist(conn, named(deed.values)):
            raise Incomplete(name="users")
        deed = replace(deed, values=_bypassing(dossier.standing, deed.values))
    if deed.command == "forward" and "institution" in deed.values:
        await _refuse_place(conn, deed.values["institution"])
    barred = await _barred(conn, dossier.accused, at=deed.at)
    lacks = deed.command == "close" and await lacks_signature(conn, dossier)
    return Case(dossier.appeal, dossier.standing, dossier.law, barred, same, lacks), deed


async def lacks_signature(conn: AsyncConnection, dossier: Dossier) -> bool:
    """What the guard `signed` asks."""
    found = papers.written(dossier.entries)
    if found is None:
        return False
    (kind, given), ident = found, dossier.appeal.id
    return await signed.lacks_signature(conn, kind, subject=ident, by=given.by, at=given.at)


def _bypassing(standing: Standing, said: Mapping[str, Any]) -> dict[str, Any]:
    """Once staff are accused the centre answers; the box and the lawyer keep what is theirs."""
    desk = standing.desk if standing.desk in {Desk.OMBUDSMAN, Desk.LAWYER} else Desk.CENTRAL
    return {**said, "desk": desk, "institution": None}


def named(said: Mapping[str, Any]) -> Accused:
    """Who is accused, as values say it."""
    users = frozenset(UserId(one) for one in said.get("users", ()))
    return Accused(users, frozenset(said.get("institutions", ())))


async def _targeted(conn: AsyncConnection, dossier: Dossier, target: int, *, reader: Reader) -> bool:
    """Another one that the reader sees and that still lives; whether it is of the same applicant."""
    other = await store.held(conn, AppealId(target), reader=reader)
    if other is None or other.id == dossier.appeal.id:
        raise TargetUnfit
    standing = (await loaded(conn, other)).standing
    if not standing.is_live or standing.state is State.JOINED:
        raise TargetUnfit
    return other.applicant == dossier.appeal.applicant


async def _refuse_handler(conn: AsyncConnection, dossier: Dossier, user: UserId, *, at: datetime) -> None:
    """Somebody who sees the appeal and may work on it."""
    role = await people.role_of(conn, user)
    seen = role and await store.one(conn, dossier.appeal.id, reader=Reader(user, role, at))
    if not seen:
        raise Incomplete(name="handler")


async def _refuse_place(conn: AsyncConnection, institution: int) -> None:
    if await adding.region_of(conn, institution) is None:
        raise Incomplete(name="institution")


async def _barred(conn: AsyncConnection, accused: Accused, *, at: datetime) -> frozenset[int]:
    return accused.institutions | await people.places_of(conn, accused.users, at=at)


async def _follow(conn: AsyncConnection, after: Dossier, entry: Entry) -> None:
    if entry.command == "answer":
        await _answer_joined(conn, after.appeal.id, entry)
    if entry.command == "name_accused":
        await _accuse(conn, after, entry)
    if entry.command == "assign":
        user = UserId(entry.values["handler"])
        await store.add_notice(
            conn, after.appeal.id, template="assigned", audience="handler", user=user, at=entry.at
        )
    await _settle(conn, after, by=entry.by, at=entry.at)


async def _settle(conn: AsyncConnection, after: Dossier, *, by: UserId | None, at: datetime) -> None:
    """The clock has stopped: what was asked for because of it is done. An alarm is answered by itself."""
    if by is not None and not after.standing.is_live:
        await tasks.settle_about(conn, SUBJECT, subject=after.appeal.id, but=alarms.DANGER, by=by, at=at)


async def _answer_joined(conn: AsyncConnection, lead: AppealId, answer: Entry) -> None:
    """Whoever is joined has the same answer, in their own register entry."""
    for ident in await reading.joined_to(conn, lead):
        await reading.hold(conn, ident)
        dossier = await loaded(conn, await reading.bare(conn, ident))
        if dossier.standing.state is not State.JOINED:
            continue
        deed = Deed("answer_joined", Side.SYSTEM, answer.at, answer.values)
        case = Case(dossier.appeal, dossier.standing, dossier.law)
        joined = await add(conn, dossier, rules.next_entry(case, deed))
        await _settle(conn, joined, by=answer.by, at=answer.at)


async def _accuse(conn: AsyncConnection, after: Dossier, entry: Entry) -> None:
    accused = named(entry.values)
    await exclusions.keep_from(conn, SUBJECT, subject=after.appeal.id, accused=accused, at=entry.at)
    await alarms.tell_legality(conn, after, accused, at=entry.at)
    dossier = replace(after, accused=accused)
    if after.standing.desk is Desk.CENTRAL:
        due_at = after.standing.due_at
        await alarms.ask(
            conn, dossier, kind="appeal_bypassed", role=Role.OVERSIGHT, due_at=due_at, is_urgent=False
        )
