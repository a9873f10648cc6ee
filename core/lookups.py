"""Look-ups of things that are not there for the one who asks: one is a slip, a hundred are a search."""

from typing import Any, Final

from sqlalchemy import insert
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.tables import missed_lookups

MISSING: Final = 404


class Noted:
    """ASGI middleware: who got how many 404 of guarded routes; the route's form, never what was asked for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        status = 0

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await self.app(scope, receive, seen)
        caller: Any = scope.get("state", {}).get("caller")
        if status == MISSING and caller is not None and scope["type"] == "http":
            path = getattr(scope.get("route"), "path", "")
            async with scope["app"].state.engine.begin() as conn:
                await conn.execute(insert(missed_lookups).values(user_id=caller.user, route=path))
