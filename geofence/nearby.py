"""Who was near a place: a search over stored fixes, asked by a named court order and recorded.

It finds devices, and how probable it is that they were there; what anybody did there no position says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.clock import from_us, to_us
from core.errors import Invalid
from core.geo import LonLat
from core.model import DeviceId, PersonId
from geofence import policies
from geofence.policies import Policy
from geofence.rules import presence
from geofence.searches import store as searches
from geofence.searches import weighing
from geofence.searches.model import Asked, Named, SearchId
from geofence.store import nearby as store
from inmates import service as people
from tracking.fixes import F8, I8

LONGEST: Final = timedelta(hours=48)
"""A search is about an event: two days are enough to bracket one."""
MOST_FIXES: Final = 100_000
"""200 people who report every ten seconds, for more than an hour: read in 2 s and weighed in less than one,
on two busy cores, beside the requests of others."""
LEAST_RADIUS_M: Final = 10
MOST_RADIUS_M: Final = 5000
ROUND_M: Final = 10
VERSION: Final = "1"
"""Raised by hand whenever the same fixes may be weighed differently."""
WEIGHED_BY: Final = ("rules/presence.py", "rules/doubt.py", "searches/weighing.py")


class SearchTooLong(Invalid):
    code: ClassVar[str] = "search_too_long"


class SearchTooWide(Invalid):
    """More fixes than are weighed at once; says the radius that holds few enough during the same time."""

    code: ClassVar[str] = "search_too_wide"


class SearchTooDense(Invalid):
    """The smallest circle holds too many: only a shorter time helps."""

    code: ClassVar[str] = "search_too_dense"


class OrderMissing(Invalid):
    """No search without the number of the act that asks for it, and a reason."""

    code: ClassVar[str] = "order_missing"


@dataclass(frozen=True, slots=True)
class Question:
    place: LonLat
    radius_m: float
    since: datetime
    until: datetime
    order_number: str
    reason: str
    least: float
    """Below this probability nobody is named."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One fix that says where a device was."""

    sequence: int
    taken_at: datetime
    distance_m: float
    """From the middle of the circle."""
    accuracy_m: float
    is_assumed: bool
    """The device named no accuracy: the policy's cautious one stands in."""
    confidence: float
    """P(within the circle)."""


class _Seen(NamedTuple):
    """The same of many fixes, one column each."""

    accuracy_m: F8
    is_assumed: NDArray[np.bool_]
    confidence: F8


@dataclass(frozen=True, slots=True)
class Hit:
    """A device, worn by a person, that was probably there."""

    person_id: PersonId
    device_id: DeviceId
    best: Witness
    """The fix that says so most clearly."""
    fixes: int
    """How many say so with at least the probability asked for."""
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    policy: str
    algorithm: str
    hits: Sequence[Hit]
    """Of the caller's people only; surest first."""
    run: SearchId
    """Under which the search, its answer and what answered it are kept."""


async def search(conn: AsyncConnection, caller: Caller, *, asked: Question) -> Answer:
    """The search is recorded, and for each person found that their positions were read."""
    why = _checked(asked)
    reach_m = presence.reach_m(asked.radius_m, asked.least)
    found = await store.around(
        conn,
        people.within(caller),
        place=asked.place,
        reach_m=reach_m,
        since=asked.since,
        until=asked.until,
        most=MOST_FIXES + 1,
    )
    if len(found) > MOST_FIXES:
        raise _too_many(asked.radius_m * float(found.distance_m[-1]) / reach_m)
    policy = policies.valid_at(to_us(asked.until))
    hits = await asyncio.to_thread(answered, found, asked, policy=policy)
    await _record(conn, caller, asked=asked, why=why, persons=sorted({hit.person_id for hit in hits}))
    run = await _keep(conn, caller, asked=asked, policy=policy, hits=hits)
    return Answer(policy.id, version(), hits, run)


@cache
def version() -> str:
    """What a search cites: the version, and a digest of the very text of what weighs a fix."""
    texts = [(resources.files("geofence") / name).read_bytes() for name in WEIGHED_BY]
    return f"{VERSION}+{blake2b(b''.join(texts), digest_size=8).hexdigest()}"


