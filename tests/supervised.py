"""People under supervision in the database of a test: written plainly, as another program would."""

from dataclasses import dataclass, field
from datetime import date, datetime

import asyncpg
import shapely

import scene
from core.clock import from_us
from core.model import DeviceId, OrderId, PersonId, UserId
from geofence.model import ConditionId, ConditionKind, Window, ZoneId

ALWAYS: tuple[Window, ...] = ()
LONG_AGO = -1e4
"""Minutes: orders, zones and wearings of these tests began then."""


def minute(n: float) -> datetime:
    return from_us(scene.at(n))


def square(x: float = 0, y: float = 0) -> shapely.Geometry:
    """Two hundred metres wide, around a point (metres from home)."""
    return scene.square(x=x, y=y).geometry


@dataclass
class Supervised:
    """One person, their order and device; `conn` is a superuser's hand in the tables."""

    conn: asyncpg.Connection
    person: PersonId
    order: OrderId
    device: DeviceId
    officer: UserId
    zones: list[ZoneId] = field(default_factory=list)

    async def zone(self, geometry: shapely.Geometry | None = None, *, since: float = LONG_AGO) -> ZoneId:
        zone = ZoneId(await self.conn.fetchval("insert into zones (name) values ('z') returning id"))
        await self.version(zone, geometry or square(), number=1, since=since)
        self.zones.append(zone)
        return zone

    async def version(self, zone: ZoneId, geometry: shapely.Geometry, *, number: int, since: float) -> None:
        """A new shape from a minute on; the one before ends there."""
        await self.conn.execute(
            "update zone_versions set during = tstzrange(lower(during), $2)"
            " where zone_id = $1 and upper_inf(during)",
            zone,
            minute(since),
        )
        await self.conn.execute(
            "insert into zone_versions (zone_id, version, shape, geom, during)"
            " values ($1, $2, 'area', st_geomfromwkb($3, 4326), tstzrange($4, null))",
            zone,
            number,
            shapely.to_wkb(geometry),
            minute(since),
        )

    async def condition(
        self,
        zone: ZoneId,
        kind: ConditionKind = ConditionKind.INCLUSION,
        *,
        number: int = 1,
        since: float = LONG_AGO,
        until: float | None = None,
        weekly: tuple[Window, ...] = ALWAYS,
    ) -> ConditionId:
        made = ConditionId(
            await self.conn.fetchval(
                "insert into conditions (order_id, number, zone_id, kind, during)"
                " values ($1, $2, $3, $4, tstzrange($5, $6)) returning id",
                self.order,
                number,
                zone,
                str(kind),
                minute(since),
                None if until is None else minute(until),
            )
        )
        await self.conn.executemany(
            "insert into hours (condition_id, weekday, starts, ends) values ($1, $2, $3, $4)",
            [(made, w.weekday, w.starts, w.ends) for w in weekly],
        )
        return made

    async def end_condition(self, condition: ConditionId, *, at: float) -> None:
        await self.conn.execute(
            "update conditions set during = tstzrange(lower(during), $2) where id = $1", condition, minute(at)
        )

    async def absence(self, condition: ConditionId, *, since: float, until: float) -> int:
        made: int = await self.conn.fetchval(
            "insert into absences (condition_id, during, reason, granted_by)"
            " values ($1, tstzrange($2, $3), 'doctor', $4) returning id",
            condition,
            minute(since),
            minute(until),
            self.officer,
        )
        return made

    async def exception(self, condition: ConditionId, on: date, *windows: tuple[int, int]) -> None:
        await self.conn.executemany(
            "insert into hour_exceptions (condition_id, on_date, starts, ends) values ($1, $2, $3, $4)",
            [(condition, on, starts, ends) for starts, ends in windows or ((None, None),)],
        )

    async def related(
        self,
        other: "Supervised",
        *,
        kind: str = "keep_away",
        distance: float = 500,
        since: float = LONG_AGO,
        until: float | None = None,
    ) -> int:
        """Somebody else from whom they must keep away, or who escorts them."""
        made: int = await self.conn.fetchval(
            "insert into proximities"
            " (order_id, person_id, other_id, kind, distance_m, during, consent, granted_by)"
            " values ($1, $2, $3, $4, $5, tstzrange($6, $7), 'act 1', $8) returning id",
            self.order,
            self.person,
            other.person,
            kind,
            distance,
            minute(since),
            None if until is None else minute(until),
            self.officer,
        )
        return made

    async def end_relation(self, relation: int, *, at: float) -> None:
        await self.conn.execute(
            "update proximities set during = tstzrange(lower(during), $2) where id = $1", relation, minute(at)
        )

    async def take_off(self, *, at: float) -> None:
        await self.conn.execute(
            "update wearings set during = tstzrange(lower(during), $2)"
            " where device_id = $1 and upper_inf(during)",
            self.device,
            minute(at),
        )

    async def put_on(self, *, at: float) -> None:
        await self.conn.execute(
            "insert into wearings (device_id, person_id, during) values ($1, $2, tstzrange($3, null))",
            self.device,
            self.person,
            minute(at),
        )


async def supervised(conn: asyncpg.Connection, *, worn: bool = True, name: str = "1") -> Supervised:
    """A person with an order and a device since a week ago; no conditions yet."""
    officer = await conn.fetchval(
        "insert into users (login, password_hash, role, shown_as) values ($1, 'x', 'officer', 'x')"
        " on conflict (login) do update set login = excluded.login returning id",
        "officer",
    )
    person = await conn.fetchval(
        "insert into persons (number, surname, given_name, sex, born_on)"
        " values ($1, 'A', 'B', 'm', '1990-01-01') returning id",
        name,
    )
    order = await conn.fetchval(
        "insert into orders (person_id, kind, court, act_number, act_on, during)"
        " values ($1, 'house_arrest', 'c', '1', '2026-01-01', tstzrange($2, null)) returning id",
        person,
        minute(LONG_AGO),
    )
    device = await conn.fetchval(
        "insert into devices (serial, model, protocol) values ($1, 'm', 'ejazo') returning id", f"E{name}"
    )
    made = Supervised(conn, PersonId(person), OrderId(order), DeviceId(device), UserId(officer))
    if worn:
        await made.put_on(at=LONG_AGO)
    return made
