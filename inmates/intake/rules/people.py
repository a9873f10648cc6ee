"""A file of people: which rows are somebody new, and which may be somebody who is here already. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from core.errors import Refusal
from core.model import PersonId
from inmates.identity import rules
from inmates.identity.model import DocumentKind, Identity, Reason
from inmates.identity.rules import NAMES, SECRETS, key_of
from inmates.intake.model import Note, Outcome, State
from inmates.intake.rules.cells import Cells, wrong
from inmates.model import Person
from inmates.rules import fold

FIELDS: Final = {
    "number": True,
    "surname": False,
    "given_name": False,
    "patronymic": False,
    "surname_cyrl": False,
    "given_name_cyrl": False,
    "patronymic_cyrl": False,
    "sex": True,
    "born_on": True,
    "birth_place": False,
    "citizenship": False,
    "pinfl": False,
    "document_kind": False,
    "document": False,
    "pcn": False,
    "apart": False,
}
"""Whether the file must have it. Either script of the name will do: a row without any is refused."""
COLUMNS: Final = {
    "pinfl_wrong": "pinfl",
    "document_wrong": "document",
    "pcn_wrong": "pcn",
    "names_missing": "surname",
    "citizenship_wrong": "citizenship",
    "number_taken": "number",
}
CYRILLIC: Final = re.compile("[\u0400-\u04ff]")
PASSPORT: Final = re.compile(r"\w{2} ?\d{7}")
LONGEST_NAME: Final = 100
LONGEST_IDENTIFIER: Final = 40


@dataclass(frozen=True, slots=True)
class Draft:
    row: int
    number: str
    identity: Identity
    is_apart: bool
    """The office says that this is another human than the one who looks alike."""

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Field and search key of each identifier."""
        held = ((name, getattr(self.identity, name)) for name in SECRETS)
        return [(name, key_of(value)) for name, value in held if value]

    @property
    def name_key(self) -> tuple[str, date]:
        """Folded surname and given name, and the birth."""
        shown = rules.shown(self.identity)
        return f"{fold(shown.surname)} {fold(shown.given_name)}", shown.born_on


@dataclass(frozen=True, slots=True)
class Alike:
    """Somebody who is here; `number` is empty where the caller may not see the file."""

    number: str
    names: Identity | Person | None = None


@dataclass(slots=True)
class Known:
    """Who is here already, in the records and earlier in the file."""

    numbers: set[str] = field(default_factory=set)
    holders: dict[tuple[str, str], Alike] = field(default_factory=dict)
    namesakes: dict[tuple[str, date], list[Alike]] = field(default_factory=dict)

    def take(self, draft: Draft) -> None:
        """The row is somebody who will be here."""
        here = Alike(draft.number, rules.shown(draft.identity))
        self.numbers.add(draft.number)
        for key in draft.keys:
            self.holders.setdefault(key, here)
        self.namesakes.setdefault(draft.name_key, []).append(here)

    def learn(self, other: "Known") -> None:
        """What another knows besides; whoever was known first is named first."""
        self.numbers |= other.numbers
        for key, alike in other.holders.items():
            self.holders.setdefault(key, alike)
        for name, some in other.namesakes.items():
            self.namesakes.setdefault(name, []).extend(some)


@dataclass(frozen=True, slots=True)
class Decided:
    new: Sequence[tuple[Draft, Outcome]]
    refused: Sequence[Outcome]

    @property
    def outcomes(self) -> list[Outcome]:
        return [*(outcome for _, outcome in self.new), *self.refused]


def read(row: int, cells: Cells) -> Draft | Outcome:
    number = cells.needed("number", longest=LONGEST_IDENTIFIER)
    identity = _identity(cells)
    is_apart = bool(cells.text("apart")) and cells.word("apart") == "yes"
    try:
        identity = rules.kept(identity)
    except Refusal as refusal:
        cells.refused(refusal, COLUMNS)
    return wrong(row, cells.notes) if cells.notes else Draft(row, number, identity, is_apart)


