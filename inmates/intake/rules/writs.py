"""A file of enforcement documents: each row is one, of one person. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from core.model import PersonId
from inmates.employment import rules
from inmates.employment.model import Claim, WritBasis, WritKind, WritState
from inmates.intake.model import Note, Outcome, State
from inmates.intake.rules.cells import Cells, wrong
from inmates.intake.rules.custody import Who, who_of

FIELDS: Final = {
    "number": False,
    "pinfl": False,
    "writ": True,
    "issuer": True,
    "issued_on": True,
    "creditor": True,
    "writ_kind": True,
    "basis": False,
    "total": False,
    "monthly": False,
    "share": False,
    "since": True,
    "until": False,
}
SHARE: Final = re.compile(r"[1-9][0-9]?/[1-9][0-9]?")
Paper = tuple[PersonId, str, str]
"""Whose, by whom, which number: what is registered once."""


@dataclass(frozen=True, slots=True)
class Draft:
    row: int
    who: Who
    claim: Claim


@dataclass(slots=True)
class Known:
    people: Mapping[Who, PersonId] = field(default_factory=dict)
    papers: set[Paper] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Decided:
    new: Sequence[tuple[PersonId, Claim, Outcome]]
    refused: Sequence[Outcome]

    @property
    def outcomes(self) -> list[Outcome]:
        return [*(outcome for *_, outcome in self.new), *self.refused]


def read(row: int, cells: Cells) -> Draft | Outcome:
    who = who_of(cells)
    share, total, monthly = _share(cells), cells.money("total"), cells.money("monthly")
    implied = WritBasis.SHARE if share else WritBasis.MONTHLY if monthly else WritBasis.SUM
    basis, kind = cells.word("basis", otherwise=implied), cells.word("writ_kind")
    paper = cells.needed("writ"), cells.needed("issuer"), cells.needed_day("issued_on")
    creditor, since, until = cells.needed("creditor"), cells.needed_day("since"), cells.day("until")
    if cells.notes:
        return wrong(row, cells.notes)
    claim = Claim(
        *paper,
        creditor,
        WritKind(kind),
        WritBasis(basis),
        total,
        monthly,
        share,
        since,
        until,
        WritState.ACTIVE,
    )
    if not rules.is_sound(claim):
        return wrong(row, [Note("basis", "unsound_writ")])
    return Draft(row, who, claim)


def _share(cells: Cells) -> str:
    given = cells.text("share").replace(" ", "")
    if given and not SHARE.fullmatch(given):
        cells.note("share", "not_a_share")
    return given


def decide(drafts: Sequence[Draft], known: Known) -> Decided:
    new, refused = [], []
    for draft in drafts:
        person = known.people.get(draft.who)
        if person is None:
            refused.append(wrong(draft.row, [Note(draft.who.field, "nobody_here")]))
            continue
        paper = person, draft.claim.issuer, draft.claim.number
        if paper in known.papers:
            refused.append(wrong(draft.row, [Note("writ", "writ_known")]))
            continue
        known.papers.add(paper)
        new.append((person, draft.claim, Outcome(draft.row, State.STORED, person)))
    return Decided(new, refused)
