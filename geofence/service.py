"""The worker's side: hold everybody's standing, judge what comes, and save it in the same transaction.

Memory is never ahead of the database: whose transaction fails drops the `Supervision` and recovers anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg

from core import bus
from core.bus import Row
from core.model import DeviceId, PersonId
from geofence import breaches, nearness, policies, replay, wire
from geofence.engine import Board
from geofence.model import Standing, TakenOff
from geofence.nearness import Nearness
from geofence.rules import walk
from geofence.rules.duty import Duty
from geofence.sharing import Own, keep_own
from geofence.silence import Ear
from geofence.store import breaches as breaches_store
from geofence.store import handing, standings, terms
from tracking import store as tracking_store
from tracking.directory import Wearing
from tracking.fixes import Fixes
from tracking.model import DeviceEvent

CHECKPOINT_US: Final = 30_000_000
"""How old a checkpoint may be: so much is folded again after a crash."""
RECENT_US: Final = 900_000_000
"""For so long every checkpoint is kept: most late reports are minutes late."""
HISTORY_US: Final = 3_600_000_000
"""Behind that, the last checkpoint of each hour."""


@dataclass(slots=True)
class Kept:
    """A person's recent checkpoints, by the moment up to which they are folded."""

    as_of_us: list[int]
    """Oldest first."""
    at_us: int = 0
    """When the last was made."""

    def thinned(self) -> list[int]:
        """Those that are not needed any more: not recent, and not the last of their hour."""
        gone = []
        while len(self.as_of_us) > 1 and self.as_of_us[0] < self.as_of_us[-1] - RECENT_US:
            first = self.as_of_us.pop(0)
            if first // HISTORY_US == self.as_of_us[0] // HISTORY_US:
                gone.append(first)
        return gone


@dataclass(slots=True)
class Supervision:
    """Everybody under supervision, as the one worker that judges remembers them."""

    board: Board
    prints: terms.Fingerprints
    duties: dict[PersonId, Duty] = field(default_factory=dict)
    to_come: dict[PersonId, TakenOff] = field(default_factory=dict)
    """The next end of a wearing that is not folded yet."""
    ear: Ear = field(default_factory=Ear)
    near: Nearness = field(default_factory=Nearness)
    kept: dict[PersonId, Kept] = field(default_factory=dict)
    own: Own | None = None
    """Whom we judge, where several workers share the work."""
    next_in_turn: int = 0
    """Whose checkpoint was looked at last."""

    def in_turn(self) -> Iterator[PersonId]:
        """Everybody, beginning behind the one at whom the last turn ended."""
        people = list(self.board)
        for _ in range(len(people)):
            self.next_in_turn = (self.next_in_turn + 1) % len(people)
            yield people[self.next_in_turn]

    def seat(self, person: PersonId, duty: Duty, standing: Standing) -> None:
        self.board.put(person, duty.terms, standing)
        self.duties[person] = duty
        self.to_come.pop(person, None)
        if (off := next((o for o in duty.taken_off if _is_new(o, standing)), None)) is not None:
            self.to_come[person] = off

    def keep_until(self, person: PersonId, as_of_us: int) -> None:
        """The checkpoints after a moment are void."""
        known = self.kept.get(person, Kept([])).as_of_us
        self.kept[person] = Kept([at for at in known if at < as_of_us] + [as_of_us])

    def drop(self, person: PersonId) -> None:
        self.board.drop(person)
        for held in (self.duties, self.to_come, self.kept):
            held.pop(person, None)


