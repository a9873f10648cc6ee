"""Record what a batch of messages said: each report once, with its wearer; and what to answer the devices."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

import asyncpg
import numpy as np
from numpy.typing import NDArray

from core.bus import Row
from core.model import DeviceId
from tracking.directory import NOBODY
from tracking.fixes import Fixes
from tracking.hearing import Heard, hear
from tracking.marks import Marks, News
from tracking.model import DeviceEvent, Mark, Ranges, Reason, Rejected
from tracking.store import commands, marks, records
from tracking.wire import Decoded, positions

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was new. `news` of the marks hold from the commit on: the caller takes them then, never before."""

    fixes: Fixes
    """In the order of the fold, each with its wearer."""
    events: tuple[DeviceEvent, ...]
    news: News
    lost: tuple[tuple[DeviceId, Ranges], ...]
    """Numbers that devices gave up for good."""
    answered: tuple[int, ...]
    """Commands whose receipts came."""
    repeats: int
    rejected: int


async def record(conn: asyncpg.Connection, decoded: Decoded, *, known: Marks) -> Recorded:
    """`known`: the marks so far."""
    heard = hear(decoded, known)
    fixes = decoded.fixes if heard.fix_is_new.all() else decoded.fixes.take(heard.fix_is_new)
    events = _chosen(decoded.events, heard.event_is_new)
    worn = fixes.person != NOBODY
    rejected = _chosen(decoded.rejected, heard.rejected_is_new)
    rejected += _unworn(fixes.take(~worn), events)
    fixes = (fixes if worn.all() else fixes.take(worn)).in_order()
    events = [e for e in events if e.person != NOBODY]
    stored = await _insert(conn, fixes, decoded.phones)
    kept = await records.insert_events(conn, events)
    await records.insert_rejected(conn, rejected)
    answered = await commands.answered(conn, decoded.receipts)
    await marks.save(conn, _fragile(rejected, heard, known))
    new_events = tuple(e for e in events if (e.device, e.sequence) in kept)
    new_fixes = fixes if stored.all() else fixes.take(stored)
    said = len(decoded.fixes) + len(decoded.events) + len(decoded.rejected)
    return Recorded(
        new_fixes,
        new_events,
        heard.news,
        heard.lost,
        tuple(answered),
        repeats=said - len(new_fixes) - len(new_events) - len(rejected),
        rejected=len(rejected),
    )


def news(recorded: Recorded) -> list[Row]:
    """To be announced: where people are now, which commands were answered, what devices lost for good."""
    rows = [Row("moved", packed=positions.pack(recorded.fixes))] if len(recorded.fixes) else []
    rows += [Row("command", {"command": number}) for number in recorded.answered]
    rows += [
        Row("platform", {"what": "lost", "device": device, "numbers": ranges})
        for device, ranges in recorded.lost
    ]
    return rows


def _fragile(rejected: Collection[Rejected], heard: Heard, known: Marks) -> dict[DeviceId, Mark]:
    """Marks that could not be read again from what is stored: of answers without a stored report."""
    usual = dict(zip(heard.news.device.tolist(), heard.news.last.tolist(), strict=True)) if rejected else {}
    spoke = dict(zip(heard.news.spoke.tolist(), heard.news.spoke_us.tolist(), strict=True))
    found = {device: heard.news.others[device] for device, _ in heard.lost}
    for device in {r.device for r in rejected if r.device is not None}:
        if device in heard.news.others:
            found[device] = heard.news.others[device]
        elif device in usual:
            at_us = max(spoke[device], known[device].contact_us)
            found[device] = known.gone_on(device, usual[device], at_us=at_us)
    return found


async def _insert(conn: asyncpg.Connection, fixes: Fixes, phones: frozenset[DeviceId]) -> NDArray[np.bool_]:
    """Of devices that count the marks know what is new; for the others the key must tell."""
    if not len(fixes):
        return np.zeros(0, bool)
    certain = np.ones(len(fixes), bool)
    if phones:
        certain = np.isin(fixes.device, list(phones), invert=True)
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
