"""Whom this worker judges, where several share the devices of the people between them.

A person belongs to the worker that has the device put on last. A report of an older device may still come
to another worker: that one stores it and hands the person over, and the owner folds again from there."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
import numpy as np

from core.model import DeviceId, PersonId
from geofence.store import handing
from tracking.fixes import Fixes
from tracking.model import DeviceEvent


@dataclass(frozen=True, slots=True)
class Own:
    """This worker's part."""

    people: frozenset[PersonId]
    """Whom it judges."""
    devices: frozenset[DeviceId]
    """What it hears, and whose silence it notices."""


async def keep_own(
    conn: asyncpg.Connection,
    own: Own | None,
    fixes: Fixes,
    events: Sequence[DeviceEvent],
    *,
    now_us: int,
) -> tuple[Fixes, Sequence[DeviceEvent]]:
    """The reports of our own people; the others are handed over."""
    if own is None:
        return fixes, events
    ours = np.array([person in own.people for person in fixes.person.tolist()], bool)
    if ours.all() and all(event.person in own.people for event in events):
        return fixes, events
    others = fixes.take(~ours)
    moments: dict[PersonId, int] = {}
    told = [*zip(others.person.tolist(), others.taken_us.tolist(), strict=True)]
    told += [(event.person, event.taken_us) for event in events if event.person not in own.people]
    for person, at_us in told:
        moments[PersonId(person)] = min(at_us, moments.get(PersonId(person), at_us))
    await handing.hand(conn, moments, now_us=now_us)
    return fixes.take(ours), [event for event in events if event.person in own.people]
