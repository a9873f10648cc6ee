"""How long somebody waits after so many failures. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final


class By(StrEnum):
    """Whose failures are counted; the pair of login and address is counted in memory (`core.attempts`)."""

    ACCOUNT = "account"
    ADDRESS = "address"
    FACTOR = "factor"
    """Second factors of one account: whoever guesses them knows its password."""


@dataclass(frozen=True, slots=True)
class Policy:
    free: Mapping[By, int]
    longest: timedelta
    forget: timedelta
    known: timedelta

    @classmethod
    def load(cls) -> "Policy":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_name("policy.toml").read_text("utf-8"))
        return cls(
            {By(name): count for name, count in said["free"].items()},
            timedelta(seconds=said["longest_s"]),
            timedelta(hours=said["forget_hours"]),
            timedelta(days=said["known_days"]),
        )


POLICY: Final = Policy.load()


@dataclass(frozen=True, slots=True)
class Counted:
    tries: int = 0
    opens_at: datetime | None = None
    last_at: datetime | None = None


def remembered(counted: Counted, *, now: datetime, policy: Policy) -> Counted:
    """Nothing, after a long quiet."""
    is_old = counted.last_at is not None and now - counted.last_at >= policy.forget
    return Counted() if is_old else counted


def after(counted: Counted, by: By, *, now: datetime, policy: Policy) -> Counted:
    """With this try; it counts as a failure until it succeeds."""
    tries = counted.tries + 1
    return Counted(tries, now + wait(tries, free=policy.free[by], longest=policy.longest), now)


def wait(tries: int, *, free: int, longest: timedelta) -> timedelta:
    if tries <= free:
        return timedelta()
    return min(longest, timedelta(seconds=2 ** min(tries - free, 30)))


def key(by: By, what: str) -> bytes:
    """No table of who failed where: a digest names the row."""
    return sha256(f"{by}\0{what.casefold()}".encode("utf-8", "surrogatepass")).digest()
