"""The worker on a real database, and beside it the fold of the same facts in perfect order."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

import asyncpg
import numpy as np

import scene
from core import bus
from core.clock import to_us
from core.model import DeviceId
from geofence import policies, replay, service
from geofence.breaches import NOT_OF_ONE
from geofence.rules import episodes, walk
from geofence.supervision import Supervision
from tracking import fixes
from tracking.model import DeviceEvent, Fix, Report
from tracking.store import records

TABLES = (
    "alert_entries audit alerts former_verdicts breaches proximity_standings proximities standings seats"
    " void_seats absences hour_exceptions hours conditions zone_versions zones device_events fixes feed"
    " wearings firmwares devices orders persons users handed_over mark_rounds"
)

Ending = dict[episodes.Name, int | None]


async def sweep(conn: asyncpg.Connection) -> None:
    """An empty database again; the append-only tables too."""
    deletes = "; ".join(f"delete from {table}" for table in TABLES.split())  # noqa: S608 - our own names
    await conn.execute(f"set session_replication_role = replica; {deletes}; reset session_replication_role")


class Courtroom:
    """Ingestion without a broker: one transaction a batch, as app.ingest does it."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn
        self.held: Supervision
        self.stored: dict[tuple[int, int], Report] = {}

    async def begin(self, *, now: float) -> None:
        """Also what happens after a crash: memory is gone."""
        async with self.conn.transaction():
            self.held = await service.recover(self.conn, now_us=scene.at(now))

    async def hear(self, reports: Iterable[Report], *, now: float) -> None:
        """Repeats drop out, as tracking.service.record sees to it."""
        new: dict[tuple[int, int], Report] = {}
        for report in reports:
            key = report.device, report.sequence
            if key not in self.stored:
                new.setdefault(key, replace(report, received_us=scene.at(now)))
        columns = fixes.of(r for r in new.values() if isinstance(r, Fix)).in_order()
        events = [r for r in new.values() if isinstance(r, DeviceEvent)]
        async with self.conn.transaction():
            await self._store(columns, events)
            rows = await service.judge(self.conn, self.held, columns, events, now_us=scene.at(now))
            await bus.announce(self.conn, rows)
        self.stored |= new

    async def tick(
        self,
        *,
        now: float,
        heard: dict[DeviceId, int] | None = None,
        blind: Sequence[tuple[int, int]] = (),
    ) -> None:
        async with self.conn.transaction():
            last = dict.fromkeys(self.held.ear.device.tolist(), scene.at(now)) if heard is None else heard
            contacts = service.Heard(np.array([*last], np.int64), np.array([*last.values()], np.int64))
            rows = await service.tick(
                self.conn, self.held, contacts=contacts, blind=blind, now_us=scene.at(now)
            )
            await bus.announce(self.conn, rows)

    async def catch_up(self, *, now: float) -> None:
        """Whoever waits to be folded again is quiet."""
        await self.conn.execute("update handed_over set touched_at = '-infinity'")
        async with self.conn.transaction():
            rows, _ = await service.catch_up(
                self.conn, self.held, quiet=timedelta(seconds=5), now_us=scene.at(now), most=1000
            )
            await bus.announce(self.conn, rows)

    async def reload(self, *, now: float) -> None:
        async with self.conn.transaction():
            await bus.announce(self.conn, await service.reload(self.conn, self.held, now_us=scene.at(now)))

    async def checkpoint(self, *, now: float) -> int:
        async with self.conn.transaction():
            await service.write_seats(self.conn, self.held, now_us=scene.at(now))
            return await service.checkpoint(self.conn, self.held, now_us=scene.at(now))

    async def _store(self, columns: fixes.Fixes, events: Sequence[DeviceEvent]) -> None:
        if len(columns):
            await records.insert_fixes(self.conn, columns, certain=np.zeros(len(columns), bool))
        await records.insert_events(self.conn, events)

    async def kept(self) -> Ending:
        """Stored breaches of the fold that hold, with their ends."""
        rows = await self.conn.fetch(
            "select person_id, kind, subject_id, opened_at, closed_at from breaches"
            " where annulled_at is null and kind <> all($1)",
            [str(kind) for kind in NOT_OF_ONE],
        )
        return {
            (row[0], row[1], row[2], to_us(row[3])): None if row[4] is None else to_us(row[4]) for row in rows
        }

    async def perfect(self, *, now: float) -> Ending:
        """What the pure fold says of everything that is stored, in perfect order, under today's records."""
        bound = await replay.duties(self.conn, self.held.prints)
        found: Ending = {}
        for person, duty in bound.items():
            offs = [off for off in duty.taken_off if off.taken_us <= scene.at(now)]
            facts = sorted([*(r for r in self.stored.values() if r.person == person), *offs], key=walk.mark)
            until_us = scene.at(now) - replay.PATIENCE_US
            _, changes = walk.walk(
                walk.fresh(person), facts, duty.terms, policies=policies.in_force(), until_us=until_us
            )
            found |= {name: e.closed_us for name, e in episodes.told(changes).items()}
        return found

    async def story(self) -> str:
        """Every entry of every alert, in the order in which it was written."""
        rows = await self.conn.fetch(
            "select b.kind, e.kind as entry from alert_entries e"
            " join alerts a on a.id = e.alert_id join breaches b on b.id = a.breach_id order by e.id"
        )
        return " ".join(f"{row['kind']}:{row['entry']}" for row in rows)
