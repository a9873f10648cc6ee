"""A rule is drafted by one and published by another; what it becomes, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
import shapely
from shapely import Polygon
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock, db
from core.auth import Caller, Role
from core.errors import Invalid, NotFound, Stale
from core.model import OrderId
from files import condition, order, person, zone
from geofence import zones
from geofence.model import ConditionId, ConditionKind, DayException, Hours, Shape, ShapeKind, Window, ZoneId
from geofence.proposals import collecting, noticing, service
from geofence.proposals.model import Content, Leave, ProposalId, State, Target
from geofence.proposals.rules import content as rules
from geofence.proposals.store import proposals as store
from geofence.store import terms
from proposing import CIRCLE, content, geojson, officer

NIGHT = Hours((Window(0, 1320, 1440),), (DayException(date(2026, 12, 31)),))
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEAVE = Leave(NOW, NOW + HOUR, "shifokor")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"reason": ""}, "reason_missing"),
        ({"kind": None}, "proposal_kind_missing"),
        ({"kind": ConditionKind.CURFEW}, "curfew_without_hours"),
        ({"since": NOW, "until": NOW}, "period_empty"),
        ({"hours": Hours((Window(0, 9, 8),))}, "hours_wrong"),
        ({"hours": replace(NIGHT, exceptions=NIGHT.exceptions * 2)}, "day_twice"),
        ({"leaves": (replace(LEAVE, until=NOW),)}, "period_empty"),
        ({"leaves": (replace(LEAVE, reason=" "),)}, "reason_missing"),
        ({"leaves": (LEAVE,) * 51}, "too_many_days"),
        ({"shape": Shape(ShapeKind.AREA, Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))}, "ring_crosses_itself"),
    ],
)
def test_an_incomplete_proposal_is_refused_by_its_own_code(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as said:
        rules.check(Target(OrderId(1)), content(**changes))
    assert said.value.code == code


def test_a_rule_never_binds_backwards() -> None:
    assert rules.binds_from(content(), NOW) == NOW
    assert rules.binds_from(content(since=NOW - HOUR), NOW) == NOW
    assert rules.binds_from(content(since=NOW + HOUR), NOW) == NOW + HOUR


class Desk:
    """A person under order with two officers, and a third who has other people."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine

    async def open(self) -> None:
        self.person = await person(self.engine)
        self.order = await order(self.engine, self.person)
        self.one, self.two = await officer(self.engine, self.person), await officer(self.engine, self.person)
        self.strange = await officer(self.engine)
        self.chief = await officer(self.engine, role=Role.ADMINISTRATOR)

    async def drafted(
        self, said: Content, *, of: ConditionId | None = None, by: Caller | None = None
    ) -> ProposalId:
        by = by or self.one
        async with db.transaction(self.engine) as conn:
            target = Target(self.order)
            if of is not None:
                target = service.target_of(await service.held(conn, by, condition=of), of)
            return await service.draft(conn, by, target=target, content=said)

    async def published(self, made: ProposalId, *, by: Caller | None = None, after: int = 1) -> datetime:
        async with db.transaction(self.engine) as conn:
            return await service.publish(conn, by or self.two, proposal=made, after=after, now=clock.now())

    async def end(self, made: ProposalId) -> tuple[ZoneId | None, ConditionId | None]:
        async with db.transaction(self.engine) as conn:
            found = await store.proposal(conn, made)
            assert found
            assert found.end
            assert found.state is State.PUBLISHED
            return found.end.zone, found.end.condition


@pytest.fixture
async def desk(engine: AsyncEngine) -> Desk:
    made = Desk(engine)
    await made.open()
    return made


