"""What officers read of devices: a person's fixes over a time, a device's state, its commands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np
from sqlalchemy import BigInteger, Select, any_, cast, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import from_us, to_us
from core.model import DeviceId, PersonId
from inmates import store as people
from inmates.model import Scope
from tracking.fixes import F4, I2, UNKNOWN, Fixes
from tracking.store import parts, past
from tracking.store.past import Cited
from tracking.tables import commands, devices, dropped, fixes, marks, wearings

LOOK_BACK: Final = timedelta(days=14)
"""How far behind now a last fix is looked for: each day is a partition to open."""


class Point(NamedTuple):
    """One fix of a track: a tuple, for a day has 5,760 of them."""

    device: DeviceId
    sequence: int
    taken_at: datetime
    received_at: datetime
    lon: float
    lat: float
    accuracy_m: float | None
    speed_mps: float | None
    course_deg: float | None
    battery: int | None
    mechanism: int
    flags: int


@dataclass(frozen=True, slots=True)
class Worn:
    """A device and who wears it now."""

    id: DeviceId
    serial: str
    model: str
    protocol: str
    person_id: PersonId | None
    worn_since: datetime | None
    contact_at: datetime | None
    fix_at: datetime | None
    accuracy_m: float | None
    battery: int | None
    dropped: int
    """Reports that came while nobody wore it: counted, not kept."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A command and how far it has come."""

    id: int
    kind: str
    body: dict[str, Any]
    made_by: int
    made_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    done_at: datetime | None
    expires_at: datetime | None
    expired_at: datetime | None


POINT: Final[tuple[Any, ...]] = (
    fixes.c.device_id,
    fixes.c.sequence,
    fixes.c.taken_at,
    fixes.c.received_at,
    fixes.c.lon,
    fixes.c.lat,
    fixes.c.accuracy_m,
    fixes.c.speed_mps,
    fixes.c.course_deg,
    fixes.c.battery,
    fixes.c.mechanism,
    fixes.c.flags,
)


async def track(
    conn: AsyncConnection, person: PersonId, *, since: datetime, until: datetime, most: int
) -> list[Point]:
    """The person's fixes of [since, until), from whatever devices they wore, in the order of the fold."""
    worn = select(wearings.c.device_id).where(wearings.c.person_id == person)
    query = (
        select(*POINT)
        .where(
            fixes.c.device_id.in_(worn),
            fixes.c.person_id == person,
            fixes.c.taken_at >= since,
            fixes.c.taken_at < until,
        )
        .order_by(fixes.c.taken_at, fixes.c.device_id, fixes.c.sequence)
        .limit(most)
    )
    found = [Point(*row) for row in (await conn.execute(query)).all()]
    archived = await _archived(conn, person, since=since, until=until, most=most)
    return _once(found, archived)[:most]


async def named(conn: AsyncConnection, person: PersonId, marks: Collection[Cited]) -> list[Point]:
    """Those of a person's fixes that these marks name, in the order of the fold."""
    if not marks:
        return []
    keys = [(device, sequence, from_us(taken_us)) for device, sequence, taken_us in marks]
    mark = tuple_(fixes.c.device_id, fixes.c.sequence, fixes.c.taken_at)
    query = select(*POINT).where(fixes.c.person_id == person, mark.in_(keys))
    found = [Point(*row) for row in (await conn.execute(query)).all()]
    archived = await past.of_marks(conn, marks)
    return _once(found, _points(archived.take(archived.person == person)))


async def _archived(
    conn: AsyncConnection, person: PersonId, *, since: datetime, until: datetime, most: int
) -> list[Point]:
    """Day by day until there are enough."""
    period = {"since_us": to_us(since), "until_us": to_us(until)}
    listed = await parts.listed(conn, *past.days(**period))
    if not listed:
        return []
    worn = select(wearings.c.device_id).where(wearings.c.person_id == person)
    devices = (await conn.scalars(worn)).all()
    found: list[Point] = []
    for _, of_day in groupby(listed, key=attrgetter("day")):
        day = await past.whole(list(of_day), devices, **period)
        found += _points(day.take(day.person == person))
        if len(found) >= most:
            break
    return found


