"""What a fold tells becomes what officers see: breaches, alerts, entries, feed rows. Any save may repeat."""

from collections.abc import Iterable
from typing import Final

import asyncpg

from core.bus import Row
from geofence import citing, feed, policies, severities
from geofence.model import BreachKind, Change, EntryKind
from geofence.rules.episodes import Differences, Episode, told
from geofence.store import breaches as store

OF_NO_FOLD: Final = (BreachKind.SILENT, BreachKind.NO_LOCATION)
"""Absences of reports: judged by the clock of the worker, never by replay."""
OF_TWO: Final = (BreachKind.TOO_NEAR, BreachKind.ESCORT_LOST)
"""Of the fold of two wearers (`geofence.nearness`)."""
NOT_OF_ONE: Final = (*OF_NO_FOLD, *OF_TWO)
"""Of these the fold of one person says nothing."""
NOT_OF_TWO: Final = tuple(kind for kind in BreachKind if kind not in OF_TWO)
SECOND_US: Final = 1_000_000


async def save(conn: asyncpg.Connection, changes: Iterable[Change], *, now_us: int) -> list[Row]:
    """Open and close; gives what is to be announced."""
    episodes = list(told(changes).values())
    if not episodes:
        return []
    opened = [_opened(episode, now_us) for episode in episodes if episode.opening is not None]
    news = await store.open_(conn, opened, now_us=now_us)
    over = [episode for episode in episodes if episode.closed_us is not None]
    news += await store.close(conn, over, now_us=now_us)
    await citing.save(conn, episodes, written={told.breach for told in news})
    return [feed.news(told) for told in news]


async def reconcile(conn: asyncpg.Connection, found: Differences, *, now_us: int) -> list[Row]:
    """Make the database say what the fold says; nothing is deleted (ADR-0008), and what a breach said before
    stays in `former_verdicts`. Other evidence for the same verdict is no news to anybody."""
    news = await store.annul(conn, found.vanished, now_us=now_us)
    news += await store.open_(conn, [_opened(e, now_us) for e in found.missing], now_us=now_us)
    over = found.ended + [episode for episode in found.missing if episode.closed_us is not None]
    news += await store.close(conn, over, now_us=now_us)
    news += await store.correct(conn, found.corrected, entry=EntryKind.ENDED, now_us=now_us)
    news += await store.correct(conn, found.reopened, entry=EntryKind.RAISED, now_us=now_us)
    restated = await store.restate(conn, found.restated)
    changed = [*found.missing, *found.ended, *found.corrected, *found.reopened, *found.restated]
    await citing.save(conn, changed, written={told.breach for told in news}.union(restated))
    return [feed.news(told) for told in news]


def _opened(episode: Episode, now_us: int) -> store.Opened:
    """Found late and over already is history for the file; found late and still going on is a siren."""
    is_late = now_us - episode.opened_us > policies.valid_at(now_us).late_s * SECOND_US
    urgent = severities.valid_at(now_us)
    is_history = is_late and episode.closed_us is not None
    return store.Opened(episode, urgent.late if is_history else urgent.of(episode.kind), is_late)
