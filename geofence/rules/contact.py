"""Silence, and talk without a place: absences of facts, judged by the clock and never by replay."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.model import DeviceId, PersonId
from geofence.model import BreachKind, Change, Edge, OpenBreach
from geofence.policies import Policy
from geofence.rules.doubt import SECOND_US
from geofence.rules.zones import change

Blind = Iterable[tuple[int, int]]
"""[since_us, until_us): the platform itself could hear nobody. Disjoint, in order."""


@dataclass(frozen=True, slots=True)
class Contact:
    """When something of a worn device was last received."""

    person: PersonId
    device: DeviceId
    heard_us: int
    """Anything; at first, when the wearing began."""
    located_us: int
    """A fix; at first, when the wearing began."""
    silent_us: int | None = None
    """The open breach `silent`, by its beginning."""
    no_location_us: int | None = None
    """The open breach `no_location`, by its beginning."""


def judge(contact: Contact, *, blind: Blind, now_us: int, policy: Policy) -> tuple[Contact, list[Change]]:
    """What the clock says about a device: nothing heard is `silent`, heard without a place `no_location`."""
    spans = list(blind)
    silent, changes = _step(contact, BreachKind.SILENT, spans, now_us=now_us, policy=policy, may_open=True)
    placeless, found = _step(
        contact, BreachKind.NO_LOCATION, spans, now_us=now_us, policy=policy, may_open=silent is None
    )
    return replace(contact, silent_us=silent, no_location_us=placeless), changes + found


def seen_until(since_us: int, needed_us: int, blind: Blind) -> int:
    """When `needed_us` of time have passed since, not counting the platform's own blind times."""
    moment = since_us + needed_us
    for start, end in blind:
        if end > since_us and start < moment:
            moment += end - max(start, since_us)
    return moment


def _step(
    contact: Contact,
    kind: BreachKind,
    blind: list[tuple[int, int]],
    *,
    now_us: int,
    policy: Policy,
    may_open: bool,
) -> tuple[int | None, list[Change]]:
    is_silence = kind is BreachKind.SILENT
    last_us = contact.heard_us if is_silence else contact.located_us
    opened = contact.silent_us if is_silence else contact.no_location_us
    limit_s = policy.silent_s if is_silence else policy.no_location_s
    told: dict[str, object] = {"policy": policy.id, "limit_s": limit_s, "last_us": last_us, "fixes": []}
    if opened is not None:
        if last_us < opened:
            return opened, []
        breach = OpenBreach(kind, contact.device, opened)
        told |= {"reason": "heard_again" if is_silence else "located_again"}
        return None, [change(breach, Edge.CLOSED, last_us, person=contact.person, evidence=told)]
    due_us = seen_until(last_us, int(limit_s * SECOND_US), blind)
    if due_us > now_us or not may_open:
        return None, []
    breach = OpenBreach(kind, contact.device, due_us)
    told |= {"why": "nothing_heard" if is_silence else "no_place"}
    return due_us, [change(breach, Edge.OPENED, due_us, person=contact.person, evidence=told)]
