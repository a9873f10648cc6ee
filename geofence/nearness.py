"""Who is near whom: the worker holds the standing of every pair, judges what comes, folds again what is late.

The order of arrival never decides (ADR-0008), for two wearers as for one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import asyncpg
import msgspec
import numpy as np

from core.bus import Row
from core.model import PersonId
from geofence import breaches, policies, relations
from geofence.engine import proximity as engine
from geofence.model import Change, Edge, TakenOff
from geofence.relations import wire
from geofence.relations.model import Basis, Meeting, Pair, Relation, RelationId
from geofence.replay import NEVER_US, PATIENCE_US
from geofence.rules import episodes, proximity, walk
from geofence.rules.episodes import Episode
from geofence.store import breaches as breaches_store
from geofence.store import pairs as store
from geofence.store import terms
from geofence.wire import UnknownStanding
from tracking import retention
from tracking import store as tracking_store
from tracking.fixes import Fixes

CHECKPOINT_US: Final = 3_600_000_000
"""How old a checkpoint may be: so much of both is folded again after a crash, or when a fix is late."""
AT_ONCE: Final = 100
"""Pairs whose reports are held in memory together."""
DAY_US: Final = 86_400_000_000


@dataclass(slots=True)
class Held:
    """One pair, as the worker remembers it."""

    relation: Relation
    offs: tuple[TakenOff, ...]
    """When nothing was, or will be, on one of the two any more; oldest first."""
    pair: Pair
    kept_us: int = 0
    """As of when the last checkpoint is."""

    @property
    def people(self) -> tuple[PersonId, PersonId]:
        return self.relation.person, self.relation.other

    def past(self, as_of_us: int) -> bytes:
        """A digest of all but fixes that can have had effect up to a moment."""
        r = self.relation
        until_us = r.until_us if r.until_us is not None and r.until_us <= as_of_us else None
        offs = [(o.person, o.device, o.taken_us) for o in self.offs if o.taken_us <= as_of_us]
        given = (r.person, r.other, str(r.kind), r.distance_m, r.since_us, until_us, offs)
        return blake2b(msgspec.msgpack.encode(given), digest_size=16).digest()

    def unfolded(self, facts: Iterable[walk.Fact], *, now_us: int) -> list[walk.Fact]:
        """What matters of these facts and is not in the standing yet; with devices taken off by now."""
        mine = [fact for fact in facts if proximity.matters(self.relation, fact)]
        horizon_us = max([now_us, *(fact.taken_us for fact in mine)])
        offs = [off for off in self.offs if off.taken_us <= horizon_us and _is_new(off, self.pair)]
        return sorted([*mine, *offs], key=walk.mark)


@dataclass(slots=True)
class Nearness:
    """All relations that last, and those to whose time a late fix may still belong."""

    basis: Basis = field(default_factory=lambda: Basis(policies.in_force().at, relations.valid_at))
    held: dict[RelationId, Held] = field(default_factory=dict)
    of: dict[PersonId, list[RelationId]] = field(default_factory=dict)

    def seat(self, held: Iterable[Held]) -> None:
        self.held = {one.relation.id: one for one in held}
        self.of = {}
        for one in self.held.values():
            for person in one.people:
                self.of.setdefault(person, []).append(one.relation.id)

    def concerned(self, fixes: Fixes) -> list[tuple[Held, list[walk.Fact]]]:
        """The pairs of whom somebody was heard, with the fixes that are theirs."""
        mine = fixes.take(np.isin(fixes.person, list(self.of)))
        found: dict[RelationId, list[walk.Fact]] = {}
        for fix in mine.rows():
            for relation in self.of[fix.person]:
                found.setdefault(relation, []).append(fix)
        return [(self.held[relation], facts) for relation, facts in sorted(found.items())]

    def fold(self, tasks: Sequence[tuple[Held, list[walk.Fact]]], *, until_us: int | None) -> list[Change]:
        """All pairs' meetings are measured together, then each pair is folded."""
        met = [m for one, facts in tasks for m in self._meetings(one, facts)]
        looks = iter(engine.looks(met))
        changes: list[Change] = []
        for one, facts in tasks:
            one.pair, found = proximity.walk(
                one.pair,
                facts,
                one.relation,
                basis=self.basis,
                until_us=until_us,
                measure=lambda _met: next(looks),
            )
            changes += found
        return changes

    def _meetings(self, one: Held, facts: Iterable[walk.Fact]) -> Iterator[Meeting]:
        return proximity.meetings(one.pair, facts, one.relation, basis=self.basis)


