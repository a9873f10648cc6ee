"""Authorised absences by the forms of the tab of rules: what the judge is told, and who may say it."""

from datetime import datetime, timedelta

import asyncpg
from fastapi import FastAPI
from httpx import AsyncClient

import files
from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId
from geofence.model import Absence
from geofence.store import terms

JSON = {"accept": "application/json"}


def wall(at: datetime) -> str:
    return at.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M")


def leave(begins: datetime, *, hours: int = 2) -> dict[str, str]:
    return {"since": wall(begins), "until": wall(begins + timedelta(hours=hours)), "reason": "shifokor"}


async def told(conn: asyncpg.Connection, whom: int) -> tuple[Absence, ...]:
    """What the judge knows."""
    (term,) = (await terms.terms(conn, [PersonId(whom)]))[PersonId(whom)]
    return term.absences


async def supervised(app: FastAPI) -> dict[str, int]:
    whom = await files.person(app.state.engine)
    return await files.supervision(app.state.engine, whom) | {"person_id": whom}


async def officer(app: FastAPI, login: str, *people: int, role: Role = Role.OFFICER) -> AsyncClient:
    who = await user(app.state.engine, login, role=role)
    for whom in people:
        await files.caseload(app.state.engine, who, PersonId(whom))
    return browser(app, await session(app.state.engine, who))


async def test_an_administrator_authorises_and_ends_and_takes_back(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    ids = await supervised(app)
    tab = f"/people/{ids['person_id']}/rules"
    grant, now = f"{tab}/conditions/{ids['condition_id']}/absences", clock.now()
    async with await officer(app, "root", role=Role.ADMINISTRATOR) as root:
        empty = await root.post(grant, data=leave(now, hours=0), headers=JSON)
        assert (empty.status_code, empty.json()["type"]) == (422, "/problems/period_empty")
        assert not await told(conn, ids["person_id"])
        done = await root.post(grant, data=leave(now - timedelta(hours=1)), headers={"x-form": "1"})
        assert (done.status_code, done.headers["location"]) == (204, f"{tab}#condition-{ids['condition_id']}")
        await root.post(grant, data=leave(now + timedelta(days=1)))
        today, tomorrow = await told(conn, ids["person_id"])
        [first, second] = [row["id"] for row in await conn.fetch("select id from absences order by id")]
        for one in (first, second):
            assert f"end-absence-{one}" in (await root.get(tab)).text
            assert (await root.post(f"{tab}/absences/{one}/end")).status_code == 303
        again = await root.post(f"{tab}/absences/{first}/end", headers=JSON)
        assert (again.status_code, again.json()["type"]) == (409, "/problems/changed_meanwhile")
        shown = (await root.get(tab)).text
    (left,) = await told(conn, ids["person_id"])
    assert left.since_us == today.since_us < left.until_us < today.until_us < tomorrow.since_us
    assert "Ended by Root" in shown
    assert "end-absence-" not in shown
    assert await conn.fetchval("select count(*) from audit where action = 'absence:write'") == 4
    assert await conn.fetchval("select count(*) from feed where kind = 'terms'") == 4


async def test_an_officer_proposes_and_a_second_one_authorises(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    ids = await supervised(app)
    tab, whom = f"/people/{ids['person_id']}/rules", ids["person_id"]
    ask = f"{tab}/conditions/{ids['condition_id']}"
    said = leave(clock.now() + timedelta(days=1))
    await conn.execute("insert into hours select id, 0, 0, 360 from conditions")
    one, two = await officer(app, "one", whom), await officer(app, "two", whom)
    stranger = await officer(app, "stranger")
    async with one, two, stranger:
        assert f"{ask}/proposed-absences" in (await one.get(tab)).text
        assert (await one.post(f"{ask}/absences", data=said)).status_code == 403
        assert (await stranger.post(f"{ask}/proposed-absences", data=said)).status_code == 404
        asked = await one.post(f"{ask}/proposed-absences", data=said)
        assert asked.status_code == 303
        assert not await told(conn, whom)
        proposal = asked.headers["location"]
        assert (await one.post(f"{proposal}/publication", data={"version": "1"})).status_code == 409
        assert (await two.post(f"{proposal}/publication", data={"version": "1"})).status_code == 303
        assert len(await told(conn, whom)) == 1
        assert "Authorised by Two" in (await one.get(tab)).text
    assert await conn.fetchval("select count(*) from conditions") == 1, "nothing else has changed"


async def test_an_administrator_ends_a_rule(app: FastAPI) -> None:
    ids = await supervised(app)
    tab, held = f"/people/{ids['person_id']}/rules", ids["condition_id"]
    async with await officer(app, "root", role=Role.ADMINISTRATOR) as root:
        past = {"at": wall(clock.now() - timedelta(days=1))}
        refused = await root.post(f"{tab}/conditions/{held}/end", data=past, headers=JSON)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/in_the_past")
        assert (await root.post(f"{tab}/conditions/{held}/end", data={"at": ""})).status_code == 303
        assert f"condition-{held}" not in (await root.get(tab)).text


async def test_an_absence_is_still_read_when_the_condition_has_other_hours(
    app: FastAPI, conn: asyncpg.Connection
) -> None:
    ids = await supervised(app)
    tab = f"/people/{ids['person_id']}/rules"
    said = leave(clock.now() + timedelta(days=1))
    async with await officer(app, "root", role=Role.ADMINISTRATOR) as root:
        await root.post(f"{tab}/conditions/{ids['condition_id']}/absences", data=said)
        await conn.execute(
            "update conditions set during = tstzrange(lower(during), now() - interval '1 minute')"
        )
        await conn.execute(
            "insert into conditions (order_id, number, zone_id, kind, during)"
            " select order_id, number, zone_id, kind, tstzrange(upper(during), null) from conditions"
        )
        assert "shifokor" in (await root.get(tab)).text
