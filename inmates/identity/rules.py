"""Identifiers, names as they are kept, and when two files look like one human. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, Final, Protocol

from core.errors import Invalid
from core.model import PersonId
from inmates.identity.model import DocumentKind, Doubt, Duplicate, Identity, Reason
from inmates.rules import APOSTROPHES, bones, fold, likeness, sounds

WEIGHTS: Final = (7, 3, 1)
CENTURIES: Final = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
PATTERNS: Final = {
    DocumentKind.PASSPORT: re.compile(r"[A-Z]{2}\d{7}"),
    DocumentKind.ID_CARD: re.compile(r"[A-Z]{2}\d{7}"),
    DocumentKind.DIPLOMATIC: re.compile(r"D\d{7}"),
    DocumentKind.BIRTH_CERTIFICATE: re.compile(r"[IVXLC]+-\w{2} ?№? ?\d{6,7}"),
    DocumentKind.FOREIGN: re.compile(r"[\w/ -]{3,30}"),
}
LOOKALIKES: Final = str.maketrans("АВЕКМНОРСТХІ", "ABEKMHOPCTXI")
"""Cyrillic capitals that stand in Latin numbers of documents."""
SECRETS: Final = ("pinfl", "document", "pcn")
SHORTEST_KEY: Final = 4
"""Of an identifier, as many as the shortest penitentiary number has."""
NAMES: Final = ("surname", "given_name", "patronymic")
NEAR: Final = 0.5
"""Names whose likeness is at least so much may be one name."""
MASK: Final = "•"


class PinflWrong(Invalid):
    """Not fourteen digits, no century, or no such day."""

    code = "pinfl_wrong"


class DocumentWrong(Invalid):
    code = "document_wrong"


class PcnWrong(Invalid):
    code = "pcn_wrong"


class NameMissing(Invalid):
    code = "names_missing"


class CitizenshipWrong(Invalid):
    code = "citizenship_wrong"


class Named(Protocol):
    """A person or an identity."""

    @property
    def surname(self) -> str: ...
    @property
    def given_name(self) -> str: ...
    @property
    def patronymic(self) -> str: ...
    @property
    def born_on(self) -> date: ...


def check_digit(digits: str) -> int:
    """Of the first thirteen: weights 7, 3, 1, modulo ten. No official text says so, hence it only warns."""
    return sum(int(digit) * WEIGHTS[place % 3] for place, digit in enumerate(digits[:13])) % 10


def pinfl_birth(pinfl: str) -> date:
    if not re.fullmatch(r"[1-6][0-9]{13}", pinfl):
        raise PinflWrong
    try:
        return date(CENTURIES[pinfl[0]] + int(pinfl[5:7]), int(pinfl[3:5]), int(pinfl[1:3]))
    except ValueError:
        raise PinflWrong from None


def doubts(identity: Identity) -> tuple[Doubt, ...]:
    """What does not fit, and may yet be so. PinflWrong: it cannot be a PINFL."""
    if identity.pinfl is None:
        return ()
    born, sex = pinfl_birth(identity.pinfl), "m" if identity.pinfl[0] in "135" else "f"
    found = {
        Doubt.PINFL_CHECK_DIGIT: check_digit(identity.pinfl) != int(identity.pinfl[13]),
        Doubt.PINFL_BIRTH: born != identity.born_on,
        Doubt.PINFL_SEX: sex != identity.sex,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def kept(identity: Identity) -> Identity:
    """As it is written down: canonical apostrophes, plain identifiers. Refuses what cannot be."""
    named: dict[str, Any] = {field: canonical(getattr(identity, field)) for field in NAMES}
    named |= {f"{field}_cyrl": getattr(identity, f"{field}_cyrl").strip() for field in NAMES}
    tidy = replace(
        identity,
        **named,
        birth_place=canonical(identity.birth_place),
        citizenship=identity.citizenship.strip().upper(),
        pinfl=_without_spaces(identity.pinfl),
        document=_document(identity),
        document_kind=identity.document_kind if identity.document else None,
        pcn=_without_spaces(identity.pcn),
    )
    if not any(getattr(tidy, f"{field}{script}") for field in NAMES[:2] for script in ("", "_cyrl")):
        raise NameMissing
    if not re.fullmatch("([A-Z]{2})?", tidy.citizenship):
        raise CitizenshipWrong
    if tidy.pcn and not re.fullmatch(r"[^\W\d_]{0,6}\d{4,16}", tidy.pcn):
        raise PcnWrong
    doubts(tidy)
    return tidy


def canonical(name: str) -> str:
    """oʻ and gʻ with U+02BB, other apostrophes as U+02BC."""
    signs = f"[{APOSTROPHES}]"
    turned = re.sub(f"(?<=[oOgG]){signs}", "ʻ", " ".join(name.split()))
    return re.sub(f"(?<![oOgG]){signs}", "ʼ", turned)


def _without_spaces(text: str | None) -> str | None:
    return "".join(text.split()).upper() or None if text else None


def _document(identity: Identity) -> str | None:
    if not identity.document or not identity.document.strip():
        return None
    number = " ".join(identity.document.split()).upper()
    if identity.document_kind in {DocumentKind.PASSPORT, DocumentKind.ID_CARD, DocumentKind.DIPLOMATIC}:
        number = number.replace(" ", "").translate(LOOKALIKES)
    if identity.document_kind is None or not PATTERNS[identity.document_kind].fullmatch(number):
        raise DocumentWrong
    if len(key_of(number)) < SHORTEST_KEY or not any(sign.isdecimal() for sign in number):
        raise DocumentWrong  # a search would not find it, and all that have no key would look alike
    return number


def key_of(identifier: str) -> str:
    """What an identifier is searched by: its letters and digits in any script."""
    return re.sub("[^a-z0-9]", "", fold(identifier))


def keys_of(typed: str) -> set[str]:
    """The keys that somebody may mean who types Cyrillic letters for the Latin ones of a document."""
    return {key_of(typed), key_of(typed.upper().translate(LOOKALIKES))}


def masked(identity: Identity) -> Identity:
    """For who need not know: the last four signs of each identifier."""
    hidden: dict[str, Any] = {name: _hidden(getattr(identity, name)) for name in SECRETS}
    return replace(identity, **hidden)


def _hidden(text: str | None) -> str | None:
    return MASK * max(len(text) - 4, 0) + text[-4:] if text else None


def shown(identity: Identity) -> Identity:
    """With the names that a file is headed by: the Cyrillic ones where a document gave no others."""
    if identity.surname or identity.given_name:
        return identity
    named: dict[str, Any] = {name: getattr(identity, f"{name}_cyrl") for name in NAMES}
    return replace(identity, **named)


def found_by(versions: Sequence[Identity]) -> str:
    """What a person is found by besides the names the file is headed by: other scripts, earlier names."""
    parts = [getattr(v, f"{name}{script}") for v in versions for script in ("", "_cyrl") for name in NAMES]
    headed = shown(versions[0])
    heading = {getattr(headed, name) for name in NAMES}
    return " ".join(dict.fromkeys(part for part in parts if part and part not in heading))


def changed(before: Identity, after: Identity) -> tuple[str, ...]:
    """The fields that differ, for the record: their names, not their values."""
    was, now = asdict(before), asdict(after)
    return tuple(field.name for field in fields(after) if was[field.name] != now[field.name])


def reasons(mine: Named, theirs: Named, *, shared: Collection[Reason] = ()) -> tuple[Reason, ...]:
    """Why these may be one human; `shared`: the identifiers both have."""
    found = [reason for reason in Reason if reason in shared]
    if _is_near(mine, theirs) and theirs.born_on in births(mine.born_on):
        found.append(Reason.NAME_AND_BIRTH)
    if _is_same(mine, theirs):
        found.append(Reason.NAME)
    return tuple(found)


def weight(one: Duplicate, identity: Named) -> tuple[int, int, int]:
    """The smaller, the likelier: by the best reason, then by the days between the births."""
    best = min(list(Reason).index(reason) for reason in one.reasons)
    return best, abs((one.person.born_on - identity.born_on).days), one.person.id


def births(born_on: date) -> tuple[date, ...]:
    """The day, and the one with day and month exchanged."""
    if born_on.day > 12 or born_on.day == born_on.month:
        return (born_on,)
    return born_on, born_on.replace(month=born_on.day, day=born_on.month)


def _is_near(mine: Named, theirs: Named) -> bool:
    pairs = ((mine.surname, theirs.surname), (mine.given_name, theirs.given_name))
    return all(_alike(a, b) for a, b in pairs) or all(_alike(a, b) for a, b in _crossed(mine, theirs))


def _crossed(mine: Named, theirs: Named) -> tuple[tuple[str, str], ...]:
    """Surname and given name in each other's place."""
    return (mine.surname, theirs.given_name), (mine.given_name, theirs.surname)


def _alike(one: str, other: str) -> bool:
    return bool(one and other) and (bones(one) == bones(other) or likeness(one, other) >= NEAR)


def _is_same(mine: Named, theirs: Named) -> bool:
    """Said alike, and the fathers' names do not speak against it."""
    both = (
        sounds(mine.surname) == sounds(theirs.surname),
        sounds(mine.given_name) == sounds(theirs.given_name),
    )
    fathers = sounds(mine.patronymic), sounds(theirs.patronymic)
    return all(both) and (not all(fathers) or bones(mine.patronymic) == bones(theirs.patronymic))


def survivors(merges: Sequence[tuple[PersonId, PersonId]]) -> Mapping[PersonId, PersonId]:
    """(survivor, absorbed) of each merge in force → where each absorbed file leads in the end."""
    leads = {absorbed: survivor for survivor, absorbed in merges}
    ends = {}
    for start in leads:
        at = start
        while at in leads:
            at = leads[at]
        ends[start] = at
    return ends
