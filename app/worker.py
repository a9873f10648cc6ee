"""The worker of one shard: from the broker into the database, the only writer of its devices' fixes and marks
and of its people's standings and breaches.

One batch, one transaction: decode, record, judge, announce, commit; only then is the broker told, and then
the devices. Whatever fails ends the worker's memory: it begins again from the checkpoints, and what was not
acknowledged comes again."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Self

import asyncpg
import numpy as np

from app import metrics
from app.rota import Rota
from core import bus, clock, heartbeat, spans
from core.model import DeviceId
from core.sealing import Keys
from geofence import service as geofence
from geofence.sharing import Own
from tracking import retention, wire
from tracking import service as tracking
from tracking.answers import Answers
from tracking.directory import Directory
from tracking.lanes import Lanes
from tracking.marks import Marks
from tracking.model import DOWN, Reason
from tracking.rounds import Rounds
from tracking.seals.gate import CHANNEL as SEALS
from tracking.seals.gate import Gate
from tracking.seals.opening import Opened
from tracking.sharding import Shard
from tracking.store import commands, directory, marks
from tracking.wire import Decoded, down

PART: Final = "ingest"
TERMS: Final = "terms"
"""Rings when orders, zones, conditions, absences or wearings change."""
TURN_S: Final = 0.25
"""An idle worker looks this often at the clock, at edited terms and at commands."""
TICK_US: Final = 1_000_000
REMIND_US: Final = 10_000_000
"""How often commands without an answer are looked for."""
CATCH_UP: Final = 50
"""People with late reports whom one transaction folds again at most,"""
FOLD_US: Final = 50_000
"""so many that it takes about so long: then the living have their turn."""
QUIET: Final = timedelta(seconds=5)
"""A store of late reports comes in many messages: the fold waits for its end,"""
DRAINING: Final = timedelta(minutes=5)
"""and longer as long as many devices take turns with theirs."""
LOOK_BACK: Final = timedelta(days=2)
"""Blind times that still matter to a silence."""

log = logging.getLogger("ingest")


@dataclass(slots=True)
class Worker:
    conn: asyncpg.Connection
    inbox: Lanes
    keep: retention.Retention
    rung: set[str]
    """Channels that notified us."""
    directory: Directory
    supervision: geofence.Supervision
    marks: Marks
    gate: Gate
    rounds: Rounds
    """Checkpoints of the marks."""
    heard_us: int
    """When the last recorded message was received."""
    beat_us: int
    """Our last pulse: since then we may have heard nobody."""
    answers: Answers
    rota: Rota = field(init=False)
    reminded_us: int = 0
    """When commands without an answer were last looked for."""
    folds: int = CATCH_UP
    """People with late reports whom the next transaction folds again,"""
    is_behind: bool = True
    """and whether somebody may wait for it."""
    looked_us: int = 0
    """When an unknown device last made us read the directory."""

    def __post_init__(self) -> None:
        each = self.pulse, self.write_seats, self.checkpoint, self.remind
        self.rota = Rota([duty for other in each for duty in (other, self.save_marks)])

    @classmethod
    async def recover(
        cls, conn: asyncpg.Connection, inbox: Lanes, *, shard: Shard, ack_every_s: float, keys: Keys
    ) -> Self:
        """From the checkpoints and what was stored since. Listens first: an edit made meanwhile rings."""
        rung = {commands.CHANNEL}
        for channel in (TERMS, commands.CHANNEL, SEALS):
            await conn.add_listener(channel, lambda _c, _p, name, _x: rung.add(name))
        devices = await directory.load(conn, shard)
        known, as_of_us, unsaved = await marks.load(conn, devices)
        rounds = Rounds(shard)
        rounds.note(unsaved)
        gate = await Gate.recover(conn, keys, shard=shard)
        async with conn.transaction():
            supervision = await geofence.recover(
                conn, now_us=clock.now_us(), own=own_of(devices), shard=shard.number
            )
        people = len(supervision.duties)
        log.info(
            "recovered", extra={"shard": shard.number, "devices": len(devices.devices), "people": people}
        )
        return cls(
            conn,
            inbox,
            retention.load(),
            rung,
            devices,
            supervision,
            known,
            gate,
            rounds,
            heard_us=as_of_us,
            beat_us=clock.now_us(),
            answers=Answers(every_us=round(ack_every_s * TICK_US)),
        )

    async def work(self) -> None:
        async for batch in self.inbox.batches(idle_s=TURN_S):
            await self.heed()
            if batch.messages:
                opened = self.gate.open(batch.messages)
                with spans.span("round", messages=len(batch.messages), shard=self.rounds.shard.number):
                    decoded, recorded = await self.take(opened)
                self.inbox.acknowledge(batch)
                self.gate.take(opened)
                self.remember(decoded, recorded, received_us=batch.messages[-1].received_us)
                if self.inbox.is_of_the_past(batch):
                    self.answers.hurry(decoded.spoke)
                metrics.count(len(batch.messages), len(recorded.fixes), rejected=len(decoded.rejected))
                metrics.lag(self.heard_us, now_us=clock.now_us(), waiting=self.inbox.waiting)
            else:
                self.heard_us = max(self.heard_us, clock.now_us() - TICK_US)
                metrics.idle()
            await self.rota.go_on(clock.now_us())
            await self.catch_up()
            self.answer()

    async def take(self, opened: Opened) -> tuple[Decoded, tracking.Recorded]:
        """Recorded, judged and announced in one transaction."""
        decoded = await self.read(opened)
        async with self.conn.transaction():
            with spans.span("record"):
                recorded = await tracking.record(self.conn, decoded, known=self.marks)
                await self.gate.record(self.conn, opened)
            with spans.span("judge", fixes=len(recorded.fixes)):
                judged = await geofence.judge(
                    self.conn, self.supervision, recorded.fixes, recorded.events, now_us=clock.now_us()
                )
            await bus.announce(self.conn, tracking.news(recorded) + judged)
        return decoded, recorded

    async def heed(self) -> None:
        """Edited terms and wearings, keys and new commands: whatever rang since the last turn."""
        if SEALS in self.rung:
            self.rung.discard(SEALS)
            await self.gate.reload(self.conn)
        if TERMS in self.rung:
            self.rung.discard(TERMS)
            self.directory = await directory.load(self.conn, self.directory.shard)
            async with self.conn.transaction():
                rows = await geofence.reload(
                    self.conn, self.supervision, now_us=clock.now_us(), own=own_of(self.directory)
                )
                await bus.announce(self.conn, rows)
        if commands.CHANNEL in self.rung and self.inbox.is_connected:
            self.rung.discard(commands.CHANNEL)
            await self.command(await commands.unsent(self.conn))

    async def read(self, opened: Opened) -> Decoded:
        """A device we do not know may have been registered a moment ago."""
        messages = opened.messages
        decoded = wire.decode(messages, self.directory, oldest_days=self.keep.accept_days)
        is_due = clock.now_us() - self.looked_us >= TICK_US  # strangers must not make us look all the time
        if is_due and any(r.reason is Reason.UNKNOWN_DEVICE for r in decoded.rejected):
            self.looked_us = clock.now_us()
            self.directory = await directory.load(self.conn, self.directory.shard)
            decoded = wire.decode(messages, self.directory, oldest_days=self.keep.accept_days)
        decoded = opened.applied(decoded)
        if decoded.rejected:
            log.warning("rejected", extra=wire.counts(decoded))
        return decoded

    def remember(self, decoded: Decoded, recorded: tracking.Recorded, *, received_us: int) -> None:
        """The commit has happened: now, and not before, memory follows."""
        self.marks.take(recorded.news)
        self.rounds.note(decoded.spoke)
        self.heard_us = received_us
        self.answers.owe(decoded.spoke[~np.isin(decoded.spoke, list(decoded.phones))])

    async def pulse(self, now_us: int) -> None:
        """We live, and what time alone decides."""
        async with self.conn.transaction():
            rows = await geofence.tick(
                self.conn,
                self.supervision,
                contacts=geofence.Heard(*self.marks.spoke()),
                blind=await self.blind(now_us),
                now_us=now_us,
            )
            await bus.announce(self.conn, rows)
        self.is_behind = True

    async def write_seats(self, now_us: int) -> None:
        async with self.conn.transaction():
            await geofence.write_seats(self.conn, self.supervision, now_us=now_us)

    async def checkpoint(self, now_us: int) -> None:
        async with self.conn.transaction():
            await geofence.checkpoint(self.conn, self.supervision, now_us=now_us)

    async def save_marks(self, now_us: int) -> None:
        await self.rounds.go_on(self.conn, self.marks, heard_us=self.heard_us, now_us=now_us)

    async def remind(self, now_us: int) -> None:
        """Broken chains, and commands that nobody answered."""
        await self.gate.tick(self.conn, now_us=now_us)
        if now_us - self.reminded_us >= REMIND_US:
            self.reminded_us = now_us
            now = clock.from_us(now_us)
            await self.expire(now)
            await self.command(await commands.unanswered(self.conn, self.marks, now=now))

    async def expire(self, now: datetime) -> None:
        """Commands whose moment is past: the officers who gave them hear of it."""
        async with self.conn.transaction():
            past = await commands.expire(self.conn, now=now)
            await bus.announce(self.conn, [bus.Row("command", {"command": number}) for number in past])

    async def catch_up(self) -> None:
        """Late reports are history: they are judged beside the living, a piece at a time; while nobody
        reports, one piece after the other."""
        while self.is_behind:
            await self.fold_some()
            if self.inbox.waiting or self.rota.waits(clock.now_us()):
                return

    async def fold_some(self) -> None:
        began_us, quiet = clock.now_us(), DRAINING if self.inbox.is_draining else QUIET
        async with self.conn.transaction():
            rows, count = await geofence.catch_up(
                self.conn, self.supervision, quiet=quiet, now_us=began_us, most=self.folds
            )
            await bus.announce(self.conn, rows)
        self.is_behind = count == self.folds
        if self.is_behind:
            took_us = max(1, clock.now_us() - began_us)
            self.folds = max(1, min(CATCH_UP, self.folds * FOLD_US // took_us))

    async def blind(self, now_us: int) -> list[tuple[int, int]]:
        """The pulse, and when there was none: a worker whom no message can reach has none."""
        now, part = clock.from_us(now_us), self.directory.shard.named(PART)
        if self.inbox.is_connected:
            silent_since = await heartbeat.beat(self.conn, part, now=now)
            if silent_since is not None:
                log.warning("was blind", extra={"seconds": round((now - silent_since).total_seconds())})
            self.beat_us = now_us
        spans = await heartbeat.blind(self.conn, part, since=now - LOOK_BACK, now=now)
        return [(clock.to_us(a), clock.to_us(b)) for a, b in spans] + [(self.beat_us, now_us)]

    def answer(self) -> None:
        for device, message in self.answers.due(self.marks, now_us=clock.now_us()):
            self.tell(device, message)

    async def command(self, waiting: list[tuple[DeviceId, down.Command]]) -> None:
        if not waiting:
            return
        own = self.directory.ids
        mine = [(device, command) for device, command in waiting if device in own]
        for device, command in mine:
            self.tell(device, command, qos=1)
        numbers = [command.command for _, command in mine]
        async with self.conn.transaction():
            await commands.mark_sent(self.conn, numbers, now=clock.now())
            await bus.announce(self.conn, [bus.Row("command", {"command": number}) for number in numbers])

    def tell(self, device: DeviceId, message: down.Down, *, qos: int = 0) -> None:
        serial = self.directory.serials.get(device)
        if serial is None:
            log.warning("cannot be told", extra={"device": device})
        else:
            self.inbox.publish(DOWN.format(serial), down.encode(message), qos=qos)


def own_of(known: Directory) -> Own | None:
    """Whom a shard judges; the whole judges everybody."""
    return Own(known.people, known.ids) if known.shard.count > 1 else None
