"""Adding, showing and withdrawing photos."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from core.sealing import CannotOpen, Keys
from inmates import service as people
from inmates.model import Person
from inmates.photos import rules, store
from inmates.photos.model import Photo, PhotoId, Size

COMPARTMENT: Final = "identity"
"""Who knows the face may know the passport."""


async def add(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    person: PersonId,
    content: bytes,
    taken_on: date,
) -> PhotoId:
    """Behind those that are there: none is overwritten."""
    found = await people.known(conn, caller, person=person)
    day = rules.dated(taken_on, born_on=found.born_on, today=clock.today())
    kept = await asyncio.to_thread(rules.prepared, content)
    shut = {
        size.value: keys.seal_bytes(COMPARTMENT, copy, place=_place(person, kept.digest, size))
        for size, copy in ((Size.LARGE, kept.large), (Size.SMALL, kept.small))
    }
    made = await store.add(
        conn,
        person,
        taken_on=day,
        digest=kept.digest,
        large=shut["large"],
        small=shut["small"],
        by=caller.user,
    )
    if made is None:
        raise rules.PhotoKnown
    await _recorded(conn, caller, person, photo=made, deed="added")
    return made


async def withdraw(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, photo: PhotoId, why: str
) -> None:
    """It stays where it is, and is shown no more."""
    await people.known(conn, caller, person=person)
    found = await _one(conn, person, photo)
    if not why.strip():
        raise rules.PhotoWhyMissing
    if not await store.withdraw(conn, found.id, by=caller.user, why=why.strip()):
        raise rules.PhotoWithdrawn
    await _recorded(conn, caller, person, photo=photo, deed="withdrawn")


async def listed(
    conn: AsyncConnection, caller: Caller, *, person: PersonId
) -> tuple[Person, Sequence[Photo], Photo | None]:
    """The newest first, withdrawn ones among them, and the one that stands in front."""
    found = await people.opened(conn, caller, person=person, part="photos")
    return found, *(await of(conn, person))


async def of(conn: AsyncConnection, person: PersonId) -> tuple[Sequence[Photo], Photo | None]:
    """The same of somebody whose identity was read already."""
    some = await store.of(conn, person)
    return rules.in_order(some), rules.current(some)


async def picture(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId, photo: PhotoId, size: Size
) -> bytes | None:
    """One of them; a withdrawn one is shown to nobody. None: the keys that are here do not open it."""
    await people.opened(conn, caller, person=person, part="photo")
    found = await _one(conn, person, photo)
    if found.withdrawn is not None:
        raise NotFound
    return await _opened(conn, keys, found, size=size)


async def face(conn: AsyncConnection, keys: Keys, caller: Caller, *, person: PersonId) -> bytes | None:
    """The small one that stands in front, for the head of the file."""
    await people.opened(conn, caller, person=person, part="face")
    return (await _faces(conn, keys, [person])).get(person)


async def faces(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, some: Collection[PersonId]
) -> dict[PersonId, bytes]:
    """Of people in a list that the caller was just given; recorded as one reading of them all."""
    found = await _faces(conn, keys, some)
    if found:
        await audit.record(
            conn,
            caller.user,
            action=Permission.PERSON_READ,
            subject_kind="list",
            detail={"part": "faces", "people": sorted(found)},
        )
    return found


async def every(conn: AsyncConnection, keys: Keys, *, person: PersonId) -> list[tuple[Photo, bytes | None]]:
    """All that count, for the person's own file, whose reading is recorded already."""
    some = [one for one in rules.in_order(await store.of(conn, person)) if one.withdrawn is None]
    return [(one, await _opened(conn, keys, one, size=Size.LARGE)) for one in some]


async def _opened(conn: AsyncConnection, keys: Keys, photo: Photo, *, size: Size) -> bytes | None:
    shut = await store.sealed(conn, photo.id, size=size)
    return _clear(keys, shut, _place(photo.person_id, photo.digest, size))


async def _faces(conn: AsyncConnection, keys: Keys, some: Collection[PersonId]) -> dict[PersonId, bytes]:
    found = {
        person: _clear(keys, shut, _place(owner, digest, Size.SMALL))
        for person, (owner, digest, shut) in (await store.faces(conn, some)).items()
    }
    return {person: face for person, face in found.items() if face is not None}


def _clear(keys: Keys, shut: bytes, place: str) -> bytes | None:
    try:
        return keys.open_bytes(COMPARTMENT, shut, place=place)
    except CannotOpen:
        return None


async def _one(conn: AsyncConnection, person: PersonId, photo: PhotoId) -> Photo:
    found = next((one for one in await store.of(conn, person) if one.id == photo), None)
    if found is None:
        raise NotFound
    return found


async def _recorded(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, photo: PhotoId, deed: str
) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PERSON_WRITE,
        subject_kind="person",
        subject=person,
        detail={"part": "photos", "photo": photo, "deed": deed},
    )


def _place(person: PersonId, digest: str, size: Size) -> str:
    return f"photos.{size}:{person}:{digest}"
