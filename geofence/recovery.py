"""The worker begins: everybody's seat as it was written down last, and what was stored since, folded again.

Whoever's seat was not written down, or under other terms, is folded again from a checkpoint; the result is
the same (ADR-0019)."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import asyncpg
import numpy as np

from core import bus
from core.bus import Row
from core.model import PersonId
from geofence import again, breaches, keeping, nearness, policies, replay
from geofence.engine import Board, snapshots
from geofence.engine.layout import I8
from geofence.rules import walk
from geofence.rules.duty import Duty
from geofence.sharing import Own
from geofence.store import breaches as breaches_store
from geofence.store import handing, terms
from geofence.store import seats as seats_store
from geofence.supervision import Supervision
from tracking.directory import Wearing
from tracking.model import DeviceEvent
from tracking.store import stored

MARGIN_US: Final = 10_000_000
"""So far a clock may have been put back between two receipts."""
LONG_AGO_US: Final = 3_600_000_000
"""A block so much older than the newest is a worker's who is there no more: checkpoints are nearer."""
IDLE_US: Final = 60_000_000
"""Nothing is stored that was received later than so long before a beginning, if no seat says more."""
NEVER: Final = 2**62


async def recover(
    conn: asyncpg.Connection, *, now_us: int, own: Own | None = None, shard: int = 0
) -> Supervision:
    """From seats, checkpoints and stored reports, as if nothing had happened; announces what a crash left
    unsaid."""
    with _no_rubbish():
        await terms.roomy(conn)
        of_today = await prints(conn, own)
        bound = await replay.duties(conn, of_today)
        held = Supervision(Board(policies.in_force()), of_today, own, shard, heard_us=now_us - IDLE_US)
        as_of_us = await _restore(conn, held, bound)
        rows = await _refold(conn, held, bound, now_us=now_us)
        rows += await _catch_up(conn, held, as_of_us, now_us=now_us)
        await listen(conn, held, is_restored=bool(as_of_us), now_us=now_us)
        held.near, of_two = await nearness.recover(conn, now_us=now_us, own=held.own)
        if len(bound) >= replay.MANY:
            gc.freeze()  # millions of objects that stay: the collector need not look through them ever again
    await bus.announce(conn, rows + of_two)
    return held


