"""What has to be asked on admission (Mandela rules 6-7, JIK 56), and when it may be closed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from core.clock import HERE
from core.errors import Conflict, Invalid
from core.model import PersonId, UserId
from inmates.custody.model import Commitment, EpisodeId

AdmissionId = NewType("AdmissionId", int)


class Item(StrEnum):
    IDENTITY = "identity"
    COMMITMENT = "commitment"
    REASONS = "reasons"
    MOMENT = "moment"
    """Day and hour."""
    GENDER = "gender"
    """Self-perceived."""
    INJURIES = "injuries"
    ILL_TREATMENT = "ill_treatment"
    PROPERTY = "property"
    FAMILY = "family"
    EMERGENCY_CONTACT = "emergency_contact"
    RIGHTS = "rights"
    """Explained, in a language the person understands."""


class Said(StrEnum):
    ANSWERED = "answered"
    NONE = "none"
    """Asked; there is none."""
    DECLINED = "declined"
    """Asked; the person would not say."""


HARD: Final = frozenset({Item.COMMITMENT, Item.REASONS, Item.MOMENT, Item.RIGHTS})
"""Not the person's to decline."""
MAY_BE_NONE: Final = frozenset(
    {Item.INJURIES, Item.ILL_TREATMENT, Item.PROPERTY, Item.FAMILY, Item.EMERGENCY_CONTACT}
)
ALARMING: Final = frozenset({Item.INJURIES, Item.ILL_TREATMENT})
"""If there is something to say, a doctor and oversight hear of it at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The latest one of an item counts; earlier ones stay in the file."""

    item: Item
    said: Said
    words: str
    made_by: UserId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Admission:
    id: AdmissionId
    person_id: PersonId
    episode_id: EpisodeId
    opened_at: datetime
    closed_at: datetime | None
    answers: Sequence[Answer]
    """The oldest first."""


class NotDeclinable(Invalid):
    """It is the staff's to answer."""

    code = "answer_not_declinable"


class NotNone(Invalid):
    """There is always something to say to it."""

    code = "answer_cannot_be_none"


class WordsMissing(Invalid):
    code = "answer_missing"


class AdmissionClosed(Conflict):
    code = "admission_closed"


class AdmissionGap(Conflict):
    """Something was not asked yet."""

    code = "admission_gap"


def check(item: Item, said: Said, *, words: str) -> str:
    """The words as they are kept: of an answer some, of everything else none."""
    if said is Said.DECLINED and item in HARD:
        raise NotDeclinable
    if said is Said.NONE and item not in MAY_BE_NONE:
        raise NotNone
    if said is Said.ANSWERED and not words.strip():
        raise WordsMissing
    return words.strip() if said is Said.ANSWERED else ""


def known_already(act: Commitment, at: datetime) -> dict[Item, str]:
    """What the act and the clock answer of an admission."""
    return {
        Item.COMMITMENT: f"{act.act_number}, {act.authority}, {act.act_on.isoformat()}",
        Item.REASONS: act.reasons.strip(),
        Item.MOMENT: at.astimezone(HERE).isoformat(timespec="minutes"),
    }


def is_alarm(item: Item, said: Said) -> bool:
    return item in ALARMING and said is Said.ANSWERED


def current(answers: Iterable[Answer]) -> dict[Item, Answer]:
    """The latest answer of each item."""
    return {answer.item: answer for answer in answers}


def gaps(answers: Iterable[Answer]) -> list[Item]:
    """What was not asked yet."""
    asked = current(answers)
    return [item for item in Item if item not in asked]


def may_close(admission: Admission) -> None:
    if admission.closed_at is not None:
        raise AdmissionClosed
    missing = gaps(admission.answers)
    if missing:
        raise AdmissionGap(count=len(missing))
