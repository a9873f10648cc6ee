"""The chain of a device's sealed messages: what joins it, what is missing, what came twice. Pure."""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from tracking.seals.model import Break, Chain, Sealed, Span

FIRST: Final = 1
NOTHING: Final = 0
"""What the first message names as the one before it."""
SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Policy:
    window: int
    patience_us: int
    most_spans: int
    alarm: Mapping[Break, int]
    answer: timedelta

    @classmethod
    def load(cls) -> "Policy":
        said: dict[str, Any] = tomllib.loads(Path(__file__).with_name("policy.toml").read_text("utf-8"))
        alarm = said["alarm"]
        return cls(
            said["window"],
            said["patience_s"] * SECOND_US,
            said["most_spans"],
            {kind: alarm[kind.value] for kind in Break},
            timedelta(hours=alarm["answer_hours"]),
        )


POLICY: Final = Policy.load()


class Step(NamedTuple):
    """The chain after a message, and what it tells; whether it is one that was here before."""

    chain: Chain
    found: tuple[tuple[Break, int, int], ...] = ()
    """With the first and last counter it is about."""
    is_repeat: bool = False


def heard(chain: Chain, said: Sealed, *, at_us: int, policy: Policy = POLICY) -> Step:
    """One genuine message more, in whatever order it comes."""
    at = bisect_right(chain, said.counter, key=attrgetter("first"))
    below = chain[at - 1] if at else None
    above = chain[at] if at < len(chain) else None
    if below is not None and said.counter <= below.last:
        kind = _again(chain[-1].last, below, said, window=policy.window)
        return Step(chain, ((kind, said.counter, said.counter),) if kind else (), is_repeat=True)
    found = [Break.FORKED] * _is_strange(below, above, said)
    if above is not None and (above.is_told or chain[-1].last - said.counter > policy.window):
        found.append(Break.REORDERED)
    named = tuple((kind, said.counter, said.counter) for kind in found)
    joined = (*chain[: at - (_follows(below, said))], _joined(below, above, said=said, at_us=at_us))
    after = (*joined, *chain[at + _precedes(above, said) :])
    after, given_up = _bounded(after, policy.most_spans)
    return Step(after, (*named, *((Break.MISSING, a, b) for a, b in given_up)))


def overdue(chain: Chain, *, until_us: int) -> tuple[Chain, tuple[tuple[int, int], ...]]:
    """Holes that were seen before this moment and still are: told from now on."""
    late = [(span, hole) for span, hole in _holes(chain) if not span.is_told and span.since_us <= until_us]
    if not late:
        return chain, ()
    told = {span.first for span, _ in late}
    marked = tuple(replace(s, is_told=True) if s.first in told else s for s in chain)
    return marked, tuple(hole for _, hole in late)


def waits(chain: Chain) -> bool:
    """For something that is not told yet."""
    return any(not span.is_told for span, _ in _holes(chain))


def is_plain(chain: Chain) -> bool:
    """Everything from the first on is there."""
    return len(chain) == 1 and chain[0].first == FIRST


def _again(top: int, span: Span, said: Sealed, *, window: int) -> Break | None:
    """A link may double a message soon; what is doubled must be the same."""
    differs = (said.counter == span.last and said.tag != span.tag) or (
        said.counter == span.first and said.before != span.before
    )
    if differs:
        return Break.FORKED
    return Break.REPLAYED if top - said.counter >= window else None


def _is_strange(below: Span | None, above: Span | None, said: Sealed) -> bool:
    """It does not name the message before it, or the one after it names another."""
    named = said.before
    if said.counter == FIRST and named != NOTHING:
        return True
    if below is not None and _follows(below, said) and named != below.tag:
        return True
    return above is not None and _precedes(above, said) and above.before != said.tag


def _follows(below: Span | None, said: Sealed) -> bool:
    return below is not None and below.last + 1 == said.counter


def _precedes(above: Span | None, said: Sealed) -> bool:
    return above is not None and said.counter + 1 == above.first


def _joined(below: Span | None, above: Span | None, *, said: Sealed, at_us: int) -> Span:
    """The message with whatever it touches; the hole below it is as old as the one it lies in."""
    if above is None:
        made = Span(said.counter, said.counter, said.before, said.tag, at_us)
    elif _precedes(above, said):
        made = replace(above, first=said.counter, before=said.before)
    else:
        made = replace(above, first=said.counter, before=said.before, last=said.counter, tag=said.tag)
    if below is not None and _follows(below, said):
        return replace(below, last=made.last, tag=made.tag)
    return made


def _holes(chain: Chain) -> Iterator[tuple[Span, tuple[int, int]]]:
    """Each span below which something is missing, and what."""
    end = FIRST - 1
    for span in chain:
        if span.first > end + 1:
            yield span, (end + 1, span.first - 1)
        end = span.last


def _bounded(chain: Chain, most: int) -> tuple[Chain, tuple[tuple[int, int], ...]]:
    """Whose memory is all holes loses the oldest of them; those not told yet are."""
    if len(chain) <= most:
        return chain, ()
    given_up = tuple((hole[0], hole[1]) for span, hole in _holes(chain[:2]) if not span.is_told)
    return (replace(chain[1], first=FIRST, before=NOTHING), *chain[2:]), given_up
