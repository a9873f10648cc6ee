"""Telephone numbers, authorization requests and PKCE, and when a refresh token is a stolen one. Pure."""

import base64
import hmac
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

import phonenumbers

from core.errors import Invalid, Refusal
from core.kin import KinScope
from messaging.relatives.accounts.model import Asked, Client, Proof, Token, Wanted

REGION: Final = "UZ"
"""Of numbers without a country."""
CODE_LIVES: Final = timedelta(minutes=5)
TRIES: Final = 5
"""Of one code."""
CODES: Final = ((timedelta(minutes=15), 3), (timedelta(days=1), 10))
"""So many codes a telephone gets within such a time: texts cost money and sleep."""
GRANT_LIVES: Final = timedelta(minutes=1)
ACCESS_LIVES: Final = timedelta(minutes=15)
REFRESH_LIVES: Final = timedelta(days=60)
SIGNED_IN: Final = timedelta(days=180)
"""Then the telephone is proved again."""
GRACE: Final = timedelta(minutes=1)
"""An answer lost in a bad network: the same refresh token may come again so long, if what came of it was
never used."""
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
STATE: Final = re.compile(r"[\x20-\x7e]{0,512}")
CLIENTS: Final = Path(__file__).parent / "clients.toml"


class PhoneWrong(Invalid):
    code = "phone_wrong"


class BadClient(Refusal):
    """An unknown program, or an address that is not registered: nobody is sent there."""

    code = "client_unknown"


class TooManyCodes(Refusal):
    code = "too_many_codes"
    status = 429


class Bad(Exception):  # noqa: N818 - an answer of RFC 6749, 4.1.2.1
    """An error that the client is told by redirect."""

    def __init__(self, error: str) -> None:
        self.error = error
        super().__init__(error)


def phone(typed: str) -> str:
    """E.164: `+998901234567`."""
    try:
        parsed = phonenumbers.parse(typed[:40], REGION)
    except phonenumbers.NumberParseException:
        raise PhoneWrong from None
    if not phonenumbers.is_possible_number(parsed):
        raise PhoneWrong
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@cache
def clients() -> Mapping[str, Client]:
    found = tomllib.loads(CLIENTS.read_text("utf-8"))
    return {
        name: Client(name, tuple(one["redirects"]), frozenset(map(KinScope, one["scopes"])))
        for name, one in found.items()
    }


def asked(wanted: Wanted, known: Mapping[str, Client], *, origin: str) -> Asked:
    """BadClient: nobody may be sent back; Bad: the client is told."""
    client = known.get(wanted.client_id)
    if client is None or not any(leads_to(one, wanted.redirect_uri, origin) for one in client.redirects):
        raise BadClient
    if wanted.response_type != "code":
        raise Bad("unsupported_response_type")
    if wanted.code_challenge_method != "S256" or not CHALLENGE.fullmatch(wanted.code_challenge):
        raise Bad("invalid_request")
    if not STATE.fullmatch(wanted.state):
        raise Bad("invalid_request")
    scopes = wanted.scope.split()
    if not scopes or not set(scopes) <= {str(one) for one in client.scopes}:
        raise Bad("invalid_scope")
    return Asked(
        client, wanted.redirect_uri, wanted.code_challenge, frozenset(map(KinScope, scopes)), wanted.state
    )


def leads_to(registered: str, given: str, origin: str) -> bool:
    """Exactly the registered address; of a loopback address the port is free."""
    if registered.startswith("/"):
        return given in {registered, origin + registered}
    if registered.startswith(("http://127.0.0.1/", "http://[::1]/")):
        try:
            parts = urlsplit(given)
            _ = parts.port
        except ValueError:
            return False
        host = parts.netloc if parts.port is None else parts.netloc.rpartition(":")[0]
        return urlunsplit(parts._replace(netloc=host)) == registered
    return given == registered


def answer(uri: str, values: Mapping[str, str]) -> str:
    """Where the browser goes next."""
    given = urlencode({name: value for name, value in values.items() if value})
    return f"{uri}{'&' if '?' in uri else '?'}{given}"


def challenge(verifier: str) -> str:
    """PKCE, S256 (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def proves(verifier: str, expected: str) -> bool:
    return bool(VERIFIER.fullmatch(verifier)) and hmac.compare_digest(challenge(verifier), expected)


def opens(proof: Proof, *, now: datetime) -> bool:
    """Whether a code may be tried at all."""
    return proof.used_at is None and now < proof.ends_at and proof.tries < TRIES


class Verdict(StrEnum):
    """On a refresh token."""

    ROTATE = "rotate"
    AGAIN = "again"
    """Its answer was lost: what came of it ends, and a new one is given."""
    REUSED = "reused"
    OVER = "over"


def judge(token: Token, *, now: datetime) -> Verdict:
    if token.replaced_at is not None:
        return Verdict.REUSED
    if token.used_at is not None:
        is_lost = now < token.used_at + GRACE and not token.is_child_used
        return Verdict.AGAIN if is_lost else Verdict.REUSED
    return Verdict.ROTATE if now < token.ends_at else Verdict.OVER
