"""Forms that a script of ours sends (`static/forms.js`): a redirect it could not see is told in words."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SENT: Final = "x-form"
"""Only our own pages can set it: another site would have to ask first."""


class Forms:
    """ASGI middleware: of such a form a 303 becomes a 204 that names the place as well."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                message["status"] = 204
                del MutableHeaders(scope=message)["content-length"]
            await send(message)

        is_sent = scope["type"] == "http" and SENT in Headers(scope=scope)
        await self.app(scope, receive, told if is_sent else send)
