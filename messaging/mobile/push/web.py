"""Web Push (RFC 8030) without a payload, so that there is nothing to encrypt; signed by VAPID (RFC 8292)."""

import base64
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core import clock
from core.sealing import Keys
from messaging.mobile.push.model import Tried, Verdict

KEY: Final = "vapid"
ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256: FIPS 186-4, D.1.2.3."""
KEPT_S: Final = 86_400
"""A device that is off for longer asks by itself when it is on."""
TOKEN_LIVES: Final = timedelta(hours=12)
WAIT_S: Final = 10.0
GONE: Final = {403, 404, 410}
"""403: subscribed under another key of ours, which is lost."""


def private_key(keys: Keys) -> ec.EllipticCurvePrivateKey:
    """Of the key in the folder; all processes find the same."""
    seed = int.from_bytes(keys.seeds(KEY)[1], "big")
    return ec.derive_private_key(seed % (ORDER - 1) + 1, ec.SECP256R1())


def public_key(keys: Keys) -> str:
    """What a browser subscribes with: an uncompressed point, base64url."""
    point = private_key(keys).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


class WebPush:
    """`Pusher`; `contact` (mailto: or https:) is whom a push service can ask about us."""

    def __init__(self, http: httpx.AsyncClient, keys: Keys, *, contact: str) -> None:
        self.http, self.contact = http, contact
        self.private, self.public = private_key(keys), public_key(keys)

    async def __call__(self, endpoint: str) -> Tried:
        try:
            answer = await self.http.post(
                endpoint, headers=self._headers(endpoint), timeout=WAIT_S, follow_redirects=False
            )
        except (httpx.TransportError, httpx.InvalidURL):
            return Tried(Verdict.LATER)
        if answer.is_success:
            return Tried(Verdict.WOKEN)
        if answer.status_code in GONE:
            return Tried(Verdict.GONE)
        asked = answer.headers.get("retry-after", "")
        return Tried(Verdict.LATER, int(asked) if asked.isdecimal() and len(asked) < 9 else None)

    def _headers(self, endpoint: str) -> dict[str, str]:
        """Of several pushes that wait for a device, the topic leaves one."""
        parts = urlsplit(endpoint)
        said = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((clock.now() + TOKEN_LIVES).timestamp()),
            "sub": self.contact,
        }
        token = jwt.encode(said, self.private, algorithm="ES256")
        return {
            "ttl": str(KEPT_S),
            "urgency": "normal",
            "topic": "news",
            "authorization": f"vapid t={token}, k={self.public}",
        }
