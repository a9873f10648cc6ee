"""An institution with work in it, asked over HTTP by its accountant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient, Response

from callers import browser, session, user
from core import clock
from core.auth import Role
from core.model import PersonId, UserId
from files import institution, numbers, person, posting, stay

TODAY = clock.today()
JOB = {"title": "Tikuvchi", "isco": "7531", "effort": "heavy", "is_open": True}
PLACING = {"tariff": "hourly", "rate": 6000, "since": "2026-01-01"}


@dataclass
class Workshop:
    """An institution, somebody who stays there, and an accountant at its door."""

    clerk: AsyncClient
    who: UserId
    place: int
    whom: PersonId

    async def job(self, **changes: Any) -> int:
        made = await self.clerk.post(f"/v1/institutions/{self.place}/jobs", json=JOB | changes)
        assert made.status_code == 201
        return int(made.json()["id"])

    async def placed(self, job: int | None = None, **changes: Any) -> int:
        path = f"/v1/jobs/{job or await self.job()}/people/{self.whom}"
        return int((await self.clerk.post(path, json=PLACING | changes)).json()["id"])

    async def write(self, placement: int, **entry: Any) -> Response:
        return await self.clerk.post(f"/v1/placements/{placement}/entries", json=entry)

    async def shift(self, placement: int, on: str, starts: str = "08:00", ends: str = "16:00") -> Response:
        return await self.write(placement, kind="shift", on=on, starts=starts, ends=ends)


@asynccontextmanager
async def opened(app: FastAPI, role: Role = Role.ACCOUNTANT) -> AsyncIterator[Workshop]:
    engine = app.state.engine
    where, whom = await institution(engine), await person(engine, "Ishchiyev")
    await stay(engine, whom, where)
    who = await user(engine, f"clerk-{next(numbers)}", role=role)
    await posting(engine, who, where)
    async with browser(app, await session(engine, who)) as clerk:
        yield Workshop(clerk, who, where, whom)


def code(answer: Response) -> str:
    return str(answer.json()["type"].removeprefix("/problems/"))
