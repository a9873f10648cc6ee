"""Persons, caseloads, orders, devices and zones written straight into the database of a test."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

from core import clock
from core.model import DeviceId, OrderId, PersonId, UserId
from inmates.tables import caseloads, orders, persons
from tracking.tables import devices, wearings

numbers = count(1)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


async def row(engine: AsyncEngine, table: Table, **values: Any) -> int:
    async with engine.begin() as conn:
        made = await conn.execute(insert(table).values(values).returning(table.c.id))
        return int(made.scalar_one())


async def person(engine: AsyncEngine, surname: str = "Aliyev", *, number: str | None = None) -> PersonId:
    return PersonId(
        await row(
            engine,
            persons,
            number=number or f"TEST-{next(numbers)}",
            surname=surname,
            given_name="Namuna",
            sex="m",
            born_on=date(1990, 5, 1),
        )
    )


async def caseload(engine: AsyncEngine, officer: UserId, whom: PersonId, *, ended: bool = False) -> None:
    until = clock.now() - timedelta(minutes=1) if ended else None
    await row(engine, caseloads, user_id=officer, person_id=whom, during=Range(SINCE, until))


async def order(engine: AsyncEngine, whom: PersonId) -> OrderId:
    return OrderId(
        await row(
            engine,
            orders,
            person_id=whom,
            kind="house_arrest",
            court="Namuna sudi",
            act_number="1-1",
            act_on=SINCE.date(),
            during=Range(SINCE, SINCE + timedelta(days=3650)),
        )
    )


async def device(engine: AsyncEngine, whom: PersonId | None = None) -> DeviceId:
    """Worn by somebody, or by nobody."""
    made = DeviceId(await row(engine, devices, serial=f"T-{next(numbers)}", model="test", protocol="ejazo"))
    if whom:
        await row(engine, wearings, device_id=made, person_id=whom, during=Range(SINCE, None))
    return made
