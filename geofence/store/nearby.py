"""Stored fixes around a place: PostGIS finds and measures them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from math import inf, isfinite, isnan
from typing import Any, Final, Self

import numpy as np
from geoalchemy2 import Geography
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, FromClause, Select, Subquery, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us, to_us
from core.geo import LonLat, metres_per_degree
from inmates import store as people
from inmates.model import Scope
from tracking.fixes import F8, I8, Fixes, concat
from tracking.model import Flag
from tracking.store import parts, past
from tracking.tables import fixes, wearings

WIDER: Final = 1.01
"""The box may be too wide, never too narrow: its degrees are those of its middle."""
A_PART: Final = 2_000
COLUMNS: Final = ("person_id", "device_id", "sequence", "taken_at", "accuracy_m", "mechanism")
KINDS: Final[Sequence[Any]] = (*(np.int64,) * 4, np.float64, np.int64, np.float64)
"""Of these columns and of the distance; what is null becomes NaN."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Fixes near the place, as columns of equal length."""

    person: I8
    device: I8
    sequence: I8
    taken_us: I8
    accuracy_m: F8
    """NaN: the device named none."""
    mechanism: I8
    distance_m: F8

    def __len__(self) -> int:
        return len(self.person)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """The rows of a mask, of indices in their order, or of a slice."""
        return type(self)(*(getattr(self, one.name)[which] for one in fields(self)))

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Rows of `COLUMNS` and the distance in metres."""
        person, device, sequence, taken_at, *rest = zip(*rows, strict=True)
        columns = (person, device, sequence, [to_us(at) for at in taken_at], *rest)
        return cls(*(np.array(one, kind) for one, kind in zip(columns, KINDS, strict=True)))

    @classmethod
    def joined(cls, parts: Sequence["Found"]) -> Self:
        names = [one.name for one in fields(cls)]
        if not parts:
            return cls(*(np.empty(0, kind) for kind in KINDS))
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))

    def nearest_first(self) -> Self:
        """Each fix once: a day that moves to its file at this moment is seen in both places."""
        found = self.take(np.lexsort((self.sequence, self.device, self.taken_us, self.distance_m)))
        keys = np.stack((found.device, found.taken_us, found.sequence))
        is_new = np.append(True, (keys[:, 1:] != keys[:, :-1]).any(axis=0))[: len(found)]
        return found.take(is_new)


@dataclass(frozen=True, slots=True)
class Box:
    """Cheap, before the exact distance: four comparisons of numbers. Near a pole or the date line a box of
    degrees would cut off what is near: there only the latitude counts."""

    low: float
    high: float
    west: float = -inf
    east: float = inf

    @classmethod
    def around(cls, place: LonLat, reach_m: float) -> "Box":
        kx, ky = metres_per_degree(place.lat)
        tall = WIDER * reach_m / ky
        edge_kx = metres_per_degree(min(89.9, abs(place.lat) + tall))[0]
        wide = WIDER * reach_m / min(kx, edge_kx)
        if abs(place.lon) + wide > 180 or abs(place.lat) + tall > 89:
            return cls(place.lat - tall, place.lat + tall)
        return cls(place.lat - tall, place.lat + tall, place.lon - wide, place.lon + wide)

    def holds(self, found: Fixes) -> NDArray[np.bool_]:
        tall = (found.lat >= self.low) & (found.lat <= self.high)
        return tall & (found.lon >= self.west) & (found.lon <= self.east)


@dataclass(frozen=True, slots=True)
class Asked:
    place: LonLat
    reach_m: float
    since: datetime
    until: datetime

    @property
    def box(self) -> Box:
        return Box.around(self.place, self.reach_m)


async def around(
    conn: AsyncConnection,
    scope: Scope,
    *,
    place: LonLat,
    reach_m: float,
    since: datetime,
    until: datetime,
    most: int,
) -> Found:
    """Fixes of the scope's people during [since, until), not farther than `reach_m`, nearest first."""
    asked = Asked(place, reach_m, since, until)
    worn = _worn(scope, asked)
    found = await _read(conn, _around(fixes, worn, asked).limit(most))
    archived = await _archived(conn, worn, asked)  # after the table: a day may move from there to here
    if not len(archived):
        return found
    more = await _read(conn, _around(_rows(archived), worn, asked).limit(most))
    return Found.joined((found, more)).nearest_first().take(slice(most))


