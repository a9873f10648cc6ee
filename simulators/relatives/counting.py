"""What a play proves: appeals and files lost, doubled or altered between telephones and register. Pure."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from uuid import UUID

from simulators.relatives import parts
from simulators.relatives.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Registered:
    """An appeal as the register has it."""

    client_id: UUID
    id: int
    number: str
    account: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as the database has it; digest and size are of the stored pieces, put together anew."""

    client_id: UUID
    digest: str
    told: str
    """The digest that the platform says."""
    is_whole: bool
    """Every byte was received, and once."""
    appeal: int | None
    """To which it is attached."""


@dataclass(slots=True)
class Found:
    """Everything but the counts must be empty."""

    appeals: int = 0
    files: int = 0
    lost: list[str] = field(default_factory=list)
    """Acknowledged and not in the register."""
    doubled: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """In the register, and no telephone was told so."""
    files_lost: list[str] = field(default_factory=list)
    files_doubled: list[str] = field(default_factory=list)
    files_altered: list[str] = field(default_factory=list)
    files_elsewhere: list[str] = field(default_factory=list)
    """Attached to nothing, or to another appeal."""

    @property
    def faults(self) -> dict[str, list[str]]:
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), list)}


def compare(ledger: Ledger, register: Sequence[Registered], files: Sequence[Stored]) -> Found:
    found = Found(len(ledger.sent), len(ledger.uploaded))
    _appeals(found, ledger, register)
    _files(found, ledger, files)
    return found


def _appeals(found: Found, ledger: Ledger, register: Sequence[Registered]) -> None:
    rows = {row.client_id: row for row in register}
    texts, numbers = (Counter(getattr(row, name) for row in register) for name in ("digest", "number"))
    found.doubled += [f"{text[:12]}: {times} times" for text, times in texts.items() if times > 1]
    found.doubled += [f"{number}: {times} times" for number, times in numbers.items() if times > 1]
    found.unknown += [row.number for row in register if row.client_id not in ledger.sent]
    for client_id, sent in ledger.sent.items():
        row = rows.get(client_id)
        if row is None:
            found.lost.append(sent.number)
            continue
        said = (sent.id, sent.number, sent.account, parts.digest(sent.letter))
        if said != (row.id, row.number, row.account, row.digest):
            found.altered.append(sent.number)


def _files(found: Found, ledger: Ledger, files: Sequence[Stored]) -> None:
    rows = defaultdict(list)
    for row in files:
        rows[row.client_id].append(row)
    wanted = {file: sent.id for sent in ledger.sent.values() for file in sent.files}
    for client_id, file in ledger.uploaded.items():
        mine, name = rows[client_id], str(client_id)
        if not mine:
            found.files_lost.append(name)
        elif len(mine) > 1:
            found.files_doubled.append(name)
        elif not mine[0].is_whole or {mine[0].digest, mine[0].told} != {sha256(file.content).hexdigest()}:
            found.files_altered.append(name)
        elif mine[0].appeal != wanted.get(client_id):
            found.files_elsewhere.append(name)
