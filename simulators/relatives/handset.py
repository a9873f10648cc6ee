"""A client of the relatives' API: signs in with PKCE, renews tokens, sends each thing under its own key."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from random import SystemRandom
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from httpx import AsyncClient, Response

from core import clock
from simulators.relatives import parts
from simulators.relatives.line import NAME
from simulators.relatives.model import Cut

CLIENT: Final = "desktop"
REDIRECT: Final = "http://127.0.0.1/signed-in"
SCOPES: Final = "account kin:read kin:write appeals:read appeals:write"
HANDLE: Final = re.compile(r'name="handle" value="([^"]+)"')


def uuid7(now_ms: int | None = None) -> UUID:
    """RFC 9562, 5.7, by true chance."""
    return parts.uuid7(clock.now_us() // 1000 if now_ms is None else now_ms, SystemRandom())


@dataclass(slots=True)
class Handset:
    """One telephone; `http` knows where the API is, and sends the Origin of our own pages."""

    http: AsyncClient
    access: str = ""
    refresh: str = ""
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def wanted(self) -> dict[str, str]:
        digest = sha256(self.verifier.encode()).digest()
        return {
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "scope": SCOPES,
            "state": "s",
        }

    async def sign_in(self, phone: str, read_code: Callable[[], Awaitable[str]]) -> None:
        """As a browser and a human would: number, code, back to the program, tokens."""
        page = await self.ask_code(phone)
        back = await self.give_code(page, await read_code())
        (await self.redeem(back)).raise_for_status()

    async def ask_code(self, phone: str) -> Response:
        return await self.http.post("/v1/oauth/authorize", data=self.wanted | {"phone": phone})

    async def give_code(self, page: Response, code: str) -> Response:
        said = self.wanted | {"handle": HANDLE.findall(page.text)[0], "code": code}
        return await self.http.post("/v1/oauth/authorize/code", data=said)

    async def redeem(self, back: Response) -> Response:
        """What the browser brought back, for tokens."""
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        return await self._tokens(None, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    async def renew(self, *, cut: Cut | None = None) -> Response:
        return await self._tokens(cut, grant_type="refresh_token", refresh_token=self.refresh)

    async def get(self, path: str, **headers: str) -> Response:
        return await self.http.get(path, headers=self.headers(headers))

    async def post(
        self, path: str, body: Any = None, *, key: str | None = None, cut: Cut | None = None, **headers: str
    ) -> Response:
        """With a key that was used before it is the same request again."""
        said = self.headers(headers) | {"idempotency-key": key or str(uuid7())}
        return await self.http.post(path, json=body, headers=said, extensions=_cutting(cut))

    async def send(
        self, method: str, path: str, *, content: bytes = b"", cut: Cut | None = None, **headers: str
    ) -> Response:
        said = self.headers(headers)
        return await self.http.request(method, path, content=content, headers=said, extensions=_cutting(cut))

    def headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.access}"} | named

    async def _tokens(self, cut: Cut | None, **said: str) -> Response:
        given = {"client_id": CLIENT, "code_verifier": self.verifier} | said
        answer = await self.http.post("/v1/oauth/token", data=given, extensions=_cutting(cut))
        if answer.is_success:
            found = answer.json()
            self.access, self.refresh = found["access_token"], found["refresh_token"]
        return answer


def _cutting(cut: Cut | None) -> dict[str, Any] | None:
    return {NAME: cut} if cut else None
