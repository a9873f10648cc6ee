"""Releasing a part, and showing it to its profession again: guarded and recorded as its compartment is."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.model import PersonId
from core.sealing import CannotOpen, Keys
from inmates import service as people
from inmates.model import Person
from inmates.parts import rules, store
from inmates.parts.model import Compartment, Gathered, Part, PartId, Released

READING = {
    Compartment.HEALTH: Permission.HEALTH_READ,
    Compartment.PSYCHOLOGY: Permission.PSYCHOLOGY_READ,
}
RELEASING = {
    Compartment.HEALTH: Permission.HEALTH_WRITE,
    Compartment.PSYCHOLOGY: Permission.PSYCHOLOGY_WRITE,
}


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
    """Into the person's own file, which whoever carries it cannot read (ADR-0043). Sealed twice: for the
    person, by a code that is said once, and for the profession by its own key."""
    now, number = clock.now(), rules.number(clock.today(), secrets.token_hex(4))
    head = {"compartment": compartment, "number": number, "language": language} | _made(person, caller, now)
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
    made = (await store.of(conn, person.id, compartment))[0]
    await audit.record(
        conn,
        caller.user,
        action=RELEASING[compartment],
        subject_kind="person",
        subject=person.id,
        detail={"part": made.id},
    )
    return Released(made, code)


async def listed(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, compartment: Compartment
) -> Sequence[Part]:
    await people.opened(conn, caller, person=person, part="parts", action=READING[compartment])
    return await of(conn, person, compartment)


async def of(conn: AsyncConnection, person: PersonId, compartment: Compartment) -> Sequence[Part]:
    """Of somebody whose compartment was read already; the newest first."""
    return await store.of(conn, person, compartment)


async def content(
    conn: AsyncConnection,
    keys: Keys,
    *,
    caller: Caller,
    person: PersonId,
    compartment: Compartment,
    part: PartId,
) -> tuple[Part, str | None]:
    """For the paper that the profession hands to the person; None: its keys are not here."""
    await people.opened(conn, caller, person=person, part="part", action=READING[compartment])
    found = next((one for one in await store.of(conn, person, compartment) if one.id == part), None)
    if found is None:
        raise NotFound
    shut = await store.kept(conn, part)
    try:
        return found, keys.open(compartment, shut, place=_place(found.number))
    except CannotOpen:
        return found, None


def _made(person: Person, caller: Caller, now: datetime) -> dict[str, Any]:
    """Of whom, when and by whom."""
    names = (person.surname, person.given_name, person.patronymic)
    return {
        "made_at": now.isoformat(),
        "made_by": caller.shown_as,
        "person": {"number": person.number, "name": " ".join(filter(None, names))},
    }


def _place(number: str) -> str:
    return f"file_parts.kept:{number}"
