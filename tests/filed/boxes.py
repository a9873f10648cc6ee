"""Sealed boxes: keys, letters and openings made as the addressee's and the sender's devices make them."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.box import opening, sealing
from app.box.opening import Pair
from callers import user
from core import clock, compartments, db
from core.auth import Caller, Role
from core.model import UserId
from core.sealing import Keys
from core.tables import users
from messaging.receipts.model import Slip
from messaging.sealed import emptying, service
from messaging.sealed.model import Box, BoxKind, Sealed
from messaging.sealed.tables import sealed_letters

PAIR = opening.pair("ombudsman")


async def addressee(engine: AsyncEngine, role: Role = Role.OMBUDSMAN, login: str = "box-1") -> Caller:
    async with engine.begin() as conn:
        known = await conn.scalar(select(users.c.id).where(users.c.login == login))
    who = UserId(known) if known else await user(engine, login, role=role)
    return Caller(who, login, role, login, "en", b"")


async def registered(engine: AsyncEngine, by: Caller, pair: Pair, *, before: Pair | None = None) -> None:
    said = opening.announced(pair, since=clock.today(), endorsed_by=before)
    async with db.transaction(engine) as conn:
        await emptying.register(
            conn,
            by,
            signed=said["signed"],
            endorsement=said.get("endorsement"),
            ceremony="protocol 1 (namuna)",
        )


def put(pair: Pair, made: sealing.Made, box: Box | None = None) -> Sealed:
    return Sealed(box or Box(BoxKind(pair.box)), pair.fingerprint, made.token, made.message, made.files)


async def letter(engine: AsyncEngine, keys: Keys, sealed: Sealed) -> Slip:
    async with db.transaction(engine) as conn:
        return await service.submit(conn, keys, sealed)


async def identified(engine: AsyncEngine, number: str) -> int:
    query = select(sealed_letters.c.id).where(sealed_letters.c.number == number)
    async with engine.begin() as conn, compartments.letter_opened(conn, number):
        return int((await conn.execute(query)).scalar_one())


async def everything(engine: AsyncEngine, _made: Mapping[str, int]) -> dict[str, int]:
    """One of the Ombudsman's; a box is nobody's file, so that `_made` does not matter."""
    by = await addressee(engine)
    async with engine.begin() as conn:
        known = await service.boxes.keys(conn, emptying.own(by))
    if not known:
        await registered(engine, by, PAIR)
    sealed = put(PAIR, sealing.letter("namuna", "namuna", to=PAIR.public))
    slip = await letter(engine, Keys(Path(mkdtemp(prefix="ejazo-keys-"))), sealed)
    return {"letter_id": await identified(engine, slip.receipt.number)}
