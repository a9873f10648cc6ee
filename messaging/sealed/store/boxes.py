"""Keys of addressees, and the protocols of openings."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import compartments, signing
from core.accounts import in_force
from core.auth import Role
from core.model import UserId
from core.tables import users
from messaging.sealed.model import (
    AddresseeKey,
    Box,
    BoxKind,
    KeyId,
    LetterId,
    NewKey,
    Opening,
    OpeningId,
    Record,
)
from messaging.sealed.tables import addressee_keys, box_openings, opened_letters, sealed_letters
from messaging.sealed.wire import record


def of(table: Table, box: Box) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    holder = table.c.holder
    return table.c.box == box.kind, holder.is_(None) if box.holder is None else holder == box.holder


async def hold(conn: AsyncConnection, box: Box) -> None:
    """Until the end of the transaction: one key or record after the other."""
    await conn.execute(select(func.pg_advisory_xact_lock(7265006, func.hashtext(box.name))))


async def keys(conn: AsyncConnection, box: Box | None = None) -> list[AddresseeKey]:
    query = select(addressee_keys).order_by(addressee_keys.c.id)
    if box is not None:
        query = query.where(*of(addressee_keys, box))
    return [_key(row) for row in await conn.execute(query)]


async def add_key(
    conn: AsyncConnection,
    key: NewKey,
    *,
    box: Box,
    fingerprint: str,
    signed: str,
    endorsement: str | None,
    ceremony: str,
    by: UserId,
) -> KeyId:
    row = {
        "box": box.kind,
        "holder": box.holder,
        "sealing": key.sealing,
        "signing": key.signing,
        "fingerprint": fingerprint,
        "valid_from": key.valid_from,
        "valid_to": key.valid_to,
        "signed": signed,
        "endorsement": endorsement,
        "ceremony": ceremony,
        "registered_by": by,
    }
    made = await conn.execute(insert(addressee_keys).values(row).returning(addressee_keys.c.id))
    return KeyId(made.scalar_one())


async def lawyers(conn: AsyncConnection) -> dict[UserId, str]:
    query = select(users.c.id, users.c.shown_as).where(users.c.role == Role.LAWYER, in_force())
    return {UserId(ident): name for ident, name in await conn.execute(query)}


async def openings(conn: AsyncConnection, box: Box, *, most: int) -> list[Opening]:
    """Newest first, with the digests of what was taken out, smallest first."""
    found = await conn.execute(
        select(box_openings)
        .where(*of(box_openings, box))
        .order_by(box_openings.c.position.desc())
        .limit(most)
    )
    rows = found.all()
    async with compartments.box_opened(conn, box.name):
        digests = await _digests(conn, [OpeningId(row.id) for row in rows])
    known = {signing.key_id(key.signing): key.signing for key in await keys(conn, box)}
    return [_opening(row, digests.get(row.id, []), known) for row in rows]


async def _digests(conn: AsyncConnection, of_openings: Sequence[OpeningId]) -> dict[int, list[bytes]]:
    query = (
        select(opened_letters.c.opening_id, sealed_letters.c.digest)
        .join(sealed_letters)
        .where(opened_letters.c.opening_id.in_(of_openings))
        .order_by(sealed_letters.c.digest)
    )
    found: dict[int, list[bytes]] = {}
    for opening, digest in await conn.execute(query):
        found.setdefault(opening, []).append(digest)
    return found


async def add_opening(
    conn: AsyncConnection,
    box: Box,
    *,
    said: Record,
    signed: str,
    position: int,
    letters: Sequence[LetterId],
    by: UserId,
) -> OpeningId:
    row = {
        "box": box.kind,
        "holder": box.holder,
        "position": position,
        "signed": signed,
        "opened_at": said.opened_at,
        "posted_by": by,
    }
    made = await conn.execute(insert(box_openings).values(row).returning(box_openings.c.id))
    ident = OpeningId(made.scalar_one())
    if letters:
        taken = [{"letter_id": letter, "opening_id": ident} for letter in letters]
        async with compartments.box_opened(conn, box.name):
            await conn.execute(insert(opened_letters), taken)
    return ident


def _key(row: Any) -> AddresseeKey:
    return AddresseeKey(
        KeyId(row.id),
        Box(BoxKind(row.box), row.holder),
        row.sealing,
        row.signing,
        row.fingerprint,
        row.valid_from,
        row.valid_to,
        row.signed,
        row.endorsement,
        row.ceremony,
    )


def _opening(row: Any, digests: Sequence[bytes], known: Mapping[str, bytes]) -> Opening:
    said = record(row.signed, by=known)
    box = Box(BoxKind(row.box), row.holder)
    return Opening(OpeningId(row.id), box, row.position, row.signed, said, digests)
