"""Each verdict cites what made it: so that it can be judged again, and found if something of it was wrong."""

from collections.abc import Collection, Iterable
from typing import Any

import asyncpg

from geofence import engine
from geofence.model import BreachId
from geofence.rules import canonical
from geofence.rules.episodes import Episode
from geofence.store import citing as store
from geofence.store.citing import Citing
from tracking import store as tracking_store
from tracking.store import Cited

Evidence = dict[str, Any]


async def save(
    conn: asyncpg.Connection, episodes: Iterable[Episode], *, written: Collection[BreachId]
) -> None:
    """For breaches just written: engine, policy, terms, and the reports of their evidence with digests."""
    if not written:
        return
    listed = list(episodes)
    sides = [side for e in listed for side in (e.opening, e.closing) if side is not None]
    digests = await stored(conn, {mark for side in sides for mark in marks(side)})
    openings = [
        Citing(e, e.opened_us, e.opening, _reports(e.opening, digests))
        for e in listed
        if e.opening is not None
    ]
    ends = [
        Citing(e, e.closed_us, e.closing, _reports(e.closing, digests))
        for e in listed
        if e.closing is not None and e.closed_us is not None
    ]
    await store.save(conn, openings=openings, ends=ends, engine=engine.version(), written=written)


def marks(evidence: Evidence) -> list[Cited]:
    """Also of the other one of two."""
    others = [meeting["other"] for meeting in evidence.get("meetings", ())]
    listed = [*evidence.get("fixes", ()), *others]
    return [(fix["device"], fix["sequence"], fix["taken_us"]) for fix in listed]


async def stored(conn: asyncpg.Connection, wanted: Iterable[Cited]) -> dict[Cited, str]:
    """The digests of reports as they are stored now; of one that is not stored there is none."""
    found = await tracking_store.cited(conn, wanted)
    return {mark: canonical.digest(canonical.report(report)) for mark, report in found.items()}


def _reports(evidence: Evidence, digests: dict[Cited, str]) -> list[list[Any]]:
    return [[*mark, digests.get(mark)] for mark in marks(evidence)]
