"""Looks at kin and at the widely known, by the real API: a task of oversight, closed by a named human."""

from contextlib import AsyncExitStack
from datetime import timedelta
from ipaddress import ip_network

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import HOST, PASSWORD, browser, session, user
from core import clock, tables
from core.auth import Role
from core.geo import LonLat
from core.model import PersonId, UserId
from core.networks import Network
from filed.bonds import bond, mark
from filed.tasks import task
from files import caseload, institution, person, posting, row, stay
from inmates.bonds.tables import bond_ends
from inmates.detections import service
from inmates.detections.model import Kind
from inmates.detections.rules import POLICY
from inmates.entitlements.tables import contacts
from inmates.tables import persons
from inmates.tasks.tables import tasks

SOON = timedelta(seconds=1)
KNOWN = (
    Network("tashkent", LonLat(69.28, 41.31), (ip_network("10.1.0.0/16"),)),
    Network("nukus", LonLat(59.61, 42.46), (ip_network("10.2.0.0/16"),)),
)


async def look(engine: AsyncEngine) -> int:
    async with engine.begin() as conn:
        return await service.look(conn, now=clock.now() + SOON, known=KNOWN)


async def asked(engine: AsyncEngine) -> list[tuple[str, int | None, bool]]:
    query = select(tasks.c.kind, tasks.c.person_id, tasks.c.is_urgent).where(
        tasks.c.subject_kind == "detection"
    )
    async with engine.begin() as conn:
        rows = (await conn.execute(query.order_by(tasks.c.id))).all()
    return [(row[0].removeprefix("detected_"), row[1], row[2]) for row in rows]


async def seen(
    app: FastAPI, stack: AsyncExitStack, login: str, role: Role = Role.OFFICER
) -> tuple[UserId, AsyncClient]:
    who = await user(app.state.engine, login, role=role)
    return who, await stack.enter_async_context(browser(app, await session(app.state.engine, who)))


async def test_a_look_at_a_declared_cousin_is_told_and_closed_in_words(app: FastAPI) -> None:
    engine = app.state.engine
    async with AsyncExitStack() as stack:
        officer, visitor = await seen(app, stack, "officer")
        _, boss = await seen(app, stack, "boss", Role.OVERSIGHT)
        _, second = await seen(app, stack, "second", Role.OVERSIGHT)
        cousin, other = await person(engine, number="TEST-COUSIN"), await person(engine, "Rasulov")
        for whom in (cousin, other):
            await caseload(engine, officer, whom)
        said = {"number": "TEST-COUSIN", "kind": "kin", "words": "a cousin"}
        made = (await visitor.post("/v1/bonds", json=said)).json()["id"]
        assert (await visitor.post("/v1/bonds", json=said)).status_code == 409
        assert (await visitor.post("/v1/bonds", json=said | {"login": "boss"})).status_code == 403
        assert (await boss.post("/v1/bonds", json=said | {"login": "second"})).status_code == 201
        for path in (f"/v1/people/{cousin}", f"/v1/people/{cousin}/track", f"/v1/people/{other}"):
            await visitor.get(path)
        assert (await second.get(f"/v1/people/{cousin}")).status_code == 200
        assert await look(engine) == 2
        assert await look(engine) == 0, "once a day"
        assert await asked(engine) == [("kin", cousin, False)] * 2
        assert len((await boss.get("/v1/detections")).json()) == 2
        (mine,) = (await second.get("/v1/detections")).json()
        assert (mine["kind"], mine["login"], mine["person_id"]) == ("kin", "officer", cousin)
        (waits,) = (await second.get("/v1/tasks")).json()["tasks"]
        path = f"/v1/tasks/{waits['id']}/done"
        assert (await second.post(path, json={"outcome": "talked to"})).status_code == 204
        (closed,) = (await second.get("/v1/detections")).json()
        assert (closed["outcome"], closed["done_by"]) == ("talked to", "Second")
        page = (await boss.get("/oversight")).text
        assert "talked to" in page
        assert f'href="/people/{cousin}"' in page

        assert [one["login"] for one in (await visitor.get("/v1/bonds")).json()] == ["officer"]
        assert len((await boss.get("/v1/bonds")).json()) == 2
        assert (await visitor.post(f"/v1/bonds/{made}/end", json={"why": "x"})).status_code == 403
        (own,) = [one for one in (await second.get("/v1/bonds")).json() if one["login"] == "second"]
        assert (await second.post(f"/v1/bonds/{own['id']}/end", json={"why": "x"})).status_code == 409
        assert (await boss.post(f"/v1/bonds/{made}/end", json={"why": "no kin"})).status_code == 204
        assert (await boss.post(f"/v1/bonds/{made}/end", json={"why": "no kin"})).status_code == 409
        assert "no kin" in (await visitor.get("/bonds")).text


