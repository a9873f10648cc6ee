"""How the alert desk works, as data with dates: cards, deadlines, the ladder, steps, messages, shifts."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Self

from geofence.model import BreachKind


class When(StrEnum):
    """What must still be so for somebody to be told."""

    UNTAKEN = "untaken"
    OPEN = "open"


class Level(StrEnum):
    UNIT_HEAD = "unit_head"
    DUTY_CENTRE = "duty_centre"
    OVERSIGHT = "oversight"


@dataclass(frozen=True, slots=True)
class Link:
    """One cause: two of `kinds`, or one of them and one of `others`, no more than `span` apart."""

    kinds: frozenset[BreachKind]
    others: frozenset[BreachKind]
    span: timedelta

    def joins(self, one: BreachKind, other: BreachKind) -> bool:
        pair = {one, other}
        return bool(pair & self.kinds) and pair <= self.kinds | self.others


@dataclass(frozen=True, slots=True)
class Deadline:
    take: timedelta
    close: timedelta


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder."""

    severity: int
    after: timedelta
    when: When
    tell: Level


@dataclass(frozen=True, slots=True)
class Message:
    expires: timedelta
    seconds: int | None
    lasts: timedelta | None


@dataclass(frozen=True, slots=True)
class Shift:
    lasts: timedelta
    unanswered: timedelta
    shown: timedelta


@dataclass(frozen=True, slots=True)
class Protocol:
    valid_from: datetime
    links: Sequence[Link]
    deadlines: Mapping[int, Deadline]
    ladder: Sequence[Rung]
    roles: Mapping[Level, str]
    """In whose list of tasks it appears."""
    steps: Mapping[BreachKind, Sequence[str]]
    violations: Mapping[BreachKind, str]
    """What it is under the rules of wearing; kinds that are none are missing."""
    messages: Mapping[str, Message]
    shift: Shift

    @classmethod
    def read(cls, text: str) -> Self:
        """ValueError or KeyError where a kind, a severity or a date is missing."""
        said = tomllib.loads(text)
        since = said["valid_from"]
        if not isinstance(since, datetime) or since.tzinfo is None:
            raise ValueError("valid_from")
        links = [
            Link(
                frozenset(map(BreachKind, one["kinds"])),
                frozenset(map(BreachKind, one.get("with", ()))),
                timedelta(minutes=one["minutes"]),
            )
            for one in said["link"]
        ]
        if set(BreachKind) - {kind for link in links for kind in link.kinds}:
            raise ValueError("link")
        return cls(
            since,
            links,
            {int(level): _deadline(one) for level, one in said["deadline"].items()},
            [_rung(one) for one in said["step"]],
            {level: said["told"][level] for level in Level},
            {kind: said["steps"][kind] for kind in BreachKind},
            {BreachKind(kind): named for kind, named in said["violations"].items()},
            {kind: _message(one) for kind, one in said["messages"].items()},
            _shift(said["shift"]),
        )

    def span(self, one: BreachKind, other: BreachKind) -> timedelta | None:
        """How far apart two breaches of these kinds may lie on one card; None: never."""
        return max((link.span for link in self.links if link.joins(one, other)), default=None)


Protocols = Sequence[Protocol]
"""Oldest first, at least one."""


def at(protocols: Protocols, moment: datetime) -> Protocol:
    """What counts at a moment; before the first file, the first."""
    return next((one for one in reversed(protocols) if one.valid_from <= moment), protocols[0])


@cache
def known() -> Protocols:
    files = (f for f in resources.files(__name__).iterdir() if f.name.endswith(".toml"))
    found = (Protocol.read(f.read_text("utf-8")) for f in files)
    return tuple(sorted(found, key=lambda one: one.valid_from))


def _deadline(said: Mapping[str, int]) -> Deadline:
    return Deadline(timedelta(minutes=said["take"]), timedelta(minutes=said["close"]))


def _rung(said: Mapping[str, Any]) -> Rung:
    after = timedelta(minutes=said["minutes"])
    return Rung(int(said["severity"]), after, When(said["when"]), Level(said["tell"]))


def _message(said: Mapping[str, int]) -> Message:
    lasts = timedelta(minutes=said["minutes"]) if "minutes" in said else None
    return Message(timedelta(minutes=said["expires"]), said.get("seconds"), lasts)


def _shift(said: Mapping[str, int]) -> Shift:
    return Shift(
        timedelta(hours=said["hours"]),
        timedelta(minutes=said["unanswered_minutes"]),
        timedelta(days=said["shown_days"]),
    )
