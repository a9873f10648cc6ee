"""What the worker does by the clock: each duty once a second, in its own part of the second, so that no
report waits behind all of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

Duty = Callable[[int], Awaitable[None]]
"""Takes the moment of its turn, µs."""
SECOND_US: Final = 1_000_000


@dataclass(slots=True)
class Rota:
    duties: Sequence[Duty]
    """In their order; no second begins before all of the last are done."""
    began_us: int = 0
    """When this second began,"""
    done: int = 0
    """and how many of the duties were done in it."""

    async def go_on(self, now_us: int) -> None:
        """Whatever is due at this moment."""
        if not self._is_within(now_us):
            await self._until(len(self.duties), now_us)
            self.began_us, self.done = now_us, 0
        await self._until(self._due(now_us), now_us)

    def waits(self, now_us: int) -> bool:
        """Something is due."""
        return not self._is_within(now_us) or self.done < self._due(now_us)

    def _is_within(self, now_us: int) -> bool:
        return 0 <= now_us - self.began_us < SECOND_US  # a clock that went back must not stop the pulse

    def _due(self, now_us: int) -> int:
        return 1 + (now_us - self.began_us) * len(self.duties) // SECOND_US

    async def _until(self, count: int, now_us: int) -> None:
        while self.done < count:
            await self.duties[self.done](now_us)
            self.done += 1
