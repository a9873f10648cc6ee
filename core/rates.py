"""How often somebody may ask: a bucket in memory for each, which empties at a steady pace."""

from collections import OrderedDict
from dataclasses import dataclass, field
from math import ceil
from typing import ClassVar

from core.errors import Refusal

REMEMBERED = 50_000
SECOND = 1_000_000


class TooManyRequests(Refusal):
    code: ClassVar[str] = "too_many_requests"
    status: ClassVar[int] = 429


@dataclass(slots=True)
class Rates:
    """`burst` at once, `per_s` for ever."""

    burst: int = 300
    per_s: float = 5.0
    levels: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    """Who → how full the bucket was, and when (µs)."""

    def take(self, who: str, *, now_us: int) -> None:
        level, at_us = self.levels.get(who, (0.0, now_us))
        level = max(0.0, level - (now_us - at_us) * self.per_s / SECOND) + 1
        if level > self.burst:
            raise TooManyRequests(count=max(1, ceil((level - self.burst) / self.per_s)))
        self.levels[who] = (level, now_us)
        self.levels.move_to_end(who)
        if len(self.levels) > REMEMBERED:
            self.levels.popitem(last=False)

    def said(self, who: str, *, now_us: int) -> dict[str, str]:
        """What is left (RateLimit fields of the IETF's draft): requests, and seconds until all are."""
        level, at_us = self.levels.get(who, (0.0, now_us))
        level = max(0.0, level - (now_us - at_us) * self.per_s / SECOND)
        left, whole_s = int(self.burst - level), ceil(level / self.per_s)
        policy = f'"relative";q={self.burst};w={ceil(self.burst / self.per_s)}'
        return {"ratelimit-policy": policy, "ratelimit": f'"relative";r={left};t={whole_s}'}
