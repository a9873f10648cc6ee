"""Administrators publish zones and change conditions; a bad drawing is refused with the place."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon
from sqlalchemy.ext.asyncio import AsyncEngine

import scene
from core import db
from core.errors import NotFound, Refusal
from geofence import zones
from geofence.model import ConditionId, ConditionKind, Hours, Shape, ShapeKind, Term, Window, ZoneId
from geofence.rules import drawing
from geofence.store import terms as terms_store
from supervised import Supervised, minute, supervised

SHAPE = scene.square()
BIGGER = scene.square(150)
NIGHT = Hours((Window(0, 0, 360),))


def area(*points: tuple[float, float]) -> Shape:
    return Shape(ShapeKind.AREA, Polygon(points))


WRONG = {
    "ring_crosses_itself": area((69, 41), (70, 42), (70, 41), (69, 42)),
    "shape_empty": Shape(ShapeKind.AREA, Polygon()),
    "shape_of_another_kind": Shape(ShapeKind.CIRCLE, LineString([(69, 41), (70, 41)]), 50),
    "shape_outside_the_earth": area((69, 41), (181, 41), (70, 42)),
    "radius_wrong": Shape(ShapeKind.CIRCLE, Point(69, 41), 0),
    "hole_outside": Shape(
        ShapeKind.AREA,
        Polygon([(69, 41), (70, 41), (70, 42)], [[(75, 41), (76, 41), (76, 42)]]),
    ),
    "parts_overlap": Shape(
        ShapeKind.AREA,
        MultiPolygon([Polygon([(0, 0), (9, 0), (9, 9), (0, 9)]), Polygon([(1, 1), (2, 1), (2, 2), (1, 2)])]),
    ),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_drawing_is_refused_by_its_own_code(code: str) -> None:
    with pytest.raises(Refusal) as refused:
        drawing.check(WRONG[code])
    assert refused.value.code == code


def test_the_crossing_is_shown_where_it_is() -> None:
    with pytest.raises(drawing.RingCrossesItself) as refused:
        drawing.check(WRONG["ring_crosses_itself"])
    assert refused.value.values == {"lon": 69.5, "lat": 41.5}


@pytest.mark.parametrize("shape", [SHAPE, scene.circle(), scene.corridor(20, (0, 0), (100, 0))])
def test_every_kind_of_good_shape_passes(shape: Shape) -> None:
    drawing.check(shape)


@pytest.mark.parametrize("windows", [((60, 30),), ((0, 1441),), ((0, 60), (59, 90)), ((-5, 60),)])
def test_windows_lie_in_their_day_one_after_another(windows: Any) -> None:
    with pytest.raises(drawing.HoursWrong):
        drawing.check_hours(Hours(tuple(Window(1, starts, ends) for starts, ends in windows)))


async def terms_of(one: Supervised) -> tuple[Term, ...]:
    return (await terms_store.terms(one.conn, [one.person]))[one.person]


async def drawn(engine: AsyncEngine, one: Supervised) -> tuple[ZoneId, ConditionId]:
    """A zone and a condition since minute 0."""
    async with db.transaction(engine) as records:
        zone = await zones.create(records, one.officer, name="home", shape=SHAPE, now=minute(0))
        draft = zones.Draft(zone, ConditionKind.INCLUSION)
        condition = await zones.attach(records, one.officer, order=one.order, draft=draft, now=minute(0))
    return zone, condition


async def test_a_published_shape_follows_the_old_one_without_a_gap(
    conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    one = await supervised(conn)
    zone, condition = await drawn(engine, one)
    async with db.transaction(engine) as records:
        number = await zones.publish(records, one.officer, zone=zone, after=1, shape=BIGGER, now=minute(5))
    first, second = await terms_of(one)
    assert number == second.zone_version == 2
    assert first.until_us == second.since_us == scene.at(5)
    assert first.condition == second.condition == condition
    assert second.shape == BIGGER
    told = await conn.fetch("select kind, person_id from feed order by seq")
    assert [tuple(row) for row in told] == [("terms", one.person)] * 2


async def test_two_administrators_draw_at_once_and_the_second_is_told(
    conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    one = await supervised(conn)
    zone, _ = await drawn(engine, one)
    async with db.transaction(engine) as records:
        await zones.publish(records, one.officer, zone=zone, after=1, shape=BIGGER, now=minute(5))
    with pytest.raises(zones.ChangedMeanwhile):
        async with db.transaction(engine) as records:
            await zones.publish(records, one.officer, zone=zone, after=1, shape=SHAPE, now=minute(6))


async def test_revised_hours_keep_the_name_of_the_condition(
    conn: asyncpg.Connection, engine: AsyncEngine
) -> None:
    one = await supervised(conn)
    zone, condition = await drawn(engine, one)
    draft = zones.Draft(zone, ConditionKind.INCLUSION, NIGHT)
    async with db.transaction(engine) as records:
        await zones.revise(records, one.officer, condition=condition, draft=draft, now=minute(5))
    before, after = await terms_of(one)
    assert before.condition == after.condition == condition
    assert (before.hours, after.hours) == (Hours(), NIGHT)


async def test_ending_and_excusing(conn: asyncpg.Connection, engine: AsyncEngine) -> None:
    one = await supervised(conn)
    _, condition = await drawn(engine, one)
    period = {"since": minute(1), "until": minute(2)}
    async with db.transaction(engine) as records:
        await zones.grant(records, one.officer, condition=condition, reason="doctor", **period)
        await zones.end(records, one.officer, condition=condition, at=minute(9), now=minute(9))
    (term,) = await terms_of(one)
    assert (term.until_us, len(term.absences)) == (scene.at(9), 1)
    assert await conn.fetchval("select count(*) from audit") == 4


async def test_refusals_of_the_service(conn: asyncpg.Connection, engine: AsyncEngine) -> None:
    one = await supervised(conn)
    zone, condition = await drawn(engine, one)
    by, now = one.officer, minute(5)
    curfew = zones.Draft(zone, ConditionKind.CURFEW)
    early = zones.Draft(zone, ConditionKind.INCLUSION, since=now - timedelta(hours=1))
    empty = zones.Draft(zone, ConditionKind.INCLUSION, until=now)
    async with engine.connect() as records:
        calls = [
            (zones.NameMissing, zones.create(records, by, name=" ", shape=SHAPE, now=now)),
            (NotFound, zones.publish(records, by, zone=ZoneId(99), after=1, shape=SHAPE, now=now)),
            (zones.CurfewWithoutHours, zones.attach(records, by, order=one.order, draft=curfew, now=now)),
            (zones.InThePast, zones.attach(records, by, order=one.order, draft=early, now=now)),
            (zones.PeriodEmpty, zones.attach(records, by, order=one.order, draft=empty, now=now)),
            (
                zones.ReasonMissing,
                zones.grant(records, by, condition=condition, since=now, until=minute(9), reason=" "),
            ),
            (
                zones.PeriodEmpty,
                zones.grant(records, by, condition=condition, since=now, until=now, reason="x"),
            ),
            (
                zones.ChangedMeanwhile,
                zones.revise(
                    records,
                    by,
                    condition=condition,
                    draft=zones.Draft(zone, ConditionKind.INCLUSION, since=minute(0)),
                    now=minute(0),
                ),
            ),
        ]
        for refusal, call in calls:
            with pytest.raises(refusal):
                await call
