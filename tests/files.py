"""Persons, caseloads, orders, devices and zones written straight into the database of a test."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock
from core.model import DeviceId, OrderId, PersonId, UserId
from core.tables import users
from geofence.model import ConditionId, ZoneId
from geofence.tables import (
    alert_entries,
    alerts,
    breaches,
    conditions,
    proximities,
    zone_versions,
    zones,
)
from inmates.tables import caseloads, institutions, orders, persons, postings, stays
from tracking.tables import devices, wearings

numbers = count(1)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def row(engine: AsyncEngine, table: Table, **values: Any) -> int:
    """Its id, where it has one."""
    async with engine.begin() as conn:
        made = await conn.execute(insert(table).values(values).returning(*table.primary_key))
        return int(made.one()[0])


async def person(
    engine: AsyncEngine,
    surname: str = "Aliyev",
    *,
    number: str | None = None,
    sex: str = "m",
    born_on: date = date(1990, 5, 1),
) -> PersonId:
    return PersonId(
        await row(
            engine,
            persons,
            number=number or f"TEST-{next(numbers)}",
            surname=surname,
            given_name="Namuna",
            sex=sex,
            born_on=born_on,
        )
    )


async def caseload(engine: AsyncEngine, officer: UserId, whom: PersonId, *, ended: bool = False) -> None:
    until = clock.now() - timedelta(minutes=1) if ended else None
    await row(engine, caseloads, user_id=officer, person_id=whom, during=Range(SINCE, until))


async def order(
    engine: AsyncEngine, whom: PersonId, *, lasts: timedelta | None = timedelta(days=3650)
) -> OrderId:
    """None: without an end."""
    return OrderId(
        await row(
            engine,
            orders,
            person_id=whom,
            kind="house_arrest",
            court="Namuna sudi",
            act_number="1-1",
            act_on=SINCE.date(),
            during=Range(SINCE, SINCE + lasts if lasts else None),
        )
    )


async def device(engine: AsyncEngine, whom: PersonId | None = None) -> DeviceId:
    """Worn by somebody, or by nobody."""
    made = DeviceId(await row(engine, devices, serial=f"T-{next(numbers)}", model="test", protocol="ejazo"))
    if whom:
        await row(engine, wearings, device_id=made, person_id=whom, during=Range(SINCE, None))
    return made


async def zone(
    engine: AsyncEngine, name: str = "Namuna uyi", *, lon: float = 69.25, lat: float = 41.3
) -> ZoneId:
    """A circle of 150 m."""
    made = ZoneId(await row(engine, zones, name=name))
    await row(
        engine,
        zone_versions,
        zone_id=made,
        version=1,
        shape="circle",
        geom=f"SRID=4326;POINT({lon} {lat})",
        radius_m=150,
        during=Range(SINCE, None),
    )
    return made


async def condition(engine: AsyncEngine, under: OrderId, where: ZoneId, *, number: int = 1) -> ConditionId:
    values = {"order_id": under, "zone_id": where, "number": number, "kind": "curfew"}
    return ConditionId(await row(engine, conditions, **values, during=Range(SINCE, None)))


async def relation(engine: AsyncEngine, whom: PersonId, under: OrderId, other: PersonId | None = None) -> int:
    """They must keep away from somebody."""
    granted = {
        "login": f"court-{next(numbers)}",
        "password_hash": "x",
        "role": "administrator",
        "shown_as": "C",
    }
    return await row(
        engine,
        proximities,
        order_id=under,
        person_id=whom,
        other_id=other or await person(engine, "Karimova"),
        kind="keep_away",
        distance_m=500,
        during=Range(SINCE, None),
        consent="act 1",
        granted_by=await row(engine, users, **granted),
    )


async def alert(
    engine: AsyncEngine, whom: PersonId, subject: int, *, kind: str = "curfew", severity: int = 2
) -> int:
    """Raised a while ago, untouched, the breach still open."""
    at = clock.now() - timedelta(minutes=10)
    evidence = {"policy": "test"}
    breach = await row(
        engine,
        breaches,
        person_id=whom,
        kind=kind,
        subject_id=subject,
        opened_at=at,
        found_at=at,
        opening=evidence,
    )
    made = await row(engine, alerts, breach_id=breach, person_id=whom, severity=severity, raised_at=at)
    await row(engine, alert_entries, alert_id=made, at=at, kind="raised")
    return made


async def institution(engine: AsyncEngine, *, kind: str = "general_regime") -> int:
    name = f"Namuna muassasasi {next(numbers)}"
    return await row(engine, institutions, name=name, kind=kind, soato="1726", capacity=100)


async def posting(engine: AsyncEngine, who: UserId, where: int) -> None:
    await row(engine, postings, user_id=who, institution_id=where, during=Range(SINCE, None))


async def stay(engine: AsyncEngine, whom: PersonId, where: int) -> None:
    await row(engine, stays, person_id=whom, institution_id=where, during=Range(SINCE, None))


async def everything(engine: AsyncEngine) -> dict[str, int]:
    """A person in an institution and one of each thing that hangs on them, by the name of its parameter in
    paths; each module of `filed` adds what its topic knows."""
    whom, housed = await person(engine), await institution(engine)
    await stay(engine, whom, housed)
    made = await supervision(engine, whom) | {"person_id": whom, "institution_id": housed}
    for found in iter_modules([str(Path(__file__).parent / "filed")]):
        made |= await import_module(f"filed.{found.name}").everything(engine, made)
    return made


async def supervision(engine: AsyncEngine, whom: PersonId) -> dict[str, int]:
    under, where = await order(engine, whom), await zone(engine)
    held = await condition(engine, under, where)
    bound = await relation(engine, whom, under)
    return {
        "relation_id": bound,
        "order_id": under,
        "zone_id": where,
        "condition_id": held,
        "device_id": await device(engine, whom),
        "alert_id": await alert(engine, whom, held),
    }
