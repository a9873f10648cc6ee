"""Reporting, hearing, deciding; and what became of a sanction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, rule_sets, statutes
from core.auth import Caller, Permission, Role
from core.errors import NotFound
from core.model import PersonId, UserId
from core.statutes import RuleSet
from inmates import store as people
from inmates.conduct import rules, rules_dated, store
from inmates.conduct.model import (
    Decision,
    DecisionId,
    Document,
    Entry,
    EntryKind,
    Hearing,
    HearingId,
    IncentiveId,
    IncentiveKind,
    Incident,
    IncidentId,
    Measure,
    Minutes,
    Proposal,
    ProtocolId,
    Record,
    Report,
    Sanction,
    Standing,
)
from inmates.legality import rules as legality_rules
from inmates.legality import service as legality
from inmates.legality.model import Deed, DeedKind, Segregation
from inmates.model import Fact
from inmates.service import known, opened
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

MOST = 100
HEAR = "hear_incident"
"""The task that a decision settles."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """All of it, and what it comes to today."""

    record: Record
    standing: Standing
    names: Mapping[UserId, str]
    """Of those who reported, heard and decided."""


def law(at: datetime) -> RuleSet:
    return statutes.load("conduct").on(at.astimezone(clock.HERE).date())


async def read(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Conduct:
    await opened(conn, caller, person=person, part="conduct", action=Permission.CONDUCT_READ)
    return await _load(conn, person)


async def listed(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, before: IncidentId | None, most: int
) -> tuple[Sequence[Incident], IncidentId | None]:
    """A page of incidents, newest first, and where the next one begins."""
    await opened(conn, caller, person=person, part="incidents", action=Permission.CONDUCT_READ)
    most = min(most, MOST)
    found = await store.latest(conn, person, before=before, most=most + 1)
    page = found[:most]
    return page, page[-1].id if len(found) > most else None


async def report(conn: AsyncConnection, caller: Caller, *, person: PersonId, report: Report) -> IncidentId:
    """Whoever must be told has a task at once, and the unit head one to hear and decide."""
    await known(conn, caller, person=person)
    now = clock.now()
    if report.happened_at > now:
        raise rules.OutOfOrder
    made = await store.add_incident(conn, person, report=report, at=now, by=caller.user)
    await _record(conn, caller, person=person, detail={"incident": made, "kind": report.kind})
    await _announce(conn, person, incident=made, report=report, now=now)
    return made


async def _announce(
    conn: AsyncConnection, person: PersonId, *, incident: IncidentId, report: Report, now: datetime
) -> None:
    held = law(now)
    due = now + timedelta(hours=held.whole("notice.due_within_hours"))
    for role in rules.notices(report.kind, law=held):
        kind = f"notice_{report.kind}"
        await tasks.add(conn, Wanted(person, kind, role, due, "incident", incident, is_urgent=True))
    until = now + timedelta(days=held.whole("sanction.decide_within_days"))
    wanted = Wanted(person, HEAR, Role.UNIT_HEAD, until, "incident", incident)
    await tasks.add(conn, wanted)


async def hear(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    incident: IncidentId,
    heard_at: datetime,
    explanation: str | None,
) -> HearingId:
    """No explanation: the person declined to give one."""
    await known(conn, caller, person=person)
    now = clock.now()
    found = _incident(await store.record(conn, person), incident)
    rules.refuse_hearing(found, heard_at=heard_at, now=now)
    made = await store.add_hearing(conn, incident, heard_at=heard_at, explanation=explanation, by=caller.user)
    await _record(conn, caller, person=person, detail={"incident": incident, "hearing": made})
    return made


async def decide(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, incident: IncidentId, proposal: Proposal
) -> DecisionId:
    """Stands on the last hearing; takes the place of an annulled decision about the same incident."""
    await known(conn, caller, person=person)
    await people.hold(conn, person)
    now = clock.now()
    facts, held = await store.record(conn, person), law(now)
    found, hearing = _incident(facts, incident), _hearing(facts, incident)
    annulled, earlier = _earlier(facts, incident)
    rules.refuse_decision(
        proposal, found, hearing=hearing, earlier=earlier, role=caller.role, at=now, law=held
    )
    if hearing is None:
        raise rules.NotHeard
    _refuse_segregation(facts, proposal)
    made = await store.add_decision(
        conn,
        found,
        hearing=hearing,
        proposal=proposal,
        replaces=annulled.id if annulled else None,
        at=now,
        by=caller.user,
        law=await rule_sets.keep(conn, held),
    )
    await tasks.settle(conn, caller, kind=HEAR, subject=incident)
    if proposal.measure is not Measure.NONE:
        acted = frozenset({caller.user, found.reported_by, hearing.heard_by})
        await legality.weigh(conn, Deed(DeedKind.SANCTION, person, acted, now, made))
    detail = {"incident": incident, "decision": made, "measure": proposal.measure}
    await _record(conn, caller, person=person, detail=detail)
    return made


def _refuse_segregation(facts: Record, proposal: Proposal) -> None:
    if proposal.begins_on is None or proposal.days is None:
        return
    wanted = Segregation(proposal.begins_on, proposal.begins_on + timedelta(days=proposal.days))
    legality_rules.refuse_segregation(
        wanted, rules_dated.segregations(facts), on=clock.today(), law=legality.law(clock.now())
    )


async def enter(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    decision: DecisionId,
    kind: EntryKind,
    at: datetime,
    document: Document,
) -> None:
    """Served, reviewed, lifted, appealed or annulled."""
    await known(conn, caller, person=person)
    await people.hold(conn, person)
    found = _sanction(await _load(conn, person), decision)
    rules.refuse_entry(found, kind=kind, at=at, now=clock.now())
    await store.add_entry(conn, Entry(decision, kind, at, caller.user, document))
    await _record(conn, caller, person=person, detail={"decision": decision, "entry": kind})


async def reward(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    kind: IncentiveKind,
    document: Document,
    lifts: DecisionId | None,
) -> IncentiveId:
    """An early lifting ends the sanction it names in the same transaction."""
    await known(conn, caller, person=person)
    await people.hold(conn, person)
    now = clock.now()
    conduct, held = await _load(conn, person), law(now)
    lifted = _sanction(conduct, lifts) if lifts is not None else None
    finding = conduct.standing.finding
    rules.refuse_incentive(kind, role=caller.role, lifted=lifted, finding=finding, law=held)
    made = await store.add_incentive(
        conn,
        person,
        kind=kind,
        document=document,
        lifts=lifts,
        protocol=finding.id if finding and finding.minutes.is_correcting else None,
        at=now,
        by=caller.user,
        law=await rule_sets.keep(conn, held),
    )
    if lifts is not None:
        await store.add_entry(conn, Entry(lifts, EntryKind.LIFTED, now, caller.user, document))
    await _record(conn, caller, person=person, detail={"incentive": made, "kind": kind})
    return made


async def find(conn: AsyncConnection, caller: Caller, *, person: PersonId, minutes: Minutes) -> ProtocolId:
    """The commission's protocol is written down."""
    await known(conn, caller, person=person)
    now = clock.now()
    held = law(now)
    rules.refuse_commission(minutes.members, law=held)
    if minutes.held_on > now.astimezone(clock.HERE).date():
        raise rules.OutOfOrder
    made = await store.add_protocol(
        conn, person, minutes=minutes, by=caller.user, law=await rule_sets.keep(conn, held)
    )
    if made is None:
        raise rules.DecidedAlready
    await _record(conn, caller, person=person, detail={"protocol": made})
    return made


