"""Last week under a proposal: breaches that would appear, vanish or move; looking changes nothing."""

from dataclasses import replace

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from core import db
from core.auth import Role
from core.errors import NotFound
from courtroom import Courtroom
from geofence.model import ConditionKind, Hours, Window
from geofence.proposals import preview, service
from geofence.proposals.model import Content, Target
from geofence.proposals.preview import Preview, PreviewTooLong
from proposing import content, officer
from scene import a_fix, at, square
from supervised import Supervised, minute, supervised

NIGHT = Hours((Window(0, 135, 150),))
NOW = minute(61)


async def happen(conn: asyncpg.Connection, one: Supervised) -> None:
    """At home until minute 10, at 150 m until 30, home again."""
    room = Courtroom(conn)
    await room.begin(now=0)
    for since, until, x in ((0, 10, 0), (10, 30, 150), (30, 60, 0)):
        fixes = [a_fix(n, x, device=one.device, person=one.person) for n in range(since, until)]
        await room.hear(fixes, now=until)
    await room.tick(now=60)


class Looking:
    def __init__(self, engine: AsyncEngine, one: Supervised) -> None:
        self.engine, self.one = engine, one

    async def at(self, said: Content, target: Target) -> Preview:
        """Drafted by one, looked at by another."""
        author, reader = (
            await officer(self.engine, self.one.person),
            await officer(self.engine, self.one.person),
        )
        async with db.transaction(self.engine) as conn:
            made = await service.draft(conn, author, target=target, content=said)
        async with db.transaction(self.engine) as conn:
            return await preview.preview(conn, reader, proposal=made, now=NOW)


def words(found: Preview) -> list[tuple[str, str]]:
    return [(str(line.kind), line.what) for seen in found.seen for line in seen.lines]


async def test_what_would_have_been(conn: asyncpg.Connection, engine: AsyncEngine) -> None:
    one = await supervised(conn)
    home = await one.zone()
    held = await one.condition(home)
    await happen(conn, one)
    looking, revise = Looking(engine, one), Target(one.order, held, home, 1)
    inside = content(shape=square(100), kind=ConditionKind.INCLUSION)

    found = await looking.at(inside, revise)
    assert words(found) == [("inclusion_left", "same")]
    assert (found.seen[0].reports, len(found.seen[0].track), found.left_out) == (60, 60, 0)
    assert found.seen[0].lines[0].place is not None
    assert words(await looking.at(replace(inside, shape=square(400)), revise)) == [
        ("inclusion_left", "vanishes")
    ]
    night = replace(inside, kind=ConditionKind.CURFEW, hours=NIGHT)
    assert words(await looking.at(night, revise)) == [("inclusion_left", "vanishes"), ("curfew", "appears")]
    moved = await looking.at(replace(inside, hours=NIGHT), revise)
    (line,) = moved.seen[0].lines
    assert line.what == "moves"
    assert line.so
    assert line.so.opened_us == at(15)
    school = content(shape=square(50, x=150), kind=ConditionKind.EXCLUSION)
    new = Target(one.order)
    assert words(await looking.at(school, new)) == [("exclusion_entered", "appears")]
    assert await conn.fetchval("select count(*) from breaches") == 1
    read = await conn.fetch("select action, subject_id from audit where subject_kind = 'person'")
    assert {tuple(row) for row in read} == {("track:read", one.person)}
    assert len(read) == 5


async def test_a_shared_zone_is_looked_at_for_all_whom_it_binds(
    conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    one = await supervised(conn)
    where = await one.zone()
    await conn.execute("update zones set is_shared = true")
    await one.condition(where)
    await conn.execute("update conditions set during = tstzrange(lower(during), null)")
    await happen(conn, one)
    chief = await officer(engine, role=Role.ADMINISTRATOR)
    async with db.transaction(engine) as records:
        target = await service.target_of_zone(records, chief, zone=where)
        wide = content(shape=square(400), kind=None)
        made = await service.draft(records, chief, target=target, content=wide)
        found = await preview.preview(records, chief, proposal=made, now=NOW)
        assert words(found) == [("inclusion_left", "vanishes")]
        with pytest.raises(PreviewTooLong):
            await preview.preview(records, chief, proposal=made, now=NOW, days=15)
        with pytest.raises(NotFound):
            await preview.preview(records, await officer(engine), proposal=made, now=NOW)
