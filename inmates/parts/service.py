"""Releasing a part, and showing it to its profession again; the compartments guard and record."""

import secrets
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller
from core.errors import NotFound
from core.model import PersonId
from core.sealing import CannotOpen, Keys
from inmates.model import Person
from inmates.parts import rules, store
from inmates.parts.model import Compartment, Gathered, Part, PartId, Released


async def release(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    person: Person,
    compartment: Compartment,
    found: Gathered,
    language: str,
) -> Released:
    """Sealed twice: for the person, by a code that is said once, and for the profession by its own key."""
    now, number = clock.now(), rules.number(clock.today(), secrets.token_hex(4))
    names = (person.surname, person.given_name, person.patronymic)
    head = {
        "compartment": compartment,
        "number": number,
        "language": language,
        "made_at": now.isoformat(),
        "made_by": caller.shown_as,
        "person": {"number": person.number, "name": " ".join(filter(None, names))},
    }
    text, code = rules.content(head, found), rules.code(secrets.token_bytes(rules.DRAWN))
    await store.add(
        conn,
        person.id,
        compartment,
        number=number,
        digest=rules.digest(text),
        given=rules.sealed(text, number=number, code=code, nonce=secrets.token_bytes(rules.NONCE)),
        kept=keys.seal(compartment, text, place=_place(number)),
        made_at=now,
        by=caller.user,
    )
    return Released((await store.of(conn, person.id, compartment))[0], code)


async def listed(conn: AsyncConnection, person: PersonId, compartment: Compartment) -> Sequence[Part]:
    """The newest first."""
    return await store.of(conn, person, compartment)


async def content(
    conn: AsyncConnection, keys: Keys, *, person: PersonId, compartment: Compartment, part: PartId
) -> tuple[Part, str | None]:
    """None: the keys of the compartment are not here."""
    found = next((one for one in await store.of(conn, person, compartment) if one.id == part), None)
    if found is None:
        raise NotFound
    shut = await store.kept(conn, part)
    try:
        return found, keys.open(compartment, shut, place=_place(found.number))
    except CannotOpen:
        return found, None


def _place(number: str) -> str:
    return f"file_parts.kept:{number}"
