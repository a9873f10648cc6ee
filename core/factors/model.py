"""What an account can show besides its password, and what a session has shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Second:
    """What a session knows of its owner's second factor."""

    is_held: bool = False
    is_demanded: bool = False
    """Of the owner's role."""
    proved_at: datetime | None = None


NONE: Final = Second()


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks an answer of a passkey."""

    id: int
    credential: bytes
    key: bytes
    count: int


@dataclass(frozen=True, slots=True)
class Totp:
    id: int
    sealed: bytes
    last_step: int
    """Of the last code that was taken; it and older ones are used up."""


@dataclass(frozen=True, slots=True)
class Held:
    """What one account has."""

    totp_since: datetime | None
    passkeys: tuple[Passkey, ...]
    recovery_left: int

    @property
    def is_any(self) -> bool:
        return self.totp_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Demand:
    """A role must have a second factor, or need not any more."""

    role: str
    is_demanded: bool
    at: datetime
    by_name: str | None