def _points(found: Fixes) -> list[Point]:
    """By columns: a day is 5,760 fixes, and a screen waits."""
    columns = (
        found.device.tolist(),
        found.sequence.tolist(),
        map(from_us, found.taken_us.tolist()),
        map(from_us, found.received_us.tolist()),
        found.lon.tolist(),
        found.lat.tolist(),
        *(_known(values) for values in (found.accuracy_m, found.speed_mps, found.course_deg)),
        _known(found.battery),
        found.mechanism.tolist(),
        found.flags.tolist(),
    )
    return [Point(*row) for row in zip(*columns, strict=True)]


def _known(values: F4 | I2) -> list[Any]:
    unknown = np.isnan(values) if values.dtype.kind == "f" else values == UNKNOWN
    return [None if no else value for no, value in zip(unknown.tolist(), values.tolist(), strict=True)]


def _once(found: list[Point], archived: list[Point]) -> list[Point]:
    """In the order of the fold; a day that moves into the archive at this moment is seen in both places."""
    both = {*found, *archived} if found and archived else [*found, *archived]
    return sorted(both, key=attrgetter("taken_at", "device", "sequence"))


async def device(conn: AsyncConnection, ident: DeviceId, *, scope: Scope) -> Worn | None:
    """The device, if its wearer of now is within the scope; nobody's devices are the administrators'."""
    query = _worn(scope.at).where(devices.c.id == ident)
    if scope.user is not None:
        query = query.where(people.seen_by(scope, wearings.c.person_id))
    row = (await conn.execute(query)).one_or_none()
    return Worn(*row) if row else None


async def device_of(conn: AsyncConnection, person: PersonId, *, at: datetime) -> Worn | None:
    """What a person wears at a moment; of two devices the one put on last."""
    query = _worn(at).where(wearings.c.person_id == person).limit(1)
    row = (await conn.execute(query.order_by(func.lower(wearings.c.during).desc()))).one_or_none()
    return Worn(*row) if row else None


async def commands_of(conn: AsyncConnection, ident: DeviceId, *, most: int) -> list[Ordered]:
    """Newest first."""
    query = _commands().where(commands.c.device_id == ident).order_by(commands.c.id.desc()).limit(most)
    return [Ordered(*row) for row in (await conn.execute(query)).all()]


async def commands_by(conn: AsyncConnection, numbers: Collection[int]) -> list[Ordered]:
    query = _commands().where(commands.c.id == any_(cast(list(numbers), ARRAY(BigInteger))))
    return [Ordered(*row) for row in (await conn.execute(query)).all()]


def _commands() -> Select[Any]:
    return select(
        commands.c.id,
        commands.c.kind,
        commands.c.body,
        commands.c.made_by,
        commands.c.made_at,
        commands.c.sent_at,
        commands.c.received_at,
        commands.c.done_at,
        commands.c.expires_at,
        commands.c.expired_at,
    )


def _worn(at: datetime) -> Select[Any]:
    last = (
        select(fixes.c.taken_at, fixes.c.accuracy_m, fixes.c.battery)
        .where(fixes.c.device_id == devices.c.id, fixes.c.taken_at > at - LOOK_BACK)
        .order_by(fixes.c.taken_at.desc())
        .limit(1)
        .lateral("last")
    )
    here = (wearings.c.device_id == devices.c.id) & wearings.c.during.contains(at)
    return (
        select(
            devices.c.id,
            devices.c.serial,
            devices.c.model,
            devices.c.protocol,
            wearings.c.person_id,
            func.lower(wearings.c.during),
            marks.c.contact_at,
            last.c.taken_at,
            last.c.accuracy_m,
            last.c.battery,
            func.coalesce(dropped.c.reports, 0),
        )
        .outerjoin(wearings, here)
        .outerjoin(dropped, dropped.c.device_id == devices.c.id)
        .outerjoin(marks, marks.c.device_id == devices.c.id)
        .outerjoin(last, true())
    )