async def recover(conn: asyncpg.Connection, *, now_us: int, own: Own | None = None) -> Supervision:
    """From checkpoints and stored reports, as if nothing had happened; announces what a crash left unsaid."""
    prints = await _prints(conn, own)
    held = Supervision(Board(policies.in_force()), prints, own=own)
    bound = await replay.duties(conn, prints)
    begins = await replay.beginnings(conn, bound, dict.fromkeys(bound, replay.NEVER_US))
    folded = await replay.refold(conn, begins, bound, now_us=now_us)
    for person, standing in folded.standings.items():
        held.seat(person, bound[person], standing)
        held.keep_until(person, begins[person].at_us)
    await _listen(conn, held, now_us=now_us)
    held.near, of_two = await nearness.recover(conn, now_us=now_us)
    await bus.announce(conn, folded.rows + of_two)
    return held


async def judge(
    conn: asyncpg.Connection,
    held: Supervision,
    fixes: Fixes,
    events: Sequence[DeviceEvent],
    *,
    now_us: int,
) -> list[Row]:
    """Fold new reports, which this transaction has stored; gives what is to be announced with its commit."""
    held.ear.hear(fixes)
    fixes, events = await keep_own(conn, held.own, fixes, events)
    judged = held.board.judge(fixes, events)
    rows = await breaches.save(conn, judged.changes, now_us=now_us)
    rows += await nearness.judge(conn, held.near, fixes, now_us=now_us)
    begun = _earliest(judged.late, fixes, events)
    if held.to_come:
        begun |= {person: off.taken_us for person, off in held.to_come.items() if _is_overtaken(held, off)}
    return rows + await _again(conn, held, begun, now_us=now_us)


async def tick(
    conn: asyncpg.Connection,
    held: Supervision,
    *,
    contacts: Mapping[DeviceId, int],
    blind: Iterable[tuple[int, int]],
    now_us: int,
) -> list[Row]:
    """Let the clock run. `contacts`: when anything of each device was last received; `blind`: when the
    platform could hear nobody, [since, until)."""
    off = [one for one in held.to_come.values() if one.taken_us <= now_us]
    rows = await _again(conn, held, {one.person: one.taken_us for one in off}, now_us=now_us)
    rows += await nearness.tick(conn, held.near, now_us=now_us)
    changes = held.board.advance(now_us - replay.PATIENCE_US)
    changes += held.ear.listen(contacts, blind=blind, now_us=now_us, policy=policies.valid_at(now_us))
    return rows + await breaches.save(conn, changes, now_us=now_us)


async def reload(
    conn: asyncpg.Connection, held: Supervision, *, now_us: int, own: Own | None = None
) -> list[Row]:
    """Take over terms and wearings that were edited; where the edit reaches back, fold again (ADR-0009)."""
    prints = await _prints(conn, own)
    changed = [person for person, print_ in prints.items() if held.prints.get(person) != print_]
    gone = held.prints.keys() - prints.keys()
    if own is not None:  # what was stored last may be news to whoever judges them now
        await handing.hand(conn, {p: held.board.at_us(p) for p in gone if p in held.board})
    for person in gone:
        held.drop(person)
    held.prints, held.own = prints, own
    held.ear.wearings = await _worn(conn, own, now_us=now_us)
    bound = await replay.duties(conn, changed)
    reached: dict[PersonId, int] = {}
    for person, duty in bound.items():
        at_us = held.board.at_us(person) if person in held.board else None
        if at_us is not None and duty.past(at_us) == held.duties[person].past(at_us):
            held.seat(person, duty, held.board.standing(person))
        else:
            reached[person] = replay.NEVER_US
    begins = await replay.beginnings(conn, bound, reached)
    rows = await nearness.reload(conn, held.near, now_us=now_us)
    return rows + await _refold(conn, held, begins, bound, now_us=now_us)


