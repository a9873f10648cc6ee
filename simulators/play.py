"""Plays devices in real time: takes reports when they are due, sends them and hears the answers."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.clock import now_us
from simulators.device import Device, Outgoing
from simulators.fleet import Due
from simulators.gateway import Gateway
from simulators.ledger import Writer
from simulators.link import GOOD, Link, Manners, Parcel
from simulators.scenes import SECOND_US
from tracking.model import DOWN, PAST, PRESENT_US, UP, Fix, ReceiptState, Report
from tracking.wire import binary, down, json

SLOT_S: Final = 0.02
TIDY_EVERY_US: Final = SECOND_US
DRAIN_S: Final = 45.0
GREETING_S: Final = 8.0
"""At most: the platform answers a device every five seconds."""
GREET_EVERY: Final = 150
"""Slots: a worker that is just starting may not have heard the first."""
EPOCH_US: Final = 1_767_225_600 * SECOND_US
"""The beginning of 2026."""
NUMBERS_PER_SECOND: Final = 10

Away = dict[int, list[tuple[int, int]]]
"""When which devices send nothing: [since, until)."""
Answers = tuple[json.Answer, ...]
Encode = Callable[[Outgoing, int, Answers], bytes]


def first_sequence(now_us: int) -> int:
    """Above all numbers of earlier runs, should the platform not answer the greeting in time."""
    return (now_us - EPOCH_US) * NUMBERS_PER_SECOND // SECOND_US


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
    serials: Sequence[str]
    gateways: Sequence[Gateway]
    encode: Encode
    first_sequence: int
    seed: int = 1
    manners: Manners = GOOD
    ledger: Writer | None = None
    away: Away = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    devices: list[Device] = field(init=False)
    topics: list[str] = field(init=False)
    link: Link = field(init=False)
    index: dict[str, int] = field(init=False)
    highest: list[int] = field(init=False)
    scene_us: int = 0
    """How far the play has come: behind the clock where it catches up with the past."""
    at_once: Callable[[int, int], Callable[[int], Report]] | None = None
    """What a device says between its turns; none: it can only answer what needs no fix."""
    asked: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.devices = [Device(s, first=self.first_sequence) for s in self.serials]
        self.topics = [UP.format(s) for s in self.serials]
        self.index = {DOWN.format(s): i for i, s in enumerate(self.serials)}
        self.highest = [0] * len(self.serials)
        self.link = Link(self.manners, self.seed)

    async def greet(self) -> None:
        """Says nothing with every device: the platform answers with the highest number it knows of it."""
        self.gateways[0].listen(DOWN.format("+"), self.hear)
        for slot in range(int(GREETING_S / SLOT_S)):
            if slot % GREET_EVERY == 0:
                for who in set(range(len(self.devices))) - self.answered:
                    self._publish(Parcel(who, self.topics[who], as_json(Outgoing([], 0), now_us(), ())))
            if len(self.answered) == len(self.devices):
                return
            await asyncio.sleep(SLOT_S)

    def summary(self) -> str:
        t, held = self.tally, sum(d.held for d in self.devices)
        return (
            f"{t.taken} reports in {t.messages} messages, {t.answers} answers, {held} unacknowledged,"
            f" at worst {t.latest_us / 1000:.0f} ms behind"
        )

    async def play(self, dues: Iterable[Due]) -> None:
        """To the end, and then until everything is acknowledged or the platform stays silent."""
        tidy_us = 0
        for due in dues:
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
        await self._drain()

    async def _drain(self) -> None:
        self.away = {}
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
        self.answered.add(who)
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
        self._pursue(now)
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
            parcel = Parcel(who, self._topic(who, message, now), self.encode(message, now, answers))
            answers = ()
            for ready in self.link.send(parcel, now_us=now):
                self._publish(ready)

    def _topic(self, who: int, message: Outgoing, now: int) -> str:
        """What is of the past only must not stand in the way of anybody's present."""
        newest = max((report.taken_us for report in message.reports), default=now)
        return PAST.format(self.serials[who]) if newest < now - PRESENT_US else self.topics[who]

    def _pursue(self, now: int) -> None:
        """Fixes that somebody asked for; who is away takes them and sends them later."""
        if self.at_once is None:
            return
        for who, device in enumerate(self.devices):
            if device.wants_fix(now):
                device.take(self.at_once(who, now))
                self._send(who, now)

    def _answers(self, device: Device, now: int) -> Answers:
        """A simulated wearer feels, reads and does everything at once."""
        commands = [device.commands.popleft() for _ in range(len(device.commands))]
        obeyed = [command for command in commands if device.obey(command, now)]
        return tuple(json.Answer(command=c.command, state=ReceiptState.DONE, at_us=now) for c in obeyed)

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
        return who in self.away and any(a <= self.scene_us < b for a, b in self.away[who])


def as_json(message: Outgoing, now: int, answers: Answers) -> bytes:
    return json.encode(message.reports, sent_us=now, oldest=message.oldest, receipts=answers)


def as_binary(message: Outgoing, now: int, answers: Answers) -> bytes:
    """Events and receipts have no binary form: a message with any of them goes as JSON."""
    fixes = [r for r in message.reports if isinstance(r, Fix)]
    if answers or len(fixes) < len(message.reports):
        return as_json(message, now, answers)
    return binary.pack(fixes, sent_us=now, oldest=message.oldest)


ENCODINGS: Final[dict[str, Encode]] = {"json": as_json, "binary": as_binary}
