"""A time of a person under other rules: today's, or a draft's; what would have been otherwise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from core.model import PersonId
from geofence import court, drafts, policies, replay
from geofence.drafts import BadDraft, Draft
from geofence.model import Terms
from geofence.policies import Policies
from geofence.rules import contrast, drafted, episodes, walk
from geofence.rules.contrast import Contrast
from geofence.rules.duty import Duty
from geofence.rules.episodes import Episode
from geofence.store import record
from tracking import store as tracking_store
from tracking.model import Report

WARM_UP_US: Final = 7 * 86_400_000_000
"""No checkpoint holds under other rules, so the fold begins so long before the time asked about, knowing
nothing; belief fades in hours. Both sides of the contrast begin there."""


@dataclass(frozen=True, slots=True)
class Rules:
    policies: Policies
    terms: Callable[[Terms], Terms]
    """The terms instead of those on record."""


@dataclass(frozen=True, slots=True)
class Trial:
    reports: int
    begin_us: int
    contrast: Contrast


@dataclass(frozen=True, slots=True)
class Prepared:
    """A person's reports of a time and what bound them then."""

    person: PersonId
    since_us: int
    until_us: int
    begin_us: int
    duty: Duty
    reports: Sequence[Report]


def of_then() -> Rules:
    return Rules(policies.in_force(), lambda terms: terms)


def of_now(now_us: int) -> Rules:
    """Today's policy, zones, hours and absences for all times."""
    return Rules(Policies((policies.valid_at(now_us),)), lambda terms: drafted.as_of(terms, now_us))


async def of_draft(conn: asyncpg.Connection, draft: Draft) -> Rules:
    """What it proposes, for all times; everything else as it was then."""
    names = await record.named(conn, list(draft.conditions))
    proposed = drafts.by_name(draft, names)

    def amended(terms: Terms) -> Terms:
        if strangers := drafted.untouched(terms, proposed):
            raise BadDraft(draft=draft.name, condition=strangers[0])
        return drafted.amended(terms, proposed)

    known = policies.in_force() if draft.policy is None else Policies((draft.policy,))
    return Rules(known, amended)


async def attempt(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int, rules: Rules
) -> Trial:
    """The verdicts of [since, until) by the rules of then and by others, from the same reports."""
    return compared(await prepared(conn, person, since_us=since_us, until_us=until_us), rules)


async def prepared(
    conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int, warm_up_us: int = WARM_UP_US
) -> Prepared:
    """What both sides are folded from."""
    duty = (await replay.duties(conn, [person]))[person]
    reach_us = await court.reach(conn, person, since_us=since_us, until_us=until_us)
    begin_us = max(0, reach_us - warm_up_us)
    reports = await tracking_store.reports(conn, person, since_us=begin_us, until_us=until_us)
    return Prepared(person, since_us, until_us, begin_us, duty, reports)


def compared(ready: Prepared, rules: Rules) -> Trial:
    """Nothing but arithmetic: it may be done beside the loop."""
    person, until_us = ready.person, ready.until_us
    listed = replay.unfolded(walk.fresh(person), ready.reports, ready.duty, now_us=until_us - 1)
    facts = [fact for fact in listed if ready.begin_us <= fact.taken_us < until_us]

    def told(by: Rules) -> list[Episode]:
        bound = {person: Duty(by.terms(ready.duty.terms), ready.duty.taken_off)}
        begins = {person: walk.fresh(person)}
        walked = replay.fold(begins, {person: facts}, bound, policies=by.policies, until_us=until_us - 1)
        found = episodes.told(walked[person][1]).values()
        return [episode for episode in found if court.reaches_into(episode, ready.since_us)]

    return Trial(len(ready.reports), ready.begin_us, contrast.contrast(told(of_then()), told(rules)))
