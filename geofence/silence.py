"""Who is silent, and who is heard without a place: what the worker's clock finds, tick by tick.

Of everybody in columns; the rule itself (`rules.contact`) is asked only about those of whom it would say
something new."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId, PersonId
from geofence.model import BreachKind, Change, Edge
from geofence.policies import Policy
from geofence.rules import contact
from geofence.rules.contact import Contact
from geofence.rules.doubt import SECOND_US
from geofence.rules.episodes import Episode
from tracking.columns import reaching
from tracking.directory import Wearing
from tracking.fixes import I8, Fixes

Key = tuple[PersonId, DeviceId]
NEVER_US = 2**62


class Heard(NamedTuple):
    """When anything of each device was last received; each device once, in any order."""

    device: I8
    at_us: I8


@dataclass(slots=True, eq=False)
class Ear:
    """What the platform hears of the devices that are worn: columns, a row a wearing."""

    person: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    device: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    since_us: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    until_us: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    silent_us: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    """When the open breach `silent` began; `NEVER_US`: none is open."""
    placeless_us: I8 = field(default_factory=lambda: np.empty(0, np.int64))
    """The same of `no_location`."""
    located_us: I8 = field(default_factory=lambda: np.zeros(1, np.int64))
    """By device number: when a fix was last received."""
    gone: list[Contact] = field(default_factory=list)
    """With an open breach, and not worn any more."""

    def wear(self, wearings: Sequence[Wearing]) -> None:
        """What is worn from now on; breaches that are open go with the wearing."""
        opened = self._opened()
        self.person, self.device, self.since_us, self.until_us = (
            np.array([getattr(wearing, name) for wearing in wearings], np.int64)
            for name in ("person", "device", "since_us", "until_us")
        )
        self.silent_us = np.full(len(wearings), NEVER_US, np.int64)
        self.placeless_us = self.silent_us.copy()
        self._reach(int(self.device.max(initial=0)))
        self._open(opened)

    def remember(self, episodes: Iterable[Episode]) -> None:
        """Breaches that were open before the worker began."""
        opened: dict[Key, Contact] = {}
        for e in episodes:
            key = e.person, DeviceId(e.subject)
            known = opened.get(key, Contact(*key, 0, 0))
            silent = e.opened_us if e.kind is BreachKind.SILENT else known.silent_us
            placeless = known.no_location_us if e.kind is BreachKind.SILENT else e.opened_us
            opened[key] = Contact(*key, 0, 0, silent, placeless)
        self._open(opened)

    def hear(self, fixes: Fixes) -> None:
        self.locate(fixes.device, fixes.received_us)

    def locate(self, device: I8, at_us: I8) -> None:
        """A fix of each device was received then."""
        self._reach(int(device.max(initial=0)))
        np.maximum.at(self.located_us, device, at_us)

    def located_in(self, block: int, size: int) -> tuple[I8, I8]:
        """Devices that people of a block of numbers wear, and when a fix of each was last received."""
        device = self.device[self.person // size == block]
        return device, self.located_us[device]

    def listen(
        self,
        heard: Heard,
        *,
        blind: Iterable[tuple[int, int]],
        now_us: int,
        policy: Policy,
    ) -> list[Change]:
        """`heard`: when anything of a device was last received."""
        spans = merged(blind)
        heard_us, located_us = self._contacts(heard)
        is_worn = (self.since_us <= now_us) & (now_us < self.until_us)
        is_new = self._is_new(heard_us, located_us, spans, now_us=now_us, policy=policy)
        changes: list[Change] = []
        for row in np.flatnonzero(is_worn & is_new).tolist():
            one = self._contact(row, int(heard_us[row]), int(located_us[row]))
            after, found = contact.judge(one, blind=spans, now_us=now_us, policy=policy)
            self._keep(row, after)
            changes += found
        return changes + self._ended(is_worn, now_us)

    def _is_new(
        self, heard_us: I8, located_us: I8, spans: list[tuple[int, int]], *, now_us: int, policy: Policy
    ) -> NDArray[np.bool_]:
        """Of whom `contact.judge` would say something: what is open ends, or what is not begins."""
        silent_due = _seen_until(heard_us, int(policy.silent_s * SECOND_US), spans)
        place_due = _seen_until(located_us, int(policy.no_location_s * SECOND_US), spans)
        is_silent, is_placeless = self.silent_us != NEVER_US, self.placeless_us != NEVER_US
        silence = np.where(is_silent, heard_us >= self.silent_us, silent_due <= now_us)
        may_open = ~is_silent | (heard_us >= self.silent_us)
        place = np.where(is_placeless, located_us >= self.placeless_us, may_open & (place_due <= now_us))
        return silence | place

    def _contacts(self, heard: Heard) -> tuple[I8, I8]:
        """When each wearing's device was last heard, and located; at first, when the wearing began."""
        size = max(len(self.located_us), int(heard.device.max(initial=0)) + 1)
        at_us = np.zeros(size, np.int64)
        at_us[heard.device] = heard.at_us
        found = at_us[self.device], self.located_us[self.device]
        return np.maximum(found[0], self.since_us), np.maximum(found[1], self.since_us)

    def _contact(self, row: int, heard_us: int, located_us: int) -> Contact:
        opened = (int(self.silent_us[row]), int(self.placeless_us[row]))
        silent, placeless = (None if at_us == NEVER_US else at_us for at_us in opened)
        key = PersonId(int(self.person[row])), DeviceId(int(self.device[row]))
        return Contact(*key, heard_us, located_us, silent, placeless)

    def _keep(self, row: int, after: Contact) -> None:
        self.silent_us[row] = NEVER_US if after.silent_us is None else after.silent_us
        self.placeless_us[row] = NEVER_US if after.no_location_us is None else after.no_location_us

    def _opened(self) -> dict[Key, Contact]:
        is_open = (self.silent_us != NEVER_US) | (self.placeless_us != NEVER_US)
        listed = [self._contact(row, 0, 0) for row in np.flatnonzero(is_open).tolist()]
        return {(one.person, one.device): one for one in (*self.gone, *listed)}

    def _open(self, opened: dict[Key, Contact]) -> None:
        """Each on the last of its wearings; the others are over."""
        rows: dict[Key, int] = {}
        if opened:
            some = np.isin(self.device, [device for _, device in opened])
            for row in np.flatnonzero(some).tolist():
                rows[PersonId(int(self.person[row])), DeviceId(int(self.device[row]))] = row
        self.gone = [one for key, one in opened.items() if key not in rows]
        for key, row in rows.items():
            if key in opened:
                self._keep(row, opened[key])

    def _ended(self, is_worn: NDArray[np.bool_], now_us: int) -> list[Change]:
        """Nobody wears it any more: its silence says nothing."""
        is_open = (self.silent_us != NEVER_US) | (self.placeless_us != NEVER_US)
        over = np.flatnonzero(is_open & ~is_worn)
        ended = [*self.gone, *(self._contact(row, 0, 0) for row in over.tolist())]
        self.silent_us[over] = self.placeless_us[over] = NEVER_US
        self.gone = []
        return [change for one in ended for change in _unworn(one, now_us)]

    def _reach(self, device: int) -> None:
        self.located_us = reaching(self.located_us, device, fill=0)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order and apart from each other: nothing is counted twice."""
    found: list[tuple[int, int]] = []
    for since_us, until_us in sorted(spans):
        if found and since_us <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until_us))
        else:
            found.append((since_us, until_us))
    return found


def _seen_until(since_us: I8, needed_us: int, blind: list[tuple[int, int]]) -> I8:
    """`contact.seen_until` of many."""
    moment = since_us + needed_us
    for start, end in blind:
        counts = (end > since_us) & (start < moment)
        moment += np.where(counts, end - np.maximum(start, since_us), 0)
    return moment


def _unworn(gone: Contact, now_us: int) -> list[Change]:
    opened = {BreachKind.SILENT: gone.silent_us, BreachKind.NO_LOCATION: gone.no_location_us}
    return [
        Change(gone.person, kind, gone.device, Edge.CLOSED, now_us, at_us, {"reason": "not_worn"})
        for kind, at_us in opened.items()
        if at_us is not None
    ]
