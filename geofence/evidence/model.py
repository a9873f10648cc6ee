"""What a bundle is made of, and what checking one can find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from core.ledger.model import Signed
from core.model import DeviceId, PersonId
from geofence.model import BreachId, Standing
from geofence.rules.duty import Duty
from geofence.rules.episodes import Episode
from tracking.model import Ranges, Report

Files = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Asked:
    """Microseconds, [since, until)."""

    person: PersonId
    since_us: int
    until_us: int
    act: str
    """The number of the act under which it is exported."""
    reason: str
    breach: BreachId | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    id: DeviceId
    serial: str
    model: str
    lot: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict as it is on record, and what the platform's own replay said of it when it was exported."""

    id: BreachId | None
    episode: Episode
    match: str
    engine: str | None = None
    cites: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """Who made the bundle, when, under what number."""

    number: str
    at: datetime
    name: str
    login: str
    language: str


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that goes into a bundle."""

    asked: Asked
    made: Made
    whose: Whose
    devices: Sequence[Device]
    begin: Standing
    """The standing from which the reports are folded: a checkpoint, or nothing."""
    reports: Sequence[Report]
    duty: Duty
    zones: Mapping[int, str]
    """Names of the zones, by the names of their conditions."""
    recorded: Sequence[Recorded]
    told: Sequence[Episode]
    absent: Mapping[DeviceId, Ranges]
    """Numbers of reports that were answered for and are not stored."""
    blind: Sequence[tuple[int, int]]
    engine: str
    policies: Mapping[str, str]
    """The text of each, by name."""
    is_training: bool = False
    """Nobody in it exists."""
    head: Signed | None = None
    """The newest head of the platform's ledger: the bundle is younger."""


class What(StrEnum):
    CONTAINER = "container"
    FILE_MISSING = "file_missing"
    FILE_ADDED = "file_added"
    FILE_CHANGED = "file_changed"
    ROW_CHANGED = "row_changed"
    ROW_MISSING = "row_missing"
    ROW_ADDED = "row_added"
    ROW_MOVED = "row_moved"
    TREE = "tree"
    CHAIN = "chain"
    SIGNATURE = "signature"
    KEY_UNKNOWN = "key_unknown"
    UNREADABLE = "unreadable"
    TOLD_OTHERWISE = "told_otherwise"
    """What the reports amount to by the bundled rules is not what the bundle says they do."""
    CITED_OTHERWISE = "cited_otherwise"
    """A verdict cites a report that stands in the bundle with other content."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold, and where: the file, and its row where rows are counted (from 1 on)."""

    what: What
    file: str
    row: int | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict told again from the bundle alone."""

    episode: Episode
    breach: int | None
    match: str
    """Of the record with what is told now: geofence.rules.lines.Match."""


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]
    manifest: Mapping[str, Any]
    """Empty where it cannot be read."""
    key: str = ""
    """The key that signed it; empty: none did."""
    is_known: bool | None = None
    """It is among those given; None: none were given, or none of them signed."""
    judged: tuple[Judged, ...] = ()
    is_judged: bool = False

    @property
    def is_training(self) -> bool:
        """Whatever holds of it: it is about nobody."""
        return bool(self.manifest.get("training", False))

    @property
    def holds(self) -> bool:
        return not self.findings
