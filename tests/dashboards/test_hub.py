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
from core import bus, clock
from core.auth import Caller, Role
from core.model import PersonId, UserId
from core.sessions import fingerprint
from dashboards import hub as hubs
from dashboards.hub import Hub, Mailbox
from dashboards.model import Card
from dashboards.store import live as store
from geofence.tables import alerts, breaches
from tracking.wire import positions


def moved(*people: int, at_ms: float = 1000.0, lat: float = 41.3) -> bytes:
    rows = np.zeros(len(people), positions.POSITION)
    rows["person"], rows["taken_ms"] = people, at_ms
    rows["lat"], rows["lon"] = round(lat * 1e7), 692000000
    return positions.encode(rows)


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
        await asyncio.wait_for(hub.ready.wait(), 10)
        yield hub


async def until_seq(hub: Hub, seq: int) -> None:
    async with asyncio.timeout(10):
        while hub.seq < seq:  # noqa: ASYNC110 - the hub has no bell for tests
            await asyncio.sleep(0.01)


@pytest.fixture
async def chief(engine: AsyncEngine) -> Caller:
    return await caller(engine, "chief", role=Role.ADMINISTRATOR)


async def test_a_fast_walker_is_sent_once_with_the_newest_place(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    async with following(engine, database) as hub:
        with hub.mailbox(chief, None) as mailbox:
            for step in range(200):
                row = bus.Row("moved", packed=moved(7, 8, at_ms=1000.0 + step, lat=41.0 + step / 1000))
                await tell(conn, row)
            await until_seq(hub, 200)
            sent = positions.decode(mailbox.take_moved() or b"")
            assert len(mailbox.moved) == 0
    assert sent["person"].tolist() == [7, 8]
    assert sent["taken_ms"].tolist() == [1199.0, 1199.0]


async def test_a_late_fix_does_not_move_anybody_back(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    async with following(engine, database) as hub:
        await tell(conn, bus.Row("moved", packed=moved(7, at_ms=5000.0)))
        await tell(conn, bus.Row("moved", packed=moved(7, at_ms=1000.0)))
        await until_seq(hub, 2)
        assert hub.last["taken_ms"].tolist() == [5000.0]


async def test_no_alert_is_lost_or_merged_however_many_positions_come_between(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    whom = await files.person(engine)
    rung = [await alert(engine, whom, subject=number) for number in range(1, 31)]
    async with following(engine, database) as hub:
        with hub.mailbox(chief, None) as mailbox:
            for number in rung:
                noise = [bus.Row("moved", packed=moved(7)) for _ in range(5)]
                await tell(conn, *noise, rang(number, whom), *noise)
            await until_seq(hub, 30 * 11)
            told = [card.id for news in mailbox.take_news() for card in news.alerts]
    assert sorted(told) == rung


async def test_an_officer_hears_of_the_own_caseload_only(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    mine, other = await files.person(engine, "Karimov"), await files.person(engine, "Salimov")
    officer = await caller(engine, "officer")
    await files.caseload(engine, officer.user, mine)
    ours, theirs = await alert(engine, mine), await alert(engine, other)
    async with following(engine, database) as hub:
        with hub.mailbox(officer, await hub.seen(officer)) as mailbox:
            await tell(
                conn, rang(ours, mine), rang(theirs, other), bus.Row("moved", packed=moved(mine, other))
            )
            await until_seq(hub, 3)
            news, packed = mailbox.take_news(), mailbox.take_moved()
    assert [(card.id, card.person_id) for told in news for card in told.alerts] == [(ours, mine)]
    assert {who for told in news for who in told.states} == {mine}
    assert positions.decode(packed or b"")["person"].tolist() == [mine]


async def test_a_person_who_leaves_the_caseload_is_not_sent_any_more(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection
) -> None:
    mine = await files.person(engine)
    officer = await caller(engine, "officer")
    await files.caseload(engine, officer.user, mine)
    ours = await alert(engine, mine)
    async with following(engine, database) as hub:
        with hub.mailbox(officer, await hub.seen(officer)) as mailbox:
            await tell(conn, rang(ours, mine), bus.Row("moved", packed=moved(mine)))
            await until_seq(hub, 2)
            await conn.execute("update caseloads set during = tstzrange(lower(during), now())")
            await hub.check()
            assert mailbox.is_rescoped
            assert len(positions.decode(mailbox.take_moved() or moved())) == 0
            assert [card for told in mailbox.take_news() for card in told.alerts] == []


async def test_the_end_of_a_session_ends_the_mailbox(
    engine: AsyncEngine, database: str, conn: asyncpg.Connection, chief: Caller
) -> None:
    async with following(engine, database) as hub:
        with hub.mailbox(chief, None) as mailbox:
            await hub.check()
            assert not mailbox.is_ended
            await conn.execute("delete from sessions")
            await hub.check()
            assert mailbox.is_ended
            assert mailbox.bell.is_set()


async def test_a_socket_that_reads_nothing_is_marked_slow_and_loses_nothing_silently(chief: Caller) -> None:
    mailbox = Mailbox(chief, None)
    now = clock.now()
    card = Card(
        1, 1, "A", "strap", 1, "new", now, now, None, None, is_late=False, taken_by_name=None, zone_name=None
    )
    for seq in range(hubs.MOST_WAITING + 1):
        mailbox.tell(hubs.News(seq, (card,), {}))
    assert mailbox.is_slow
    assert len(mailbox.take_news()) == hubs.MOST_WAITING + 1


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
        assert hub.last["person"].tolist() == [whom]
        assert hub.last["lat"].tolist() == [420000000]
        assert np.isnan(hub.last["accuracy_m"]).all()


async def partition(conn: asyncpg.Connection) -> None:
    await conn.execute("create table if not exists fixes_all partition of fixes default")


def test_ids_are_the_kind_the_wire_carries() -> None:
    seen = frozenset({UserId(3)})
    assert hubs.within(positions.decode(moved(1, 3)), seen)["person"].tolist() == [3]
