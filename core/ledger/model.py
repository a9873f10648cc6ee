"""Streams, blocks, signed heads, and what can be found broken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """Kinds of breaks."""

    CHANGED = "changed"
    """The row is there, and is not what was sealed."""
    MISSING = "missing"
    """A sealed row is gone."""
    INSERTED = "inserted"
    """A row stands where everything was sealed without it."""
    REWRITTEN = "rewritten"
    """Rows and the ledger's own notes agree with each other, and not with a signed head."""
    NOTES = "notes"
    """The ledger's own notes do not follow upon each other."""
    SIGNATURE = "signature"
    """A head is not what its key signed, or the key was not introduced by the one before."""
    ORDER = "order"
    """A head does not follow upon the one before."""
    REWOUND = "rewound"
    """A witness holds a head that is not, or no longer, among ours."""
    UNREADABLE = "unreadable"
    """The table, a column or a file of it is not there."""


@dataclass(frozen=True, slots=True)
class Break:
    what: What
    stream: str = ""
    key: str = ""
    """Of the row; empty where no single row can be named."""
    place: str = ""
    """Where else to look: the leaf's number, a range of keys, a head's number."""

    def __str__(self) -> str:
        named = f"{self.stream} {self.key}".strip()
        return f"{self.what.value}: {named}" + (f" ({self.place})" if self.place else "")


class Order(StrEnum):
    GROWING = "growing"
    """The key is drawn from an identity: rows are sealed in its order."""
    SCATTERED = "scattered"
    """The key is another row's number: a later row may have a lower one. For small tables."""


@dataclass(frozen=True, slots=True)
class Stream:
    """An append-only table whose rows are the leaves of a tree."""

    table: str
    key: str
    """A column of whole numbers, the primary key."""
    order: Order
    forms: tuple[tuple[str, ...], ...]
    """The covered columns, the key first; a table that gets a column gets a form more."""
    compartment: str = ""
    """Row security shows its rows to nobody who does not name it."""

    @property
    def form(self) -> int:
        return len(self.forms) - 1


@dataclass(frozen=True, slots=True)
class Block:
    """Leaves that were sealed together: of each the row's key and the leaf's hash."""

    stream: str
    number: int
    first: int
    """The first leaf's place in the tree."""
    form: int
    keys: tuple[int, ...]
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Top:
    """How far a stream's tree reaches."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Head:
    number: int
    at: datetime
    key: bytes
    """The public key that signs it."""
    previous: bytes
    """SHA-256 of the body and the signature of the head before."""
    tops: Mapping[str, Top]
    next_key: bytes = b""
    """The public key that signs from the next head on."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A head as it was signed: its text and 64 bytes of Ed25519 (RFC 8032)."""

    body: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found."""

    rows: Mapping[str, int] = field(default_factory=dict)
    """Rows of each stream that are what they were."""
    unsealed: Mapping[str, int] = field(default_factory=dict)
    """Rows written since the last seal."""
    heads: int = 0
    breaks: tuple[Break, ...] = ()
