"""Fold again from a checkpoint: reports came late, what has been was edited, a crash, a court asks.

Recovery is replay: there is one way from stored facts to standings and breaches, and this is it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import asyncpg
import numpy as np

from core.bus import Row
from core.model import PersonId
from geofence import breaches, policies, wire
from geofence.engine import Board
from geofence.model import Change, Standing
from geofence.policies import Policies
from geofence.rules import episodes, walk
from geofence.rules.duty import Duty
from geofence.rules.episodes import Differences, Episode
from geofence.store import breaches as breaches_store
from geofence.store import standings, terms
from tracking.fixes import Fixes, of
from tracking.store import stored

PATIENCE_US: Final = 10_000_000
"""The clock is passed this much later than it ticks: reports of the last moments are still on their way, and
a fix taken before hours began but heard after would each time make a replay."""
MANY: Final = 10_000
"""So many people's terms come quicker with everybody's."""
AT_ONCE: Final = 1000
"""Persons whose reports are held in memory together."""
NO_FIXES: Final = of(())
NEVER_US: Final = 253_402_300_799_000_000
"""The last second that a calendar knows."""


Walked = tuple[Standing, list[Change]]


@dataclass(frozen=True, slots=True)
class Folded:
    standings: dict[PersonId, Standing]
    rows: list[Row]
    """To announce."""


@dataclass(frozen=True, slots=True)
class Told:
    """One person folded again, compared with what is stored."""

    standing: Standing
    found: dict[episodes.Name, Episode]
    differences: Differences


async def duties(conn: asyncpg.Connection, people: Iterable[PersonId]) -> dict[PersonId, Duty]:
    wanted = list(people)
    if not wanted:
        return {}
    asked = wanted if len(wanted) < MANY else None
    held = await terms.terms(conn, asked)
    offs = await terms.taken_off(conn, asked)
    return {person: Duty(held.get(person, ()), offs.get(person, ())) for person in wanted}


async def refold(
    conn: asyncpg.Connection,
    begins: Mapping[PersonId, Standing],
    bound: Mapping[PersonId, Duty],
    *,
    now_us: int,
) -> Folded:
    """Fold these people's stored reports again, and make the stored breaches say what the fold says."""
    folded = Folded({}, [])
    people = list(begins)
    for first in range(0, len(people), AT_ONCE):
        some = {person: begins[person] for person in people[first : first + AT_ONCE]}
        told = await compare(conn, some, bound, now_us=now_us)
        for person, one in told.items():
            folded.rows.extend(await breaches.reconcile(conn, one.differences, now_us=now_us))
            folded.standings[person] = one.standing
    await standings.forget(conn, {person: begin.at_us for person, begin in begins.items()})
    return folded


async def compare(
    conn: asyncpg.Connection,
    begins: Mapping[PersonId, Standing],
    bound: Mapping[PersonId, Duty],
    *,
    now_us: int,
) -> dict[PersonId, Told]:
    """Fold again and compare; changes nothing."""
    moments = {person: begin.last.taken_us if begin.last else 0 for person, begin in begins.items()}
    fixes = await stored.since(conn, moments)
    told: dict[PersonId, list[walk.Fact]] = {person: [] for person in begins}
    for event in await stored.events_since(conn, moments):
        told[event.person].append(event)
    spans = _spans(fixes)
    facts = {
        person: unfolded(begin, told[person], bound[person], now_us=max(now_us, spans.get(person, (0, 0))[1]))
        for person, begin in begins.items()
    }
    until_us = now_us - PATIENCE_US
    walked = fold(begins, facts, bound, policies=policies.in_force(), until_us=until_us, fixes=fixes)
    starts = {person: start(begin, facts[person]) for person, begin in begins.items()}
    for person, (first_us, _) in spans.items():
        if begins[person].last is None:
            starts[person] = min(starts[person], first_us - 1)
    return await _compared(conn, begins, walked, starts=starts)


def fold(
    begins: Mapping[PersonId, Standing],
    facts: Mapping[PersonId, Sequence[walk.Fact]],
    bound: Mapping[PersonId, Duty],
    *,
    policies: Policies,
    until_us: int,
    fixes: Fixes = NO_FIXES,
) -> dict[PersonId, Walked]:
    """On a board of its own: the engine that judged them is the one that judges again. `fixes`: facts too,
    as columns; what is in a standing already is left out of them."""
    board = Board(policies)
    board.put_fresh(
        [person for person, begin in begins.items() if begin.last is None],
        {person: duty.terms for person, duty in bound.items()},
    )
    for person, begin in begins.items():
        if begin.last is not None:
            board.put(person, bound[person].terms, begin)
    changes: dict[PersonId, list[Change]] = {person: [] for person in begins}
    judged = board.judge(fixes.take(~board.is_folded(fixes)), chain.from_iterable(facts.values()))
    if judged.late:
        raise walk.OutOfOrderError(sorted(judged.late))
    for change in judged.changes + board.advance(until_us):
        changes[change.person].append(change)
    return {person: (board.standing(person), changes[person]) for person in begins}


