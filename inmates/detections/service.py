"""Looking over who looked at what and came from where, and asking oversight about what stands out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, networks
from core.auth import Role
from core.networks import Network
from inmates.detections import rules, rules_people, rules_travel, store, store_people, store_signs
from inmates.detections.model import Finding, Kind
from inmates.detections.rules import POLICY
from inmates.exclusions.store import Accused, keep_from
from inmates.tasks import service as tasks
from inmates.tasks.model import Wanted

HOUR: Final = timedelta(hours=1)
SUBJECT: Final = "detection"


async def look(conn: AsyncConnection, *, now: datetime, known: Sequence[Network] = ()) -> int:
    """How many findings are new. A finding asks a human; nothing happens to anybody by it. `known`: the
    service's own networks."""
    await store.forget(conn, before=now - POLICY.keep)
    findings = (
        *await _hours(conn, now=now),
        *await _people(conn, now=now),
        *await _sign_ins(conn, now=now, known=known),
    )
    return sum([await _ask(conn, one, now=now) for one in findings])


async def _hours(conn: AsyncConnection, *, now: datetime) -> Sequence[Finding]:
    hours = await store.hours(conn, since=now - HOUR, until=now)
    return [one for hour in hours for one in rules.found(hour, policy=POLICY, here=clock.HERE)]


async def _people(conn: AsyncConnection, *, now: datetime) -> Sequence[Finding]:
    since = now - POLICY.look_back
    renowned = await store_people.renowned(conn, since=since, until=now)
    bound = await store_people.bound(conn, since=since, until=now)
    looks = store_people.near(conn, since=now - HOUR, until=now)
    family = [one async for one in looks if rules_people.is_of_one_family(one)]
    near = await store_people.related(conn, family)
    return [
        *rules_people.daily(Kind.KIN, bound, here=clock.HERE),
        *rules_people.daily(Kind.RENOWN, rules_people.reviewed(renowned), here=clock.HERE),
        *rules_people.crowds(renowned, policy=POLICY, here=clock.HERE),
        *rules_people.namesakes(near, here=clock.HERE),
    ]


async def _sign_ins(conn: AsyncConnection, *, now: datetime, known: Sequence[Network]) -> Sequence[Finding]:
    """Where no network is named nothing is strange."""
    if not known:
        return []
    places, since = networks.places(known), now - HOUR
    begun = since - rules_travel.look_back(places, policy=POLICY)
    signs = await store_signs.sign_ins(conn, since=begun, until=now)
    return [
        *rules_travel.travels(signs, places=places, since=since, policy=POLICY, here=clock.HERE),
        *rules_travel.strange(signs, since=since, policy=POLICY, here=clock.HERE),
    ]


async def _ask(conn: AsyncConnection, finding: Finding, *, now: datetime) -> bool:
    """A task of oversight, kept from those it is about; once a kind, user, person and day."""
    day = finding.day or now.astimezone(clock.HERE).date()
    made = await store.add(conn, finding, day=day)
    if made is None:
        return False
    await keep_from(conn, SUBJECT, subject=made, accused=Accused(finding.accused), at=now)
    kind, due = f"detected_{finding.kind}", now + POLICY.answer
    wanted = Wanted(finding.person, kind, Role.OVERSIGHT, due, SUBJECT, made, is_urgent=finding.is_urgent)
    await tasks.add(conn, wanted)
    await audit.record(
        conn,
        None,
        action="detection:find",
        subject_kind="user",
        subject=finding.user,
        detail={"kind": finding.kind.value, "count": finding.count, "detection": made},
    )
    return True
