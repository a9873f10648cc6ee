"""What every device still holds: store-and-forward for all of them, in columns, no object a device.

Steps count a device's reports from 0; its sequence numbers are `first` + step. A device holds the steps
[acked, taken). Of these [low, high) wait to be sent, oldest first; all others have been sent at least once.
Nothing is stored: a report is made again from its step (`devices.Devices.reports`)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.crowd.devices import Devices
from simulators.crowd.lives import I8
from simulators.scenes import SECOND_US
from tracking.model import PRESENT_US

REPEAT_US: Final = 60 * SECOND_US
"""docs/protocol.md, section 7: without an acknowledgement a device repeats no sooner,"""
MOST_PATIENT: Final = 4
"""and each time after twice as long, up to so many times that."""
MOST_IN_MESSAGE: Final = 32
"""Reports; a power of two, because messages of one size are made together."""
ON_THE_WAY: Final = MOST_IN_MESSAGE
"""Reports from memory that may be unacknowledged: a country's memories must not come all at once."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Each carries the reports [step, step + count) of one device."""

    who: I8
    step: I8
    count: I8

    def __len__(self) -> int:
        return len(self.who)

    def take(self, which: NDArray[np.generic]) -> "Messages":
        return Messages(self.who[which], self.step[which], self.count[which])


def joined(*parts: Messages) -> Messages:
    return Messages(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("who", "step", "count")))


def nothing() -> Messages:
    return Messages(*(np.zeros(0, np.int64) for _ in range(3)))