async def test_one_drafts_another_publishes(desk: Desk, conn: asyncpg.Connection) -> None:
    """Nothing binds before; neither author nor stranger publishes; an older version is not published."""
    said = content(hours=NIGHT, leaves=(LEAVE,), kind=ConditionKind.CURFEW)
    made = await desk.drafted(said)
    assert await conn.fetchval("select count(*) from conditions") == 0
    with pytest.raises(rules.OwnProposal):
        await desk.published(made, by=desk.one)
    with pytest.raises(NotFound):
        await desk.published(made, by=desk.strange)
    async with db.transaction(desk.engine) as records:
        await service.edit(
            records, desk.chief, proposal=made, after=1, content=replace(said, name="Maktab 2")
        )
        with pytest.raises(Stale):
            await service.edit(records, desk.chief, proposal=made, after=1, content=said)
    with pytest.raises(Stale):
        await desk.published(made, after=1)
    with pytest.raises(rules.OwnProposal):
        await desk.published(made, by=desk.one, after=2)
    await desk.published(made, after=2)
    with pytest.raises(rules.ProposalOver):
        await desk.published(made, after=2)
    (term,) = (await terms.terms(conn, [desk.person]))[desk.person]
    assert (term.kind, term.hours, term.shape.radius_m) == (ConditionKind.CURFEW, NIGHT, 120)
    assert len(term.absences) == 1
    told = await conn.fetch("select action, user_id from audit where subject_kind = 'proposal' order by id")
    assert [tuple(row) for row in told] == [
        ("rule:write", desk.one.user),
        ("rule:write", desk.chief.user),
        ("rule:publish", desk.two.user),
    ]
    assert await conn.fetchval("select count(*) from feed where kind = 'terms'") == 2


async def test_the_database_keeps_four_eyes_as_well(desk: Desk, conn: asyncpg.Connection) -> None:
    """No author of any version, though the service were forgotten; and nothing is rewritten."""
    made = await desk.drafted(content())
    async with db.transaction(desk.engine) as records:
        await service.edit(records, desk.two, proposal=made, after=1, content=content(name="x"))
    where = await zone(desk.engine)
    async with db.transaction(desk.engine) as records:
        found = await store.proposal(records, made)
    assert found
    for author in (desk.one, desk.two):
        async with desk.engine.connect() as records:
            ended = store.add_end(
                records, author.user, proposal=found, kind=State.PUBLISHED, binds_at=NOW, zone=where
            )
            with pytest.raises(IntegrityError, match="does not publish it"):
                await ended
    with pytest.raises(asyncpg.PostgresError):
        await conn.execute("update zone_proposal_versions set name = 'y'")


async def test_a_revision_changes_only_what_differs(desk: Desk, conn: asyncpg.Connection) -> None:
    """An own zone gets a version; of one that others have the order gets its own; alike: absences only."""
    where = await zone(desk.engine)
    held = await condition(desk.engine, desk.order, where)
    async with db.transaction(desk.engine) as records:
        old = await service.held(records, desk.one, condition=held)
    plain = replace(old.content, reason="1-1", kind=ConditionKind.INCLUSION)
    await desk.published(await desk.drafted(replace(plain, shape=replace(CIRCLE, radius_m=300)), of=held))
    versions = await conn.fetch("select zone_id, version from zone_versions order by 2")
    assert [tuple(row) for row in versions] == [(where, 1), (where, 2)]
    now = await conn.fetchval("select max(id) from conditions")
    assert await conn.fetchval("select kind from conditions where id = $1", now) == "inclusion"

    async with db.transaction(desk.engine) as records:
        same = (await service.held(records, desk.one, condition=now)).content
    leave = replace(LEAVE, since=NOW - HOUR)
    made = await desk.drafted(replace(same, reason="2", leaves=(leave,)), of=now)
    await desk.published(made)
    assert await desk.end(made) == (where, now)
    assert await conn.fetchval("select count(*) from absences") == 1

    other = await order(desk.engine, await person(desk.engine))
    await condition(desk.engine, other, where)
    made = await desk.drafted(replace(same, reason="3", shape=CIRCLE), of=now)
    await desk.published(made)
    fresh, _ = await desk.end(made)
    assert fresh != where
    assert await conn.fetchval("select max(version) from zone_versions where zone_id = $1", where) == 2
    stale = await desk.drafted(replace(same, reason="4", shape=CIRCLE), of=ConditionId(now + 2))
    async with db.transaction(desk.engine) as records:
        await zones.publish(records, desk.chief.user, zone=fresh, after=1, shape=CIRCLE, now=clock.now())  # type: ignore[arg-type]
    with pytest.raises(zones.ChangedMeanwhile):
        await desk.published(stale)


