"""Telephones and sessions of supervised people as the records hold them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from core.own import Supervised
from core.tables import users
from messaging.own.model import Phone, PhoneId
from messaging.own.tables import own_phones, own_sessions

IDLE: Final = timedelta(hours=1)
SEEN_EVERY: Final = timedelta(minutes=1)


async def add(
    conn: AsyncConnection, person: PersonId, *, sealed: bytes, blind: bytes, by: UserId, at: datetime
) -> PhoneId | None:
    """None: it opens somebody else's page already."""
    row = {"person_id": person, "phone": sealed, "phone_blind": blind, "made_by": by, "made_at": at}
    try:
        async with conn.begin_nested():
            made = await conn.execute(insert(own_phones).values(row).returning(own_phones.c.id))
    except IntegrityError as error:
        if "uq_own_phones_phone" in str(error.orig):
            return None
        raise
    return PhoneId(made.scalar_one())


async def end(conn: AsyncConnection, person: PersonId, *, by: UserId, at: datetime) -> PhoneId | None:
    """And every session with it; none: there was no telephone."""
    ended = (
        update(own_phones)
        .where(own_phones.c.person_id == person, own_phones.c.ended_at.is_(None))
        .values(ended_at=at, ended_by=by)
        .returning(own_phones.c.id)
    )
    phone = (await conn.execute(ended)).scalar()
    if phone is not None:
        await conn.execute(delete(own_sessions).where(own_sessions.c.phone_id == phone))
    return None if phone is None else PhoneId(phone)


async def of_person(conn: AsyncConnection, person: PersonId) -> Phone | None:
    seen = (
        select(func.max(own_sessions.c.seen_at))
        .where(own_sessions.c.phone_id == own_phones.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            own_phones.c.id,
            own_phones.c.person_id,
            own_phones.c.phone,
            own_phones.c.phone_blind,
            own_phones.c.made_by,
            users.c.shown_as,
            own_phones.c.made_at,
            seen,
        )
        .join(users, users.c.id == own_phones.c.made_by)
        .where(own_phones.c.person_id == person, own_phones.c.ended_at.is_(None))
    )
    row = (await conn.execute(query)).one_or_none()
    return Phone(PhoneId(row[0]), PersonId(row[1]), *row[2:]) if row else None


async def opens(conn: AsyncConnection, blind: bytes) -> tuple[PhoneId, PersonId] | None:
    """Whose page a telephone opens."""
    query = select(own_phones.c.id, own_phones.c.person_id).where(
        own_phones.c.phone_blind == blind, own_phones.c.ended_at.is_(None)
    )
    row = (await conn.execute(query)).one_or_none()
    return None if row is None else (PhoneId(row[0]), PersonId(row[1]))


async def start(
    conn: AsyncConnection, phone: PhoneId, *, token: bytes, at: datetime, ends_at: datetime
) -> None:
    """Sessions that have ended are swept on the way."""
    await conn.execute(
        delete(own_sessions).where(or_(own_sessions.c.ends_at <= at, own_sessions.c.seen_at <= at - IDLE))
    )
    row = {"token_hash": token, "phone_id": phone, "made_at": at, "seen_at": at, "ends_at": ends_at}
    await conn.execute(insert(own_sessions).values(row))


async def bearer(conn: AsyncConnection, token: bytes, *, now: datetime) -> Supervised | None:
    query = (
        select(own_phones.c.person_id, own_sessions.c.seen_at)
        .join(own_phones, own_phones.c.id == own_sessions.c.phone_id)
        .where(
            own_sessions.c.token_hash == token,
            own_sessions.c.ends_at > now,
            own_sessions.c.seen_at > now - IDLE,
            own_phones.c.ended_at.is_(None),
        )
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    if row.seen_at <= now - SEEN_EVERY:
        used = update(own_sessions).where(own_sessions.c.token_hash == token)
        await conn.execute(used.values(seen_at=now))
    return Supervised(PersonId(row.person_id), token)


async def leave(conn: AsyncConnection, token: bytes) -> None:
    await conn.execute(delete(own_sessions).where(own_sessions.c.token_hash == token))