async def test_before_the_bond_and_after_its_end_nothing_is_told(engine: AsyncEngine) -> None:
    who, boss, cousin = await user(engine), await user(engine, "boss"), await person(engine)
    now = clock.now()
    made = await bond(engine, who, cousin)
    read = {"user_id": who, "action": "person:read", "subject_kind": "person", "subject_id": cousin}
    async with engine.begin() as conn:
        await conn.execute(insert(tables.audit), [read | {"at": now - timedelta(minutes=5)}])
    assert await look(engine) == 0
    end = {"bond_id": made, "user_id": who, "ended_by": boss, "ended_at": clock.now(), "why": "x"}
    await row(engine, bond_ends, **end)
    async with engine.begin() as conn:
        await conn.execute(insert(tables.audit).values(read))
    assert await look(engine) == 0


async def test_merged_files_are_of_one_cousin(engine: AsyncEngine) -> None:
    who, one, other = await user(engine), await person(engine), await person(engine)
    await bond(engine, who, one)
    async with engine.begin() as conn:
        await conn.execute(update(persons).where(persons.c.id == one).values(survivor_id=other))
        row_ = {"user_id": who, "action": "track:read", "subject_kind": "person", "subject_id": other}
        await conn.execute(insert(tables.audit).values(row_ | {"at": clock.now() + SOON / 2}))
    assert await look(engine) == 1
    assert await asked(engine) == [("kin", other, False)]


async def test_a_relative_of_the_same_name_is_a_weaker_sign(engine: AsyncEngine) -> None:
    """Where a bond is declared, it is that and not this."""
    who = await user(engine)
    whom, stranger, cousin = [await person(engine, "Karimov") for _ in range(3)]
    async with engine.begin() as conn:
        named = update(tables.users).where(tables.users.c.id == who).values(shown_as="Nodira Karimova")
        await conn.execute(named)
    since = {"approved_by": who, "since": clock.today()}
    for one, relation in ((whom, "sibling"), (cousin, "sibling"), (stranger, "lawyer")):
        await row(engine, contacts, person_id=one, name="Каримова Нодира", relation=relation, **since)
    await bond(engine, who, cousin)
    async with engine.begin() as conn:
        read = {"user_id": who, "action": "person:read", "subject_kind": "person"}
        some = [read | {"subject_id": one} for one in (whom, stranger, cousin)]
        await conn.execute(insert(tables.audit), some)
    assert await look(engine) == 2
    assert await asked(engine) == [("kin", cousin, False), ("namesake", whom, False)]


async def staff_of(app: FastAPI, stack: AsyncExitStack, house: int, singer: PersonId) -> list[AsyncClient]:
    """Who may read the file of somebody in this house; the officer has the case."""
    readers = []
    for login, role in (
        ("nurse", Role.DOCTOR),
        ("keeper", Role.OFFICER),
        ("teacher", Role.TEACHER),
        ("clerk", Role.REGISTRAR),
    ):
        who, reader = await seen(app, stack, login, role)
        await posting(app.state.engine, who, house)
        readers.append(reader)
        if role is Role.OFFICER:
            await caseload(app.state.engine, who, singer)
    return readers


