"""The hub on a real feed: positions coalesce, alerts are never lost, everybody sees their own people only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import numpy as np
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

import callers
import files
import listening
from core import bus, clock
from core.auth import Caller, Role
from core.model import PersonId
from core.sessions import fingerprint
from dashboards.map import hub as hubs
from dashboards.map import lines, live
from dashboards.map.hub import Hub
from dashboards.map.lines import Line
from dashboards.store import live as store
from geofence.tables import alerts, breaches
from listening import Ear
from tracking.wire import positions


def moved(*people: int, at_ms: float = 1000.0, lat: float = 41.3) -> bytes:
    return positions.encode(listening.moved(*people, at_ms=at_ms, lat=lat))


async def tell(conn: asyncpg.Connection, *rows: bus.Row) -> None:
    async with conn.transaction():
        await bus.announce(conn, rows)


async def alert(engine: AsyncEngine, whom: PersonId, *, kind: str = "strap", subject: int = 1) -> int:
    now = clock.now()
    breach = await files.row(
        engine,
        breaches,
        person_id=whom,
        kind=kind,
        subject_id=subject,
        opened_at=now,
        found_at=now,
        opening={},
    )
    return await files.row(engine, alerts, breach_id=breach, person_id=whom, severity=1, raised_at=now)


def rang(alert: int, whom: PersonId) -> bus.Row:
    return bus.Row("alert", {"alert": alert}, whom)


async def caller(engine: AsyncEngine, login: str, *, role: Role = Role.OFFICER) -> Caller:
    user = await callers.user(engine, login, role=role)
    secret = await callers.session(engine, user)
    return Caller(user, login, role, login, "en", fingerprint(secret))


@asynccontextmanager
async def following(engine: AsyncEngine, url: str) -> AsyncIterator[Hub]:
    async with hubs.running(Hub(engine, url)) as hub:
        await asyncio.wait_for(hub.ready.wait(), 60)
        yield hub


@asynccontextmanager
async def heard(hub: Hub, caller: Caller, *, after: int | None = None) -> AsyncIterator[tuple[Ear, Line]]:
    """What a socket of theirs is sent, from its snapshot on."""
    ear = Ear()
    with hub.line(ear, caller, seen=await hub.seen(caller)) as line:
        await live.begin(hub, line, after=after)
        yield ear, line


async def until(hub: Hub, seq: int) -> None:
    """Everybody was told and shown what the feed says up to there."""
    async with asyncio.timeout(60):
        while hub.told < seq or hub.scenery.moved:  # noqa: ASYNC110 - the hub has no bell for tests
            await asyncio.sleep(0.01)


def people_in(ear: Ear) -> list[int]:
    found: set[int] = set()
    for frame in ear.take():
        if isinstance(frame, bytes):
            found |= set(positions.decode(frame)["person"].tolist())
    return sorted(found)


@pytest.fixture
async def chief(engine: AsyncEngine) -> Caller:
    return await caller(engine, "chief", role=Role.ADMINISTRATOR)


async def test_a_fast_walker_is_sent_seldom_and_last_with_the_newest_place(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    async with following(engine, database) as hub, heard(hub, chief) as (ear, _):
        ear.take()
        for step in range(200):
            await tell(conn, bus.Row("moved", packed=moved(7, 8, at_ms=1000.0 + step)))
        await until(hub, 200)
        sent = [positions.decode(frame) for frame in ear.take() if isinstance(frame, bytes)]
    assert len(sent) < 100
    assert sent[-1]["person"].tolist() == [7, 8]
    assert sent[-1]["taken_ms"].tolist() == [1199.0, 1199.0]


async def test_a_late_fix_does_not_move_anybody_back(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    async with following(engine, database) as hub:
        await tell(conn, bus.Row("moved", packed=moved(7, at_ms=5000.0)))
        await tell(conn, bus.Row("moved", packed=moved(7, at_ms=1000.0)))
        await until(hub, 2)
        assert hub.board.last["taken_ms"].tolist() == [5000.0]


async def test_no_alert_is_lost_or_merged_however_many_positions_come_between(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    whom = await files.person(engine)
    async with following(engine, database) as hub, heard(hub, chief) as (ear, _):
        rung = [await alert(engine, whom, subject=number) for number in range(1, 31)]
        ear.take()
        for number in rung:
            noise = [bus.Row("moved", packed=moved(7)) for _ in range(5)]
            await tell(conn, *noise, rang(number, whom), *noise)
        await until(hub, 30 * 11)
        told = [card["id"] for said in ear.words() for card in said.get("alerts", ())]
    assert sorted(told) == rung


async def test_an_officer_hears_of_the_own_caseload_only(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    mine, other = await files.person(engine, "Karimov"), await files.person(engine, "Salimov")
    officer = await caller(engine, "officer")
    await files.caseload(engine, officer.user, mine)
    ours, theirs = await alert(engine, mine), await alert(engine, other)
    async with following(engine, database) as hub, heard(hub, officer) as (ear, _):
        ear.take()
        await tell(conn, rang(ours, mine), rang(theirs, other), bus.Row("moved", packed=moved(mine, other)))
        await until(hub, 3)
        frames = ear.take()
    changes = [said for said in frames if isinstance(said, dict) and said["type"] == "changes"]
    assert [(card["id"], card["person_id"]) for said in changes for card in said["alerts"]] == [(ours, mine)]
    assert {who for said in changes for who in said["states"]} == {str(mine)}
    shown = [positions.decode(frame)["person"].tolist() for frame in frames if isinstance(frame, bytes)]
    assert shown == [[mine]]


async def test_a_person_who_leaves_the_caseload_is_not_sent_any_more(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    mine = await files.person(engine)
    officer = await caller(engine, "officer")
    await files.caseload(engine, officer.user, mine)
    ours = await alert(engine, mine)
    async with following(engine, database) as hub, heard(hub, officer) as (ear, line):
        ear.take()
        ear.blocked_at = asyncio.get_running_loop().time()
        await tell(conn, rang(ours, mine), bus.Row("moved", packed=moved(mine)))
        await until(hub, 2)
        assert line.waiting
        await conn.execute("update caseloads set during = tstzrange(lower(during), now())")
        await hub.check()
        assert line.is_rescoped
        ear.blocked_at = None
        await live.begin(hub, line, after=None)
        assert people_in(ear) == []
        assert not any(said.get("alerts") for said in ear.words())


async def test_the_end_of_a_session_ends_the_line(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    async with following(engine, database) as hub, heard(hub, chief) as (_, line):
        await hub.check()
        assert line.code is None
        await conn.execute("delete from sessions")
        await hub.check()
        assert line.code == lines.SESSION_ENDED
        assert line.bell.is_set()


async def test_a_slow_socket_is_dropped_and_resumes_by_number_without_loss(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    whom = await files.person(engine)
    rung = [await alert(engine, whom, subject=number) for number in range(1, 9)]
    screen = listening.Screen()
    async with following(engine, database) as hub:
        async with heard(hub, chief) as (ear, line):
            screen.read(ear.words()[0])
            screen.alerts.clear()
            await tell(conn, rang(rung[0], whom), rang(rung[1], whom))
            await until(hub, 2)
            for frame in ear.take():
                screen.read(frame)
            ear.blocked_at = asyncio.get_running_loop().time() - hubs.SEND_S - 1
            await tell(conn, *(rang(number, whom) for number in rung[2:5]))
            async with asyncio.timeout(60):
                await line.bell.wait()
            assert line.code == lines.TOO_SLOW
        await tell(conn, *(rang(number, whom) for number in rung[5:]))
        await until(hub, 8)
        async with heard(hub, chief, after=screen.seq) as (ear, _):
            first = ear.words()[0]
    assert screen.alerts == rung[:2]
    assert first["type"] == "changes"
    assert sorted(card["id"] for card in first["alerts"]) == rung[2:]


async def test_alerts_that_could_not_be_read_are_told_when_the_database_is_back(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    whom = await files.person(engine)
    ours = await alert(engine, whom)
    async with following(engine, database) as hub, heard(hub, chief) as (ear, _):
        ear.take()
        await conn.execute("alter table alerts rename to away")
        await tell(conn, rang(ours, whom))
        async with asyncio.timeout(60):
            while hub.seq < 1:  # noqa: ASYNC110 - the hub has no bell for tests
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert hub.told == 0
        await conn.execute("alter table away rename to alerts")
        await until(hub, 1)
        assert [card["id"] for said in ear.words() for card in said.get("alerts", ())] == [ours]


async def test_what_was_missed_is_found_by_number_until_the_feed_forgets(
    engine: AsyncEngine, conn: asyncpg.Connection
) -> None:
    whom = await files.person(engine)
    first, second = await alert(engine, whom, subject=1), await alert(engine, whom, subject=2)
    await tell(conn, rang(first, whom))
    await tell(conn, bus.Row("moved", packed=moved(whom)), rang(second, whom))
    async with engine.connect() as records:
        assert await store.alerts_after(records, 1) == [second]
        assert await store.alerts_after(records, 3) == []
        assert sorted(await store.alerts_after(records, 0) or []) == [first, second]
        assert await store.alerts_after(records, 99) is None
    await conn.execute("delete from feed where seq < 3")
    async with engine.connect() as records:
        assert await store.alerts_after(records, 1) is None
        assert await store.alerts_after(records, 2) == [second]


async def test_the_hub_begins_with_the_last_stored_fix_of_every_worn_device(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    whom = await files.person(engine)
    device = await files.device(engine, whom)
    await partition(conn)
    for minute in (3, 1, 2):
        await conn.execute(
            "insert into fixes (device_id, sequence, person_id, taken_at, sent_at, received_at, lon, lat,"
            " mechanism, flags) select $1, $2::int, $3, now() - $2::int * interval '1 minute', now(), now(),"
            " 69.2, 41.0 + $2::int, 1, 0",
            device,
            minute,
            whom,
        )
    async with following(engine, database) as hub:
        assert hub.board.last["person"].tolist() == [whom]
        assert hub.board.last["lat"].tolist() == [420000000]
        assert np.isnan(hub.board.last["accuracy_m"]).all()


async def partition(conn: asyncpg.Connection) -> None:
    await conn.execute("create table if not exists fixes_all partition of fixes default")
