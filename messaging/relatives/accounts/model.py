"""Clients that may sign relatives in, what they ask for, and the tokens they get."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.kin import KinScope
from core.model import HandsetId, RelativeId


@dataclass(frozen=True, slots=True)
class Client:
    """A program that is registered in clients.toml; all are public (RFC 6749, 2.1): none has a secret."""

    id: str
    redirects: Sequence[str]
    """A path beginning with `/` is one of our own pages."""
    scopes: frozenset[KinScope]


@dataclass(frozen=True, slots=True)
class Wanted:
    """An authorization request as it came."""

    client_id: str
    redirect_uri: str
    response_type: str
    code_challenge: str
    code_challenge_method: str
    scope: str
    state: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One that may be answered."""

    client: Client
    redirect_uri: str
    challenge: str
    scopes: frozenset[KinScope]
    state: str


class TokenKind(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


class Ending(StrEnum):
    """Why a device is signed in no longer."""

    REVOKED = "revoked"
    REUSED = "reused"
    """A refresh token came a second time: somebody else may hold it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that was sent to a telephone."""

    phone: bytes
    """Sealed."""
    phone_blind: bytes
    code_mac: bytes
    ends_at: datetime
    tries: int
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorization code."""

    relative: RelativeId
    client_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[KinScope]
    ends_at: datetime
    handset: HandsetId | None
    """Used: this came of it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the table holds it."""

    hash: bytes
    handset: HandsetId
    kind: TokenKind
    ends_at: datetime
    used_at: datetime | None
    replaced_at: datetime | None
    """Its answer was lost, and another was given."""
    is_child_used: bool
    """The token that came of it was used in its turn."""


@dataclass(frozen=True, slots=True)
class Handset:
    id: HandsetId
    relative: RelativeId
    client_id: str
    scopes: frozenset[KinScope]
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client gets, once."""

    access: str
    refresh: str
    scopes: frozenset[KinScope]
    expires_in: int


@dataclass(frozen=True, slots=True)
class Denied:
    """An error of RFC 6749, 5.2."""

    error: str
