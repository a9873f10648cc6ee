"""Passwords as Argon2id hashes; checking an unknown login takes as long as checking a known one."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
"""argon2-cffi's defaults: RFC 9106's second recommendation, 64 MiB, three passes."""
LONGEST = 1024
"""Characters of a password; more is an attack on our processor."""


def hashed(password: str) -> str:
    return HASHER.hash(password)


@cache
def nobodys() -> str:
    """What a try for an unknown login is checked against."""
    return HASHER.hash("")


async def matches(password_hash: str | None, password: str) -> bool:
    """In a thread: a check takes tens of milliseconds and 64 MiB."""
    fits = await asyncio.to_thread(_fits, password_hash or nobodys(), password)
    return fits and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
