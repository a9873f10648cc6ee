"""A device's memory: it keeps every report until the platform says that it is stored."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from msgspec import UNSET

from tracking.model import Report
from tracking.wire import down

SECOND_US: Final = 1_000_000
MOST_HELD: Final = 100_000
"""Reports; ten weeks at one a minute, a day at one a second."""
MOST_IN_MESSAGE: Final = 200
RESEND_AFTER_US: Final = 20_000_000
"""So long after its last message a device that was not answered sends everything again."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What one message carries."""

    reports: list[Report]
    oldest: int
    """The lowest number the device can still send; 0: the platform knows it, it need not be said."""


@dataclass(frozen=True, slots=True)
class Pursuit:
    """A fix every so often for a while."""

    every_us: int = 0
    ends_us: int = 0
    next_us: int = 0
    asked: bool = False
    """One more, at once."""


NO_PURSUIT: Final = Pursuit()


class Device:
    """`take` → `outgoing` → `hear`. Numbers ascend from `first`; what lies below it never was."""

    def __init__(self, serial: str, *, first: int = 1, most_held: int = MOST_HELD) -> None:
        self.serial = serial
        self.next = first
        self.acknowledged = 0
        self.most_held = most_held
        self.commands: deque[down.Command] = deque()
        self.carried_out: dict[int, down.Command] = {}
        """By number: one that comes twice is carried out once and answered twice."""
        self.pursuit = NO_PURSUIT
        self._held: deque[Report] = deque()
        self._unsent: deque[int] = deque()
        self._waiting: set[int] = set()
        self._sent_us = 0
        self._is_asked_too_far_back = False
        self._has_begun = False

    @property
    def oldest(self) -> int:
        return self.next - len(self._held)

    @property
    def held(self) -> int:
        return len(self._held)

    def begin_after(self, last: int) -> None:
        """A device that has taken nothing yet goes on where the platform says that it stopped."""
        if not self._has_begun:
            self.next = max(self.next, last + 1)

    def take(self, make: Callable[[int], Report]) -> Report:
        """One more report; a full memory forgets its oldest."""
        self._has_begun = True
        report = make(self.next)
        self._queue(self.next)
        self._held.append(report)
        self.next += 1
        if len(self._held) > self.most_held:
            self._held.popleft()
        return report

    def outgoing(self, now_us: int, *, most: int = MOST_IN_MESSAGE) -> Outgoing | None:
        """The next message: unsent reports first; all again when the platform has been silent for long."""
        if self._held and not self._unsent and now_us - self._sent_us > RESEND_AFTER_US:
            self._queue(*range(self.oldest, self.next))
        reports: list[Report] = []
        while self._unsent and len(reports) < most:
            number = self._unsent.popleft()
            self._waiting.discard(number)
            if number >= self.oldest:
                reports.append(self._held[number - self.oldest])
        if not reports and not self._is_asked_too_far_back:
            return None
        self._sent_us = now_us
        must_say = self._is_asked_too_far_back or self.acknowledged + 1 < self.oldest
        self._is_asked_too_far_back = False
        return Outgoing(reports, self.oldest if must_say else 0)

    def hear(self, message: down.Down) -> None:
        if not isinstance(message, down.Acknowledge):
            self.commands.append(message)
            return
        if message.ack < self.next:  # otherwise the platform speaks of numbers this device never gave
            self.acknowledged = max(self.acknowledged, message.ack)
            while self._held and self.oldest <= message.ack:
                self._held.popleft()
        for first, last in message.resend:
            self._is_asked_too_far_back |= first < self.oldest
            self._queue(*range(max(first, self.oldest), min(last, self.next - 1) + 1))

    def obey(self, command: down.Command, now_us: int) -> bool:
        """Whether it is to be answered: what is past its moment is neither carried out nor answered."""
        if command.command in self.carried_out:
            return True
        if command.until_us is not UNSET and command.until_us < now_us:
            return False
        self.carried_out[command.command] = command
        if isinstance(command, down.Pursuit):
            every_us = command.seconds * SECOND_US
            self.pursuit = Pursuit(every_us, now_us + command.lasts_s * SECOND_US, now_us)
        elif isinstance(command, down.RequestFix):
            self.pursuit = replace(self.pursuit, asked=True)
        return True

    def wants_fix(self, now_us: int) -> bool:
        """Besides the usual interval: one was asked for, or the pursuit goes on. Asks once a fix."""
        held = self.pursuit
        if held is NO_PURSUIT:
            return False
        self.pursuit = replace(held, asked=False) if now_us < held.ends_us else NO_PURSUIT
        if not held.next_us <= now_us < held.ends_us:
            return held.asked
        self.pursuit = replace(self.pursuit, next_us=now_us + held.every_us)
        return True

    def _queue(self, *numbers: int) -> None:
        fresh = [n for n in numbers if n not in self._waiting]
        self._unsent.extend(fresh)
        self._waiting.update(fresh)
