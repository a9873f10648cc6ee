"""A file of custody: each row is a commitment, an admission, and perhaps a release. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from core import sheets
from core.clock import HERE
from core.errors import Refusal
from core.model import PersonId
from inmates.custody.model import (
    Admitting,
    Commitment,
    EpisodeId,
    InstitutionId,
    Kind,
    Movement,
    Regime,
)
from inmates.custody.rules import movements as rules
from inmates.identity.rules import key_of
from inmates.intake.model import Note, Outcome, State
from inmates.intake.rules.cells import Cells, of_refusal, wrong

FIELDS: Final = {
    "number": False,
    "pinfl": False,
    "institution": True,
    "admitted_at": True,
    "regime": False,
    "act_number": True,
    "authority": True,
    "act_on": True,
    "valid_until": False,
    "reasons": True,
    "released_at": False,
}
COLUMNS: Final = {
    "commitment_missing": "act_on",
    "commitment_expired": "valid_until",
    "institution_of_another_kind": "institution",
    "movement_in_future": "admitted_at",
    "already_admitted": "admitted_at",
    "moment_taken": "admitted_at",
    "not_admitted": "released_at",
    "episode_over": "admitted_at",
    "person_dead": "admitted_at",
}
LONGEST: Final = 2000


@dataclass(frozen=True, slots=True)
class Who:
    """A person by file number, or by PINFL where the file has no number."""

    field: str
    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    row: int
    who: Who
    institution: str
    admitted_at: datetime
    released_at: datetime | None
    regime: Regime
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class House:
    id: InstitutionId
    kind: str


@dataclass(slots=True)
class Known:
    """Whom and where the caller may receive, and what has happened to these people so far."""

    people: Mapping[Who, PersonId] = field(default_factory=dict)
    houses: Mapping[str, House] = field(default_factory=dict)
    movements: dict[PersonId, list[Movement]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    new: Sequence[tuple[Admitting, Outcome]]
    refused: Sequence[Outcome]
    history: Mapping[PersonId, Sequence[Movement]]
    """Of these people, the new movements among the others."""

    @property
    def outcomes(self) -> list[Outcome]:
        return [*(outcome for _, outcome in self.new), *self.refused]


def who_of(cells: Cells) -> Who:
    number, pinfl = cells.text("number", longest=40), cells.text("pinfl", longest=40)
    if not number and not pinfl:
        cells.note("number", "missing")
    return Who("number", number) if number else Who("pinfl", key_of(pinfl))


def read(row: int, cells: Cells) -> Draft | Outcome:
    who, institution = who_of(cells), sheets.folded(cells.needed("institution"))
    admitted, released = cells.moment("admitted_at"), cells.moment("released_at")
    if not cells.text("admitted_at"):
        cells.note("admitted_at", "missing")
    commitment = Commitment(
        cells.needed("act_number", longest=LONGEST),
        cells.needed("authority", longest=LONGEST),
        cells.needed_day("act_on"),
        cells.day("valid_until"),
        cells.needed("reasons", longest=LONGEST),
    )
    regime = cells.word("regime", otherwise=Regime.ORDINARY)
    if admitted and released and released <= admitted:
        cells.note("released_at", "not_after_admission")
    if cells.notes or admitted is None:
        return wrong(row, cells.notes)
    return Draft(row, who, institution, admitted, released, Regime(regime), commitment)


def decide(drafts: Sequence[Draft], known: Known, *, now: datetime) -> Decided:
    """In the order of the file; what is taken happened before the next row is judged."""
    new, refused = [], []
    for draft in drafts:
        person, house = known.people.get(draft.who), known.houses.get(draft.institution)
        if person is None or house is None:
            refused.append(wrong(draft.row, _unknown(draft, person, house)))
            continue
        try:
            admitting = _admitting(draft, person, house, before=known.movements.get(person, ()), now=now)
        except Refusal as refusal:
            refused.append(wrong(draft.row, [of_refusal(refusal, COLUMNS)]))
            continue
        known.movements.setdefault(person, []).extend(admitting.movements)
        new.append((admitting, Outcome(draft.row, State.STORED, person)))
    return Decided(new, refused, known.movements)


def _unknown(draft: Draft, person: PersonId | None, house: House | None) -> list[Note]:
    nobody = [] if person else [Note(draft.who.field, "nobody_here")]
    return nobody if house else [*nobody, Note("institution", "no_institution")]


def _admitting(
    draft: Draft, person: PersonId, house: House, *, before: Sequence[Movement], now: datetime
) -> Admitting:
    kind = rules.kind_at(house.kind)
    commitment = rules.valid(draft.commitment, on=draft.admitted_at.astimezone(HERE).date())
    episode = EpisodeId(-draft.row)
    admission = Movement(rules.NEW, episode, Kind.ADMISSION, draft.admitted_at, house.id, draft.regime)
    new = [admission]
    if draft.released_at is not None:
        new.append(Movement(rules.NEW, episode, Kind.RELEASE, draft.released_at))
    rules.with_new(before, *new, now=now)
    return Admitting(person, kind, commitment, new)
