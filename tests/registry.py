"""What a registrar does over HTTP: admitting, moving; and what of it stands in the database."""

from datetime import datetime, timedelta
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from asked.custody import ACT
from files import SINCE
from inmates.tables import stays
from inmates.tasks.tables import tasks


def at(day: int, hour: int = 10) -> str:
    return (SINCE + timedelta(days=day, hours=hour)).isoformat()


async def admit(registrar: AsyncClient, whom: int, house: int, *, day: int = 10, **said: Any) -> Response:
    body = {"at": at(day), "commitment": ACT} | said
    return await registrar.post(f"/v1/institutions/{house}/people/{whom}", json=body)


async def move(registrar: AsyncClient, episode: int, kind: str, day: int, **said: Any) -> Response:
    return await moves(registrar, episode, {"kind": kind, "at": at(day)} | said)


async def moves(registrar: AsyncClient, episode: int, *steps: dict[str, Any]) -> Response:
    return await registrar.post(f"/v1/episodes/{episode}/movements", json={"movements": steps})


async def stayed(engine: AsyncEngine, whom: int) -> list[tuple[int, datetime, datetime | None]]:
    query = select(stays.c.institution_id, func.lower(stays.c.during), func.upper(stays.c.during))
    async with engine.begin() as conn:
        found = await conn.execute(query.where(stays.c.person_id == whom).order_by(stays.c.during))
        return [(row[0], row[1], row[2]) for row in found]


async def wanted(engine: AsyncEngine, whom: int) -> list[tuple[str, str, bool]]:
    query = select(tasks.c.kind, tasks.c.role, tasks.c.is_urgent).where(tasks.c.person_id == whom)
    async with engine.begin() as conn:
        return sorted((row[0], row[1], row[2]) for row in await conn.execute(query))


def kind(answer: Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")
