"""Drives a crowd in real time: what is due is sent, what is answered is forgotten, the rest is repeated."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from core.clock import now_us
from simulators.crowd.devices import Devices, Schedule
from simulators.crowd.ears import Ears
from simulators.crowd.lines import Lines
from simulators.crowd.lives import I8
from simulators.crowd.manners import Mischief
from simulators.crowd.memory import Bools, Memory, Messages, joined, nothing
from simulators.crowd.meter import Meter
from simulators.crowd.payloads import ENCODINGS
from simulators.crowd.post import Post
from simulators.crowd.seals import Seals
from simulators.link import GARBAGE, GOOD, Manners
from simulators.play import first_sequence
from simulators.scenes import SECOND_US
from tracking.model import ReceiptState
from tracking.wire import json

TURN_S: Final = 0.02
RATE: Final = 100_000
"""New messages a second at most, where the past is caught up with."""
MOST_OLD: Final = 2_000
"""Messages from memory a look: 20,000 a second."""
LOOK_TURNS: Final = 5
"""Memory is looked through every tenth of a second."""
CAUGHT_UP_US: Final = SECOND_US
GREET_RATE: Final = 200
"""Devices a turn that ask for their marks."""
GREETING_S: Final = 10.0
"""So long after the last answer nobody is waited for."""
DRAIN_S: Final = 280.0
"""Without any progress: a device repeats after four minutes at the latest, a gap is named within one."""


@dataclass(frozen=True, slots=True)
class Habits:
    format: str = "json"
    manners: Manners = GOOD
    storm: tuple[float, float] | None = None
    """Every so many seconds, such a share of the connections."""
    offline: tuple[float, float] | None = None
    """Such a share of the devices has no network for so many seconds once in the run."""
    returns: bool = False
    """Whatever was measured before the run waits in the memories: the network was away until now."""
    rate: float = RATE
    seed: int = 1


class Driver:
    def __init__(self, lines: Lines, ears: Ears, meter: Meter, seals: Seals | None = None) -> None:
        """No seals: nobody of the crowd has a key."""
        self.lines, self.ears, self.meter = lines, ears, meter
        self.post = Post(lines, meter, seals or Seals(lines.devices))
        self.is_told_to_stop = False
        self.was_answered = False
        self.began_us = 0

    def stop(self) -> None:
        """As soon as this turn is over, without waiting for acknowledgements."""
        self.is_told_to_stop = True

    @property
    def lasted_s(self) -> float:
        """From the first turn to the last, without the waiting for what was still unacknowledged."""
        return (self.ended - self.began_us) / SECOND_US

    def ended_us(self) -> int:
        """How far the play came."""
        return min(self.ends_us, self.schedule.scene_us(now_us()))

    async def greet(self) -> tuple[I8, I8]:
        """How far the platform acknowledges each device, and its highest number; −1: it said nothing."""
        ack, last = (np.full(self.lines.devices, -1, np.int64) for _ in range(2))
        asked, heard_s = 0, self.lines.loop.time()
        while not self.is_told_to_stop and (last < 0).any():
            if asked < len(last):
                who = np.arange(asked, min(asked + GREET_RATE, len(last)))
                self.post.ask(who, now_us())
                asked, heard_s = int(who[-1]) + 1, self.lines.loop.time()
            await asyncio.sleep(TURN_S)
            if self.ears.who:
                np.maximum.at(ack, self.ears.who, self.ears.ack)
                np.maximum.at(last, self.ears.who, self.ears.last)
                heard_s = self.lines.loop.time()
                self._forget()
            if self.lines.loop.time() - heard_s > GREETING_S:
                break
        self.was_answered = bool((last >= 0).any())
        return ack, last

    def begin(self, devices: Devices, marks: tuple[I8, I8], habits: Habits, *, ends_us: int) -> None:
        self.devices, self.habits, self.ends_us = devices, habits, ends_us
        self.memory = Memory(devices)
        self.memory.begin_after(*marks, unknown=first_sequence(now_us()))
        self.schedule = Schedule(devices, ends_us)
        if habits.returns:
            self.memory.come_back(self.schedule.skip(now_us()))
        self.mischief = Mischief(habits.manners, habits.seed)
        self.random = Random(f"{habits.seed}/driver")
        self.encode = ENCODINGS[habits.format]
        self.asked: list[Messages] = []
        self.storm_us = self.second_us = self.turns = 0
        self.away_us = _away(devices, habits, ends_us=ends_us)
        self.lines.risen.clear()

    async def play(self, each_second: Callable[[int], None]) -> None:
        """To the end, and then until all is acknowledged or nothing moves any more."""
        self.began_us = now_us()
        while not self.schedule.is_over() and not self.is_told_to_stop:
            began_us = now_us()
            self.turn(began_us)
            self._tick(began_us, each_second)
            await asyncio.sleep(max(0.0, TURN_S - (now_us() - began_us) / SECOND_US))
        self.ended = now_us()
        self.mischief.let_go()
        self._late(self.ended)
        self.away_us[1][:] = 0
        self.habits = Habits(self.habits.format)
        await self._drain(each_second)

    async def _drain(self, each_second: Callable[[int], None]) -> None:
        held, moved_s = -1, self.lines.loop.time()
        patience_s = DRAIN_S if self.was_answered else 1.0
        while self.memory.held() and not self.is_told_to_stop:
            if self.memory.held() != held:
                held, moved_s = self.memory.held(), self.lines.loop.time()
            if self.lines.loop.time() - moved_s > patience_s:
                break
            self.turn(now_us())
            self._tick(now_us(), each_second)
            await asyncio.sleep(TURN_S)

    def turn(self, now: int) -> None:
        self._hear()
        scene = self.schedule.scene_us(now)
        self.meter.lag(0 if self.schedule.is_over() else now - scene)
        if self.meter.lag_us > CAUGHT_UP_US:
            self.memory.floor_us = now
        if self.lines.risen:
            self.memory.lost(self.lines.devices_of(self.lines.risen), now_us=now)
            self.lines.risen.clear()
        self._send(joined(*self._new(now, scene)), now)
        self.turns += 1
        if self.turns % LOOK_TURNS == 0:
            self._send(self._old(now, scene), now)
        self._late(now)

    def _late(self, now: int) -> None:
        """What was held back until now."""
        late = self.mischief.due(now)
        if len(late):
            self.post.send(late, self.memory, encode=self.encode, now_us=now)

    def _old(self, now: int, scene: int) -> Messages:
        """From memory, as far as the line takes it, and what was asked for."""
        waiting = self.memory.waiting()
        can = self.post.can_send(waiting) & ~self._is_away(waiting, scene)
        old = joined(self.memory.oldest_first(waiting[can][:MOST_OLD], now_us=now), *self.asked)
        self.asked.clear()
        self.meter.repeated += int(old.count.sum())
        return old

    def _new(self, now: int, scene: int) -> list[Messages]:
        out = [nothing()]
        for who, number in self.schedule.take(now, most=max(1, round(self.habits.rate * TURN_S))):
            can = self.post.can_send(who) & ~self._is_away(who, scene)
            step = np.full(len(who), number * self.devices.batch)
            out.append(self.memory.take(who, step, can_send=can))
        return out

    def _send(self, messages: Messages, now: int) -> None:
        if not len(messages):
            return
        passed, garbled = self.mischief.through(messages, now)
        self.post.send(passed, self.memory, encode=self.encode, now_us=now)
        for who in garbled.tolist():
            self.post.babble(who, self.random.choice(GARBAGE))
            self.meter.garbage += 1

    def _tick(self, now: int, each_second: Callable[[int], None]) -> None:
        if now - self.second_us < SECOND_US:
            return
        self.second_us = now
        self.memory.silent(now)
        self.lines.keep_alive(now / SECOND_US)
        self.meter.puback_s += self.lines.puback_s
        self.lines.puback_s.clear()
        each_second(now)
        if self.habits.storm and now - self.storm_us > self.habits.storm[0] * SECOND_US:
            if self.storm_us:
                self.lines.storm(self.habits.storm[1])
            self.storm_us = now

    def _hear(self) -> None:
        ears = self.ears
        if ears.who:
            self.meter.acks += len(ears.who)
            self.memory.acknowledge(np.array(ears.who), np.array(ears.ack))
            for who, ack in zip(ears.who, ears.ack, strict=True):
                self.meter.acknowledged(who, ack)
        self.asked += [self.memory.asked(who, ranges) for who, ranges in ears.gaps]
        for who, command in ears.commands:
            done = json.Answer(command=command.command, state=ReceiptState.DONE, at_us=now_us())
            self.post.say(who, json.encode([], sent_us=now_us(), receipts=(done,)))
            self.meter.commands += 1
        self._forget()

    def _forget(self) -> None:
        for what in (self.ears.who, self.ears.ack, self.ears.last, self.ears.gaps, self.ears.commands):
            what.clear()

    def _is_away(self, who: I8, scene: int) -> Bools:
        since, until = self.away_us
        return np.asarray((since[who] <= scene) & (scene < until[who]))


def _away(devices: Devices, habits: Habits, *, ends_us: int) -> tuple[I8, I8]:
    """When each device has no network: [since, until), empty for most."""
    share, lasts_s = habits.offline or (0.0, 0.0)
    random, lasts_us = np.random.default_rng((habits.seed, 19)), int(lasts_s * SECOND_US)
    latest = max(devices.begins_us + 1, ends_us - lasts_us)
    since = random.integers(devices.begins_us, latest, len(devices))
    chosen = random.random(len(devices)) < share
    return since, np.where(chosen, since + lasts_us, 0)
