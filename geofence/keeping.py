"""What the worker writes down as time passes: seats to recover from, and checkpoints to fold again from.

Seats are everybody's, a block at a time, and only the newest of each are kept (ADR-0019); checkpoints are one
person's at one moment, and stay for late reports and for courts (ADR-0008)."""

from hashlib import blake2b
from typing import Final

import asyncpg
import numpy as np

from core.model import PersonId
from geofence import engine, nearness, policies, wire
from geofence.store import seats as seats_store
from geofence.store import standings
from geofence.supervision import BLOCK, Kept, Supervision

CHECKPOINT_US: Final = 30_000_000
"""How old a checkpoint may be, as long as there are few people."""
ROUND_US: Final = 90_000_000
"""After so long a block of seats is written again: so much is folded again after a crash."""
ROUND_S: Final = 60
"""All blocks are written within so many calls, one a second."""


async def checkpoint(conn: asyncpg.Connection, held: Supervision, *, now_us: int, most: int = 100) -> int:
    """Save some of what has changed since it was saved last; gives how many checkpoints. Call it once a
    second: `most` bounds what it costs, and so how often a nation's people have their turn."""
    rows: list[standings.Checkpoint] = []
    gone = []
    for person in held.in_turn(most):
        held.board.wind(person, now_us)
        kept = held.kept.setdefault(person, Kept([0]))
        is_old = now_us - kept.at_us < CHECKPOINT_US or held.board.at_us(person) <= kept.as_of_us[-1]
        if is_old or person in held.waiting:
            continue
        standing = held.board.standing(person)
        past = held.duties[person].past(standing.at_us)
        rows.append(standings.Checkpoint(person, standing.at_us, past, wire.encode(standing)))
        kept.as_of_us.append(standing.at_us)
        kept.at_us = now_us
        gone += [(person, as_of_us) for as_of_us in kept.thinned()]
    await standings.save(conn, rows)
    await standings.drop(conn, gone)
    await nearness.checkpoint(conn, held.near)
    return len(rows)


async def write_seats(
    conn: asyncpg.Connection, held: Supervision, *, now_us: int, most: int | None = None
) -> int:
    """The blocks whose turn it is; gives how many."""
    budget = -(-len(held.written) // ROUND_S) if most is None else most
    blocks, healed = [], set[PersonId]()
    for number, (at_us, as_of_us) in list(held.written.items())[:budget]:
        if now_us - at_us < ROUND_US:
            break
        del held.written[number]
        held.written[number] = now_us, held.heard_us
        void = held.voided & held.blocks[number]
        if as_of_us != held.heard_us or void or not at_us:
            blocks.append(seats_store.Block(number, held.heard_us, _state(held, number)))
            healed |= void
    await seats_store.save(conn, blocks, shard=held.shard, engine=_engine())
    await seats_store.heal(conn, healed)
    held.voided -= healed
    return len(blocks)


async def read_seats(conn: asyncpg.Connection) -> list[tuple[int, wire.Seats]]:
    """Blocks, and up to which receipt each is written down; the newest last."""
    listed = await seats_store.load(conn, engine=_engine())
    return [(block.as_of_us, wire.decode_seats(block.state)) for block in listed]


def _state(held: Supervision, number: int) -> bytes:
    taken = held.board.snapshot(sorted(held.blocks[number]))
    people = taken.everybody()
    prints = np.array([held.prints.get(person, 0) for person in people], np.int64)
    return wire.encode_seats(wire.Seats(taken, prints, *held.ear.located_in(number, BLOCK)))


def _engine() -> str:
    """Seats lie as the engine's memory does, and say what its policies made of the reports."""
    return f"{engine.version()}+{blake2b(repr(policies.in_force()).encode(), digest_size=8).hexdigest()}"