async def _read(conn: AsyncConnection, query: Select[Any]) -> Found:
    """A part at a time, so that others have their turn between two of them."""
    async with conn.stream(query) as rows:
        return Found.joined([Found.of(some) async for some in rows.partitions(A_PART)])


def _worn(scope: Scope, asked: Asked) -> Subquery:
    """By the devices worn then, so that the key of fixes is an index in space and time enough (ADR-0016)."""
    return (
        select(wearings.c.device_id, wearings.c.person_id)
        .where(
            wearings.c.during.overlaps(func.tstzrange(asked.since, asked.until)),
            people.seen_by(scope, wearings.c.person_id),
        )
        .distinct()
        .subquery("worn")
    )


def _around(of: FromClause, worn: Subquery, asked: Asked) -> Select[Any]:
    there = _point(of.c.lon, of.c.lat)
    here = _point(asked.place.lon, asked.place.lat)
    metres = func.st_distance(there, here)
    return (
        select(*(of.c[name] for name in COLUMNS), metres)
        .join(worn, (worn.c.device_id == of.c.device_id) & (worn.c.person_id == of.c.person_id))
        .where(
            of.c.taken_at >= asked.since,
            of.c.taken_at < asked.until,
            of.c.flags.bitwise_and(int(Flag.MOCK)) == 0,
            _in_box(of, asked.box),
            func.st_dwithin(there, here, asked.reach_m),
        )
        .order_by(metres, of.c.taken_at, of.c.device_id, of.c.sequence)
    )


async def _archived(conn: AsyncConnection, worn: Subquery, asked: Asked) -> Fixes:
    """Of days that left the table, what lies in the box."""
    period = {"since_us": to_us(asked.since), "until_us": to_us(asked.until)}
    listed = await parts.listed(conn, *past.days(**period))
    if not listed:
        return past.NONE
    devices = (await conn.scalars(select(worn.c.device_id))).all()
    return concat([one.take(asked.box.holds(one)) async for one in past.read(listed, devices, **period)])


def _rows(found: Fixes) -> FromClause:
    """Columns in memory as a table of one statement."""
    given = [
        (fixes.c.person_id, found.person.tolist()),
        (fixes.c.device_id, found.device.tolist()),
        (fixes.c.sequence, found.sequence.tolist()),
        (fixes.c.taken_at, [from_us(us) for us in found.taken_us.tolist()]),
        (fixes.c.accuracy_m, [None if isnan(m) else m for m in found.accuracy_m.tolist()]),
        (fixes.c.mechanism, found.mechanism.tolist()),
        (fixes.c.flags, found.flags.tolist()),
        (fixes.c.lon, found.lon.tolist()),
        (fixes.c.lat, found.lat.tolist()),
    ]
    arrays = [cast(values, ARRAY(like.type)) for like, values in given]
    return func.unnest(*arrays).table_valued(*(column(c.name, c.type) for c, _ in given)).render_derived()


def _point(lon: Any, lat: Any) -> ColumnElement[Any]:
    return cast(func.st_setsrid(func.st_makepoint(lon, lat), 4326), Geography(srid=4326))


def _in_box(of: FromClause, box: Box) -> ColumnElement[bool]:
    in_height: ColumnElement[bool] = of.c.lat.between(box.low, box.high)
    return in_height & of.c.lon.between(box.west, box.east) if isfinite(box.west) else in_height
