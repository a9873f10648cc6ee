"""Identity providers that do not exist: a small one of OpenID Connect, and one that speaks as OneID does."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from core import clock

ISSUER = "https://id.ministry.test"
ONEID = "https://sso.oneid.test"
CLIENT, SECRET = "ejazo", "a secret of the client"


@dataclass
class OpenId:
    """`wrong` changes claims of the next token; `key` signs, `shown` is what it publishes."""

    subject: str = "person-7"
    wrong: dict[str, Any] = field(default_factory=dict)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256"}))
    shown: ECKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code → what the browser was sent with."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        where = f"{request.url.scheme}://{request.url.host}{request.url.path}"
        if where == f"{ISSUER}/.well-known/openid-configuration":
            return httpx.Response(200, json=self.metadata())
        if where == f"{ISSUER}/keys":
            return httpx.Response(200, json=KeySet([self.shown or self.key]).as_dict(private=False))
        if where == f"{ISSUER}/token":
            return self.token(request)
        return httpx.Response(404)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "authorization_response_iss_parameter_supported": True,
        }

    def agree(self, address: str, **changed: str) -> str:
        """The person signs in there; the address to which the browser is sent back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        said = {"code": code, "state": asked["state"], "iss": ISSUER} | changed
        return f"{asked['redirect_uri']}?{urlencode(said)}"

    def token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self.asked.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{quote(SECRET)}".encode()).decode()
        if (
            asked is None
            or asked["code_challenge_method"] != "S256"
            or asked["code_challenge"] != proof.decode().rstrip("=")
            or asked["redirect_uri"] != form["redirect_uri"]
            or request.headers["authorization"] != expected
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.wrong
        token = jwt.encode({"alg": "ES256", "kid": "1"}, claims, self.key)
        return httpx.Response(200, json={"access_token": "t", "token_type": "Bearer", "id_token": token})


@dataclass
class OneId:
    """As regional notes describe it: one address, and what is wanted says `grant_type`."""

    pin: str = "51505999990015"
    valid: str = "true"
    codes: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if f"{request.url.scheme}://{request.url.host}" != ONEID:
            return httpx.Response(404)
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return httpx.Response(401)
        answer: dict[str, Any] | None = getattr(self, form["grant_type"])(form)
        return httpx.Response(200, json=answer) if answer is not None else httpx.Response(400)

    def agree(self, address: str) -> str:
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["response_type"] == "one_code"
        self.codes.add(code := secrets.token_urlsafe(8))
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def one_authorization_code(self, form: dict[str, str]) -> dict[str, Any] | None:
        if form["code"] not in self.codes:
            return None
        self.codes.discard(form["code"])
        self.tokens.add(token := secrets.token_urlsafe(8))
        return {"access_token": token, "refresh_token": "r", "expires_in": "1800"}

    def one_access_token_identify(self, form: dict[str, str]) -> dict[str, Any] | None:
        if form["access_token"] not in self.tokens:
            return None
        return {"valid": self.valid, "user_id": "namuna", "pin": self.pin, "sur_name": "NAMUNAVIY"}

    def one_log_out(self, form: dict[str, str]) -> dict[str, Any]:
        self.tokens.discard(form["access_token"])
        return {}
