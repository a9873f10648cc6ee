"""Each recorded verdict of a time beside the one that is told now, and whether what it cites is still so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import asyncpg

from core.model import DeviceId, PersonId
from geofence import breaches, citing, court
from geofence.court import Finding
from geofence.model import BreachId
from geofence.relations import court as of_two
from geofence.rules import canonical, episodes, lines
from geofence.rules.episodes import Episode, Name
from geofence.rules.lines import Line, Match
from geofence.store import record
from geofence.store.record import Recorded
from tracking import store as tracking_store
from tracking.model import Ranges
from tracking.store import Cited

SIDES = ("opening", "closing")


class State(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Input:
    """A report that a verdict cites and that is not stored as it was."""

    report: Cited
    state: State


@dataclass(frozen=True, slots=True)
class Heard:
    line: Line
    breach: BreachId | None = None
    engine: str | None = None
    """That said it."""
    inputs: tuple[Input, ...] = ()
    cites: Mapping[str, Any] = field(default_factory=dict)
    """The reports it rests on, with their digests of then."""

    @property
    def stands(self) -> bool:
        return self.line.match in lines.AS_IT_SHOULD_BE and not self.inputs


@dataclass(frozen=True, slots=True)
class Hearing:
    finding: Finding
    heard: tuple[Heard, ...]
    absent: dict[DeviceId, Ranges]
    """Numbers of reports that were answered for and are not stored."""
    recorded: bytes
    """The canonical bytes of what is on record and holds."""
    told: bytes

    @property
    def is_identical(self) -> bool:
        return self.recorded == self.told and all(one.stands for one in self.heard)

    @property
    def digests(self) -> tuple[str, str]:
        """Of what is on record, and of what is told."""
        recorded, told = (canonical.digest(text, canonical.LONG) for text in (self.recorded, self.told))
        return recorded, told


async def hear(conn: asyncpg.Connection, person: PersonId, *, since_us: int, until_us: int) -> Hearing:
    """A time folded again by the rules of then; changes nothing."""
    period = {"since_us": since_us, "until_us": until_us}
    finding = await court.retell(conn, person, **period)
    pairs = await of_two.retell(conn, person, **period)
    recorded = [*finding.recorded, *pairs.recorded]
    told = {episode.name: episode for episode in finding.told} | pairs.told
    vanished = [*finding.differences.vanished, *pairs.vanished]
    asked = await _asked(conn, person, recorded, **period)
    found = lines.beside(recorded, told, vanished=vanished)
    names = {episode.name for episode in recorded}
    found += [
        Line(Match.NOT_FOLDED, court.as_of(one.episode, until_us))
        for name, one in asked.items()
        if name not in names
    ]
    inputs = await _inputs(conn, [one for one in asked.values() if not one.episode.is_annulled])
    return Hearing(
        finding,
        tuple(_heard(line, asked.get(line.shown.name), inputs) for line in found),
        await tracking_store.absent(conn, finding.reports),
        episodes.written(episode for episode in recorded if not episode.is_annulled),
        episodes.written(told.values()),
    )


async def _asked(
    conn: asyncpg.Connection, person: PersonId, recorded: list[Episode], *, since_us: int, until_us: int
) -> dict[Name, Recorded]:
    """The whole rows of the record, and those of no fold."""
    begin_us = min([since_us, *(e.opened_us for e in recorded)])
    names = {episode.name for episode in recorded}
    kept = await record.of_person(conn, person, since_us=begin_us, until_us=until_us)
    return {one.episode.name: one for one in kept if one.episode.name in names or _is_unfolded(one, since_us)}


def _is_unfolded(one: Recorded, since_us: int) -> bool:
    return one.episode.kind in breaches.OF_NO_FOLD and court.reaches_into(one.episode, since_us)


def _heard(line: Line, one: Recorded | None, inputs: dict[BreachId, tuple[Input, ...]]) -> Heard:
    if one is None:
        return Heard(line)
    return Heard(line, one.id, one.engine, inputs.get(one.id, ()), one.cites)


async def _inputs(conn: asyncpg.Connection, kept: list[Recorded]) -> dict[BreachId, tuple[Input, ...]]:
    """Of each breach, the cited reports whose digest is another now; those without one cannot be checked."""
    cited = {
        one.id: {
            (device, sequence, taken_us): digest
            for side in SIDES
            for device, sequence, taken_us, digest in one.cites.get(side, ())
            if digest is not None
        }
        for one in kept
    }
    now = await citing.stored(conn, {mark for marks in cited.values() for mark in marks})
    return {
        breach: tuple(
            Input(mark, State.CHANGED if mark in now else State.MISSING)
            for mark, digest in sorted(marks.items())
            if now.get(mark) != digest
        )
        for breach, marks in cited.items()
    }
