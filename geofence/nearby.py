"""Who was near a place: a search over stored fixes, asked by a named court order and recorded.

It finds devices, and how probable it is that they were there; what anybody did there no position says."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from importlib import resources
from itertools import groupby
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.clock import to_us
from core.errors import Invalid
from core.geo import LonLat
from core.model import DeviceId, PersonId
from geofence import policies
from geofence.policies import Policy
from geofence.rules import doubt, presence
from geofence.searches import store as searches
from geofence.searches.model import Asked, Named, SearchId
from geofence.store import nearby as store
from inmates import service as people
from tracking.model import Mechanism

LONGEST: Final = timedelta(hours=48)
"""A search is about an event: two days are enough to bracket one."""
MOST_FIXES: Final = 100_000
"""200 people who report every ten seconds, for more than an hour: read in 3 s, and weighed in
20 on two cores, beside the requests of others."""
LEAST_RADIUS_M: Final = 10
MOST_RADIUS_M: Final = 5000
ROUND_M: Final = 10
VERSION: Final = "1"
"""Raised by hand whenever the same fixes may be weighed differently."""
WEIGHED_BY: Final = ("presence.py", "doubt.py")


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
        raise _too_many(asked.radius_m * found[-1].distance_m / reach_m)
    policy = policies.valid_at(to_us(asked.until))
    hits = await asyncio.to_thread(answered, found, asked, policy=policy)
    await _record(conn, caller, asked=asked, why=why, persons=sorted({hit.person_id for hit in hits}))
    run = await _keep(conn, caller, asked=asked, policy=policy, hits=hits)
    return Answer(policy.id, version(), hits, run)


@cache
def version() -> str:
    """What a search cites: the version, and a digest of the very text of what weighs a fix."""
    texts = [(resources.files("geofence") / "rules" / name).read_bytes() for name in WEIGHED_BY]
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


def answered(found: Iterable[store.Found], asked: Question, *, policy: Policy) -> list[Hit]:
    """Fixes by wearer and device, those that are sure enough; surest first."""
    hits = []
    for (person, device), of_one in groupby(sorted(found, key=_order), key=_whose):
        seen = [_witness(fix, asked.radius_m, policy=policy) for fix in of_one]
        sure = [one for one in seen if one.confidence >= asked.least]
        if sure:
            best = max(sure, key=lambda one: one.confidence)
            hits.append(Hit(person, device, best, len(sure), sure[0].taken_at, sure[-1].taken_at))
    return sorted(hits, key=lambda hit: (-hit.best.confidence, hit.person_id, hit.device_id))


def _witness(fix: store.Found, radius_m: float, *, policy: Policy) -> Witness:
    accuracy_m, is_assumed = doubt.stated(fix.accuracy_m, Mechanism(fix.mechanism), policy)
    confidence = presence.within(fix.distance_m, radius_m, accuracy_m, policy=policy)
    return Witness(fix.sequence, fix.taken_at, fix.distance_m, accuracy_m, is_assumed, confidence)


def _whose(fix: store.Found) -> tuple[PersonId, DeviceId]:
    return fix.person, fix.device


def _order(fix: store.Found) -> tuple[PersonId, DeviceId, datetime, int]:
    return fix.person, fix.device, fix.taken_at, fix.sequence


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