async def _keep(
    conn: AsyncConnection, caller: Caller, *, asked: Question, policy: Policy, hits: Sequence[Hit]
) -> SearchId:
    """The run record: the place stands there and not in the audit, which more people read (ADR-0040)."""
    kept = Asked(
        asked.place,
        asked.radius_m,
        asked.since,
        asked.until,
        asked.order_number.strip(),
        asked.reason.strip(),
        asked.least,
    )
    return await searches.add(
        conn,
        kept,
        by=caller.user,
        at=clock.now(),
        policy=policy.id,
        algorithm=version(),
        named=[_named(hit) for hit in hits],
    )


def _named(hit: Hit) -> Named:
    best = hit.best
    said = best.sequence, best.taken_at, best.distance_m, best.accuracy_m, best.is_assumed, best.confidence
    return Named(hit.person_id, hit.device_id, *said, hit.fixes, hit.first_at, hit.last_at)


def answered(found: store.Found, asked: Question, *, policy: Policy) -> list[Hit]:
    """Fixes by wearer and device, those that are sure enough; surest first."""
    seen = _weighed(found, asked.radius_m, policy=policy)
    sure = np.flatnonzero(seen.confidence >= asked.least)
    ranks = found.sequence[sure], found.taken_us[sure], found.device[sure], found.person[sure]
    sure = sure[np.lexsort(ranks)]
    whose = np.stack((found.person[sure], found.device[sure]))
    of_each = np.split(sure, 1 + np.flatnonzero((whose[:, 1:] != whose[:, :-1]).any(axis=0)))
    hits = [_hit(found, seen, rows) for rows in of_each if len(rows)]
    return sorted(hits, key=lambda hit: (-hit.best.confidence, hit.person_id, hit.device_id))


def _weighed(found: store.Found, radius_m: float, *, policy: Policy) -> _Seen:
    accuracy_m, is_assumed = weighing.stated(found.accuracy_m, found.mechanism, policy)
    confidence = weighing.within(found.distance_m, radius_m, accuracy_m, policy=policy)
    return _Seen(accuracy_m, is_assumed, confidence)


def _hit(found: store.Found, seen: _Seen, rows: I8) -> Hit:
    """`rows`: those of one wearer with one device, in the order in which they were taken."""
    first, last, best = rows[0], rows[-1], rows[np.argmax(seen.confidence[rows])]
    witness = Witness(
        int(found.sequence[best]),
        from_us(int(found.taken_us[best])),
        float(found.distance_m[best]),
        float(seen.accuracy_m[best]),
        bool(seen.is_assumed[best]),
        float(seen.confidence[best]),
    )
    person, device = PersonId(int(found.person[first])), DeviceId(int(found.device[first]))
    first_at, last_at = (from_us(int(found.taken_us[row])) for row in (first, last))
    return Hit(person, device, witness, len(rows), first_at, last_at)


def _too_many(radius_m: float) -> Invalid:
    """`radius_m`: from here on there are too many."""
    rounded = int(radius_m // ROUND_M) * ROUND_M
    if rounded < LEAST_RADIUS_M:
        return SearchTooDense(most=MOST_FIXES)
    return SearchTooWide(most=MOST_FIXES, metres=rounded)


def _checked(asked: Question) -> str:
    """Why: the act and the reason, as the audit keeps them."""
    order_number, reason = asked.order_number.strip(), asked.reason.strip()
    if not order_number or not reason:
        raise OrderMissing
    if not timedelta(0) < asked.until - asked.since <= LONGEST:
        raise SearchTooLong(hours=LONGEST // timedelta(hours=1))
    return f"{order_number}: {reason}"


async def _record(
    conn: AsyncConnection, caller: Caller, *, asked: Question, why: str, persons: Sequence[PersonId]
) -> None:
    """Times, a radius and a count; not the place."""
    period = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    await audit.record(
        conn,
        caller.user,
        action=Permission.NEARBY_SEARCH,
        subject_kind="place",
        why=why,
        detail=period | {"radius_m": asked.radius_m, "found": len(persons)},
    )
    for person in persons:
        await audit.record(
            conn,
            caller.user,
            action=Permission.TRACK_READ,
            subject_kind="person",
            subject=person,
            why=why,
            detail=period | {"part": "nearby"},
        )
