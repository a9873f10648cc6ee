"""Hours compiled for the judge: when each distinct pair of hours and absences holds, some weeks ahead.

Whatever a week, a single day, summer time and absences make of it has become a short list of moments; what
the judge asks at a moment is which entry it lies behind. Equal hours share one list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np

from geofence.engine.roster import ABSENT, IN_FORCE, NEVER_US, grown, room
from geofence.model import Absence, Hours, Term
from geofence.rules import hours

WEEK_US: Final = 7 * hours.DAY_US
WEEKS: Final = 3
"""A list begins with the week in which it is asked for, and reaches at least two weeks ahead."""
ALWAYS: Final = 0
"""The number of the list that never ends: in force, nobody absent."""

Key = tuple[Hours, tuple[Absence, ...], int]


@lru_cache(maxsize=4096)
def _told(key: Key) -> tuple[tuple[int, bool, bool], ...]:
    """`hours.moments` of a list; who is folded again has the hours of many who were."""
    of, absences, week = key
    since_us = week * WEEK_US
    return tuple(hours.moments(of, absences, since_us=since_us, until_us=since_us + WEEKS * WEEK_US))


@dataclass(slots=True)
class Timeline:
    key: Key | None
    holders: int = 0


@dataclass(slots=True)
class Timelines:
    """Numbers stay the same while anybody holds them."""

    heads: np.ndarray = field(default_factory=lambda: np.array([[0, 1]], np.int64))
    edges_us: np.ndarray = field(default_factory=lambda: np.array([-NEVER_US], np.int64))
    edges_bits: np.ndarray = field(default_factory=lambda: np.array([IN_FORCE], np.uint8))
    _listed: list[Timeline] = field(default_factory=lambda: [Timeline(None, 1)])
    _numbers: dict[Key, int] = field(default_factory=dict)
    _free: list[int] = field(default_factory=list)
    _used: int = 1
    _dead: int = 0

    def hold(self, term: Term, at_us: int) -> int:
        """The number of the list that tells when the term's hours hold from `at_us` on."""
        if hours.is_always(term.hours) and not term.absences:
            return ALWAYS
        key = (term.hours, term.absences, at_us // WEEK_US)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._add(key)
        self._listed[number].holders += 1
        return number

    def hold_again(self, more: Mapping[int, int]) -> None:
        """Lists that are held already, each so many times more."""
        for number, times in more.items():
            self._listed[number].holders += times

    def release(self, number: int) -> None:
        one = self._listed[number]
        if number == ALWAYS or one.key is None:
            return
        one.holders -= 1
        if one.holders == 0:
            del self._numbers[one.key]
            one.key = None
            self._free.append(number)
            self._dead += int(self.heads[number, 1])

    def ends_us(self, number: int) -> int:
        """Up to here the list is complete."""
        key = self._listed[number].key
        return NEVER_US if key is None else (key[2] + WEEKS) * WEEK_US

    def at(self, number: int, at_us: int) -> tuple[int, int]:
        """What holds at a moment (IN_FORCE | ABSENT), and when that changes next."""
        first, count = self.heads[number].tolist()
        edges = self.edges_us[first : first + count]
        behind = int(np.searchsorted(edges, at_us, side="right"))
        bits = int(self.edges_bits[first + max(behind - 1, 0)])
        return bits, int(edges[behind]) if behind < count else NEVER_US

    def _add(self, key: Key) -> int:
        told = _told(key)
        if self._dead > len(told) + self._used // 2:
            self._tidy()
        first, self._used = self._used, self._used + len(told)
        self.edges_us, self.edges_bits = grown(self.edges_us, self._used), grown(self.edges_bits, self._used)
        self.edges_us[first : self._used] = [at for at, _, _ in told]
        bits = [IN_FORCE * is_now + ABSENT * is_away for _, is_now, is_away in told]
        self.edges_bits[first : self._used] = bits
        return self._number(key, first, len(told))

    def _number(self, key: Key, first: int, count: int) -> int:
        if self._free:
            number = self._free.pop()
        else:
            number = len(self._listed)
            self._listed.append(Timeline(None))
            if number == len(self.heads):
                self.heads = np.concatenate((self.heads, np.zeros_like(self.heads)))
        self._listed[number] = Timeline(key)
        self.heads[number] = first, count
        return number

    def _tidy(self) -> None:
        """Leave out what nobody holds any more."""
        old_us, old_bits, used = self.edges_us, self.edges_bits, 0
        self.edges_us, self.edges_bits = room(len(old_us), old_us.dtype), room(len(old_us), old_bits.dtype)
        for number, one in enumerate(self._listed):
            first, count = self.heads[number].tolist()
            if one.key is not None or number == ALWAYS:
                self.edges_us[used : used + count] = old_us[first : first + count]
                self.edges_bits[used : used + count] = old_bits[first : first + count]
                self.heads[number] = used, count
                used += count
        self._used, self._dead = used, 0
