"""Which decisions does this touch? A form's words as a question to `geofence.recall`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.errors import Invalid
from core.model import PersonId
from dashboards.managers.store import things
from geofence import recall
from geofence.recall import Recalled, Thing, Wanted
from geofence.store.recall import Period, Touched
from inmates import store as people
from inmates.model import Person
from inmates.service import within

NUMBERED: Final = frozenset({Thing.ZONE, Thing.RULE})
LARGEST: Final = 2**63 - 1


class NameUnclear(Invalid):
    """A zone and a rule are named by their number, and only a zone has versions."""

    code = "recall_unclear"


@dataclass(frozen=True, slots=True)
class Known:
    """What may be asked for, of the devices and zones of the caller's people."""

    names: Mapping[Thing, list[tuple[str, str]]]
    """By thing: how it is named, and what that is called."""


def wanted(
    thing: Thing, name: str, *, version: str, since: datetime | None, until: datetime | None
) -> Wanted:
    """NameUnclear where no such thing can be named so."""
    name = name.strip()
    is_number = name.isascii() and name.isdigit() and 0 < int(name) <= LARGEST
    if not name or (thing in NUMBERED and not is_number) or (version and thing is not Thing.ZONE):
        raise NameUnclear
    return Wanted(thing, name, int(version) if version else None, Period(since, until))


async def asked(conn: AsyncConnection, caller: Caller, *, wanted: Wanted, why: str) -> Recalled:
    return await recall.recall(conn, caller, wanted=wanted, why=why)


def fate(one: Touched) -> str:
    """`figures.fate.<this>` says it in words."""
    return recall.fate(one).replace(" ", "_")


async def named(conn: AsyncConnection, caller: Caller, shown: Iterable[Touched]) -> dict[PersonId, Person]:
    return await people.named(conn, {one.person for one in shown}, scope=within(caller))


async def known(conn: AsyncConnection, caller: Caller) -> Known:
    scope = within(caller)
    return Known(
        {
            Thing.DEVICE_LOT: [(one, "") for one in await things.lots(conn, scope)],
            Thing.FIRMWARE: [(one, "") for one in await things.firmwares_of(conn, scope)],
            Thing.ZONE: [(str(ident), name) for ident, name in await things.zones_of(conn, scope)],
        }
    )
