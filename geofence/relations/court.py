"""For a court: a person's relations over a time, folded again with what held then, beside the record."""

from dataclasses import dataclass

import asyncpg

from core.model import PersonId
from geofence import breaches, court, policies, relations
from geofence.relations import replay
from geofence.relations.model import Basis, RelationId
from geofence.replay import PATIENCE_US
from geofence.rules.episodes import Episode, Name
from geofence.store import breaches as store


@dataclass(frozen=True, slots=True)
class Finding:
    told: dict[Name, Episode]
    recorded: list[Episode]
    vanished: list[Episode]


async def retell(conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int) -> Finding:
    """Breaches of two of [since, until) whose bound one is this person; changes nothing."""
    found = Finding({}, [], [])
    kept = await store.since(conn, {person: since_us}, but=breaches.NOT_OF_TWO)
    for held in await replay.load(conn, ended_after_us=0):
        if held.relation.person == person:
            relation = held.relation.id
            begun = [e.opened_us for e in kept if e.subject == relation and not e.is_annulled]
            one = await _retell(conn, relation, before_us=min([since_us, *begun]), until_us=until_us)
            asked = [e for e in one.recorded if court.reaches_into(e, since_us)]
            found.recorded.extend(asked)
            found.vanished.extend(one.vanished)
            names = {episode.name for episode in asked}
            mine = one.told.items()
            found.told.update({n: e for n, e in mine if n in names or court.reaches_into(e, since_us)})
    return found


async def _retell(
    conn: asyncpg.Connection, relation: RelationId, *, before_us: int, until_us: int
) -> Finding:
    """The fold runs on to the last report; what it tells of the time before the end does not depend on it."""
    basis = Basis(policies.in_force().at, relations.valid_at)
    now_us = until_us - 1 + PATIENCE_US
    told = await replay.retell(conn, relation, since_us=before_us, basis=basis, now_us=now_us)
    if told is None:
        return Finding({}, [], [])
    carried = [e.opened_us for e in told.found.values() if e.opening is None and e.opened_us < before_us]
    if carried:
        return await _retell(conn, relation, before_us=min(carried), until_us=until_us)
    known = [court.as_of(e, until_us) for e in told.found.values() if court.could_be_known(e, until_us)]
    recorded = [court.as_of(e, until_us) for e in told.stored if court.could_be_known(e, until_us)]
    return Finding({episode.name: episode for episode in known}, recorded, told.differences.vanished)
