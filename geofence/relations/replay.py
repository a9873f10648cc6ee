"""Fold pairs again from a checkpoint, and compare with what is stored: late fixes, edits, a crash, a court.

There is one way from stored facts to the breaches of two, as there is for one (ADR-0008)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from core.model import PersonId
from geofence import breaches
from geofence.relations import wire
from geofence.relations.held import Held, Task, fold
from geofence.relations.model import Basis, Pair, Relation, RelationId
from geofence.replay import NEVER_US, PATIENCE_US
from geofence.rules import episodes, proximity, walk
from geofence.rules.episodes import Differences, Episode
from geofence.store import breaches as breaches_store
from geofence.store import pairs as store
from geofence.store import terms
from geofence.wire import UnknownStanding
from tracking import store as tracking_store


@dataclass(frozen=True, slots=True)
class Told:
    """One pair folded again, compared with what is stored."""

    found: dict[episodes.Name, Episode]
    stored: list[Episode]
    differences: Differences


async def load(conn: asyncpg.Connection, *, ended_after_us: int) -> list[Held]:
    """Every relation that did not end before a moment, with nothing folded yet."""
    listed = await store.relations(conn, ended_after_us=ended_after_us)
    offs = await terms.taken_off(conn, {person for r in listed for person in (r.person, r.other)})
    found = []
    for relation in listed:
        mine = sorted(offs[relation.person] + offs[relation.other], key=walk.mark)
        mattering = tuple(off for off in mine if proximity.matters(relation, off))
        found.append(Held(relation, mattering, proximity.fresh(relation)))
    return found


async def begin(conn: asyncpg.Connection, one: Held, *, before_us: int) -> None:
    """Seat the newest checkpoint: nothing in it from `before_us` on, nothing that is not so any more."""
    one.pair = await _beginning(conn, one, before_us=before_us)
    one.kept_us = one.pair.at_us


async def compare(
    conn: asyncpg.Connection, some: Sequence[Held], *, basis: Basis, now_us: int
) -> dict[RelationId, Told]:
    """Fold these pairs on over all that is stored, and compare; writes nothing."""
    reports = await tracking_store.reports_since(conn, _since(some))
    begins = {one.relation.id: one.pair for one in some}
    tasks = [_task(one, reports, now_us=now_us) for one in some]
    starts = {one.relation.id: _start(one.pair, facts) for one, facts in tasks}
    changes = fold(tasks, basis=basis, until_us=now_us - PATIENCE_US)
    told: dict[RelationId, Told] = {}
    for one in some:
        relation = one.relation
        found = episodes.told(change for change in changes if change.subject == relation.id)
        for carried in _carried(begins[relation.id], relation):
            found.setdefault(carried.name, carried)
        start_us = starts[relation.id]
        since_us = min([start_us, *(e.opened_us for e in found.values())])
        stored = await _stored(conn, relation, since_us=since_us)
        asked = [e for e in stored if begins[relation.id].last or e.opened_us > start_us]
        differences = episodes.compared(found, asked, begins={relation.person: start_us})
        told[relation.id] = Told(found, asked, differences)
    return told


async def retell(
    conn: asyncpg.Connection, relation: RelationId, *, since_us: int, basis: Basis, now_us: int
) -> Told | None:
    """For a court: folded again from before a moment up to now, beside the record; changes nothing.
    None: there is no such relation."""
    held = [one for one in await load(conn, ended_after_us=0) if one.relation.id == relation]
    for one in held:
        await begin(conn, one, before_us=since_us)
    return (await compare(conn, held, basis=basis, now_us=now_us)).get(relation)


async def _beginning(conn: asyncpg.Connection, one: Held, *, before_us: int) -> Pair:
    skip = 0
    while listed := await store.before(conn, one.relation.id, before_us=before_us, skip=skip):
        for checkpoint in listed:
            if checkpoint.duty == one.past(checkpoint.as_of_us):
                try:
                    return wire.decode(checkpoint.state)
                except UnknownStanding:
                    continue
        skip += len(listed)
    return proximity.fresh(one.relation)


def _task(one: Held, reports: Mapping[PersonId, Sequence[walk.Fact]], *, now_us: int) -> Task:
    facts = one.due((fact for person in one.people for fact in reports[person]), now_us=now_us)
    return one, [fact for fact in facts if one.is_new(fact)]


def _since(some: Iterable[Held]) -> dict[PersonId, int]:
    """From when on each person's reports are wanted."""
    found: dict[PersonId, int] = {}
    for one in some:
        since_us = one.pair.last.taken_us if one.pair.last else one.relation.since_us
        for person in one.people:
            found[person] = min(since_us, found.get(person, since_us))
    return found


def _start(begun: Pair, facts: Sequence[walk.Fact]) -> int:
    """From when on a fold of these facts can tell anything."""
    if begun.last:
        return begun.at_us
    return facts[0].taken_us - 1 if facts else NEVER_US


def _carried(begun: Pair, relation: Relation) -> list[Episode]:
    opened = begun.breach
    return [Episode(relation.person, opened.kind, relation.id, opened.opened_us)] if opened else []


async def _stored(conn: asyncpg.Connection, relation: Relation, *, since_us: int) -> list[Episode]:
    found = await breaches_store.since(conn, {relation.person: since_us}, but=breaches.NOT_OF_TWO)
    return [episode for episode in found if episode.subject == relation.id]
