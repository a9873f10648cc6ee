"""For a court: a time of a person folded again, with the policy and terms of then, beside the record."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import asyncpg

from core.errors import NotFound
from core.model import PersonId
from geofence import breaches, policies, replay
from geofence.model import BreachId
from geofence.rules import episodes
from geofence.rules.episodes import Differences, Episode
from geofence.store import breaches as store
from tracking import store as tracking_store
from tracking.model import Report


@dataclass(frozen=True, slots=True)
class Finding:
    """What the fold tells of a time, what is on record, and whether they are the same."""

    person: PersonId
    since_us: int
    until_us: int
    policy: str
    reports: tuple[Report, ...]
    """All that was folded, from the checkpoint on."""
    told: tuple[Episode, ...]
    recorded: tuple[Episode, ...]
    """With the annulled."""
    differences: Differences

    @property
    def is_equal(self) -> bool:
        return not self.differences


async def retell(conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int) -> Finding:
    """Verdicts of [since, until) made anew from stored reports; changes nothing."""
    duty = (await replay.duties(conn, [person]))[person]
    begin = await replay.beginning(conn, person, duty, before_us=since_us)
    stored = await tracking_store.reports(
        conn, person, since_us=begin.last.taken_us if begin.last else 0, until_us=until_us
    )
    facts = [f for f in replay.unfolded(begin, stored, duty, now_us=until_us - 1) if f.taken_us < until_us]
    folded = replay.fold(
        {person: begin}, {person: facts}, {person: duty}, policies=policies.in_force(), until_us=until_us - 1
    )
    told = episodes.told(folded[person][1], begin)
    kept = await store.since(conn, {person: min(since_us, begin.at_us)}, but=breaches.NOT_OF_ONE)
    found = {name: e for name, e in told.items() if _reaches_into(e, since_us)}
    recorded = _until(kept, until_us=until_us)
    asked = [e for e in recorded if _reaches_into(e, since_us) or e.name in found]
    starts = {person: max(replay.start(begin, facts), since_us - 1)}
    differences = episodes.compared(found, asked, begins=starts)
    reports = tuple(report for report in stored if report.taken_us >= begin.at_us)
    return Finding(
        person,
        since_us,
        until_us,
        policies.valid_at(since_us).id,
        reports,
        tuple(found.values()),
        tuple(asked),
        differences,
    )


async def explain(conn: asyncpg.Connection, breach: BreachId, *, now_us: int) -> Finding:
    """One breach on record: is it told again by the reports from before its beginning until its end?"""
    episode = await store.one(conn, breach)
    if episode is None:
        raise NotFound
    over_us = now_us if episode.closed_us is None else episode.closed_us + 1
    return await retell(conn, episode.person, since_us=episode.opened_us, until_us=over_us)


def _until(kept: Iterable[Episode], *, until_us: int) -> list[Episode]:
    """The record as it stood then: what ended later was open."""
    return [
        replace(e, closed_us=None, closing=None) if e.closed_us is not None and e.closed_us >= until_us else e
        for e in kept
        if e.opened_us < until_us
    ]


def _reaches_into(episode: Episode, since_us: int) -> bool:
    return episode.closed_us is None or episode.closed_us >= since_us
