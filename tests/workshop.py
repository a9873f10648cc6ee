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
MONTH = "2026-03"
WRIT = {
    "number": "12-ij",
    "issuer": "Namuna sudi",
    "issued_on": "2026-01-15",
    "creditor": "Namuna fuqaro",
    "kind": "crime_damage",
    "basis": "sum",
    "total": 100_000,
    "since": "2026-02-01",
}
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


async def a_month(shop: Workshop, hours: int = 20) -> int:
    """So many hours of 6,000 so'm; 20 make 120,000 of which 105,600 remain after tax."""
    placed = await shop.placed()
    for day in range(1, hours // 10 + 1):
        assert (await shop.shift(placed, f"{MONTH}-{day:02}", "08:00", "18:00")).status_code == 201
    return placed


async def writ(shop: Workshop, **changes: Any) -> int:
    made = await shop.clerk.post(f"/v1/people/{shop.whom}/writs", json=WRIT | changes)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


async def preview(shop: Workshop) -> Any:
    path = f"/v1/institutions/{shop.place}/payroll"
    return (await shop.clerk.get(path, params={"month": MONTH})).json()


async def approve(shop: Workshop, month: str = MONTH) -> Any:
    return await shop.clerk.post(f"/v1/institutions/{shop.place}/payrolls", json={"month": month})
