"""One person in an officer's institution with an order in force, for tests of what happens under it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient, Response
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncEngine

import files
from callers import browser, session, user
from core import clock, db
from core.auth import Caller, Role
from core.model import DeviceId, OrderId, PersonId, UserId
from core.sealing import Keys
from inmates.health import service as health
from inmates.health.model import Kind, Limit
from inmates.tables import orders

ADULT = date(1990, 5, 1)


@dataclass
class Case:
    app: FastAPI
    engine: AsyncEngine
    person: PersonId
    order: OrderId
    district: int
    officer: UserId
    visitor: AsyncClient
    """The officer's browser."""

    async def post(self, path: str, **body: object) -> Response:
        return await self.visitor.post(path, json=body)

    async def done(self, path: str, **body: object) -> int:
        """The id of what it made, where it made something."""
        answer = await self.post(path, **body)
        assert answer.status_code in {201, 204}, answer.text
        return int(answer.json()["id"]) if answer.status_code == 201 else 0

    async def refused(self, path: str, **body: object) -> str:
        """The code of the refusal."""
        answer = await self.post(path, **body)
        assert answer.status_code in {409, 422}, answer.text
        return str(answer.json()["type"]).removeprefix("/problems/")

    async def fit(self, device: DeviceId | None = None, **how: object) -> int:
        worn = device or await files.device(self.engine)
        return await self.done(f"/v1/orders/{self.order}/fittings/{worn}", **how)

    async def blocked(self, **how: object) -> str:
        device = await files.device(self.engine)
        return await self.refused(f"/v1/orders/{self.order}/fittings/{device}", **how)

    async def file(self) -> dict[str, Any]:
        answer = await self.visitor.get(f"/v1/people/{self.person}/supervision")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def tasks(self) -> list[str]:
        answer = await self.visitor.get("/v1/tasks")
        return [task["kind"] for task in answer.json()["tasks"]]

    async def forbid(self) -> None:
        """A doctor decides that the person wears no bracelet."""
        by = Caller(
            await user(self.engine, "doc", role=Role.DOCTOR), "doc", Role.ADMINISTRATOR, "D", "en", b""
        )
        keys: Keys = self.app.state.keys
        limits = [Limit(Kind.NO_BRACELET, clock.now() - timedelta(minutes=1))]
        async with db.transaction(self.engine) as conn:
            await health.find(conn, keys, caller=by, person=self.person, text="pacemaker", limits=limits)


async def case(
    app: FastAPI,
    *,
    sex: str = "m",
    born_on: date = ADULT,
    officer_sex: str | None = "m",
    kind: str = "house_arrest",
    ends_in: timedelta = timedelta(days=90),
) -> Case:
    engine: AsyncEngine = app.state.engine
    district = await files.institution(engine, kind="probation_district")
    person = await files.person(engine, sex=sex, born_on=born_on)
    await files.stay(engine, person, district)
    officer = await user(engine, sex=officer_sex)
    await files.posting(engine, officer, district)
    now = clock.now()
    order = await files.row(
        engine,
        orders,
        person_id=person,
        kind=kind,
        court="Namuna sudi",
        act_number="1-1",
        act_on=clock.today(),
        during=Range(now - timedelta(days=10), now + ends_in),
    )
    visitor = browser(app, await session(engine, officer))
    return Case(app, engine, person, OrderId(order), district, officer, visitor)