class Memory:
    def __init__(self, devices: Devices) -> None:
        n = len(devices)
        self.devices = devices
        self.first = np.ones(n, np.int64)
        self.known = np.full(n, -1, np.int64)
        """The highest acknowledgement heard, as the platform said it; −1: none."""
        self.acked, self.taken, self.low, self.high, self.tried, self.sent_us = (
            np.zeros(n, np.int64) for _ in range(6)
        )
        """`tried`: all below has been sent at least once. `sent_us`: when it was last sent from memory."""
        self.patience = np.ones(n, np.int64)
        """In `REPEAT_US`: a platform that is behind must not be asked twice as much for it."""
        self.is_late = np.zeros(n, np.bool_)
        """Back after an outage longer than the present: its newest report goes first."""
        self.floor_us = 0
        """Nothing was sent in its time before: whatever catches up with the past must not look unanswered."""

    def begin_after(self, ack: I8, last: I8, *, unknown: int) -> None:
        """Each device goes on where the platform says that it stopped (−1: it said nothing)."""
        self.known = ack.copy()
        self.first = np.where(last >= 0, last + 1, unknown)

    def come_back(self, taken: I8) -> None:
        """After an outage in which every device took so many reports."""
        self.taken, self.high = taken, taken.copy()
        self.is_late[:] = True

    def held(self) -> int:
        return int((self.taken - self.acked).sum())

    def oldest(self, who: I8) -> I8:
        return self.first[who] + self.acked[who]

    def must_say_oldest(self, who: I8) -> Bools:
        """The platform waits for numbers below the first, which never were."""
        return self.known[who] < self.first[who] - 1

    def take(self, who: I8, step: I8, *, can_send: Bools) -> Messages:
        """A message's worth of new reports; what cannot be sent at once waits. Gives what can."""
        batch = self.devices.batch
        can_send = can_send & ~self._follow(who, step)
        waits = who[~can_send]
        self._settle(waits)
        at = step[~can_send]
        self.low[waits] = np.where(self.low[waits] < self.high[waits], self.low[waits], at)
        self.high[waits] = at + batch
        self.taken[who] = step + batch
        return Messages(who[can_send], step[can_send], np.full(int(can_send.sum()), batch))

    def acknowledge(self, who: I8, ack: I8) -> None:
        """Cumulative. An acknowledgement of numbers that this device never gave is none."""
        steps = ack - self.first[who] + 1
        sane = steps <= self.taken[who]
        who, ack, steps = who[sane], ack[sane], steps[sane]
        np.maximum.at(self.known, who, ack)
        self.patience[who[steps > self.acked[who]]] = 1
        np.maximum.at(self.acked, who, steps)
        self._settle(who)
        self.low[who] = np.maximum(self.low[who], self.acked[who])

    def lost(self, who: I8, *, now_us: int) -> None:
        """The connection was lost, and is back: whatever is not acknowledged is sent again."""
        self._again(who, self.taken[who])
        self.is_late[who] = self.devices.due_us(who, self.acked[who]) < now_us - PRESENT_US

    def silent(self, now_us: int) -> None:
        """Whoever got no acknowledgement for a minute sends again what is older, and is more patient then."""
        is_waiting = (self.low >= self.high) | (self.low - self.acked >= ON_THE_WAY)
        holding = np.flatnonzero((self.acked < self.taken) & is_waiting)
        since = np.maximum(self.devices.due_us(holding, self.acked[holding]), self.sent_us[holding])
        silent = holding[now_us - np.maximum(since, self.floor_us) > REPEAT_US * self.patience[holding]]
        self.patience[silent] = np.minimum(2 * self.patience[silent], MOST_PATIENT)
        rounds = (now_us - REPEAT_US - self.devices.begins_us - self.devices.phase_us[silent]) // (
            self.devices.period_us
        )
        sent_by_then = np.clip((rounds + 1) * self.devices.batch, self.acked[silent], self.taken[silent])
        waits = np.where(self.low[silent] < self.high[silent], self.high[silent], 0)
        self._again(silent, np.maximum(sent_by_then, waits))

    def asked(self, who: int, ranges: tuple[tuple[int, int], ...]) -> Messages:
        """Named gaps, as far as they are still held; not what comes anyway, because memory is being sent."""
        rows = []
        first, acked, taken, low, high = (
            int(c[who]) for c in (self.first, self.acked, self.taken, self.low, self.high)
        )
        least = max(acked, high if low < high else 0)
        for begins, ends in ranges:
            rows += _messages(who, max(begins - first, least), min(ends - first + 1, taken))
        return Messages(*np.array(rows, np.int64).T) if rows else nothing()

    def waiting(self) -> I8:
        """Who has something in memory to send, and not too much of it on the way."""
        return np.flatnonzero((self.low < self.high) & (self.low - self.acked < ON_THE_WAY))

    def oldest_first(self, who: I8, *, now_us: int) -> Messages:
        """A late device's newest message, and as much as one message carries from the oldest on."""
        newest = self._newest(who[self.is_late[who]])
        who = who[self.low[who] < self.high[who]]
        left = self.high[who] - self.low[who]
        count = np.minimum(MOST_IN_MESSAGE, 1 << (np.frexp(left.astype(np.float64))[1] - 1).astype(np.int64))
        memory = Messages(who, self.low[who].copy(), count)
        self.low[who] += count
        self.sent_us[who] = now_us
        return joined(newest, memory)

    def through(self) -> I8:
        """Of each device the step below which all has been sent at least once."""
        self._settle(np.arange(len(self.first)))
        return np.maximum(self.tried, self.acked)

    def _follow(self, who: I8, step: I8) -> Bools:
        """Of each new report: something of the present waits and goes first, so that none of them is late."""
        low, high = self.low[who], self.high[who]
        goes = (low < high) & (high == self.taken[who]) & (low - self.acked[who] < ON_THE_WAY)
        is_present = self.devices.due_us(who, low) >= self.devices.due_us(who, step) - PRESENT_US
        return np.asarray(goes & is_present)

    def _newest(self, who: I8) -> Messages:
        """Their last message, if it waits; what waits then ends before it."""
        self.is_late[who] = False
        who = who[self.high[who] == self.taken[who]]
        begins = np.maximum(self.low[who], self.taken[who] - self.devices.batch)
        newest = Messages(who, begins, self.taken[who] - begins)
        self.high[who] = begins
        return newest

    def _again(self, who: I8, through: I8) -> None:
        self._settle(who)
        self.low[who], self.high[who] = self.acked[who], through

    def _settle(self, who: I8) -> None:
        """Note how far everything has been sent, before `low` goes back or `taken` goes on."""
        waits = self.low[who] < self.high[who]
        sent = np.where(waits, self.low[who], self.taken[who])
        self.tried[who] = np.maximum(self.tried[who], sent)


def _messages(who: int, low: int, high: int) -> list[tuple[int, int, int]]:
    """The reports [low, high) of a device: (who, step, count) of each message."""
    rows = []
    while low < high:
        count = min(MOST_IN_MESSAGE, 1 << ((high - low).bit_length() - 1))
        rows.append((who, low, count))
        low += count
    return rows
