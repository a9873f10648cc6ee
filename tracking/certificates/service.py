"""Enrolling a device, revoking what it has, and the list that the broker reads."""

from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.model import DeviceId
from tracking.certificates import folder, rules, store
from tracking.certificates.model import Issued, NothingToRevoke, UnknownDevice

LIST_DAYS: Final = 400
"""A list that has ended would shut every device out: it is renewed with each deed, long before."""


async def enrol(conn: AsyncConnection, place: Path, *, serial: str, days: int, now: datetime) -> Issued:
    """A further certificate beside those in force: a device is given the new one before the old one ends."""
    whose = await named(conn, rules.fit(serial))
    made = rules.issue_device(folder.authority(place, now=now), serial, now=now, days=days)
    await store.add(conn, whose, made=made, at=now)
    await audit.record(conn, None, action="device:enrol", subject_kind="device", subject=whose)
    await write_list(conn, place, now=now)
    return made


async def revoke(conn: AsyncConnection, place: Path, *, serial: str, why: str, now: datetime) -> int:
    """All that the device has; how many."""
    whose = await named(conn, serial)
    numbers = await store.in_force(conn, whose, now=now)
    if not numbers:
        raise NothingToRevoke
    await store.revoke(conn, numbers, at=now, why=why)
    await audit.record(conn, None, action="device:revoke", subject_kind="device", subject=whose, why=why)
    await write_list(conn, place, now=now)
    return len(numbers)


async def write_list(conn: AsyncConnection, place: Path, *, now: datetime) -> None:
    """Before the commit: rather a certificate refused for nothing than one that was revoked and opens."""
    listed = rules.revocations(
        folder.authority(place, now=now), await store.on_the_list(conn, now=now), now=now, days=LIST_DAYS
    )
    folder.write(place / folder.REVOKED, listed, mode=0o644)


async def named(conn: AsyncConnection, serial: str) -> DeviceId:
    """UnknownDevice: nobody has registered it."""
    found = await store.device(conn, serial)
    if found is None:
        raise UnknownDevice
    return found
