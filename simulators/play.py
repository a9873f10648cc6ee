"""Plays a fleet in real time: takes reports when they are due, sends them and hears the answers."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.clock import now_us
from simulators.device import Device, Outgoing
from simulators.fleet import Fleet
from simulators.gateway import Gateway
from simulators.ledger import Writer
from simulators.link import Link, Manners, Parcel
from simulators.scenes import SECOND_US, SceneKind
from tracking.model import Fix, ReceiptState
from tracking.wire import DOWN, UP, binary, down, json

SLOT_S: Final = 0.02
TIDY_EVERY_US: Final = SECOND_US
DRAIN_S: Final = 45.0

Answers = tuple[json.Answer, ...]
Encode = Callable[[Outgoing, int, Answers], bytes]


@dataclass(slots=True)
class Tally:
    """For the screen of whoever runs it."""

    taken: int = 0
    messages: int = 0
    answers: int = 0
    latest_us: int = 0
    """The worst delay between a report's moment and its taking: over a second, the machine is overloaded."""


@dataclass(slots=True)
class Player:
    fleet: Fleet
    gateways: Sequence[Gateway]
    manners: Manners
    encode: Encode
    ledger: Writer | None
    first_sequence: int
    seed: int
    tally: Tally = field(default_factory=Tally)
    devices: list[Device] = field(init=False)
    topics: list[str] = field(init=False)
    link: Link = field(init=False)
    index: dict[str, int] = field(init=False)
    highest: list[int] = field(init=False)
    scene_us: int = 0
    """How far the play has come: behind the clock where it catches up with the past."""
    asked: set[int] = field(default_factory=set)
    offline: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        serials = [r.device.serial for r in self.fleet.residents]
        self.devices = [Device(s, first=self.first_sequence) for s in serials]
        self.topics = [UP.format(s) for s in serials]
        self.index = {DOWN.format(s): i for i, s in enumerate(serials)}
        self.highest = [0] * len(serials)
        self.link = Link(self.manners, self.seed)
        away = {SceneKind.OFFLINE, SceneKind.SILENT}
        for scene in self.fleet.plan.scenes:
            if scene.kind in away:
                self.offline.setdefault(scene.who, []).append((scene.begins_us, scene.ends_us))

    def greet(self) -> None:
        """Says nothing with every device: the platform answers with the highest number it knows of it."""
        for who, topic in enumerate(self.topics):
            self._publish(Parcel(who, topic, as_json(Outgoing([], 0), now_us(), ())))

    async def play(self, begins_us: int, ends_us: int | None) -> None:
        """Until `ends_us`, then until everything is acknowledged or the platform stays silent."""
        since_us, tidy_us = begins_us, begins_us
        while ends_us is None or since_us < ends_us:
            for due in self.fleet.chunk(since_us):
                if ends_us is not None and due.at_us >= ends_us:
                    break
                while due.at_us > (now := now_us()):
                    tidy_us = self._tidy(now, tidy_us)
                    await asyncio.sleep(SLOT_S)
                self.scene_us = due.at_us
                self.tally.latest_us = max(self.tally.latest_us, now - due.at_us)
                self.tally.taken += 1
                self.devices[due.who].take(due.make)
                self._send(due.who, now)
                if self.tally.taken % 500 == 0:  # a late machine must still hear answers
                    await asyncio.sleep(0)
            since_us += self.fleet.chunk_us
        await self._drain()

    async def _drain(self) -> None:
        self.offline.clear()
        until_us = now_us() + int(DRAIN_S * SECOND_US)
        tidy_us = 0
        while any(d.held for d in self.devices) and (now := now_us()) < until_us:
            tidy_us = self._tidy(now, tidy_us)
            await asyncio.sleep(SLOT_S)

    def close(self) -> None:
        if self.ledger:
            held = sum(d.held for d in self.devices)
            self.ledger.flush()
            self.ledger.say("ended", {"at_us": now_us(), "held": held, "garbage": self.link.garbage_sent})
            self.ledger.close()

    def hear(self, topic: str, payload: bytes) -> None:
        who = self.index.get(topic)
        message = down.decode(payload)
        if who is None or message is None:
            return
        self.tally.answers += 1
        device = self.devices[who]
        if isinstance(message, down.Acknowledge):
            device.begin_after(message.last)
        device.hear(message)
        self.asked.add(who)
        if self.ledger and isinstance(message, down.Acknowledge):
            self.ledger.acknowledged(device.serial, device.acknowledged)

    def _tidy(self, now: int, last_us: int) -> int:
        """What is due besides new reports: named gaps, held-back messages, unanswered devices."""
        for parcel in self.link.due(now):
            self._publish(parcel)
        if now - last_us < TIDY_EVERY_US:
            return last_us
        everybody = (now // TIDY_EVERY_US) % 5 == 0
        for who in range(len(self.devices)) if everybody else tuple(self.asked):
            self._send(who, now)
        self.asked.clear()
        if self.ledger:
            self.ledger.flush()
        return now

    def _send(self, who: int, now: int) -> None:
        if self._is_away(who) or not self._gateway(who).is_connected.is_set():
            return
        device = self.devices[who]
        answers = self._answers(device, now)
        while (message := device.outgoing(now)) or answers:
            message = message or Outgoing([], 0)
            self._note(who, message)
            parcel = Parcel(who, self.topics[who], self.encode(message, now, answers))
            answers = ()
            for ready in self.link.send(parcel, now_us=now):
                self._publish(ready)

    def _answers(self, device: Device, now: int) -> Answers:
        """A simulated wearer feels, reads and does everything at once."""
        commands = [device.commands.popleft() for _ in range(len(device.commands))]
        return tuple(json.Answer(command=c.command, state=ReceiptState.DONE, at_us=now) for c in commands)

    def _note(self, who: int, message: Outgoing) -> None:
        if self.ledger is None:
            return
        for report in message.reports:
            if report.sequence > self.highest[who]:
                self.highest[who] = report.sequence
                self.ledger.sent(self.devices[who].serial, report)

    def _publish(self, parcel: Parcel) -> None:
        self.tally.messages += 1
        self._gateway(parcel.who).publish(parcel.topic, parcel.payload)

    def _gateway(self, who: int) -> Gateway:
        return self.gateways[who % len(self.gateways)]

    def _is_away(self, who: int) -> bool:
        return who in self.offline and any(a <= self.scene_us < b for a, b in self.offline[who])


def as_json(message: Outgoing, now: int, answers: Answers) -> bytes:
    return json.encode(message.reports, sent_us=now, oldest=message.oldest, receipts=answers)


def as_binary(message: Outgoing, now: int, answers: Answers) -> bytes:
    """Events and receipts have no binary form: a message with any of them goes as JSON."""
    fixes = [r for r in message.reports if isinstance(r, Fix)]
    if answers or len(fixes) < len(message.reports):
        return as_json(message, now, answers)
    return binary.pack(fixes, sent_us=now, oldest=message.oldest)


ENCODINGS: Final[dict[str, Encode]] = {"json": as_json, "binary": as_binary}