def start(begin: Standing, facts: Sequence[walk.Fact]) -> int:
    """From when on a fold of these facts can tell anything."""
    if begin.last:
        return begin.at_us
    return facts[0].taken_us - 1 if facts else NEVER_US


def _spans(fixes: Fixes) -> dict[PersonId, tuple[int, int]]:
    """When each person's first and last fix was taken."""
    order = np.lexsort((fixes.taken_us, fixes.person))
    people, firsts = np.unique(fixes.person[order], return_index=True)
    taken = fixes.taken_us[order]
    lasts = np.append(firsts[1:], len(taken))[: len(firsts)] - 1
    spans = zip(taken[firsts].tolist(), taken[lasts].tolist(), strict=True)
    return dict(zip(map(PersonId, people.tolist()), spans, strict=True))


async def _compared(
    conn: asyncpg.Connection,
    begins: Mapping[PersonId, Standing],
    walked: Mapping[PersonId, Walked],
    *,
    starts: Mapping[PersonId, int],
) -> dict[PersonId, Told]:
    """`starts`: from when on the fold can tell anything. Where the reports before are not kept any more, the
    breaches that rested on them stay as they are."""
    found = {person: episodes.told(changes, begins[person]) for person, (_, changes) in walked.items()}
    moments = {
        person: min([starts[person], *(e.opened_us for e in told.values())]) for person, told in found.items()
    }
    stored: dict[PersonId, list[Episode]] = {person: [] for person in begins}
    for episode in await breaches_store.since(conn, moments, but=breaches.NOT_OF_ONE):
        if begins[episode.person].last or episode.opened_us > starts[episode.person]:
            stored[episode.person].append(episode)
    return {
        person: Told(standing, found[person], episodes.compared(found[person], stored[person], begins=starts))
        for person, (standing, _) in walked.items()
    }


async def beginnings(
    conn: asyncpg.Connection, bound: Mapping[PersonId, Duty], moments: Mapping[PersonId, int]
) -> dict[PersonId, Standing]:
    """Where to fold again from, so that nothing at or after a moment of each person is in it."""
    latest = await standings.latest(conn, moments)
    begins: dict[PersonId, Standing] = {}
    for person, before_us in moments.items():
        standing = walk.fresh(person)
        if person in latest:
            standing = restored(latest[person], bound[person]) or await beginning(
                conn, person, bound[person], before_us=before_us
            )
        begins[person] = standing
    return begins


async def known(
    conn: asyncpg.Connection, people: Sequence[PersonId], bound: Mapping[PersonId, Duty]
) -> dict[PersonId, Standing]:
    """Where to fold on from, of those who have a checkpoint that holds."""
    latest = await standings.latest(conn, dict.fromkeys(people, NEVER_US))
    begins = {}
    for person, checkpoint in latest.items():
        standing = restored(checkpoint, bound[person]) or await beginning(conn, person, bound[person])
        if standing.last is not None:
            begins[person] = standing
    return begins


async def beginning(
    conn: asyncpg.Connection, person: PersonId, duty: Duty, *, before_us: int = NEVER_US
) -> Standing:
    """The newest checkpoint with nothing in it from `before_us` on and nothing that is not so any more."""
    skip = 0
    while listed := await standings.before(conn, person, before_us=before_us, skip=skip):
        for checkpoint in listed:
            if (standing := restored(checkpoint, duty)) is not None:
                return standing
        skip += len(listed)
    return walk.fresh(person)


def restored(checkpoint: standings.Checkpoint, duty: Duty) -> Standing | None:
    """None: folded under terms that are others now, or written by another program."""
    if checkpoint.terms != duty.past(checkpoint.as_of_us):
        return None
    try:
        return wire.decode(checkpoint.state)
    except wire.UnknownStanding:
        return None


def unfolded(begin: Standing, reports: Sequence[walk.Fact], duty: Duty, *, now_us: int) -> list[walk.Fact]:
    """What is not yet in a standing: reports, and devices taken off by now (or by the last report)."""
    horizon_us = max(now_us, reports[-1].taken_us if reports else 0)
    offs = (off for off in duty.taken_off if off.taken_us <= horizon_us)
    listed = sorted([*reports, *offs], key=walk.mark)
    return [fact for fact in listed if begin.last is None or walk.mark(fact) > begin.last]
