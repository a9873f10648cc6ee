"""ejazo seed: write the made-up city, so that its devices are known and its orders are in force; `--records`
writes the population of institutions (`app.records`).

City by city: a nation of 255,000 needs the memory of one."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import asyncpg
import click
import shapely
from argon2 import PasswordHasher

from app import records as app_records
from app import settings
from core import clock, db
from core.sealing import Keys
from core.times import from_us, to_us
from geofence.model import Hours, Term
from simulators import stage
from simulators import world as worlds
from simulators.places import Zone
from simulators.scenes import Scene
from simulators.world import Resident, World

Row = tuple[Any, ...]
Staged = Callable[[World, int], tuple[World, tuple[Scene, ...]]]
"""Puts actors into the city."""

LOTS, FIRMWARE = 4, "1.0.0"
"""Made-up devices come in so many lots, and all with this firmware."""
OFFSETS = ("persons", "orders", "devices", "zones", "conditions", "users")
COUNTED = (*OFFSETS, "zone_versions", "wearings", "hours", "hour_exceptions", "absences", "caseloads")
"""What the planner must know the size of before the first query."""

SHAPES = """
-- Draw these zones, in force since then.
insert into zone_versions (zone_id, version, shape, geom, radius_m, during)
select zone, 1, shape, st_setsrid(st_geomfromwkb(wkb), 4326), radius, tstzrange($5, null)
from unnest($1::bigint[], $2::text[], $3::bytea[], $4::real[]) as drawn (zone, shape, wkb, radius)
"""


UNHEARD = """
-- Before the city was made up nobody listened for its devices: that silence is not their wearers'.
insert into blind_times (part, during) values ('ingest', tstzrange($1, $2))
"""

RENEW = """
-- End an actor's only condition now, and open its next version.
with ended as (
    update conditions c set during = tstzrange(lower(c.during), $2)
    from orders o, zones z
    where o.id = c.order_id and z.id = c.zone_id and o.act_number = $1 and z.name = $3
        and upper(c.during) > $2 and lower(c.during) < $2
    returning c.order_id, c.number, c.zone_id, c.kind, c.tz, upper(o.during) as until
)
insert into conditions (order_id, number, zone_id, kind, tz, during)
select order_id, number, zone_id, kind, tz, tstzrange($2, until) from ended
returning id
"""

HOURS = ("condition_id", "weekday", "starts", "ends")
ABSENCES = ("condition_id", "during", "reason", "granted_by")


@click.command
@click.option("--people", type=int, help="How many people are under supervision.  [default: 200]")
@click.option("--records", type=int, default=0, help="How many people institutions hold, with their records.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same people.")
@click.option("--demo", is_flag=True, help="Actors whose curfew begins in a minute; staff of an institution.")
def command(people: int | None, records: int, seed: int, *, demo: bool) -> None:
    """Write made-up people: supervised in the city, or in institutions; nothing where they already are."""
    loaded = settings.load()
    if people is not None or not records:
        many = 200 if people is None else people
        with _told(f"{many:,} made-up people", many) as said:
            staged = stage.staged if demo else None
            said.append(asyncio.run(run(loaded.owner, people=many, seed=seed, staged=staged)))
    if records:
        writing = app_records.run(
            loaded.owner, Keys(loaded.keys), records=records, seed=seed, is_staffed=demo
        )
        with _told(f"{records:,} made-up records", records) as said:
            said.append(asyncio.run(writing))


@contextmanager
def _told(what: str, many: int) -> Iterator[list[bool]]:
    """Says whether they were written, and how fast."""
    began, said = time.perf_counter(), list[bool]()
    yield said
    took = time.perf_counter() - began
    written = f"{what} written in {took:.1f} s ({many / took:,.0f} a second)"
    click.echo(written if said[0] else f"{what}: already seeded, nothing written")


async def run(url: str, *, people: int, seed: int, staged: Staged | None = None) -> bool:
    """Whether anything was written."""
    conn = await db.connect(url)
    try:
        async with conn.transaction():
            return await write(conn, people=people, seed=seed, now=clock.now(), staged=staged)
    finally:
        await conn.close()


async def write(
    conn: asyncpg.Connection, *, people: int, seed: int, now: datetime, staged: Staged | None = None
) -> bool:
    """In the caller's transaction; a second seeding waits for the first and finds its people."""
    await conn.execute("select pg_advisory_xact_lock(hashtext('ejazo seed'))")
    if await conn.fetchval("select exists (select from persons where number = 'DEMO-00001')"):
        if staged:
            await _renew(conn, _world(people, seed, now, staged=staged), now)
        return False
    base = {table: await conn.fetchval(f"select coalesce(max(id), 0) from {table}") for table in OFFSETS}  # noqa: S608 - our own table names
    begins = now
    async for city in _ahead(_cities(people, seed, now, staged=staged)):
        await _write(conn, city, base=base)
        begins = min(begins, *(r.order.begins_at for r in city.residents))
    for table in OFFSETS:
        await conn.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}")  # noqa: S608 - our own table names
    await conn.execute(UNHEARD, begins, now)
    for table in COUNTED:
        await conn.execute(f"analyze {table}")
    return True


