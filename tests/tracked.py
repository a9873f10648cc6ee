"""Persons and devices in the database, and fixes of theirs, for tests of tracking and of whole flows."""

from dataclasses import replace
from typing import Any

import asyncpg

from core import clock
from core.model import DeviceId, PersonId
from tracking.model import DeviceEvent, EventKind, Fix

PERSON = """
insert into persons (number, surname, given_name, sex, born_on)
values ($1, 'Sinov', 'Bir', 'm', '1990-01-01') returning id
"""
DEVICE = "insert into devices (serial, model, protocol) values ($1, 'test', $2) returning id"
WEARING = """
insert into wearings (device_id, person_id, during) values ($1, $2, tstzrange($3, $4))
"""


async def a_device(conn: asyncpg.Connection, serial: str, *, protocol: str = "ejazo") -> DeviceId:
    return DeviceId(await conn.fetchval(DEVICE, serial, protocol))


async def a_person(conn: asyncpg.Connection, number: str) -> PersonId:
    return PersonId(await conn.fetchval(PERSON, number))


async def a_wearer(
    conn: asyncpg.Connection, serial: str, *, protocol: str = "ejazo"
) -> tuple[DeviceId, PersonId]:
    """A person who has worn the device for a year."""
    device, person = await a_device(conn, serial, protocol=protocol), await a_person(conn, f"P-{serial}")
    since = clock.from_us(clock.now_us() - 365 * 86_400_000_000)
    await conn.execute(WEARING, device, person, since, None)
    return device, person


def fixes_of(device: int, count: int, *, end_us: int, step_us: int = 1_000_000, first: int = 1) -> list[Fix]:
    """A straight walk, one fix a step, the last at `end_us`; numbered from `first`."""
    return [
        Fix(
            device=DeviceId(device),
            sequence=first + n,
            person=PersonId(0),
            taken_us=end_us - (count - 1 - n) * step_us,
            received_us=0,
            lon=(692_000_000 + 37 * n + device) / 1e7,
            lat=(413_000_000 + 11 * n) / 1e7,
            accuracy_m=5.5,
            battery=80,
        )
        for n in range(count)
    ]


def an_event(device: int, sequence: int, *, taken_us: int, **changes: Any) -> DeviceEvent:
    return replace(
        DeviceEvent(DeviceId(device), sequence, PersonId(0), taken_us, 0, EventKind.STRAP_OPEN), **changes
    )