async def recover(conn: asyncpg.Connection, *, now_us: int) -> tuple[Nearness, list[Row]]:
    near = Nearness()
    near.seat(await _load(conn, now_us=now_us))
    return near, await _refold(conn, near, dict.fromkeys(near.held, NEVER_US), now_us=now_us)


async def judge(conn: asyncpg.Connection, near: Nearness, fixes: Fixes, *, now_us: int) -> list[Row]:
    """Fold new fixes, which this transaction has stored."""
    if not near.of:
        return []
    tasks = [(one, one.unfolded(facts, now_us=now_us)) for one, facts in near.concerned(fixes)]
    late = {
        one.relation.id: facts[0].taken_us
        for one, facts in tasks
        if any(proximity.is_late(one.pair, fact) for fact in facts)
    }
    changes = near.fold([task for task in tasks if task[0].relation.id not in late], until_us=None)
    return await breaches.save(conn, changes, now_us=now_us) + await _refold(conn, near, late, now_us=now_us)


async def tick(conn: asyncpg.Connection, near: Nearness, *, now_us: int) -> list[Row]:
    """Relations end, and devices are taken off."""
    tasks = [(one, one.unfolded((), now_us=now_us)) for one in near.held.values()]
    until_us = now_us - PATIENCE_US
    due = [(one, offs) for one, offs in tasks if offs or _ends(one, until_us)]
    return await breaches.save(conn, near.fold(due, until_us=until_us), now_us=now_us)


async def reload(conn: asyncpg.Connection, near: Nearness, *, now_us: int) -> list[Row]:
    """Take over relations and wearings that were edited; where the edit reaches back, fold again."""
    before, reached = near.held, dict[RelationId, int]()
    near.seat(await _load(conn, now_us=now_us))
    for relation, one in near.held.items():
        old = before.get(relation)
        if old and old.past(old.pair.at_us) == one.past(old.pair.at_us):
            one.pair, one.kept_us = old.pair, old.kept_us
        else:
            reached[relation] = NEVER_US
    gone = [
        change for old in before.values() if old.relation.id not in near.held for change in _end(old, now_us)
    ]
    return await breaches.save(conn, gone, now_us=now_us) + await _refold(conn, near, reached, now_us=now_us)


async def checkpoint(conn: asyncpg.Connection, near: Nearness, *, most: int = 200) -> int:
    """Save what has gone on for an hour since the last time, some at a time; gives how many."""
    due = [one for one in near.held.values() if one.pair.at_us >= one.kept_us + CHECKPOINT_US][:most]
    rows = []
    for one in due:
        as_of_us = one.kept_us = one.pair.at_us
        rows.append(store.Checkpoint(one.relation.id, as_of_us, one.past(as_of_us), wire.encode(one.pair)))
    await store.save(conn, rows)
    return len(rows)


async def _load(conn: asyncpg.Connection, *, now_us: int) -> list[Held]:
    """Every relation, with nothing folded yet."""
    oldest_us = now_us - (retention.load().accept_days + 1) * DAY_US
    listed = await store.relations(conn, ended_after_us=oldest_us)
    offs = await terms.taken_off(conn, {person for r in listed for person in (r.person, r.other)})
    return [
        Held(
            relation,
            tuple(
                off
                for off in sorted(offs[relation.person] + offs[relation.other], key=walk.mark)
                if proximity.matters(relation, off)
            ),
            proximity.fresh(relation),
        )
        for relation in listed
    ]


