"""The made-up city arrives in the database whole, once, and as the platform reads it."""

from datetime import UTC, datetime, timedelta

import asyncpg
import shapely

from app import seed
from core.model import PersonId
from core.times import to_us
from geofence.store import terms as store
from simulators import stage
from simulators import world as worlds

INSERT = """
insert into persons (number, surname, given_name, sex, born_on) values ($1, 'A', 'B', 'm', '1990-01-01')
"""
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


async def test_seeding_twice_writes_once(conn: asyncpg.Connection) -> None:
    assert await seed.write(conn, people=30, seed=4, now=NOW)
    assert not await seed.write(conn, people=60, seed=4, now=NOW)
    assert await conn.fetchval("select count(*) from persons") == 30


async def test_the_platform_reads_the_terms_that_the_simulator_walks_by(conn: asyncpg.Connection) -> None:
    await seed.write(conn, people=30, seed=4, now=NOW)
    world = worlds.world(30, 4, NOW)
    read = await store.terms(conn, [PersonId(r.person.id) for r in world.residents])
    for resident in world.residents:
        stored = {t.condition: t for t in read[resident.person.id]}
        assert {c: (t.kind, t.hours, t.since_us, t.absences) for c, t in stored.items()} == {
            t.condition: (t.kind, t.hours, t.since_us, t.absences) for t in resident.terms
        }
        for term in resident.terms:
            assert shapely.equals_exact(stored[term.condition].shape.geometry, term.shape.geometry)


async def test_another_performance_gives_the_stage_its_hours_anew(conn: asyncpg.Connection) -> None:
    later = NOW + timedelta(hours=5)
    assert await seed.write(conn, people=60, seed=4, now=NOW, staged=stage.staged)
    assert not await seed.write(conn, people=60, seed=4, now=later, staged=stage.staged)
    world, _ = stage.staged(worlds.world(60, 4, later), to_us(later))
    actors = [r for r in world.residents if r.is_actor]
    read = await store.terms(conn, [PersonId(r.person.id) for r in actors])
    for actor in actors:
        (term,) = actor.terms
        stored = read[actor.person.id]
        assert len(stored) == (2 if stage.hangs_on_the_clock(term) else 1)
        assert stored[-1].hours == term.hours
        assert stored[-1].absences[-1:] == term.absences


async def test_officers_see_their_share(conn: asyncpg.Connection) -> None:
    await seed.write(conn, people=30, seed=4, now=NOW)
    rows = await conn.fetch(
        "select login, count(person_id) from users left join caseloads on user_id = users.id group by login"
    )
    assert dict(map(tuple, rows)) == {"officer": 30, "officer2": 6, "administrator": 0}


async def test_a_database_with_other_people_keeps_them(conn: asyncpg.Connection) -> None:
    await conn.execute(INSERT, "A")
    await seed.write(conn, people=5, seed=4, now=NOW)
    await conn.execute(INSERT, "B")
    assert await conn.fetchval("select count(*) from persons") == 7
