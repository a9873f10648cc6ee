"""An institution with its register of appeals, asked over HTTP."""

from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient

from callers import browser, session, user
from core.auth import Role
from core.model import UserId
from files import institution, person, posting, stay

ANSWER = {
    "outcome": "partly",
    "text": "javob",
    "grounds": "asoslar",
    "legal_basis": "JIK 76",
    "contest": "sudga, bir yil ichida",
}


class Register:
    """An institution with two officers and a head; somebody kept there."""

    def __init__(self, app: FastAPI) -> None:
        self.app, self.engine = app, app.state.engine

    async def opened(self) -> "Register":
        self.here, self.whom = await institution(self.engine), await person(self.engine)
        await stay(self.engine, self.whom, self.here)
        self.officer = await self.seated("officer", Role.OFFICER)
        self.head = await self.seated("head", Role.UNIT_HEAD)
        self.overseer = await user(self.engine, "overseer", role=Role.OVERSIGHT)
        return self

    async def seated(self, login: str, role: Role) -> UserId:
        who = await user(self.engine, login, role=role)
        await posting(self.engine, who, self.here)
        return who

    async def visitor(self, who: UserId) -> AsyncClient:
        return browser(self.app, await session(self.engine, who))

    async def command(self, who: UserId, appeal: int, command: str, **values: Any) -> Any:
        async with await self.visitor(who) as visitor:
            body = {"command": command, "values": values}
            return await visitor.post(f"/v1/register/appeals/{appeal}/commands", json=body)

    async def done(self, who: UserId, appeal: int, command: str, **values: Any) -> dict[str, Any]:
        answer = await self.command(who, appeal, command, **values)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, who: UserId, appeal: int, command: str, **values: Any) -> str:
        answer = await self.command(who, appeal, command, **values)
        assert answer.status_code >= 400, answer.text
        return str(answer.json()["type"]).removeprefix("/problems/")

    async def seen(self, who: UserId) -> list[int]:
        async with await self.visitor(who) as visitor:
            return [one["id"] for one in (await visitor.get("/v1/register/appeals")).json()["appeals"]]
