"""Photos as the records hold them; what they show is sealed."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, any_, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.photos.model import Photo, PhotoId, Size, Withdrawal
from inmates.photos.tables import photo_withdrawals, photos
from inmates.store import same_human
from inmates.tables import persons

COLUMN = {Size.LARGE: photos.c.large, Size.SMALL: photos.c.small}


async def add(
    conn: AsyncConnection,
    person: PersonId,
    *,
    taken_on: date,
    digest: str,
    large: bytes,
    small: bytes,
    by: UserId,
) -> PhotoId | None:
    """None: the same file is there already."""
    row = {
        "person_id": person,
        "taken_on": taken_on,
        "digest": digest,
        "large": large,
        "small": small,
        "made_by": by,
    }
    made = insert(photos).values(row).on_conflict_do_nothing().returning(photos.c.id)
    found = (await conn.execute(made)).scalar_one_or_none()
    return None if found is None else PhotoId(found)


async def withdraw(conn: AsyncConnection, photo: PhotoId, *, by: UserId, why: str) -> bool:
    """False: it was withdrawn before."""
    row = {"photo_id": photo, "made_by": by, "why": why}
    made = insert(photo_withdrawals).values(row).on_conflict_do_nothing().returning(photo_withdrawals.c.id)
    return (await conn.execute(made)).scalar_one_or_none() is not None


async def of(conn: AsyncConnection, person: PersonId) -> list[Photo]:
    """In all files of this human, withdrawn ones too."""
    query = _photos().where(photos.c.person_id.in_(same_human(person)))
    return [_photo(row) for row in await conn.execute(query)]


async def sealed(conn: AsyncConnection, photo: PhotoId, *, size: Size) -> bytes:
    query = select(COLUMN[size]).where(photos.c.id == photo)
    return bytes((await conn.execute(query)).scalar_one())


async def faces(
    conn: AsyncConnection, people: Collection[PersonId]
) -> dict[PersonId, tuple[PersonId, str, bytes]]:
    """Of each who has one: in whose file the newest lies, its digest, and the small one, sealed."""
    asked, lying = persons.alias("asked"), persons.alias("lying")
    root = func.coalesce(asked.c.survivor_id, asked.c.id)
    query = (
        select(asked.c.id, photos.c.person_id, photos.c.digest, photos.c.small)
        .join(lying, (lying.c.id == root) | (lying.c.survivor_id == root))
        .join(photos, photos.c.person_id == lying.c.id)
        .outerjoin(photo_withdrawals)
        .where(
            asked.c.id == any_(cast(list(people), ARRAY(BigInteger))),
            photo_withdrawals.c.id.is_(None),
        )
        .ext(distinct_on(asked.c.id))
        .order_by(asked.c.id, photos.c.taken_on.desc(), photos.c.id.desc())
    )
    found = await conn.execute(query)
    return {PersonId(row[0]): (PersonId(row[1]), row[2], bytes(row[3])) for row in found}


def _photos() -> Select[Any]:
    gone = photo_withdrawals
    return select(
        photos.c.id,
        photos.c.person_id,
        photos.c.taken_on,
        photos.c.digest,
        photos.c.made_at,
        photos.c.made_by,
        gone.c.made_at.label("gone_at"),
        gone.c.made_by.label("gone_by"),
        gone.c.why,
    ).outerjoin(gone)


def _photo(row: Any) -> Photo:
    gone = None if row.gone_at is None else Withdrawal(row.gone_at, UserId(row.gone_by), row.why)
    return Photo(
        PhotoId(row.id),
        PersonId(row.person_id),
        row.taken_on,
        row.digest,
        row.made_at,
        UserId(row.made_by),
        gone,
    )
