"""For a court: a time of a person folded again, with the policy and terms of then, beside the record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import asyncpg

from core.errors import NotFound
from core.model import PersonId
from geofence import breaches, policies, replay
from geofence.model import BreachId, BreachKind, Standing
from geofence.rules import episodes
from geofence.rules.duty import Duty
from geofence.rules.episodes import Differences, Episode, Name
from geofence.store import breaches as store
from tracking import store as tracking_store
from tracking.model import Report


@dataclass(frozen=True, slots=True)
class Finding:
    """What the fold tells of a time, what is on record, and whether they are the same."""

    person: PersonId
    since_us: int
    until_us: int
    begin_us: int
    """The checkpoint from which it was folded; 0: from the first report."""
    reports: tuple[Report, ...]
    """All that was folded, from the checkpoint on."""
    told: tuple[Episode, ...]
    """Each with its opening: the fold begins before it."""
    recorded: tuple[Episode, ...]
    """With the annulled."""
    differences: Differences
    begin: Standing
    """What had come of everything before `begin_us`."""

    @property
    def is_equal(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class _Folded:
    begin: Standing
    start_us: int
    """From when on it can tell anything."""
    reports: Sequence[Report]
    told: dict[Name, Episode]

    def carried(self, since_us: int) -> int | None:
        """When the first breach began that reaches into the time and was open before the fold began."""
        begun = (e.opened_us for e in self.told.values() if e.opening is None and reaches_into(e, since_us))
        return min(begun, default=None)


async def retell(conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int) -> Finding:
    """Verdicts of [since, until) made anew from stored reports; changes nothing."""
    duty = (await replay.duties(conn, [person]))[person]
    before_us = min(since_us, await reach(conn, person, since_us=since_us, until_us=until_us))
    folded = await _fold(conn, duty, person, before_us=before_us, until_us=until_us)
    while (carried_us := folded.carried(since_us)) is not None:
        folded = await _fold(conn, duty, person, before_us=carried_us, until_us=until_us)
    found = {name: e for name, e in folded.told.items() if reaches_into(e, since_us)}
    begin_us = folded.begin.at_us
    kept = await store.since(conn, {person: min(since_us, begin_us)}, but=breaches.NOT_OF_ONE)
    recorded = [as_of(e, until_us) for e in kept if could_be_known(e, until_us)]
    asked = [e for e in recorded if reaches_into(e, since_us) or e.name in found]
    starts = {person: max(folded.start_us, since_us - 1)}
    return Finding(
        person,
        since_us,
        until_us,
        begin_us,
        tuple(report for report in folded.reports if report.taken_us >= begin_us),
        tuple(found.values()),
        tuple(asked),
        episodes.compared(found, asked, begins=starts),
        folded.begin,
    )


async def explain(conn: asyncpg.Connection, breach: BreachId, *, now_us: int) -> Finding:
    """One breach on record: is it told again by the reports from before its beginning until its end?"""
    episode = await store.one(conn, breach)
    if episode is None:
        raise NotFound
    over_us = now_us if episode.closed_us is None else episode.closed_us + 1
    return await retell(conn, episode.person, since_us=episode.opened_us, until_us=over_us)


async def reach(conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int) -> int:
    """When the first recorded breach began that reaches into a time; if none does, when the time begins."""
    kept = await store.since(conn, {person: since_us}, but=breaches.NOT_OF_ONE)
    begun = [e.opened_us for e in kept if not e.is_annulled and e.opened_us < until_us]
    return min([since_us, *begun])


def could_be_known(episode: Episode, until_us: int) -> bool:
    """A zone jumped over begins at the fix before it, and shows at the fix behind it."""
    if episode.kind is BreachKind.EXCLUSION_CROSSED and episode.closed_us is not None:
        return episode.closed_us < until_us
    return episode.opened_us < until_us


def as_of(episode: Episode, until_us: int) -> Episode:
    """The record as it stood then: what ended later was open."""
    if episode.closed_us is None or episode.closed_us < until_us:
        return episode
    return replace(episode, closed_us=None, closing=None)


def reaches_into(episode: Episode, since_us: int) -> bool:
    return episode.closed_us is None or episode.closed_us >= since_us


async def _fold(
    conn: asyncpg.Connection, duty: Duty, person: PersonId, *, before_us: int, until_us: int
) -> _Folded:
    """From the newest checkpoint before a moment on."""
    begin = await replay.beginning(conn, person, duty, before_us=before_us)
    since_us = begin.last.taken_us if begin.last else 0
    reports = await tracking_store.reports(conn, person, since_us=since_us, until_us=until_us)
    facts = [f for f in replay.unfolded(begin, reports, duty, now_us=until_us - 1) if f.taken_us < until_us]
    walked = replay.fold(
        {person: begin}, {person: facts}, {person: duty}, policies=policies.in_force(), until_us=until_us - 1
    )
    told = episodes.told(walked[person][1], begin)
    return _Folded(begin, replay.start(begin, facts), reports, told)
