"""Spans of a trace: what took how long within what; nothing is kept unless somebody installed a taker."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from core import clock

KNOWN: Final = frozenset({"method", "route", "status", "messages", "fixes", "shard"})
"""What a span may say besides its name: counts, codes and forms of routes. Never an id, a path or a name."""


@dataclass(slots=True)
class Span:
    name: str
    trace: str
    ident: str
    parent: str
    """Empty: it begins the trace here."""
    began_us: int
    lasted_ns: int = 0
    is_failed: bool = False
    said: dict[str, int | str] = field(default_factory=dict)

    def say(self, **more: int | str) -> None:
        if unknown := more.keys() - KNOWN:
            raise ValueError(f"a span does not say {sorted(unknown)}")
        self.said |= more


Taker = Callable[[Span], None]
_takers: list[Taker] = []
_current: ContextVar[Span | None] = ContextVar("span", default=None)


def install(taker: Taker) -> None:
    """From now on finished spans are given to it."""
    _takers.append(taker)


def remove(taker: Taker) -> None:
    _takers.remove(taker)


@contextmanager
def span(name: str, *, trace: str = "", parent: str = "", **said: int | str) -> Iterator[Span | None]:
    """Within the span that runs, or the beginning of a trace; where nobody takes spans, nothing at all."""
    if not _takers:
        yield None
        return
    above = _current.get()
    trace = trace or (above.trace if above else secrets.token_hex(16))
    made = Span(name, trace, secrets.token_hex(8), parent or (above.ident if above else ""), clock.now_us())
    made.say(**said)
    token, began = _current.set(made), time.perf_counter_ns()
    try:
        yield made
    except BaseException:
        made.is_failed = True
        raise
    finally:
        made.lasted_ns = time.perf_counter_ns() - began
        _current.reset(token)
        for taker in _takers:
            taker(made)