async def _ahead(cities: Iterator[World]) -> AsyncIterator[World]:
    """The next one is made up while the database takes in this one."""
    coming = asyncio.create_task(asyncio.to_thread(next, cities, None))
    while (city := await coming) is not None:
        coming = asyncio.create_task(asyncio.to_thread(next, cities, None))
        yield city


def _cities(people: int, seed: int, now: datetime, *, staged: Staged | None) -> Iterator[World]:
    """A stage is built in a world that is whole."""
    if staged:
        return iter((_world(people, seed, now, staged=staged),))
    return worlds.cities(people, seed, now)


def _world(people: int, seed: int, now: datetime, *, staged: Staged) -> World:
    return staged(worlds.world(people, seed, now), to_us(now))[0]


async def _renew(conn: asyncpg.Connection, world: World, now: datetime) -> None:
    """For another performance: conditions that hang on the clock end, and begin with the hours of today."""
    for resident in world.residents:
        for term in filter(stage.hangs_on_the_clock, resident.terms if resident.is_actor else ()):
            ident = await conn.fetchval(RENEW, resident.order.act_number, now, resident.zones[0].name)
            if ident is None:  # the city was written without a stage
                continue
            await _copy(conn, "hours", HOURS, _windows(ident, term.hours))
            granted_by = await conn.fetchval("select min(id) from users")
            await _copy(conn, "absences", ABSENCES, _absences(ident, term, granted_by=granted_by))


async def _write(conn: asyncpg.Connection, city: World, *, base: dict[str, int]) -> None:
    if city.officers:
        await _officers(conn, city, base=base)
    await _zones(conn, city, base=base)
    await _people(conn, city.residents, base=base)
    await _conditions(conn, city.residents, base=base)
    await _caseloads(conn, city.residents, base=base)


async def _officers(conn: asyncpg.Connection, world: World, *, base: dict[str, int]) -> None:
    hashed = PasswordHasher().hash
    rows = [
        (base["users"] + i, o.login, hashed(o.password), o.role, o.shown_as)
        for i, o in enumerate(world.officers, 1)
    ]
    await _copy(conn, "users", ("id", "login", "password_hash", "role", "shown_as"), rows)


async def _zones(conn: asyncpg.Connection, world: World, *, base: dict[str, int]) -> None:
    zones: list[Zone] = [*world.zones, *(zone for r in world.residents for zone in r.zones)]
    ids = [base["zones"] + zone.id for zone in zones]
    await _copy(conn, "zones", ("id", "name"), [(i, z.name) for i, z in zip(ids, zones, strict=True)])
    await conn.execute(
        SHAPES,
        ids,
        [str(zone.shape.kind) for zone in zones],
        [shapely.to_wkb(zone.shape.geometry) for zone in zones],
        [zone.shape.radius_m for zone in zones],
        min(r.order.begins_at for r in world.residents),
    )


