"""What stands out in the audit becomes a task of oversight, once, and nothing else does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from callers import browser, session, user
from core import clock, tables
from core.auth import Role
from core.model import UserId
from inmates.detections import rules, service
from inmates.detections.model import Hour, Kind
from inmates.detections.rules import POLICY
from inmates.tasks.tables import tasks

TASHKENT = ZoneInfo("Asia/Tashkent")


@pytest.mark.parametrize(("hour", "night"), [(16, False), (17, True), (0, True), (1, False)])
def test_night_is_local(hour: int, night: bool) -> None:
    """UTC+5: 22:00 begins at 17:00 UTC and ends at 01:00."""
    at = datetime(2026, 11, 27, hour, tzinfo=UTC)
    assert rules.is_night(at, policy=POLICY, here=TASHKENT) == night


@pytest.mark.parametrize(
    ("hour", "kinds"),
    [
        (Hour(UserId(1)), []),
        (Hour(UserId(1), people_read=POLICY.mass_people - 1), []),
        (Hour(UserId(1), people_read=POLICY.mass_people), [Kind.MASS_READING]),
        (Hour(UserId(1), exports=(datetime(2026, 11, 27, 12, tzinfo=UTC),)), []),
        (Hour(UserId(1), exports=(datetime(2026, 11, 27, 20, tzinfo=UTC),)), [Kind.NIGHT_EXPORT]),
        (Hour(UserId(1), missed=POLICY.missed, refused=POLICY.refused), [Kind.PROBING, Kind.GUESSING]),
    ],
)
def test_thresholds(hour: Hour, kinds: list[Kind]) -> None:
    assert [one.kind for one in rules.found(hour, policy=POLICY, here=TASHKENT)] == kinds


async def asked(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.begin() as conn:
        rows = await conn.execute(select(tasks.c.kind, tasks.c.role).order_by(tasks.c.id))
        return [(row.kind, row.role) for row in rows]


async def look(engine: AsyncEngine, at: datetime) -> int:
    async with engine.begin() as conn:
        return await service.look(conn, now=at)


async def test_reading_a_hundred_files_asks_oversight_once(engine: AsyncEngine) -> None:
    who, quiet = await user(engine), await user(engine, "quiet")
    now = clock.now()
    row = {"user_id": who, "action": "track:read", "subject_kind": "person", "at": now - timedelta(minutes=5)}
    again = [row | {"user_id": quiet, "subject_id": 1} for _ in range(POLICY.mass_people)]
    old = [row | {"user_id": quiet, "subject_id": n, "at": now - timedelta(hours=2)} for n in range(500)]
    async with engine.begin() as conn:
        rows = [row | {"subject_id": n} for n in range(1, POLICY.mass_people + 1)]
        await conn.execute(insert(tables.audit), [*rows, *again, *old])
    assert await look(engine, now) == 1
    assert await look(engine, now + timedelta(seconds=1)) == 0, "once a day"
    assert await asked(engine) == [("detected_mass_reading", Role.OVERSIGHT)]


async def test_what_is_carried_out_by_night_asks_oversight_and_by_day_nobody(engine: AsyncEngine) -> None:
    who, night = await user(engine), datetime(2026, 11, 26, 20, 30, tzinfo=UTC)
    row = {"user_id": who, "subject_kind": "person", "subject_id": 1}
    for days, action in enumerate(("person:export", "evidence:export", "track:export")):
        later = night + timedelta(days=days)
        for at, found in ((later - timedelta(hours=12), 0), (later, 1)):
            async with engine.begin() as conn:
                await conn.execute(insert(tables.audit).values(row | {"at": at, "action": action}))
            assert await look(engine, at + timedelta(minutes=10)) == found
    assert await asked(engine) == [("detected_night_export", Role.OVERSIGHT)] * 3


async def test_trying_numbers_asks_oversight_and_keeps_no_path(app: FastAPI) -> None:
    who = await user(app.state.engine)
    async with browser(app, await session(app.state.engine, who)) as visitor:
        for number in range(POLICY.missed):
            assert (await visitor.get(f"/v1/people/{900_000 + number}")).status_code == 404
    async with browser(app) as stranger:
        assert (await stranger.get("/v1/nowhere")).status_code == 404
    async with app.state.engine.begin() as conn:
        kept = (await conn.execute(select(tables.missed_lookups))).all()
    assert {row.user_id for row in kept} == {who}
    assert not any("900" in row.route for row in kept)
    assert await look(app.state.engine, clock.now()) == 1
    assert await asked(app.state.engine) == [("detected_probing", Role.OVERSIGHT)]


async def test_oversight_sees_who_and_nobody_else_does(app: FastAPI) -> None:
    who = await user(app.state.engine)
    boss = await session(app.state.engine, await user(app.state.engine, "boss", role=Role.OVERSIGHT))
    chief = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    row = {"user_id": who, "action": "factor:refuse", "subject_kind": "user", "subject_id": who}
    async with app.state.engine.begin() as conn:
        await conn.execute(insert(tables.audit), [row] * POLICY.refused)
    assert await look(app.state.engine, clock.now() + timedelta(seconds=1)) == 1
    async with browser(app, boss) as visitor:
        (one,) = (await visitor.get("/v1/detections")).json()
        assert (one["kind"], one["login"], one["count"]) == ("guessing", "officer", POLICY.refused)
        assert "guesses" in (await visitor.get("/oversight")).text
    async with browser(app, chief) as visitor:
        assert (await visitor.get("/v1/detections")).status_code == 403
