"""Who is silent, and who is heard without a place: what the worker's clock finds, tick by tick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from core.model import DeviceId, PersonId
from geofence.model import BreachKind, Change, Edge
from geofence.policies import Policy
from geofence.rules import contact
from geofence.rules.contact import Contact
from geofence.rules.doubt import SECOND_US
from geofence.rules.episodes import Episode
from tracking.directory import Wearing
from tracking.fixes import Fixes

Key = tuple[PersonId, DeviceId]


@dataclass(slots=True)
class Ear:
    """What the platform hears of the devices that are worn."""

    wearings: list[Wearing] = field(default_factory=list)
    located: dict[DeviceId, int] = field(default_factory=dict)
    """When a fix was last received."""
    absent: dict[Key, Contact] = field(default_factory=dict)
    """Devices with an open breach `silent` or `no_location`."""

    def remember(self, episodes: Iterable[Episode]) -> None:
        """Breaches that were open before the worker began."""
        for e in episodes:
            key = e.person, DeviceId(e.subject)
            known = self.absent.get(key, Contact(*key, 0, 0))
            if e.kind is BreachKind.SILENT:
                self.absent[key] = replace(known, silent_us=e.opened_us)
            else:
                self.absent[key] = replace(known, no_location_us=e.opened_us)

    def hear(self, fixes: Fixes) -> None:
        """In the order of `device` only the last of each counts."""
        order = np.lexsort((fixes.received_us, fixes.device))
        devices, received = fixes.device[order].tolist(), fixes.received_us[order].tolist()
        self.located |= dict(zip(map(DeviceId, devices), received, strict=True))

    def listen(
        self, heard: Mapping[DeviceId, int], *, blind: Iterable[tuple[int, int]], now_us: int, policy: Policy
    ) -> list[Change]:
        """`heard`: when anything of a device was last received."""
        spans = merged(blind)
        soon_us = int(min(policy.silent_s, policy.no_location_s) * SECOND_US)
        changes: list[Change] = []
        worn: set[Key] = set()
        for wearing in self.wearings:
            if not wearing.since_us <= now_us < wearing.until_us:
                continue
            one = self._contact(wearing, heard)
            key = one.person, one.device
            worn.add(key)
            if key in self.absent or now_us - min(one.heard_us, one.located_us) >= soon_us:
                after, found = contact.judge(one, blind=spans, now_us=now_us, policy=policy)
                self._keep(key, after)
                changes += found
        gone = [self.absent.pop(key) for key in self.absent.keys() - worn]
        return changes + [change for one in gone for change in _unworn(one, now_us)]

    def _contact(self, wearing: Wearing, heard: Mapping[DeviceId, int]) -> Contact:
        heard_us = max(heard.get(wearing.device, 0), wearing.since_us)
        located_us = max(self.located.get(wearing.device, 0), wearing.since_us)
        known = self.absent.get((wearing.person, wearing.device))
        opened = (known.silent_us, known.no_location_us) if known else (None, None)
        return Contact(wearing.person, wearing.device, heard_us, located_us, *opened)

    def _keep(self, key: Key, after: Contact) -> None:
        if after.silent_us is None and after.no_location_us is None:
            self.absent.pop(key, None)
        else:
            self.absent[key] = after


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """In order and apart from each other: nothing is counted twice."""
    found: list[tuple[int, int]] = []
    for since_us, until_us in sorted(spans):
        if found and since_us <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until_us))
        else:
            found.append((since_us, until_us))
    return found


def _unworn(gone: Contact, now_us: int) -> list[Change]:
    """Nobody wears it any more: its silence says nothing."""
    opened = {BreachKind.SILENT: gone.silent_us, BreachKind.NO_LOCATION: gone.no_location_us}
    return [
        Change(gone.person, kind, gone.device, Edge.CLOSED, now_us, at_us, {"reason": "not_worn"})
        for kind, at_us in opened.items()
        if at_us is not None
    ]
