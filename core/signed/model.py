"""A decision as it is signed, its signatures, whether the law asks for one, and refusals of signing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.errors import Conflict
from core.model import PersonId, UserId

HERE: Final = "here"
SERVER: Final = "server"
"""Who checked a signature: we, so that anybody can again; or E-IMZO's server, whose word it is."""


class Level(StrEnum):
    """What the statutes say of a signature under a kind of decision."""

    FREE = "free"
    ASKED = "asked"
    """By hand on the printed paper, or with a key."""
    FORCED = "forced"
    """With a key: until then it prints as a draft, and what follows upon it is refused."""


@dataclass(frozen=True, slots=True)
class Demand:
    level: Level
    article: str
    source: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision, as its topic keeps it."""

    at: datetime
    by: UserId | None
    """Who has to sign; none: whoever may."""
    said: Mapping[str, str | int | None]
    """Codes, texts, numbers and days of rows that never change: built anew it is the same, to the byte."""
    names: Mapping[str, str]
    """Of people and places, as they are called today: they may be called otherwise tomorrow."""
    person: PersonId | None = None
    """In whose file it is."""
    is_only_read: bool = False
    """Broken glass alone opens it to this caller, and glass opens nothing to a pen (ADR-0047)."""


Load = Callable[[AsyncConnection, Caller, int], Awaitable[Decided]]
"""For whoever sees it; records that it was read. NotFound: they do not. NotDecided: it is not there yet."""


Taken = Callable[[Caller], Select[Any]]
"""The caller's own decisions, of people whom they see: `subject`, `at`, `called` (its number or name; empty:
it is somebody's) and `person_id`."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    """In statutes/signatures.toml, in the texts, and beside every signature: it never changes."""
    load: Load
    taken: Taken
    codes: Mapping[str, str]
    """Fields that hold a code, and where its words stand: `{"measure": "conduct.measure"}`."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The exact bytes that were signed first, and are signed ever after."""

    id: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    user: UserId
    shown_as: str
    """Our user."""
    name: str
    """In the certificate."""
    certificate: str
    """Its issuer and number."""
    signed_at: datetime
    """By the signer's clock."""
    checked_at: datetime
    """By ours, minutes from it: chain and revocation were judged then."""
    checked_by: str
    pkcs7: bytes
    grounds: tuple[int, ...]
    """Rows of authorities and lists by which it was judged."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, and when we checked it: for lists."""

    user: UserId
    shown_as: str
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody says that they signed the printed paper: nothing that we could check."""

    user: UserId
    shown_as: str
    place: str
    """Where the paper lies."""
    at: datetime
    """When they said so."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for the signature of whoever decided it: for lists."""

    kind: Kind
    subject: int
    at: datetime
    called: str
    person: PersonId | None
    demand: Demand


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision with its signatures, or none yet."""

    kind: Kind
    subject: int
    decided: Decided
    content: bytes
    record: Mapping[str, Any]
    """`content` as read."""
    digest: str
    """SHA-256 of `content`, hexadecimal."""
    demand: Demand
    signatures: Sequence[Signature]
    is_changed: bool
    """What was signed is not what our rows say now."""
    by_hand: Sequence[ByHand] = ()

    @property
    def is_signed(self) -> bool:
        return settles(self.decided.by, {one.user for one in self.signatures})

    def is_open_to(self, user: UserId) -> bool:
        """For a signature of theirs."""
        has_signed = any(one.user == user for one in self.signatures)
        return not (has_signed or self.is_changed or self.decided.is_only_read)

    def is_open_to_the_hand_of(self, user: UserId) -> bool:
        """They decided it, the law asks for either signature, and they have given neither."""
        has_said = any(one.user == user for one in self.by_hand)
        is_theirs = self.decided.by == user and self.demand.level is Level.ASKED
        return is_theirs and self.is_open_to(user) and not has_said


def settles(by: UserId | None, signers: set[UserId]) -> bool:
    """Whoever decided has signed; where nobody is named, somebody."""
    return by in signers if by is not None else bool(signers)


class NotDecided(Conflict):
    """There is nothing to sign yet."""

    code: ClassVar[str] = "not_decided"


class NotSetUp(Conflict):
    """No provider of this installation checks signatures."""

    code: ClassVar[str] = "signing_not_set_up"


class SignedAlready(Conflict):
    code: ClassVar[str] = "signed_already"


class HandNotAsked(Conflict):
    """Not theirs to sign by hand, or a hand does not do."""

    code: ClassVar[str] = "hand_not_asked"


class PaperOther(Conflict):
    """Not what was before the signer's eyes."""

    code: ClassVar[str] = "paper_other"


class Unsigned(Conflict):
    """What follows upon this decision waits for the signature of whoever decided."""

    code: ClassVar[str] = "decision_unsigned"
