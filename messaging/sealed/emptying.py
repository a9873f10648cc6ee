"""What the addressee does with a box: registers a key, takes letters out by protocol, answers."""

from collections.abc import Sequence
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, signing
from core.auth import Caller, Permission, Role
from core.errors import Conflict, Invalid, NotFound
from core.signing import NotGenuine
from messaging.sealed import rules, wire
from messaging.sealed.model import (
    Box,
    BoxKind,
    Contents,
    Export,
    KeyId,
    Letter,
    LetterId,
    OpeningId,
    Record,
)
from messaging.sealed.store import boxes, letters

OF_ROLE: Final = {
    Role.OMBUDSMAN: BoxKind.OMBUDSMAN,
    Role.PROSECUTOR: BoxKind.PROSECUTOR,
    Role.CENTRAL: BoxKind.CENTRAL,
    Role.LAWYER: BoxKind.LAWYER,
}
EXPORTED: Final = 50
"""Letters of one export: their files are held in memory."""
MOST: Final = 200


class KeyUnfit(Invalid):
    """Not self-signed, for another box, or of a term that cannot be."""

    code: ClassVar[str] = "box_key_unfit"


class KeyKnown(Conflict):
    code: ClassVar[str] = "box_key_known"


class KeyNotEndorsed(Invalid):
    """The key before has not vouched for it."""

    code: ClassVar[str] = "box_key_not_endorsed"


class RecordUnfit(Invalid):
    """Not signed by this box's key, or not about these letters."""

    code: ClassVar[str] = "box_record_unfit"


class RecordOutOfTurn(Conflict):
    """It names another record as the one before."""

    code: ClassVar[str] = "box_record_out_of_turn"


def own(caller: Caller) -> Box:
    """A caller's own box: there is no other way to one."""
    kind = OF_ROLE[caller.role]
    return Box(kind, caller.user if kind is BoxKind.LAWYER else None)


async def register(
    conn: AsyncConnection, caller: Caller, *, signed: str, endorsement: str | None, ceremony: str
) -> KeyId:
    box, today = own(caller), clock.today()
    await boxes.hold(conn, box)
    try:
        key = wire.key(signed)
    except NotGenuine as wrong:
        raise KeyUnfit from wrong
    if key.box != box.name or not rules.is_term(key, today):
        raise KeyUnfit
    known, fingerprint = await boxes.keys(conn), rules.fingerprint(key.sealing, key.signing)
    if any(one.fingerprint == fingerprint for one in known):
        raise KeyKnown
    before = rules.needs_endorsement([one for one in known if one.box == box], today)
    if before and not (endorsement and wire.endorses(endorsement, fingerprint, by=before.signing)):
        raise KeyNotEndorsed
    made = await boxes.add_key(
        conn,
        key,
        box=box,
        fingerprint=fingerprint,
        signed=signed,
        endorsement=endorsement if before else None,
        ceremony=ceremony,
        by=caller.user,
    )
    await _note(conn, caller, Permission.BOX_WRITE, part="key", subject=made)
    return made


async def listed(
    conn: AsyncConnection, caller: Caller, *, after: LetterId | None, most: int
) -> tuple[Sequence[Letter], LetterId | None]:
    most = min(most, MOST)
    found = await letters.of_box(conn, own(caller), after=after, most=most + 1)
    await _note(conn, caller, Permission.BOX_READ, part="list")
    return found[:most], found[most - 1].id if len(found) > most else None


async def taken(conn: AsyncConnection, caller: Caller, *, letter: LetterId) -> tuple[Letter, Contents]:
    found = await _one(conn, caller, letter)
    await _note(conn, caller, Permission.BOX_READ, part="letter")
    return found, await letters.contents(conn, letter, box=own(caller))


async def exported(conn: AsyncConnection, caller: Caller) -> Export:
    """Letters that no protocol names yet, for the offline machine."""
    box = own(caller)
    waiting = await letters.of_box(conn, box, most=EXPORTED, waiting=True)
    found = [(letter, await letters.contents(conn, letter.id, box=box)) for letter in waiting]
    await _note(conn, caller, Permission.BOX_READ, part="export", count=len(found))
    return Export(box, await _previous(conn, box), found)


async def post_opening(
    conn: AsyncConnection, caller: Caller, *, signed: str, taken_out: Sequence[LetterId]
) -> OpeningId:
    """The protocol of the seal. It may name letters once only, and every one it counts."""
    box = own(caller)
    await boxes.hold(conn, box)
    said = await _record(conn, box, signed)
    if said.previous != await _previous(conn, box):
        raise RecordOutOfTurn
    out = sorted(set(taken_out))
    found = [await _one(conn, caller, ident) for ident in out]
    digests = [letter.digest for letter in found]
    if len(out) != said.count or any(letter.opening for letter in found) or rules.root(digests) != said.root:
        raise RecordUnfit
    last = await boxes.openings(conn, box, most=1)
    position = last[0].position + 1 if last else 1
    made = await boxes.add_opening(
        conn, box, said=said, signed=signed, position=position, letters=out, by=caller.user
    )
    await _note(conn, caller, Permission.BOX_WRITE, part="opening", subject=made, count=said.count)
    return made


async def answer(conn: AsyncConnection, caller: Caller, *, letter: LetterId, message: bytes) -> None:
    """Sealed to the key that the letter held within: we can read it as little as the letter."""
    found = await _one(conn, caller, letter)
    if rules.message_bucket(message) is None or found.opening is None:
        raise RecordUnfit
    await letters.add_answer(conn, found, message=message, on=clock.today(), by=caller.user)
    await _note(conn, caller, Permission.BOX_WRITE, part="answer")


async def _record(conn: AsyncConnection, box: Box, signed: str) -> Record:
    known = {signing.key_id(key.signing): key.signing for key in await boxes.keys(conn, box)}
    try:
        said = wire.record(signed, by=known)
    except NotGenuine as wrong:
        raise RecordUnfit from wrong
    if said.box != box.name or said.opened_at > clock.now():
        raise RecordUnfit
    return said


async def _previous(conn: AsyncConnection, box: Box) -> bytes:
    last = await boxes.openings(conn, box, most=1)
    return rules.record_digest(last[0].signed) if last else rules.FIRST


async def _one(conn: AsyncConnection, caller: Caller, letter: LetterId) -> Letter:
    found = await letters.one(conn, letter, box=own(caller))
    if found is None:
        raise NotFound
    return found


async def _note(
    conn: AsyncConnection,
    caller: Caller,
    action: Permission,
    *,
    part: str,
    subject: int | None = None,
    count: int | None = None,
) -> None:
    """Which letter stays out of it: a row has an hour, and a letter has none."""
    detail = {"box": own(caller).name, "part": part} | ({} if count is None else {"count": count})
    await audit.record(conn, caller.user, action=action, subject_kind="box", subject=subject, detail=detail)
