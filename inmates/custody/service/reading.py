"""The custody part of a person's file, read as a whole and recorded as read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller, Permission
from core.model import PersonId
from inmates.custody.model import Child, Episode, InstitutionId, Marked, Placed, Span, Standing, Stay
from inmates.custody.rules import movements as rules
from inmates.custody.rules.admission import Admission
from inmates.custody.rules.separation import Place
from inmates.custody.store import admissions, movements, places
from inmates.model import Person
from inmates.service import opened


@dataclass(frozen=True, slots=True)
class Record:
    person: Person
    standing: Standing | None
    """Of now."""
    spans: Sequence[Span]
    stays: Sequence[Stay]
    episodes: Sequence[Episode]
    admissions: Sequence[Admission]
    marks: Sequence[Marked]
    children: Sequence[Child]
    place: Place | None
    placements: Sequence[Placed]
    institutions: dict[InstitutionId, str]
    """Names of those that occur in it."""


async def record(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Record:
    found = await opened(conn, caller, person=person, part="custody", action=Permission.CUSTODY_READ)
    episodes = await movements.episodes_of(conn, person)
    entered = [one.movement for episode in episodes for one in episode.movements]
    spans, now = rules.fold(entered), clock.now()
    standing = rules.at(spans, now)
    stays = rules.stays(spans)
    named = {one.institution_id for one in entered if one.institution_id is not None}
    place = None
    if standing is not None and standing.is_counted:
        place = await places.placed(conn, person, institution=standing.institution_id, at=now)
    return Record(
        found,
        standing,
        spans,
        stays,
        episodes,
        await admissions.admissions_of(conn, person),
        (await places.marked(conn, [person]))[person],
        await admissions.children_of(conn, person),
        place,
        await places.placements_of(conn, person),
        await places.names(conn, named),
    )


async def standing_at(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, at: datetime
) -> Standing | None:
    """Where the person was at a moment."""
    await opened(conn, caller, person=person, part="standing", action=Permission.CUSTODY_READ)
    return rules.at(rules.fold(await movements.movements_of(conn, person)), at)
