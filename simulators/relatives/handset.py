"""A client of the relatives' API: signs in with PKCE, renews tokens, sends each thing under its own key."""

import base64
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from httpx import AsyncClient, Response

from core import clock

CLIENT: Final = "desktop"
REDIRECT: Final = "http://127.0.0.1/signed-in"
SCOPES: Final = "account kin:read kin:write appeals:read appeals:write"
HANDLE: Final = re.compile(r'name="handle" value="([^"]+)"')


def uuid7(now_ms: int | None = None) -> UUID:
    """RFC 9562, 5.7: milliseconds, then chance."""
    at = clock.now_us() // 1000 if now_ms is None else now_ms
    number = (at & (1 << 48) - 1) << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 0x7 << 76
    return UUID(int=number & ~(0x3 << 62) | 0x2 << 62)


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
        page = await self.http.post("/v1/oauth/authorize", data=self.wanted | {"phone": phone})
        handle = HANDLE.findall(page.text)[0]
        said = self.wanted | {"handle": handle, "code": await read_code()}
        back = await self.http.post("/v1/oauth/authorize/code", data=said)
        code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
        answer = await self._tokens(grant_type="authorization_code", code=code, redirect_uri=REDIRECT)
        answer.raise_for_status()

    async def renew(self) -> Response:
        return await self._tokens(grant_type="refresh_token", refresh_token=self.refresh)

    async def get(self, path: str, **headers: str) -> Response:
        return await self.http.get(path, headers=self._headers(headers))

    async def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> Response:
        """With a key that was used before it is the same request again."""
        said = self._headers(headers) | {"idempotency-key": key or str(uuid7())}
        return await self.http.post(path, json=body, headers=said)

    async def send(self, method: str, path: str, *, content: bytes = b"", **headers: str) -> Response:
        return await self.http.request(method, path, content=content, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.access}"} | named

    async def _tokens(self, **said: str) -> Response:
        given = {"client_id": CLIENT, "code_verifier": self.verifier} | said
        answer = await self.http.post("/v1/oauth/token", data=given)
        if answer.is_success:
            found = answer.json()
            self.access, self.refresh = found["access_token"], found["refresh_token"]
        return answer