async def _people(conn: asyncpg.Connection, residents: Iterable[Resident], *, base: dict[str, int]) -> None:
    persons, orders, devices, wearings = [], [], [], []
    firmwares: list[Row] = []
    for r in residents:
        p, o, person = r.person, r.order, base["persons"] + r.person.id
        persons.append((person, p.number, p.surname, p.given_name, p.patronymic, p.sex, p.born_on))
        during = asyncpg.Range(o.begins_at, o.ends_at)
        act = (o.kind.value, o.court, o.act_number, o.act_on, during)
        orders.append((base["orders"] + o.id, person, *act))
        devices.append((base["devices"] + r.device.id, r.device.serial, "simulator", "ejazo", _lot(r)))
        firmwares.append((base["devices"] + r.device.id, FIRMWARE, asyncpg.Range(None, None)))
        wearings.append((base["devices"] + r.device.id, person, base["orders"] + o.id, during))
    names = ("id", "number", "surname", "given_name", "patronymic", "sex", "born_on")
    await _copy(conn, "persons", names, persons)
    act_names = ("kind", "court", "act_number", "act_on", "during")
    await _copy(conn, "orders", ("id", "person_id", *act_names), orders)
    await _copy(conn, "devices", ("id", "serial", "model", "protocol", "lot"), devices)
    await _copy(conn, "firmwares", ("device_id", "version", "during"), firmwares)
    await _copy(conn, "wearings", ("device_id", "person_id", "order_id", "during"), wearings)


def _lot(resident: Resident) -> str:
    return f"S{resident.device.id % LOTS + 1}"


async def _conditions(
    conn: asyncpg.Connection, residents: Iterable[Resident], *, base: dict[str, int]
) -> None:
    conditions, hours, exceptions, absences = [], [], [], []
    for r in residents:
        for number, term in enumerate(r.terms, 1):
            ident = base["conditions"] + term.condition
            conditions.append(_condition(ident, number, term, base=base))
            hours += _windows(ident, term.hours)
            exceptions += _exceptions(ident, term.hours)
            absences += _absences(ident, term, granted_by=base["users"] + 1)
    names = ("id", "order_id", "number", "zone_id", "kind", "tz", "during")
    await _copy(conn, "conditions", names, conditions)
    await _copy(conn, "hours", HOURS, hours)
    await _copy(conn, "hour_exceptions", ("condition_id", "on_date", "starts", "ends"), exceptions)
    await _copy(conn, "absences", ABSENCES, absences)


def _condition(ident: int, number: int, term: Term, *, base: dict[str, int]) -> Row:
    during = asyncpg.Range(from_us(term.since_us), from_us(term.until_us) if term.until_us else None)
    order, zone = base["orders"] + term.order, base["zones"] + term.zone
    return (ident, order, number, zone, term.kind.value, term.hours.tz, during)


def _windows(condition: int, hours: Hours) -> list[Row]:
    return [(condition, w.weekday, w.starts, w.ends) for w in hours.weekly]


def _exceptions(condition: int, hours: Hours) -> list[Row]:
    free = [(condition, e.on, None, None) for e in hours.exceptions if not e.windows]
    return [*free, *((condition, e.on, *window) for e in hours.exceptions for window in e.windows)]


def _absences(condition: int, term: Term, *, granted_by: int) -> list[Row]:
    return [
        (condition, asyncpg.Range(from_us(a.since_us), from_us(a.until_us)), "shifokor (namuna)", granted_by)
        for a in term.absences
    ]


async def _caseloads(
    conn: asyncpg.Connection, residents: Sequence[Resident], *, base: dict[str, int]
) -> None:
    rows = [
        (base["users"] + i, base["persons"] + r.person.id, asyncpg.Range(r.order.begins_at, None))
        for i, officer in enumerate(worlds.OFFICERS, 1)
        if officer.sees_one_in
        for r in residents[:: officer.sees_one_in]
    ]
    await _copy(conn, "caseloads", ("user_id", "person_id", "during"), rows)


async def _copy(conn: asyncpg.Connection, table: str, columns: tuple[str, ...], rows: list[Row]) -> None:
    await conn.copy_records_to_table(table, columns=columns, records=rows)
