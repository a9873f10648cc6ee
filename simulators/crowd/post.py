"""Hands messages to the connections: made together in one matrix, written once a connection and turn."""

from typing import Final

import numpy as np

from simulators.crowd import payloads
from simulators.crowd.devices import Devices
from simulators.crowd.lines import Lines
from simulators.crowd.lives import I8
from simulators.crowd.memory import Bools, Memory, Messages
from simulators.crowd.meter import SAMPLES, Meter
from simulators.crowd.payloads import Bytes, Encode
from simulators.crowd.seals import Seals
from simulators.scenes import SECOND_US
from simulators.sealing import TOPICS
from tracking.links import packets as mqtt
from tracking.model import PRESENT_US, UP
from tracking.seals.model import Way

SIX_DIGITS: Final = 99_999
"""From this place on serial numbers are longer."""


class Post:
    def __init__(self, lines: Lines, meter: Meter, seals: Seals) -> None:
        self.lines, self.meter, self.seals = lines, meter, seals

    def can_send(self, who: I8) -> Bools:
        """Whose connection is up and takes more."""
        return self.lines.usable[who % self.lines.count]

    def ask(self, who: I8, now_us: int) -> None:
        """Say nothing with each of these devices: the platform answers with the highest number it knows."""
        who = who[self.can_send(who)]
        for some in self._alike(who, np.zeros(len(who), np.int64)):
            chosen = who[some]
            self._write(chosen, payloads.asking(len(chosen)), now_us)

    def send(self, messages: Messages, memory: Memory, *, encode: Encode, now_us: int) -> None:
        """What no connection takes now is dropped: its device repeats it when its time has come."""
        messages = messages.take(self.can_send(messages.who))
        says_oldest = memory.must_say_oldest(messages.who)
        is_past = (
            memory.devices.due_us(messages.who, messages.step + messages.count - 1) < now_us - PRESENT_US
        )
        for some in self._alike(messages.who, messages.count * 4 + is_past * 2 + says_oldest):
            part, way = messages.take(some), Way.PAST if is_past[some[0]] else Way.UP
            self._write(part.who, _payloads(part, memory, encode, now_us), now_us, way=way)
        self._measure(messages, memory)

    def say(self, who: int, payload: bytes) -> None:
        """One message that is made by hand, sealed where its device has a key."""
        alone = np.array([who])
        if self.can_send(alone)[0] and self.seals.has(alone)[0]:
            row = np.frombuffer(payload, np.uint8)[None]
            payload = self.seals.seal(alone, row, way=Way.UP).tobytes()
        self.babble(who, payload)

    def babble(self, who: int, payload: bytes) -> None:
        """As it is: what nobody can read bears no seal."""
        number = who % self.lines.count
        line = self.lines.lines[number]
        if line.is_up:
            packet = int(self._packets(np.array([number]))[0])
            line.publish(mqtt.publish(UP.format(payloads.serial(who)), payload, packet), 1)
            self.meter.messages += 1

    def _measure(self, messages: Messages, memory: Memory) -> None:
        self.meter.messages += len(messages)
        self.meter.reports += int(messages.count.sum())
        last = memory.first[messages.who] + messages.step + messages.count - 1
        for who, sequence in zip(messages.who[-SAMPLES:].tolist(), last[-SAMPLES:].tolist(), strict=True):
            self.lines.lines[who % self.lines.count].time()
            self.meter.watch(who, sequence)

    def _write(self, who: I8, rows: Bytes, now_us: int, *, way: Way = Way.UP) -> None:
        """One payload a message; all as long, and their serial numbers too, and all sealed or none."""
        if self.seals.has(who[:1])[0]:
            rows = self.seals.seal(who, rows, way=way)
        order = np.argsort(who % self.lines.count, kind="stable")
        lines = (who % self.lines.count)[order]
        frames = payloads.frames(who[order], self._packets(lines), rows[order], topic=TOPICS[way])
        size, raw = frames.shape[1], frames.tobytes()
        numbers, begins = np.unique(lines, return_index=True)
        ends = np.append(begins[1:], len(lines))
        self.lines.spoke_s[numbers] = now_us / SECOND_US
        for number, begin, end in zip(numbers.tolist(), begins.tolist(), ends.tolist(), strict=True):
            self.lines.lines[number].publish(raw[begin * size : end * size], end - begin)

    def _alike(self, who: I8, kind: I8) -> list[I8]:
        """The places of those whose frames are equally long."""
        keys = (kind * 2 + (who >= SIX_DIGITS)) * 2 + self.seals.has(who)
        return [np.flatnonzero(keys == key) for key in np.unique(keys)]

    def _packets(self, lines: I8) -> I8:
        """The next packet numbers of connections, given in ascending order."""
        numbers, begins, counts = np.unique(lines, return_index=True, return_counts=True)
        rank = np.arange(len(lines)) - np.repeat(begins, counts)
        out = (self.lines.packet[lines] + rank) % 65_535 + 1
        self.lines.packet[numbers] = (self.lines.packet[numbers] + counts) % 65_535
        return np.asarray(out, dtype=np.int64)


def _payloads(part: Messages, memory: Memory, encode: Encode, now_us: int) -> Bytes:
    devices: Devices = memory.devices
    many = int(part.count[0])
    steps = part.step[:, None] + np.arange(many)
    reports = devices.reports(np.repeat(part.who, many), steps.ravel())
    says_oldest = bool(memory.must_say_oldest(part.who[:1])[0])
    return encode(
        reports,
        memory.first[part.who][:, None] + steps,
        now_us + devices.clock_us[part.who],
        memory.oldest(part.who) if says_oldest else None,
    )