@contextmanager
def _no_rubbish() -> Iterator[None]:
    """What is made stays: looking through millions of new objects again and again finds nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _restore(
    conn: asyncpg.Connection, held: Supervision, bound: Mapping[PersonId, Duty]
) -> dict[PersonId, int]:
    """Seat those whose seats were written down under the terms of today; up to which receipt, of each."""
    of_terms = {person: duty.terms for person, duty in bound.items()}
    parts, as_of_us = [], dict[PersonId, int]()
    held.voided = await seats_store.voided(conn)
    blocks = await keeping.read_seats(conn)
    left = held.prints.keys() - held.voided
    oldest_us = blocks[-1][0] - LONG_AGO_US if blocks else 0
    for block_us, block in blocks:
        if block_us < oldest_us:
            continue
        taken, simple = block.taken, len(block.taken.people)
        told = zip(taken.everybody(), block.prints.tolist(), strict=True)
        same = [person in left and held.prints[person] == print_ for person, print_ in told]
        part = snapshots.chosen(taken, np.array(same[:simple], bool), np.array(same[simple:], bool))
        held.ear.locate(block.devices, block.located_us)
        parts.append(part)
        as_of_us |= dict.fromkeys(part.everybody(), block_us)
    for strange in held.board.restore(snapshots.newest(parts), of_terms):
        held.board.drop(strange)
        del as_of_us[strange]
    for person in as_of_us:
        held.bind(person, bound[person])
    return as_of_us


async def _refold(
    conn: asyncpg.Connection, held: Supervision, bound: Mapping[PersonId, Duty], *, now_us: int
) -> list[Row]:
    """Everybody else: from their checkpoints, or from the first report."""
    left = [person for person in bound if person not in held.board]
    set_aside = await handing.release(conn, left)
    begins = await replay.known(conn, [person for person in left if person not in set_aside], bound)
    begins |= await replay.beginnings(conn, bound, set_aside)
    held.waiting = await handing.waiting(conn)
    fresh = [person for person in left if person not in begins]
    heard = await stored.heard(conn, fresh)
    begins |= {person: walk.fresh(person) for person in heard}
    silent = [person for person in fresh if person not in heard]
    held.board.put_fresh(silent, {person: bound[person].terms for person in silent})
    for person in silent:
        held.bind(person, bound[person])
    return await again.refold(conn, held, begins, bound, now_us=now_us)


async def _catch_up(
    conn: asyncpg.Connection, held: Supervision, as_of_us: Mapping[PersonId, int], *, now_us: int
) -> list[Row]:
    """Fold what was received since seats were written down: all at once, as the board folds a batch."""
    if not as_of_us:
        return []
    since_us = min(as_of_us.values())
    fixes = await stored.received_since(conn, since_us - MARGIN_US)
    held.ear.hear(fixes)
    told = await stored.events_received_since(conn, since_us - MARGIN_US)
    until = _table(as_of_us)
    known = fixes.person < len(until)
    fixes = fixes.take(until[np.where(known, fixes.person, 0)] * known != 0)
    is_in_it = held.board.is_folded(fixes) & (fixes.received_us < until[fixes.person])
    events = [event for event in told if _is_news(held, event, as_of_us)]
    held.heard_us = max([max(as_of_us.values()), int(fixes.received_us.max(initial=0))])
    fixes = fixes.take(~is_in_it)
    await again.forget_passed(conn, held, held.board.take_back(fixes))
    judged = held.board.judge(fixes, events)
    rows = await breaches.save(conn, judged.changes, now_us=now_us)
    begun = await again.at_once(conn, held, again.earliest(judged.late, fixes, events), now_us=now_us)
    rows += await again.fold(conn, held, begun | again.overtaken(held, NEVER), now_us=now_us)
    passed = held.board.advance(now_us - replay.PATIENCE_US)
    return rows + await breaches.save(conn, passed, now_us=now_us)


def _is_news(held: Supervision, event: DeviceEvent, as_of_us: Mapping[PersonId, int]) -> bool:
    """Of somebody whose seat was restored, and not in it."""
    if event.person not in as_of_us:
        return False
    last = held.board.last(event.person)
    mark = walk.mark(event)
    return last is None or mark > last or event.received_us >= as_of_us[event.person]


def _table(of: Mapping[PersonId, int]) -> I8:
    """By person's number; 0: not among them."""
    found = np.zeros(max(of) + 1, np.int64)
    found[np.fromiter(of.keys(), np.int64, len(of))] = np.fromiter(of.values(), np.int64, len(of))
    return found


async def listen(conn: asyncpg.Connection, held: Supervision, *, is_restored: bool, now_us: int) -> None:
    """Who wears what, whose place was received lately, and whose silence is open already."""
    held.ear.wear(await worn(conn, held.own, now_us=now_us))
    held.ear.locate(*held.board.places())  # a place received before we looked, by the time it was taken
    if not is_restored:
        looked_us = 2 * int(policies.valid_at(now_us).no_location_s * breaches.SECOND_US)
        located = await stored.located(conn, since_us=now_us - looked_us)
        held.ear.locate(located["device"], located["at"])
    held.ear.remember(
        e
        for e in await breaches_store.open_of(conn, breaches.OF_NO_FOLD)
        if held.own is None or e.subject in held.own.devices
    )


async def prints(conn: asyncpg.Connection, own: Own | None) -> terms.Fingerprints:
    """Of our people."""
    found = await terms.fingerprints(conn)
    return {person: print_ for person, print_ in found.items() if own is None or person in own.people}


async def worn(conn: asyncpg.Connection, own: Own | None, *, now_us: int) -> list[Wearing]:
    """From now on, of our devices."""
    found = await terms.wearings(conn, since_us=now_us)
    return [wearing for wearing in found if own is None or wearing.device in own.devices]