def decide(drafts: Sequence[Draft], known: Known) -> Decided:
    """In the order of the file; `known` learns of each row that is taken."""
    new, refused = [], []
    for draft in drafts:
        outcome = _judged(draft, known)
        if outcome.state is State.STORED:
            known.take(draft)
            new.append((draft, outcome))
        else:
            refused.append(outcome)
    return Decided(new, refused)


def _judged(draft: Draft, known: Known) -> Outcome:
    if draft.number in known.numbers:
        return wrong(draft.row, [Note("number", "number_taken")])
    alike = _alike(draft, known)
    if alike and not draft.is_apart:
        return Outcome(draft.row, State.HELD, None, tuple(alike))
    doubts = [Note("pinfl", doubt.value) for doubt in rules.doubts(draft.identity)]
    return Outcome(draft.row, State.STORED, None, (*alike, *doubts))


def _alike(draft: Draft, known: Known) -> list[Note]:
    """Same identifier, or the same folded name and birth."""
    found = [
        _said(name, f"same_{name}", known.holders[name, key])
        for name, key in draft.keys
        if (name, key) in known.holders
    ]
    mine = rules.shown(draft.identity)
    for other in known.namesakes.get(draft.name_key, ()):
        if other.names and Reason.NAME in rules.reasons(mine, other.names):
            return [*found, _said("surname", "same_name_and_birth", other)]
    return found


def _said(column: str, code: str, other: Alike) -> Note:
    return Note(column, code, {"number": other.number}) if other.number else Note(column, f"{code}_elsewhere")


def namesakes(people: Sequence[Person]) -> dict[tuple[str, date], list[Alike]]:
    found: dict[tuple[str, date], list[Alike]] = {}
    for one in sorted(people, key=lambda person: person.id):
        key = f"{fold(one.surname)} {fold(one.given_name)}", one.born_on
        found.setdefault(key, []).append(Alike(one.number, one))
    return found


def holders(
    held: Mapping[tuple[str, str], PersonId], people: Mapping[PersonId, Person]
) -> dict[tuple[str, str], Alike]:
    """`people`: those whom the caller may see."""
    return {
        key: Alike(people[ident].number, people[ident]) if ident in people else Alike("")
        for key, ident in held.items()
    }


def _identity(cells: Cells) -> Identity:
    names: dict[str, Any] = {name: cells.text(name, longest=LONGEST_NAME) for name in NAMES}
    cyrillic: dict[str, Any] = {
        f"{name}_cyrl": cells.text(f"{name}_cyrl", longest=LONGEST_NAME) for name in NAMES
    }
    if not any(cyrillic.values()) and any(CYRILLIC.search(name) for name in names.values()):
        names, cyrillic = dict.fromkeys(NAMES, ""), {f"{name}_cyrl": given for name, given in names.items()}
    document = cells.text("document", longest=LONGEST_IDENTIFIER)
    plain = Identity(
        **names,
        **cyrillic,
        sex=cells.word("sex"),
        born_on=cells.needed_day("born_on"),
        birth_place=cells.text("birth_place", longest=200),
        citizenship=cells.word("citizenship") if cells.text("citizenship") else "",
        pinfl=cells.text("pinfl", longest=LONGEST_IDENTIFIER) or None,
        pcn=cells.text("pcn", longest=LONGEST_IDENTIFIER) or None,
    )
    return replace(plain, document_kind=_document_kind(cells, document), document=document or None)


def _document_kind(cells: Cells, document: str) -> DocumentKind | None:
    """What the column says; without it, two letters and seven digits are a passport."""
    if cells.text("document_kind"):
        word = cells.word("document_kind")
        return DocumentKind(word) if word else None
    return DocumentKind.PASSPORT if PASSPORT.fullmatch(document) else None