async def test_each_look_at_the_widely_known_is_reviewed_and_a_crowd_is_an_alert(app: FastAPI) -> None:
    engine = app.state.engine
    async with AsyncExitStack() as stack:
        _, boss = await seen(app, stack, "boss", Role.OVERSIGHT)
        singer, house = await person(engine, number="TEST-SINGER"), await institution(engine)
        await stay(engine, singer, house)
        until = clock.today() + timedelta(days=9)
        marking = {"number": "TEST-SINGER", "why": "a singer", "until": until.isoformat()}
        for wrong in ({"why": " "}, {"until": (until + POLICY.renown_lasts).isoformat()}):
            assert (await boss.post("/v1/renown", json=marking | wrong)).status_code == 422
        assert (await boss.post("/v1/renown", json=marking)).status_code == 201
        assert (await boss.post("/v1/renown", json=marking)).status_code == 409
        readers = await staff_of(app, stack, house, singer)
        await task(engine, singer, Role.DOCTOR)
        for reader in readers[:3]:
            assert (await reader.get(f"/v1/people/{singer}")).status_code == 200
        assert await look(engine) == 3
        assert await asked(engine) == [("renown", singer, False)] * 3
        assert (await boss.get(f"/v1/people/{singer}")).status_code == 200
        assert await look(engine) == 0, "who reviews is not reviewed"

        await crowd(engine, singer, readers=POLICY.crowd_readers - 1)
        assert (await readers[3].get(f"/v1/people/{singer}")).status_code == 200
        assert await look(engine) == POLICY.crowd_readers + 1
        assert (await asked(engine)).count(("crowd", singer, True)) == 1
        found = [one for one in (await boss.get("/v1/detections")).json() if one["kind"] == Kind.CROWD]
        assert [(one["login"], one["count"]) for one in found] == [(None, POLICY.crowd_readers)]
        assert (await boss.get("/oversight")).status_code == 200

        (marked,) = (await boss.get("/v1/renown")).json()
        assert marked["holds"]
        assert "a singer" in (await boss.get("/oversight/renown")).text
        assert (await boss.post(f"/v1/renown/{marked['id']}/end", json={"why": "old"})).status_code == 204
        await crowd(engine, singer, readers=9)
        assert await look(engine) == 0, "the mark is off"


async def crowd(engine: AsyncEngine, whom: PersonId, *, readers: int) -> None:
    read = {"action": "track:read", "subject_kind": "person", "subject_id": whom}
    some = [await user(engine, f"idle-{whom}-{readers}-{n}") for n in range(readers)]
    async with engine.begin() as conn:
        await conn.execute(insert(tables.audit), [read | {"user_id": one} for one in some])


async def test_a_mark_that_is_over_marks_nobody(engine: AsyncEngine) -> None:
    who, whom = await user(engine), await person(engine)
    await mark(engine, whom, by=who)
    read = {"user_id": who, "action": "person:read", "subject_kind": "person", "subject_id": whom}
    later = clock.now() + timedelta(days=10)
    async with engine.begin() as conn:
        await conn.execute(insert(tables.audit).values(read | {"at": later}))
        assert await service.look(conn, now=later + SOON) == 0


async def test_signing_in_at_two_ends_of_the_country_is_told(app: FastAPI) -> None:
    engine = app.state.engine
    await user(engine)
    given = {"login": "officer", "password": PASSWORD}
    app.state.networks = KNOWN
    for host in ("10.1.0.5", "10.2.0.5", "203.0.113.9"):
        transport = ASGITransport(app, client=(host, 1))
        async with AsyncClient(transport=transport, base_url=HOST, headers={"origin": HOST}) as visitor:
            assert (await visitor.post("/v1/sessions", json=given)).status_code == 204
    async with engine.begin() as conn:
        noted = select(tables.audit.c.detail).where(tables.audit.c.action == "session:start")
        details = (await conn.execute(noted.order_by(tables.audit.c.id))).scalars().all()
    assert details == [{"network": "tashkent"}, {"network": "nukus"}, {"network": ""}]
    await look(engine)
    assert ("travel", None, True) in await asked(engine)


async def test_by_night_from_elsewhere_is_told_where_networks_are_named(engine: AsyncEngine) -> None:
    who, night = await user(engine), clock.local_day(clock.today())[0] + timedelta(hours=3)
    row_ = {"user_id": who, "action": "session:start", "subject_kind": "user", "at": night}
    async with engine.begin() as conn:
        await conn.execute(insert(tables.audit), [row_ | {"detail": {"network": ""}}, row_ | {"detail": {}}])
        now = night + timedelta(minutes=5)
        assert await service.look(conn, now=now) == 0
        assert await service.look(conn, now=now, known=KNOWN) == 1
    assert await asked(engine) == [("strange_network", None, False)]