async def test_a_shared_zone_is_kept_by_who_sees_everybody(desk: Desk, conn: asyncpg.Connection) -> None:
    second = await officer(desk.engine, role=Role.ADMINISTRATOR)
    async with db.transaction(desk.engine) as records:
        with pytest.raises(NotFound):
            await service.target_of_zone(records, desk.one, zone=None)
        target = await service.target_of_zone(records, desk.chief, zone=None)
        made = await service.draft(records, desk.chief, target=target, content=content(kind=None))
        with pytest.raises(NotFound):
            await service.opened(records, desk.one, proposal=made)
    later = clock.now() + HOUR
    await desk.published(made, by=second)
    shared, nothing = await desk.end(made)
    assert shared
    assert nothing is None
    held = await desk.drafted(content(shape=None, uses=shared, since=later))
    assert await desk.published(held) == later
    own = await zone(desk.engine)
    with pytest.raises(service.NotShared):
        await desk.drafted(content(shape=None, uses=own))
    async with db.transaction(desk.engine) as records:
        target = await service.target_of_zone(records, desk.chief, zone=shared)
        wide = content(kind=None, shape=replace(CIRCLE, radius_m=200), since=later)
        again = await service.draft(records, desk.chief, target=target, content=wide)
    await desk.published(again, by=second)
    (term,) = (await terms.terms(conn, [desk.person]))[desk.person]
    assert (term.zone_version, term.shape.radius_m, term.since_us) == (2, 200, clock.to_us(later))
    async with db.transaction(desk.engine) as records:
        assert [(one.version, one.people) for one in await service.shared(records)] == [(2, 1)]
        mine = await service.listed(records, desk.one)
        assert [(one.person, one.state) for one in mine] == [(desk.person, State.PUBLISHED)]
        assert not await service.listed(records, desk.strange)
        assert len(await service.listed(records, desk.chief)) == 3


async def test_a_template_is_a_named_file_chosen_by_district(desk: Desk) -> None:
    def at(lon: float) -> dict[str, object]:
        return {"type": "Point", "coordinates": [lon, 41.3]}

    async with db.transaction(desk.engine) as records:
        old = await collecting.upload(records, desk.chief, name="Maktablar", content=geojson(at(60)), most=99)
        both = geojson(at(69.1), at(69.3), district="Chilonzor")[:-2] + b"," + geojson(at(69.5))[43:]
        made = await collecting.upload(records, desk.chief, name="Maktablar", content=both, most=99)
        (found,) = await service.collections(records)
        assert (found.id, found.districts, found.places, old < made) == (made, ("Chilonzor",), 3, True)
        some = await collecting.shape_of(records, made, district="Chilonzor", metres=100)
        every = await collecting.shape_of(records, made, district="", metres=100)
        with pytest.raises(NotFound):
            await collecting.shape_of(records, made, district="Nowhere", metres=100)
    assert [shapely.get_num_geometries(one.geometry) for one in (some, every)] == [2, 3]


async def test_who_may_publish_hears_that_it_waits_and_its_author_what_became_of_it(desk: Desk) -> None:
    """Counted for the second officer, not for author or stranger; an answer is heard until it is read."""
    made, refused = await desk.drafted(content()), await desk.drafted(content())
    assert [await heard(desk, who) for who in (desk.one, desk.two, desk.chief, desk.strange)] == [
        (0, 0),
        (2, 0),
        (2, 0),
        (0, 0),
    ]
    await desk.published(made)
    async with db.transaction(desk.engine) as conn:
        await service.withdraw(conn, desk.two, proposal=refused, reason="too wide")
        own = await service.draft(conn, desk.one, target=Target(desk.order), content=content())
        await service.withdraw(conn, desk.one, proposal=own)
    assert [await heard(desk, who) for who in (desk.one, desk.two)] == [(0, 2), (0, 0)]
    async with db.transaction(desk.engine) as conn:
        found = await noticing.notices(conn, desk.one, now=clock.now())
        assert {(one.line.id, one.line.state) for one in found.answered} == {
            (made, State.PUBLISHED),
            (refused, State.WITHDRAWN),
        }
        await service.opened(conn, desk.one, proposal=made)
    assert await heard(desk, desk.one) == (0, 1)
    async with db.transaction(desk.engine) as conn:
        assert not (await noticing.notices(conn, desk.one, now=clock.now() + noticing.KEPT)).count


async def heard(desk: Desk, who: Caller) -> tuple[int, int]:
    async with db.transaction(desk.engine) as conn:
        found = await noticing.notices(conn, who, now=clock.now())
        return len(found.waiting), len(found.answered)
