"""Codes by the clock and recovery codes: what fits, what is used up, what is fresh."""

import base64
import hmac
import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyotp

from core.factors.model import Second

STEP_S: Final = 30
DIGITS: Final = 6
RECOVERY_BYTES: Final = 10
"""80 bits: nobody guesses one, so that a quick hash keeps it."""


@dataclass(frozen=True, slots=True)
class Policy:
    fresh: timedelta
    prove_within: timedelta
    challenge: timedelta
    drift: int
    recovery_codes: int

    @classmethod
    def load(cls) -> "Policy":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_name("policy.toml").read_text("utf-8"))
        return cls(
            timedelta(minutes=said["fresh_minutes"]),
            timedelta(minutes=said["prove_minutes"]),
            timedelta(minutes=said["challenge_minutes"]),
            said["drift_steps"],
            said["recovery_codes"],
        )


POLICY: Final = Policy.load()


def step(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def fitting_step(secret: str, code: str, *, at: datetime, after: int, drift: int) -> int | None:
    """The step whose code this is, newer than `after`: a code is taken once, and none that is older."""
    here, found = step(at), None
    for one in range(here - drift, here + drift + 1):
        if hmac.compare_digest(pyotp.TOTP(secret).generate_otp(one).encode(), code.encode()) and one > after:
            found = one
    return found


def plain(code: str) -> str:
    """As typed: with spaces, dashes, small letters."""
    return "".join(sign for sign in code if sign not in " -\u00a0").upper()


def is_totp(code: str) -> bool:
    return len(code) == DIGITS and code.isascii() and code.isdecimal()


def new_recovery_codes(count: int) -> tuple[str, ...]:
    """Four groups of four letters and digits each."""
    made = (base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode() for _ in range(count))
    return tuple("-".join(code[n : n + 4] for n in range(0, len(code), 4)) for code in made)


def recovery_hash(user: int, code: str) -> bytes:
    return sha256(f"{user}\0{plain(code)}".encode()).digest()


def is_fresh(second: Second, *, now: datetime, within: timedelta) -> bool:
    return second.proved_at is not None and now - second.proved_at <= within
