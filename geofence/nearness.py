"""Who is near whom: the worker holds the standing of every pair, judges what comes, folds again what is late.

The order of arrival never decides (ADR-0008), for two wearers as for one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import numpy as np

from core.bus import Row
from core.model import PersonId
from geofence import breaches, policies, relations
from geofence.model import Change, Edge
from geofence.relations import replay, wire
from geofence.relations.held import Held, fold
from geofence.relations.model import Basis, RelationId
from geofence.replay import NEVER_US, PATIENCE_US
from geofence.rules import proximity, walk
from geofence.sharing import Own
from geofence.store import pairs as store
from tracking import retention
from tracking.fixes import Fixes

CHECKPOINT_US: Final = 3_600_000_000
"""How old a checkpoint may be: so much of both is folded again after a crash, or when a fix is late."""
AT_ONCE: Final = 100
"""Pairs whose reports are held in memory together."""
DAY_US: Final = 86_400_000_000


@dataclass(slots=True)
class Nearness:
    """All relations that last, and those to whose time a late fix may still belong."""

    basis: Basis = field(default_factory=lambda: Basis(policies.in_force().at, relations.valid_at))
    held: dict[RelationId, Held] = field(default_factory=dict)
    of: dict[PersonId, list[RelationId]] = field(default_factory=dict)
    own: Own | None = None
    """Where several workers share the work, pairs of our own people are judged."""

    def seat(self, held: Iterable[Held]) -> None:
        mine = (one for one in held if self.own is None or self.own.people.issuperset(one.people))
        self.held = {one.relation.id: one for one in mine}
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


async def recover(
    conn: asyncpg.Connection, *, now_us: int, own: Own | None = None
) -> tuple[Nearness, list[Row]]:
    near = Nearness(own=own)
    near.seat(await _load(conn, now_us=now_us))
    return near, await _refold(conn, near, dict.fromkeys(near.held, NEVER_US), now_us=now_us)


async def judge(conn: asyncpg.Connection, near: Nearness, fixes: Fixes, *, now_us: int) -> list[Row]:
    """Fold new fixes, which this transaction has stored."""
    if not near.of:
        return []
    tasks = [(one, one.due(facts, now_us=now_us)) for one, facts in near.concerned(fixes)]
    late = {
        one.relation.id: facts[0].taken_us
        for one, facts in tasks
        if any(proximity.is_late(one.pair, fact) for fact in facts)
    }
    timely = [(one, facts) for one, facts in tasks if one.relation.id not in late]
    changes = fold(timely, basis=near.basis, until_us=None)
    return await breaches.save(conn, changes, now_us=now_us) + await _refold(conn, near, late, now_us=now_us)


async def tick(conn: asyncpg.Connection, near: Nearness, *, now_us: int) -> list[Row]:
    """Relations end, and devices are taken off."""
    until_us = now_us - PATIENCE_US
    tasks = [(one, one.due((), now_us=now_us)) for one in near.held.values()]
    due = [(one, offs) for one, offs in tasks if offs or one.ends_by(until_us)]
    return await breaches.save(conn, fold(due, basis=near.basis, until_us=until_us), now_us=now_us)


async def reload(conn: asyncpg.Connection, near: Nearness, *, now_us: int) -> list[Row]:
    """Take over relations and wearings that were edited; where the edit reaches back, fold again."""
    before, reached = near.held, dict[RelationId, int]()
    lasting = await _load(conn, now_us=now_us)
    near.seat(lasting)
    for relation, one in near.held.items():
        old = before.get(relation)
        if old and old.past(old.pair.at_us) == one.past(old.pair.at_us):
            one.pair, one.kept_us = old.pair, old.kept_us
        else:
            reached[relation] = NEVER_US
    gone = [before[relation] for relation in before.keys() - {one.relation.id for one in lasting}]
    ended = [change for one in gone for change in _ended(one, now_us)]
    return await breaches.save(conn, ended, now_us=now_us) + await _refold(conn, near, reached, now_us=now_us)


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
    """A report may still come for a relation that ended; a day more than it may be late."""
    oldest_us = now_us - (retention.load().accept_days + 1) * DAY_US
    return await replay.load(conn, ended_after_us=oldest_us)


async def _refold(
    conn: asyncpg.Connection, near: Nearness, moments: Mapping[RelationId, int], *, now_us: int
) -> list[Row]:
    """Fold these pairs again, each from before its moment, and make the stored breaches say what it says."""
    rows: list[Row] = []
    listed = list(moments)
    for first in range(0, len(listed), AT_ONCE):
        some = [near.held[relation] for relation in listed[first : first + AT_ONCE]]
        for one in some:
            await replay.begin(conn, one, before_us=moments[one.relation.id])
        await store.forget(conn, [(one.relation.id, one.pair.at_us) for one in some])
        told = await replay.compare(conn, some, basis=near.basis, now_us=now_us)
        for retold in told.values():
            rows += await breaches.reconcile(conn, retold.differences, now_us=now_us)
    return rows


def _ended(gone: Held, now_us: int) -> list[Change]:
    """The order does not reach to it any more."""
    opened, relation = gone.pair.breach, gone.relation
    if opened is None:
        return []
    told: dict[str, object] = {"reason": "terms_ended", "fixes": []}
    return [Change(relation.person, opened.kind, relation.id, Edge.CLOSED, now_us, opened.opened_us, told)]
