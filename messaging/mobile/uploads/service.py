"""Receiving in parts, putting together, looking at the whole."""

import asyncio
from hashlib import sha256
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock
from core.errors import NotFound
from core.kin import Relative
from core.sealing import Keys
from messaging.mobile import service as mobile
from messaging.mobile.edge import COMPARTMENT
from messaging.mobile.model import Thing
from messaging.mobile.uploads import rules, store
from messaging.mobile.uploads.model import Fault, Looked, Scanner, State, Upload, UploadId

WHOLE: Final = "copy"


async def begin(
    conn: AsyncConnection, relative: Relative, *, length: int, declared: str, client_id: UUID
) -> UploadId:
    if await store.unfinished(conn, relative.id) >= rules.AT_ONCE:
        raise rules.TooManyUploads
    now = clock.now()
    return await store.add(
        conn,
        relative.id,
        client_id,
        length=length,
        declared=declared,
        at=now,
        ends_at=now + rules.LIVES,
    )


async def read(conn: AsyncConnection, relative: Relative, *, upload: UploadId) -> Upload:
    found = await store.own(conn, relative.id, upload=upload)
    if found is None:
        raise NotFound
    return found


async def append(
    engine: AsyncEngine, keys: Keys, relative: Relative, *, upload: UploadId, at: int, part: bytes
) -> Upload:
    """In a transaction of its own: what was acknowledged is there after any cut."""
    async with engine.begin() as conn:
        found = await read(conn, relative, upload=upload)
        if found.state is not State.RECEIVING or at != found.received:
            raise rules.OffsetWrong
        if at + len(part) > found.length:
            raise rules.TooLong
        if part:
            sealed = keys.seal_bytes(COMPARTMENT, part, place=_place(upload, str(at)))
            await store.add_part(conn, upload, at=at, body=sealed, size=len(part))
        return await read(conn, relative, upload=upload)


async def finish(
    engine: AsyncEngine, keys: Keys, relative: Relative, *, upload: UploadId, scanner: Scanner | None
) -> Upload:
    """Once it is whole; nothing is held while it is looked at, and a second finisher finds it done.

    NotLookedAt: the scanner is away, and whoever asks later makes it look again."""
    async with engine.begin() as conn:
        found = await read(conn, relative, upload=upload)
        if found.state is not State.RECEIVING or found.received < found.length:
            return found
        content = await whole(conn, keys, upload=upload)
    looked = await _looked(content, found.declared, scanner=scanner)
    async with engine.begin() as conn:
        if (await read(conn, relative, upload=upload)).state is State.RECEIVING:
            digest, derived = sha256(content).hexdigest(), _sealed(keys, upload, looked)
            await store.finish(conn, upload, fault=looked.fault, digest=digest, derived=derived)
            await mobile.announce(conn, relative.id, thing=Thing.UPLOAD, subject=upload)
        return await read(conn, relative, upload=upload)


async def drop(conn: AsyncConnection, relative: Relative, *, upload: UploadId) -> None:
    found = await read(conn, relative, upload=upload)
    if found.ends_at > clock.now() + 2 * rules.LIVES:
        raise rules.AlreadyAttached
    await store.drop(conn, upload)
    await mobile.announce(conn, relative.id, thing=Thing.UPLOAD, subject=upload, is_gone=True)


async def whole(conn: AsyncConnection, keys: Keys, *, upload: UploadId) -> bytes:
    """As it came, for who may; CannotOpen: the keys are not here."""
    return b"".join(
        keys.open_bytes(COMPARTMENT, body, place=_place(upload, str(at)))
        for at, body in await store.parts(conn, upload)
    )


async def shown(conn: AsyncConnection, keys: Keys, *, upload: UploadId) -> bytes:
    """The copy without place and device, where there is one."""
    found = await store.derived(conn, upload)
    if found is None:
        return await whole(conn, keys, upload=upload)
    return keys.open_bytes(COMPARTMENT, found, place=_place(upload, WHOLE))


async def _looked(content: bytes, declared: str, *, scanner: Scanner | None) -> Looked:
    try:
        is_malware = scanner is not None and await scanner(content)
    except (OSError, EOFError):
        raise rules.NotLookedAt from None
    if is_malware:
        return Looked(Fault.MALWARE, None)
    return await asyncio.to_thread(rules.look, content, declared)


def _sealed(keys: Keys, upload: UploadId, looked: Looked) -> bytes | None:
    if looked.derived is None:
        return None
    return keys.seal_bytes(COMPARTMENT, looked.derived, place=_place(upload, WHOLE))


def _place(upload: UploadId, part: str) -> str:
    return f"uploads:{upload}:{part}"
