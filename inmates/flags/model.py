"""Models of early warning, evaluations, flags, and what humans made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from core.model import PersonId, UserId

FlagId = NewType("FlagId", int)


class Input(StrEnum):
    """Everything a model can know, closed: what happened and when, never who somebody is. No ethnicity,
    religion, language, region or article of a sentence is here, and the database knows no other either."""

    SANCTIONS = "sanctions"
    INCIDENTS = "incidents"
    INCENTIVES = "incentives"
    LESSONS_MISSED = "lessons_missed"
    LESSONS_ATTENDED = "lessons_attended"
    ALERTS = "alerts"
    VISITS_LOST = "visits_lost"
    SCREEN_CONTACT = "screen_contact"


Facts = Mapping[Input, Sequence[date] | None]
"""The days on which it happened; none at all is known to be none. None, or absent: not known."""


class Verdict(StrEnum):
    RAISED = "raised"
    CLEAR = "clear"
    ABSTAINED = "abstained"


class Effect(StrEnum):
    """What a human may ask for: each is a task of somebody, and none restricts anybody."""

    TALK = "talk"
    PSYCHOLOGIST = "psychologist"
    LESSONS = "lessons"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Term:
    input: Input
    points: int
    """For each fact; below zero it speaks for the person."""
    most: int
    """Facts that count, at most."""
    window_days: int
    """A fact counts from its day on for so many days."""


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    version: int
    is_calibrated: bool
    threshold: int
    coverage_percent: int
    expires_days: int
    decide_days: int
    terms: Sequence[Term]
    digest: str
    """Names the file's content for ever."""


@dataclass(frozen=True, slots=True)
class Contribution:
    input: Input
    points: int
    each: int
    counted: int
    days: Sequence[date]
    """Of all facts within the window, oldest first; `counted` of them are paid for."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """What would lower the score, by how much."""

    input: Input
    by: int
    on: date | None
    """On that day, if nothing new happens; none: as soon as one more of these happens."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    on: date
    verdict: Verdict
    score: int | None
    """None: it abstained."""
    contributions: Sequence[Contribution]
    missing: Sequence[Input]
    coverage: int
    """Percent of the model's weight that is known."""
    lowers: Sequence[Lowering]


@dataclass(frozen=True, slots=True)
class Flag:
    id: FlagId
    person_id: PersonId
    model: str
    version: int
    is_calibrated: bool
    digest: str
    evaluation: Evaluation
    threshold: int
    made_at: datetime
    made_by: UserId | None
    """Who asked; none: the platform."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What a human is about to decide."""

    agrees: bool
    reason: str
    effects: Sequence[Effect] = ()
    seconds: int | None = None
    """Spent on it, if the screen knows."""


@dataclass(frozen=True, slots=True)
class Decision:
    flag_id: FlagId
    agrees: bool
    reason: str
    seconds: int | None
    decided_at: datetime
    decided_by: UserId
    name: str
    effects: Sequence[Effect]


@dataclass(frozen=True, slots=True)
class Contest:
    """What the person said against it."""

    flag_id: FlagId
    words: str
    recorded_at: datetime
    recorded_by: UserId


@dataclass(frozen=True, slots=True)
class Account:
    """How often humans followed one version of a model."""

    model: str
    version: int
    raised: int
    agreed: int
    overridden: int
    expired_undecided: int
    contested: int
    median_seconds: int | None