async def _refold(
    conn: asyncpg.Connection, near: Nearness, moments: Mapping[RelationId, int], *, now_us: int
) -> list[Row]:
    """Fold these pairs again, each from before its moment, and make the stored breaches say what it says."""
    rows: list[Row] = []
    listed = list(moments.items())
    for first in range(0, len(listed), AT_ONCE):
        some = [near.held[relation] for relation, _ in listed[first : first + AT_ONCE]]
        for one in some:
            one.pair = await _beginning(conn, one, before_us=moments[one.relation.id])
            one.kept_us = one.pair.at_us
        await store.forget(conn, [(one.relation.id, one.pair.at_us) for one in some])
        rows += await _again(conn, near, some, now_us=now_us)
    return rows


async def _beginning(conn: asyncpg.Connection, one: Held, *, before_us: int) -> Pair:
    """The newest checkpoint with nothing in it from `before_us` on and nothing that is not so any more."""
    skip = 0
    while listed := await store.before(conn, one.relation.id, before_us=before_us, skip=skip):
        for checkpoint_ in listed:
            if checkpoint_.duty == one.past(checkpoint_.as_of_us):
                try:
                    return wire.decode(checkpoint_.state)
                except UnknownStanding:
                    continue
        skip += len(listed)
    return proximity.fresh(one.relation)


async def _again(conn: asyncpg.Connection, near: Nearness, some: Sequence[Held], *, now_us: int) -> list[Row]:
    reports = await tracking_store.reports_since(conn, _since(some))
    begins = {one.relation.id: one.pair for one in some}
    tasks = [
        (one, [f for f in one.unfolded(_of(one, reports), now_us=now_us) if _is_new(f, one.pair)])
        for one in some
    ]
    starts = {one.relation.id: _start(one.pair, facts) for one, facts in tasks}
    changes = near.fold(tasks, until_us=now_us - PATIENCE_US)
    rows: list[Row] = []
    for one in some:
        relation = one.relation
        told = episodes.told(change for change in changes if change.subject == relation.id)
        for carried in _carried(begins[relation.id], relation):
            told.setdefault(carried.name, carried)
        start_us = starts[relation.id]
        stored = await _stored(
            conn, relation, since_us=min([start_us, *(e.opened_us for e in told.values())])
        )
        asked = [e for e in stored if begins[relation.id].last or e.opened_us > start_us]
        differences = episodes.compared(told, asked, begins={relation.person: start_us})
        rows += await breaches.reconcile(conn, differences, now_us=now_us)
    return rows


def _since(some: Iterable[Held]) -> dict[PersonId, int]:
    """From when on each person's reports are wanted."""
    found: dict[PersonId, int] = {}
    for one in some:
        since_us = one.pair.last.taken_us if one.pair.last else one.relation.since_us
        for person in one.people:
            found[person] = min(since_us, found.get(person, since_us))
    return found


def _of(one: Held, reports: Mapping[PersonId, Sequence[walk.Fact]]) -> list[walk.Fact]:
    return [fact for person in one.people for fact in reports[person]]


def _start(begin: Pair, facts: Sequence[walk.Fact]) -> int:
    """From when on a fold of these facts can tell anything."""
    if begin.last:
        return begin.at_us
    return facts[0].taken_us - 1 if facts else NEVER_US


def _carried(begin: Pair, relation: Relation) -> list[Episode]:
    opened = begin.breach
    return [Episode(relation.person, opened.kind, relation.id, opened.opened_us)] if opened else []


async def _stored(conn: asyncpg.Connection, relation: Relation, *, since_us: int) -> list[Episode]:
    found = await breaches_store.since(conn, {relation.person: since_us}, but=breaches.NOT_OF_TWO)
    return [episode for episode in found if episode.subject == relation.id]


def _is_new(fact: walk.Fact, pair: Pair) -> bool:
    return pair.last is None or walk.mark(fact) > pair.last


def _ends(one: Held, until_us: int) -> bool:
    end_us = one.relation.until_us
    return end_us is not None and one.pair.passed_us < end_us <= until_us


def _end(gone: Held, now_us: int) -> list[Change]:
    """The order does not reach to it any more."""
    opened, relation = gone.pair.breach, gone.relation
    if opened is None:
        return []
    told: dict[str, object] = {"reason": "terms_ended"}
    return [Change(relation.person, opened.kind, relation.id, Edge.CLOSED, now_us, opened.opened_us, told)]
