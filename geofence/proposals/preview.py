"""What would have happened last week under a proposal: stored reports judged again, then and so."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.clock import to_us
from core.errors import Invalid, NotFound
from core.model import PersonId
from geofence import policies, trial
from geofence.evidence.store import snapshot
from geofence.model import ConditionId, Shape, ZoneId
from geofence.proposals.model import Proposal, ProposalId
from geofence.proposals.rules import would
from geofence.proposals.rules.contrasting import Line, lines, places
from geofence.proposals.service import known
from geofence.proposals.store import held as held_store
from geofence.proposals.store import replayed as store
from geofence.replay import PATIENCE_US
from geofence.store import record
from geofence.trial import Prepared, Rules
from inmates import service as people

LONGEST: Final = timedelta(days=14)
WARM_UP_US: Final = 86_400_000_000
"""What is believed of a place fades within hours."""
MOST_FIXES: Final = 200_000
"""Of one person: more would be held in memory than a page is worth."""
MOST_PEOPLE: Final = 20
"""Of a shared zone; the others are counted."""
MOST_DRAWN: Final = 4_000


class PreviewTooLong(Invalid):
    code: ClassVar[str] = "preview_too_long"


class PreviewTooLarge(Invalid):
    """A device that reports each second: ask for fewer days."""

    code: ClassVar[str] = "preview_too_large"


@dataclass(frozen=True, slots=True)
class Seen:
    """One person's time, then and under the proposal."""

    person: PersonId
    name: str
    reports: int
    lines: tuple[Line, ...]
    track: tuple[tuple[float, float], ...]
    """Thinned, for the map."""


@dataclass(frozen=True, slots=True)
class Preview:
    proposal: Proposal
    shape: Shape
    since: datetime
    until: datetime
    seen: tuple[Seen, ...]
    left_out: int
    """People of a shared zone who are not looked at here."""


async def preview(
    conn: AsyncConnection, caller: Caller, *, proposal: ProposalId, now: datetime, days: int = 7
) -> Preview:
    """Reads tracks, so each person's reading is recorded; changes nothing."""
    if not 0 < days <= LONGEST.days:
        raise PreviewTooLong(days=LONGEST.days)
    found = await known(conn, caller, proposal=proposal)
    shape = await shape_of(conn, found)
    until = now - timedelta(microseconds=PATIENCE_US)
    since = until - timedelta(days=days)
    bound = await _bound(conn, found)
    seen = []
    async with snapshot(conn) as moment:
        for person in bound[:MOST_PEOPLE]:
            await _record(conn, caller, person, since=since, until=until)
            name = await _name(conn, caller, person)
            period = {"since_us": to_us(since), "until_us": to_us(until)}
            seen.append(await _seen(moment, found, shape, person=person, name=name, period=period))
    return Preview(found, shape, since, until, tuple(seen), max(0, len(bound) - MOST_PEOPLE))


async def shape_of(conn: AsyncConnection, proposal: Proposal) -> Shape:
    """As it is drawn in the proposal, or of the shared zone that it uses."""
    if proposal.content.shape is not None:
        return proposal.content.shape
    found = await held_store.shape_of(conn, proposal.content.uses) if proposal.content.uses else None
    if found is None:
        raise NotFound
    return found[2]


async def _bound(conn: AsyncConnection, proposal: Proposal) -> list[PersonId]:
    if proposal.person is not None:
        return [proposal.person]
    return await store.bound(conn, proposal.target.zone) if proposal.target.zone else []


async def _name(conn: AsyncConnection, caller: Caller, person: PersonId) -> str:
    found = await people.known(conn, caller, person=person)
    return f"{found.surname} {found.given_name}"


async def _seen(
    conn: asyncpg.Connection,
    proposal: Proposal,
    shape: Shape,
    *,
    person: PersonId,
    name: str,
    period: dict[str, int],
) -> Seen:
    if await store.fixes(conn, person, since_us=period["since_us"] - WARM_UP_US) > MOST_FIXES:
        raise PreviewTooLarge
    ready = await trial.prepared(conn, person, warm_up_us=WARM_UP_US, **period)
    named = await _named(conn, proposal)
    rules = Rules(policies.in_force(), _terms(proposal, shape, name=named))
    found = await asyncio.to_thread(partial(trial.compared, ready, rules))
    wanted = _subjects(ready, proposal, name=named)
    kept = tuple(lines(found.contrast, wanted, places(ready.reports)))
    return Seen(person, name, len(ready.reports), kept, _track(ready))


async def _named(conn: asyncpg.Connection, proposal: Proposal) -> ConditionId:
    """A condition has the name of its first version, whatever version is revised."""
    condition = proposal.target.condition
    return (await record.named(conn, [condition]))[condition] if condition else would.NEW


def _terms(proposal: Proposal, shape: Shape, *, name: ConditionId) -> would.Amend:
    if proposal.target.order is None:
        return would.with_zone(shape, zone=proposal.target.zone or ZoneId(0))
    return would.with_condition(proposal.content, shape, name=name)


def _subjects(ready: Prepared, proposal: Proposal, *, name: ConditionId) -> set[int]:
    """The conditions that the proposal is about."""
    if proposal.target.order is not None:
        return {name}
    return {term.condition for term in ready.duty.terms if term.zone == proposal.target.zone}


def _track(ready: Prepared) -> tuple[tuple[float, float], ...]:
    listed = [at for taken_us, at in places(ready.reports).items() if taken_us >= ready.since_us]
    return tuple(listed[:: -(-len(listed) // MOST_DRAWN) or 1])


async def _record(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, since: datetime, until: datetime
) -> None:
    detail = {"since": since.isoformat(), "until": until.isoformat(), "rules": "proposal"}
    await audit.record(
        conn,
        caller.user,
        action=Permission.TRACK_READ,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
