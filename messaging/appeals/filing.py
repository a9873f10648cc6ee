"""Taking an appeal in: registered at once, never refused, alarmed where it speaks of danger."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets
from core.auth import Permission
from core.errors import Conflict, NotFound
from core.model import UserId
from inmates.exclusions.store import Accused
from inmates.exclusions.store import keep_from as keep
from messaging.appeals import alarms, danger, rules, store, terms
from messaging.appeals.dossiers import Dossier, loaded, rules_today, working_days
from messaging.appeals.guards import Case, Incomplete
from messaging.appeals.model import GRAVE, Appeal, Deed, Draft, Entry, Regime, Side, Standing
from messaging.appeals.store import adding, people, reading
from messaging.appeals.store.seeing import SUBJECT
from messaging.appeals.terms import Law


class ClientIdTaken(Conflict):
    """Another appeal has this id."""

    code = "appeal_id_taken"


@dataclass(frozen=True, slots=True)
class Filed:
    appeal: Appeal
    standing: Standing
    is_new: bool
    """False: it was handed in before."""


async def submit(conn: AsyncConnection, draft: Draft, *, by: UserId | None, now: datetime) -> Filed:
    rules.refuse_draft(draft)
    await adding.hold_client(conn, draft.client_id)
    known = await reading.by_client(conn, draft.client_id)
    if known is not None:
        return await _again(conn, draft, known)
    placed, is_placed = await _placed(conn, draft, now=now)
    region = await adding.region_of(conn, placed.institution)
    if region is None:
        raise NotFound
    made = await _entered(conn, placed, region=region, is_placed=is_placed, by=by, now=now)
    await audit.record(
        conn,
        by,
        action=Permission.APPEAL_WRITE if by else "appeal:submit",
        subject_kind=SUBJECT,
        subject=made.appeal.id,
        detail={"kind": draft.kind, "form": draft.form, "channel": draft.channel},
    )
    return Filed(made.appeal, made.standing, is_new=True)


async def _again(conn: AsyncConnection, draft: Draft, known: Appeal) -> Filed:
    """The outbox sends twice: the first one is the answer, if it is the same."""
    if known.content_sha256 != rules.digest(draft) or known.applicant != draft.applicant:
        raise ClientIdTaken
    found = await loaded(conn, known)
    return Filed(known, found.standing, is_new=False)


async def _placed(conn: AsyncConnection, draft: Draft, *, now: datetime) -> tuple[Draft, bool]:
    """Where nothing is said: where the person stays; whether there is somebody below the centre to answer."""
    if draft.institution is not None or draft.person is None:
        return draft, draft.institution is not None
    where = await adding.place_of(conn, draft.person, at=now)
    is_placed = where is not None or await adding.is_supervised(conn, draft.person, at=now)
    return replace(draft, institution=where), is_placed


async def _entered(
    conn: AsyncConnection, draft: Draft, *, region: str, is_placed: bool, by: UserId | None, now: datetime
) -> Dossier:
    accused = Accused(draft.accused_users, draft.accused_institutions)
    if not await people.exist(conn, accused):
        raise Incomplete(name="accused")
    held = rules_today()
    kept = await rule_sets.keep(conn, held)
    number = await adding.draw(
        conn, region, year=now.astimezone(clock.HERE).year
    )  # all others wait from here
    regime = rules.regime(draft)
    ident = await adding.add(
        conn, draft, number=number, regime=regime, digest=rules.digest(draft), law=kept, at=now
    )
    await keep(conn, SUBJECT, subject=ident, accused=accused, at=now)
    appeal = rules.headed(draft, ident, number=number, regime=regime, law=kept, at=now)
    law = Law(held, working_days())
    entries = first_entries(appeal, draft, law, is_placed=is_placed, by=by)
    for entry in entries:
        await adding.add_entry(conn, ident, entry)
    standing = rules.fold(appeal, entries, law=law)
    rung_at = terms.next_rung(standing, law)
    await adding.write_standing(conn, ident, standing=standing, rung_at=rung_at)
    dossier = Dossier(appeal, entries, standing, law, accused)
    await alarms.raise_for(conn, dossier, at=now)
    await store.add_notice(conn, ident, template="registered", audience="applicant", at=now)
    return dossier


def first_entries(
    appeal: Appeal, draft: Draft, law: Law, *, is_placed: bool, by: UserId | None
) -> list[Entry]:
    """Handed in, registered, and, where it is so, alarmed."""
    desk = rules.desk(draft, has_place=is_placed)
    where = None if desk is desk.CENTRAL else draft.institution
    at, side = appeal.received_at, Side.STAFF if by else Side.APPLICANT
    submit = Entry(1, "submit", at, side, by, is_visible=True, values={"desk": desk, "institution": where})
    entries = [submit]
    on = rules.fold(appeal, entries, law=law).registered_on.isoformat()
    commands = [Deed("register", Side.SYSTEM, at, {"registered_on": on, "number": appeal.number})]
    if is_dangerous(draft) or appeal.regime is Regime.SAFETY_REQUEST:
        commands.append(Deed("alarm", Side.SYSTEM, at, {}))
    for deed in commands:
        case = Case(appeal, rules.fold(appeal, entries, law=law), law)
        entries.append(rules.next_entry(case, deed))
    return entries


def is_dangerous(draft: Draft) -> bool:
    """Said by check-box, by topic or by a word."""
    return draft.is_danger or draft.topic in GRAVE or danger.is_spoken_of(draft.subject, draft.body)
