"""Slows down whoever guesses passwords: per login and address, in memory, bounded."""

from asyncio import Semaphore
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import ClassVar

from core.errors import Refusal

FREE = 3
"""Failures that cost nothing: fingers slip."""
LONGEST_S = 900
REMEMBERED = 10_000
SECOND = 1_000_000
AT_ONCE = 2
"""Checks of passwords: each takes 64 MiB and a core."""


class TooManyAttempts(Refusal):
    code: ClassVar[str] = "too_many_attempts"
    status: ClassVar[int] = 429


@dataclass(slots=True)
class Attempts:
    """Counted when a try begins, so that a hundred tries at once are a hundred tries."""

    counted: OrderedDict[tuple[str, str], tuple[int, int]] = field(default_factory=OrderedDict)
    """(login, address) → tries, when the next one is open (µs)."""
    checks: Semaphore = field(default_factory=lambda: Semaphore(AT_ONCE))
    """Held while a password is checked."""

    def begin(self, login: str, address: str, *, now_us: int) -> None:
        key = (login.casefold(), address)
        tries, opens_us = self.counted.get(key, (0, 0))
        if now_us < opens_us:
            raise TooManyAttempts(count=-(-(opens_us - now_us) // SECOND))
        self.counted[key] = (tries + 1, now_us + wait_s(tries + 1) * SECOND)
        self.counted.move_to_end(key)
        if len(self.counted) > REMEMBERED:
            self.counted.popitem(last=False)

    def succeed(self, login: str, address: str) -> None:
        self.counted.pop((login.casefold(), address), None)


def wait_s(tries: int) -> int:
    """Seconds until the next try: 0 0 0 2 4 8 … 900."""
    return 0 if tries <= FREE else min(LONGEST_S, 2 ** min(tries - FREE, 10))
