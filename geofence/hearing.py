"""Each recorded verdict of a time beside the one that is told now, and whether what it cites is still so."""

from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from core.model import DeviceId, PersonId
from geofence import breaches, citing, court
from geofence.court import Finding
from geofence.model import BreachId
from geofence.rules import canonical, episodes, lines
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
    finding = await court.retell(conn, person, since_us=since_us, until_us=until_us)
    begin_us = min(since_us, finding.begin_us)
    kept = await record.of_person(conn, person, since_us=begin_us, until_us=until_us)
    names = {episode.name for episode in finding.recorded}
    asked = {
        one.episode.name: one for one in kept if one.episode.name in names or _is_unfolded(one, since_us)
    }
    told = {episode.name: episode for episode in finding.told}
    holding = [e for e in finding.recorded if not e.is_annulled]
    found = lines.beside(finding.recorded, told, vanished=finding.differences.vanished)
    found += [
        Line(Match.NOT_FOLDED, court.as_of(one.episode, until_us))
        for one in asked.values()
        if one.episode.name not in names
    ]
    inputs = await _inputs(conn, [one for one in asked.values() if not one.episode.is_annulled])
    return Hearing(
        finding,
        tuple(_heard(line, asked.get(line.shown.name), inputs) for line in found),
        await tracking_store.absent(conn, finding.reports),
        episodes.written(holding),
        episodes.written(finding.told),
    )


def _is_unfolded(one: Recorded, since_us: int) -> bool:
    return one.episode.kind in breaches.OF_NO_FOLD and court.reaches_into(one.episode, since_us)


def _heard(line: Line, one: Recorded | None, inputs: dict[BreachId, tuple[Input, ...]]) -> Heard:
    return Heard(line) if one is None else Heard(line, one.id, one.engine, inputs.get(one.id, ()))


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
