"""Record what a batch of messages said: each report once, with its wearer; and what to answer the devices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId
from tracking import rules
from tracking.directory import NOBODY
from tracking.fixes import Fixes
from tracking.model import DeviceEvent, Mark, Ranges, Reason, Rejected
from tracking.store import commands, marks, records
from tracking.wire import Decoded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was new. `marks` hold from the commit on: the caller takes them over then, never before."""

    fixes: Fixes
    """In the order of the fold, each with its wearer."""
    events: tuple[DeviceEvent, ...]
    marks: dict[DeviceId, Mark]
    lost: tuple[tuple[DeviceId, Ranges], ...]
    """Numbers that devices gave up for good."""
    answered: tuple[int, ...]
    """Commands whose receipts came."""
    repeats: int
    rejected: int


async def record(
    conn: asyncpg.Connection, decoded: Decoded, *, known: Mapping[DeviceId, Mark], as_of_us: int
) -> Recorded:
    """`known`: the marks so far; `as_of_us`: the moment of their last checkpoint."""
    heard = _Heard.of(decoded, known)
    fixes, events, rejected = heard.new(decoded)
    worn = fixes.person != NOBODY
    rejected = [*rejected, *_unworn(fixes.take(~worn), events)]
    fixes = fixes.take(worn).in_order()
    events = [e for e in events if e.person != NOBODY]
    stored = await _insert(conn, fixes, decoded.numbered)
    kept = await records.insert_events(conn, events)
    await records.insert_rejected(conn, rejected)
    answered = await commands.answered(conn, decoded.receipts)
    lost = heard.give_up(decoded)
    fragile = {r.device for r in rejected if r.device is not None} | {device for device, _ in lost}
    await marks.save(conn, {d: heard.marks[d] for d in fragile & heard.marks.keys()}, as_of_us=as_of_us)
    new_events = tuple(e for e in events if (e.device, e.sequence) in kept)
    new_fixes = fixes if stored.all() else fixes.take(stored)
    said = len(decoded.fixes) + len(decoded.events) + len(decoded.rejected)
    return Recorded(
        new_fixes,
        new_events,
        heard.marks,
        lost,
        tuple(answered),
        repeats=said - len(new_fixes) - len(new_events) - len(rejected),
        rejected=len(rejected),
    )


@dataclass(slots=True)
class _Heard:
    """The marks of a batch's devices after it, and which of its reports are new."""

    marks: dict[DeviceId, Mark]
    fix_is_new: list[bool]
    event_is_new: list[bool]
    rejected_is_new: list[bool]

    @classmethod
    def of(cls, decoded: Decoded, known: Mapping[DeviceId, Mark]) -> "_Heard":
        numbers: dict[DeviceId, list[tuple[int, int]]] = {d: [] for d in decoded.contacts}
        said = [
            *zip(decoded.fixes.device.tolist(), decoded.fixes.sequence.tolist(), strict=True),
            *((e.device, e.sequence) for e in decoded.events),
            *((r.device, r.sequence) for r in decoded.rejected),
        ]
        new = [True] * len(said)
        for place, (device, number) in enumerate(said):
            if device in decoded.numbered and number is not None:
                numbers[DeviceId(device)].append((place, number))
        after = {}
        for device, at_us in decoded.contacts.items():
            places = numbers[device]
            after[device], fresh = rules.heard(
                known.get(device, Mark()), [number for _, number in places], at_us=at_us
            )
            for (place, _), is_new in zip(places, fresh, strict=True):
                new[place] = is_new
        first, second = len(decoded.fixes), len(decoded.fixes) + len(decoded.events)
        return cls(after, new[:first], new[first:second], new[second:])

    def new(self, decoded: Decoded) -> tuple[Fixes, list[DeviceEvent], list[Rejected]]:
        fixes = decoded.fixes
        if not all(self.fix_is_new):
            fixes = fixes.take(np.array(self.fix_is_new, bool))
        events = _chosen(decoded.events, self.event_is_new)
        return fixes, events, _chosen(decoded.rejected, self.rejected_is_new)

    def give_up(self, decoded: Decoded) -> tuple[tuple[DeviceId, Ranges], ...]:
        """What devices no longer hold counts as answered, so that nobody waits for it."""
        lost = []
        for holding in decoded.holdings:
            mark = self.marks[holding.device]
            stored, missing = rules.give_up(mark.stored, oldest=holding.oldest, lost=holding.lost)
            if missing:
                self.marks[holding.device] = replace(mark, stored=stored)
                lost.append((holding.device, missing))
        return tuple(lost)


async def _insert(conn: asyncpg.Connection, fixes: Fixes, numbered: frozenset[DeviceId]) -> NDArray[np.bool_]:
    """Of numbered devices the marks know what is new; for the others the key must tell."""
    if not len(fixes):
        return np.zeros(0, bool)
    certain: NDArray[np.bool_] = np.isin(fixes.device, list(numbered))
    return await records.insert_fixes(conn, fixes, certain=certain)


def _unworn(fixes: Fixes, events: Iterable[DeviceEvent]) -> list[Rejected]:
    """No order covers the moment, so nothing of it may be kept but that it was."""
    return [
        Rejected(received, "", Reason.NOT_WORN, None, DeviceId(device), sequence)
        for received, device, sequence in zip(
            fixes.received_us.tolist(), fixes.device.tolist(), fixes.sequence.tolist(), strict=True
        )
    ] + [
        Rejected(e.received_us, "", Reason.NOT_WORN, None, e.device, e.sequence)
        for e in events
        if e.person == NOBODY
    ]


def _chosen(items: Iterable[T], which: Iterable[bool]) -> list[T]:
    return [item for item, is_new in zip(items, which, strict=True) if is_new]