async def facts(conn: AsyncConnection, some: Collection[PersonId]) -> list[Fact]:
    """What the rights clock counts from; for many people at once."""
    held = await store.records(conn, some)
    return [fact for one in held for fact in rules_dated.dated(one, held[one])]


async def is_in_cell(conn: AsyncConnection, person: PersonId, *, on: date) -> bool:
    """For services whose own guard let somebody ask: a confirmed relative."""
    found = rules_dated.segregations(await store.record(conn, person))
    return any(one.begins_on <= on and (one.ends_on is None or on < one.ends_on) for one in found)


async def _load(conn: AsyncConnection, person: PersonId) -> Conduct:
    facts = await store.record(conn, person)
    laws = await rule_sets.of_decisions(conn, [one.law for one in facts.decisions])
    standing = rules.standing(facts, clock.today(), laws=laws)
    return Conduct(facts, standing, await people.staff(conn, rules_dated.people_of(facts)))


async def _record(conn: AsyncConnection, caller: Caller, *, person: PersonId, detail: dict[str, Any]) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.CONDUCT_WRITE,
        subject_kind="person",
        subject=person,
        detail=detail,
    )


def _incident(facts: Record, incident: IncidentId) -> Incident:
    found = next((one for one in facts.incidents if one.id == incident), None)
    if found is None:
        raise NotFound
    return found


def _hearing(facts: Record, incident: IncidentId) -> Hearing | None:
    mine = [one for one in facts.hearings if one.incident_id == incident]
    return mine[-1] if mine else None


def _earlier(facts: Record, incident: IncidentId) -> tuple[Decision | None, Decision | None]:
    """The last decision about the incident: as annulled, or as still standing."""
    annulled = {one.decision_id for one in facts.entries if one.kind is EntryKind.ANNULLED}
    mine = [one for one in facts.decisions if one.incident_id == incident]
    last = mine[-1] if mine else None
    return (last, None) if last and last.id in annulled else (None, last)


def _sanction(conduct: Conduct, decision: DecisionId) -> Sanction:
    found = next((one for one in conduct.standing.sanctions if one.decision.id == decision), None)
    if found is None:
        raise NotFound
    return found