async def checkpoint(conn: asyncpg.Connection, held: Supervision, *, now_us: int, most: int = 500) -> int:
    """Save what has changed since the last ones, some at a time; gives how many. Call it once a second."""
    rows: list[standings.Checkpoint] = []
    gone: list[tuple[PersonId, int]] = []
    for person in held.in_turn():
        kept = held.kept.setdefault(person, Kept([0]))
        if now_us - kept.at_us < CHECKPOINT_US or held.board.at_us(person) <= kept.as_of_us[-1]:
            continue
        standing = held.board.standing(person)
        past = held.duties[person].past(standing.at_us)
        rows.append(standings.Checkpoint(person, standing.at_us, past, wire.encode(standing)))
        kept.as_of_us.append(standing.at_us)
        kept.at_us = now_us
        gone += [(person, as_of_us) for as_of_us in kept.thinned()]
        if len(rows) == most:
            break
    await standings.save(conn, rows)
    await standings.drop(conn, gone)
    await nearness.checkpoint(conn, held.near)
    return len(rows)


async def take_over(conn: asyncpg.Connection, held: Supervision, *, now_us: int) -> list[Row]:
    """Fold again whom other workers handed over to us."""
    return await _again(conn, held, await handing.take(conn, list(held.prints)), now_us=now_us)


async def _prints(conn: asyncpg.Connection, own: Own | None) -> terms.Fingerprints:
    found = await terms.fingerprints(conn)
    return {person: print_ for person, print_ in found.items() if own is None or person in own.people}


async def _worn(conn: asyncpg.Connection, own: Own | None, *, now_us: int) -> list[Wearing]:
    found = await terms.wearings(conn, since_us=now_us)
    return [wearing for wearing in found if own is None or wearing.device in own.devices]


async def _listen(conn: asyncpg.Connection, held: Supervision, *, now_us: int) -> None:
    """Who wears what, whose place was received lately, and whose silence is open already."""
    held.ear.wearings = await _worn(conn, held.own, now_us=now_us)
    looked_us = 2 * int(policies.valid_at(now_us).no_location_s * breaches.SECOND_US)
    for wearing in held.ear.wearings:  # a place received before we looked, by the time it was taken
        if wearing.person not in held.board:  # put on a moment ago: the notification is waiting
            continue
        place = held.board.standing(wearing.person).place
        if place is not None and place.device == wearing.device:
            held.ear.located[wearing.device] = place.taken_us
    held.ear.located |= await tracking_store.located(conn, since_us=now_us - looked_us)
    held.ear.remember(
        e
        for e in await breaches_store.open_of(conn, breaches.OF_NO_FOLD)
        if held.own is None or e.subject in held.own.devices
    )


async def _again(
    conn: asyncpg.Connection, held: Supervision, begun: dict[PersonId, int], *, now_us: int
) -> list[Row]:
    """Fold these people again, each from before the moment at which something unknown happened."""
    unknown = [person for person in begun if person not in held.duties]
    bound = {person: held.duties[person] for person in begun.keys() - set(unknown)}
    bound |= await replay.duties(conn, unknown)
    begins = await replay.beginnings(conn, bound, begun)
    return await _refold(conn, held, begins, bound, now_us=now_us)


async def _refold(
    conn: asyncpg.Connection,
    held: Supervision,
    begins: dict[PersonId, Standing],
    bound: dict[PersonId, Duty],
    *,
    now_us: int,
) -> list[Row]:
    if not begins:
        return []
    folded = await replay.refold(conn, begins, bound, now_us=now_us)
    for person, standing in folded.standings.items():
        held.seat(person, bound[person], standing)
        held.keep_until(person, begins[person].at_us)
    return folded.rows


def _earliest(late: Iterable[PersonId], fixes: Fixes, events: Sequence[DeviceEvent]) -> dict[PersonId, int]:
    """When the first of each person's new reports was made."""
    found = {}
    for person in late:
        taken = fixes.taken_us[fixes.person == person].tolist()
        found[person] = min(taken + [event.taken_us for event in events if event.person == person])
    return found


def _is_new(off: TakenOff, standing: Standing) -> bool:
    return standing.last is None or walk.mark(off) > standing.last


def _is_overtaken(held: Supervision, off: TakenOff) -> bool:
    """Something that happened after it is folded already."""
    return held.board.at_us(off.person) >= off.taken_us
