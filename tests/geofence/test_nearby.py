"""Who was near a place: over real stored fixes, with doubt, within the caller's people, and recorded."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select

from callers import browser, session, user
from core.auth import Role
from core.clock import HERE
from core.geo import LonLat
from core.model import UserId
from core.tables import audit
from files import caseload
from geofence import nearby
from geofence.rules import presence
from geofence.store import nearby as store
from inmates.model import Scope
from scene import LAT, LON, POLICY, a_fix
from supervised import Supervised, minute, supervised
from tracking import fixes
from tracking.model import Fix, Flag, Mechanism
from tracking.store import archive, records

HOUR = {"since": minute(0).isoformat(), "until": minute(60).isoformat()}


@pytest.fixture
async def three(conn: asyncpg.Connection) -> list[Supervised]:
    return [await supervised(conn, name=str(n)) for n in range(3)]


def of(one: Supervised, minutes: float, x: float = 0.0, y: float = 0.0, **more: Any) -> Fix:
    return a_fix(minutes, x, y, device=one.device, person=one.person, **more)


async def stored(conn: asyncpg.Connection, *given: Fix) -> None:
    columns = fixes.of(given)
    async with conn.transaction():
        await records.insert_fixes(conn, columns, certain=np.zeros(len(columns), bool))


def asked(**more: Any) -> dict[str, Any]:
    why = {"order_number": "1-77/2026", "reason": "burglary"}
    return {"lon": LON, "lat": LAT, "radius_m": 100} | HOUR | why | more


async def hits(visitor: AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await visitor.post("/v1/nearby", json=asked())).json()["hits"]
    return found


async def officer_of(app: FastAPI, *people: Supervised, login: str = "one") -> tuple[UserId, str]:
    who = await user(app.state.engine, login)
    for whom in people:
        await caseload(app.state.engine, who, whom.person)
    return who, await session(app.state.engine, who)


async def administrator(app: FastAPI) -> str:
    return await session(app.state.engine, await user(app.state.engine, "root", role=Role.ADMINISTRATOR))


async def test_who_was_there_and_how_surely(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    one, two, far = three
    await stored(
        conn,
        *(of(one, m, 30, accuracy=10) for m in (1, 2, 3, 4)),
        of(one, 70, 0),
        of(two, 5, 160, accuracy=60),
        of(two, 6, 100, accuracy=60),
        of(two, 7, 0, flags=Flag.MOCK),
        *(of(far, m, 900, accuracy=10) for m in (1, 2, 3)),
    )
    async with browser(app, await administrator(app)) as visitor:
        answer = await visitor.post("/v1/nearby", json=asked())
    assert answer.status_code == 200, answer.text
    body = answer.json()
    first, second = body["hits"]
    assert (first["person_id"], first["device_id"], first["fixes"]) == (one.person, one.device, 4)
    assert (first["first_at"], first["last_at"]) == tuple(
        minute(m).isoformat().replace("+00:00", "Z") for m in (1, 4)
    )
    assert first["best"]["distance_m"] == pytest.approx(30, abs=0.05)
    assert first["best"]["confidence"] == pytest.approx(presence.within(30, 100, 10, policy=POLICY), abs=1e-4)
    assert (second["person_id"], second["fixes"]) == (two.person, 2)
    assert second["best"]["distance_m"] == pytest.approx(100, abs=0.1)
    assert 0.1 < second["best"]["confidence"] < 0.5 < first["best"]["confidence"]
    assert body["policy"] == POLICY.id
    assert "nothing about what the person did" in body["proves"]


async def test_days_that_left_the_table_are_searched_too(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised], tmp_path: Path
) -> None:
    one, two, far = three
    lines = [
        *(of(one, m, 30, accuracy=10) for m in (1, 2, 3)),
        of(two, 5, 90),
        of(two, 7, 0, flags=Flag.MOCK),
    ]
    await stored(conn, *lines, *(of(far, m, 900, accuracy=10) for m in (1, 2)))
    _, mine = await officer_of(app, one, far)
    async with browser(app, mine) as visitor, browser(app, await administrator(app)) as all_seeing:
        before = [
            (await who.post("/v1/nearby", json=asked())).json()["hits"] for who in (visitor, all_seeing)
        ]
        for day in await archive.due(conn, date.max):
            await archive.keep(conn, day, tmp_path)
        assert await conn.fetchval("select count(*) from fixes") == 0
        after = [await hits(who) for who in (visitor, all_seeing)]
    assert [len(found) for found in before] == [1, 2]
    assert after == before


async def test_only_ones_own_people_are_found(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    await stored(conn, *(of(one, 1) for one in three))
    _, mine = await officer_of(app, three[1])
    _, nobodys = await officer_of(app, login="two")
    async with browser(app, mine) as visitor:
        found = (await visitor.post("/v1/nearby", json=asked())).json()["hits"]
    assert [hit["person_id"] for hit in found] == [three[1].person]
    async with browser(app, nobodys) as visitor:
        assert (await visitor.post("/v1/nearby", json=asked())).json()["hits"] == []
    async with browser(app, await administrator(app)) as visitor:
        assert len((await visitor.post("/v1/nearby", json=asked())).json()["hits"]) == 3


async def test_whose_device_it_was_then_counts(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    """The device went from one person to another in between."""
    one, two, _ = three
    await one.take_off(at=30)
    await conn.execute(
        "insert into wearings (device_id, person_id, during) values ($1, $2, tstzrange($3, null))",
        one.device,
        two.person,
        minute(40),
    )
    await stored(conn, of(one, 20), a_fix(50, device=one.device, person=two.person))
    async with browser(app, await administrator(app)) as visitor:
        found = (await visitor.post("/v1/nearby", json=asked())).json()["hits"]
    assert [(h["person_id"], h["device_id"], h["fixes"]) for h in found] == [
        (one.person, one.device, 1),
        (two.person, one.device, 1),
    ]


async def test_the_search_and_each_person_found_are_recorded(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    await stored(conn, of(three[0], 1), of(three[1], 1), of(three[2], 1, 5000))
    who, secret = await officer_of(app, *three)
    async with browser(app, secret) as visitor:
        assert (await visitor.post("/v1/nearby", json=asked())).status_code == 200
    async with app.state.engine.begin() as records_:
        rows = (await records_.execute(select(audit).order_by(audit.c.id))).all()
    assert {(row.user_id, row.why) for row in rows} == {(who, "1-77/2026: burglary")}
    assert [(row.action, row.subject_kind, row.subject_id) for row in rows] == [
        ("nearby:search", "place", None),
        ("track:read", "person", three[0].person),
        ("track:read", "person", three[1].person),
    ]
    assert (rows[0].detail["found"], rows[0].detail["radius_m"]) == (2, 100)
    assert not [row for row in rows if "41.3" in str(row.detail)]
    async with (
        browser(app, secret) as visitor,
        browser(app, (await officer_of(app, login="two"))[1]) as other,
    ):
        [run] = re.findall(r"/nearby/(\d+)", (await visitor.get("/nearby")).text)
        assert (await other.get(f"/nearby/{run}")).status_code == 404
        kept = await visitor.get(f"/nearby/{run}")
    assert kept.text.count('data-testid="hit-') == 2
    assert nearby.version() in kept.text
    assert POLICY.id in kept.text
    async with app.state.engine.begin() as records_:
        later = (await records_.execute(select(audit).where(audit.c.id > rows[-1].id))).all()
    assert [(row.action, row.subject_kind) for row in later] == [
        ("nearby:search", "search"),
        *[("track:read", "person")] * 2,
    ]


async def test_whoever_sees_one_of_the_found_reads_the_run_and_of_it_that_one(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    """The form leads to the record; what it refuses it says on the page."""
    await stored(conn, of(three[0], 1), of(three[1], 1))
    _, other = await officer_of(app, three[1])
    form = {"lon": LON, "lat": LAT, "radius_m": 100, "order_number": "1-77/2026", "reason": "burglary"}
    times = {"since": here(0), "until": here(60)}
    async with browser(app, await administrator(app)) as visitor:
        made = await visitor.post("/nearby", data=form | times)
        assert made.status_code == 303, made.text
        wrong = await visitor.post("/nearby", data=form | {"since": here(60), "until": here(0)})
        assert (wrong.status_code, 'data-testid="failed"' in wrong.text) == (422, True)
    async with browser(app, other) as visitor:
        kept = await visitor.get(made.headers["location"])
    assert f"hit-{three[1].person}" in kept.text
    assert f"hit-{three[0].person}" not in kept.text


def here(n: float) -> str:
    """As a form says a moment: local, without an offset."""
    return minute(n).astimezone(HERE).replace(tzinfo=None).isoformat()


async def test_no_search_without_an_order_a_reason_and_a_bound(app: FastAPI) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"order_number": " "}, "order_missing"),
        ({"reason": ""}, "order_missing"),
        ({"until": minute(48 * 60 + 1).isoformat()}, "search_too_long"),
        ({"until": minute(0).isoformat()}, "search_too_long"),
        ({"radius_m": 5001}, "invalid"),
        ({"radius_m": 1}, "invalid"),
        ({"lat": 91}, "invalid"),
        ({"least": 0}, "invalid"),
    ]
    async with browser(app, await administrator(app)) as visitor:
        for given, code in wrong:
            answer = await visitor.post("/v1/nearby", json=asked(**given))
            assert (answer.status_code, answer.json()["type"]) == (422, f"/problems/{code}"), given
    async with browser(app) as stranger:
        assert (await stranger.post("/v1/nearby", json=asked())).status_code == 401


async def test_what_is_too_much_is_told_with_a_radius_that_is_not_or_that_only_less_time_helps(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised], monkeypatch: pytest.MonkeyPatch
) -> None:
    await stored(
        conn, *(of(three[0], m, 50 * m) for m in range(5)), *(of(three[0], m) for m in range(20, 25))
    )
    monkeypatch.setattr("geofence.nearby.MOST_FIXES", 4)
    wide, dense = {"until": minute(10).isoformat()}, {"since": minute(20).isoformat()}
    async with browser(app, await administrator(app)) as visitor:
        told = [(await visitor.post("/v1/nearby", json=asked(**one))).json() for one in (wide, dense)]
        for less in (wide | {"radius_m": 60}, dense | {"until": minute(24).isoformat()}):
            assert (await visitor.post("/v1/nearby", json=asked(**less))).status_code == 200, less
    assert [one["type"] for one in told] == ["/problems/search_too_wide", "/problems/search_too_dense"]
    assert "at most 60 m" in told[0]["title"]


async def test_a_fix_of_unknown_accuracy_is_taken_as_bad(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised]
) -> None:
    await stored(
        conn, of(three[0], 1, accuracy=None), of(three[1], 1, accuracy=None, mechanism=Mechanism.CELL)
    )
    async with browser(app, await administrator(app)) as visitor:
        [hit] = (await visitor.post("/v1/nearby", json=asked())).json()["hits"]
    assert (hit["best"]["accuracy_m"], hit["best"]["is_assumed"]) == (POLICY.unknown_gnss_m, True)


@pytest.mark.parametrize(
    ("lon", "lat"), [(69.25, 41.3), (179.9999, 10.0), (-180.0, -45.0), (0.0, 89.9999), (12.0, -89.5)]
)
async def test_the_box_cuts_off_nothing_that_is_near(
    app: FastAPI, conn: asyncpg.Connection, three: list[Supervised], lon: float, lat: float
) -> None:
    """Against the distance of PostGIS alone, at the date line and the poles too."""
    chance = np.random.default_rng(3)
    spread = (60 * chance.normal(size=(200, 2)) * (0.0005, 0.0003)).tolist()
    near = [
        of(three[0], m / 10, lon=(lon + dx + 180) % 360 - 180, lat=max(-90.0, min(90.0, lat + dy)))
        for m, (dx, dy) in enumerate(spread)
    ]
    await stored(conn, *near)
    scope = Scope(None, minute(0))
    async with app.state.engine.begin() as records_:
        found = await store.around(
            records_,
            scope,
            place=LonLat(lon, lat),
            reach_m=1500,
            since=minute(0),
            until=minute(0) + timedelta(hours=1),
            most=1000,
        )
    counted = await conn.fetchval(
        "select count(*) from fixes where st_distance(st_makepoint(lon, lat)::geography,"
        " st_makepoint($1, $2)::geography) <= 1500",
        lon,
        lat,
    )
    assert len(found) == counted
    assert counted > 0
    assert found.distance_m.tolist() == sorted(found.distance_m.tolist())
    assert set(found.person.tolist()) == {three[0].person}
