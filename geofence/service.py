"""The worker's side: judge what comes, and save it in the same transaction.

Memory is never ahead of the database: whose transaction fails drops the `Supervision` and recovers anew."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import asyncpg

from core.bus import Row
from core.model import PersonId
from geofence import again, breaches, nearness, policies, recovery, replay
from geofence.keeping import checkpoint, write_seats
from geofence.recovery import recover
from geofence.sharing import Own, keep_own
from geofence.silence import Heard
from geofence.store import handing
from geofence.supervision import Supervision
from tracking.fixes import Fixes
from tracking.model import DeviceEvent

__all__ = [
    "Heard",
    "Supervision",
    "catch_up",
    "checkpoint",
    "judge",
    "recover",
    "reload",
    "tick",
    "write_seats",
]


async def judge(
    conn: asyncpg.Connection,
    held: Supervision,
    fixes: Fixes,
    events: Sequence[DeviceEvent],
    *,
    now_us: int,
) -> list[Row]:
    """Fold new reports, which this transaction has stored; gives what is to be announced with its commit."""
    held.hear(fixes, events)
    fixes, events = await keep_own(conn, held.own, fixes, events, now_us=now_us)
    await again.forget_passed(conn, held, held.board.take_back(fixes))
    judged = held.board.judge(fixes, events)
    rows = await breaches.save(conn, judged.changes, now_us=now_us)
    rows += await nearness.judge(conn, held.near, fixes, now_us=now_us)
    begun = await again.at_once(conn, held, again.earliest(judged.late, fixes, events), now_us=now_us)
    begun |= again.overtaken(held, max(now_us, int(fixes.taken_us.max(initial=0))))
    return rows + await again.fold(conn, held, begun, now_us=now_us)


async def tick(
    conn: asyncpg.Connection,
    held: Supervision,
    *,
    contacts: Heard,
    blind: Iterable[tuple[int, int]],
    now_us: int,
) -> list[Row]:
    """Let the clock run. `contacts`: when anything of each device was last received; `blind`: when the
    platform could hear nobody, [since, until)."""
    off = {one.person: one.taken_us for one in held.due_off(now_us)}
    rows = await again.fold(conn, held, off, now_us=now_us)
    rows += await nearness.tick(conn, held.near, now_us=now_us)
    changes = held.board.advance(now_us - replay.PATIENCE_US)
    changes += held.ear.listen(contacts, blind=blind, now_us=now_us, policy=policies.valid_at(now_us))
    return rows + await breaches.save(conn, changes, now_us=now_us)


async def reload(
    conn: asyncpg.Connection, held: Supervision, *, now_us: int, own: Own | None = None
) -> list[Row]:
    """Take over terms and wearings that were edited; where the edit reaches back, fold again (ADR-0009)."""
    prints = await recovery.prints(conn, own)
    changed = [person for person, print_ in prints.items() if held.prints.get(person) != print_]
    gone = held.prints.keys() - prints.keys()
    if own is not None:  # what was stored last may be news to whoever judges them now
        await handing.hand(conn, {p: held.board.at_us(p) for p in gone if p in held.board}, now_us=now_us)
    for person in gone:
        held.drop(person)
    held.prints, held.own = prints, own
    held.ear.wear(await recovery.worn(conn, own, now_us=now_us))
    bound = await replay.duties(conn, changed)
    reached: dict[PersonId, int] = {}
    for person, duty in bound.items():
        at_us = held.board.at_us(person) if person in held.board else None
        if at_us is not None and duty.past(at_us) == held.duties[person].past(at_us):
            held.seat(person, duty, held.board.standing(person))
        else:
            reached[person] = replay.NEVER_US
    reached |= await handing.release(conn, reached)  # what was set aside may be older than a checkpoint
    held.waiting.difference_update(reached)
    begins = await replay.beginnings(conn, bound, reached)
    held.near.own = held.own
    rows = await nearness.reload(conn, held.near, now_us=now_us)
    return rows + await again.refold(conn, held, begins, bound, now_us=now_us)


async def catch_up(
    conn: asyncpg.Connection, held: Supervision, *, quiet: timedelta, now_us: int, most: int
) -> tuple[list[Row], int]:
    """Fold again some of those who wait for it, and of whom nothing late has come for a while (`quiet`); what
    to announce, and how many they were."""
    people = held.own.people if held.own else None
    moments = await handing.take(conn, people, quiet=quiet, now_us=now_us, most=most)
    return await again.fold(conn, held, moments, now_us=now_us), len(moments)
