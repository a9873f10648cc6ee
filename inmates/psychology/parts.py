"""Releasing the psychologist's part of a person's own file, and printing it again."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit
from core.auth import Caller, Permission
from core.i18n import Texts
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.parts import service as parts
from inmates.parts.model import Compartment, Gathered, Part, PartId, Released
from inmates.psychology import catalogue, giving, rules, store, wire


async def release(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, texts: Texts, language: str
) -> Released:
    """Into the person's own file, sealed: whoever carries the file cannot read it (ADR-0043)."""
    found = await people.known(conn, caller, person=person)
    gathered = await _gathered(conn, keys, person, texts, language)
    made = await parts.release(
        conn,
        keys,
        caller,
        person=found,
        compartment=Compartment.PSYCHOLOGY,
        found=gathered,
        language=language,
    )
    await audit.record(
        conn,
        caller.user,
        action=Permission.PSYCHOLOGY_WRITE,
        subject_kind="person",
        subject=person,
        detail={"part": made.part.id},
    )
    return made


async def listed(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Sequence[Part]:
    await people.opened(conn, caller, person=person, part="parts", action=Permission.PSYCHOLOGY_READ)
    return await of(conn, person)


async def of(conn: AsyncConnection, person: PersonId) -> Sequence[Part]:
    """Of somebody whose compartment was read already; the newest first."""
    return await parts.listed(conn, person, Compartment.PSYCHOLOGY)


async def content(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, part: PartId
) -> tuple[Part, str | None]:
    """For the paper that the profession hands to the person; none: the keys here do not open it."""
    await people.opened(conn, caller, person=person, part="part", action=Permission.PSYCHOLOGY_READ)
    return await parts.content(conn, keys, person=person, compartment=Compartment.PSYCHOLOGY, part=part)


async def _gathered(
    conn: AsyncConnection, keys: Keys, person: PersonId, texts: Texts, language: str
) -> Gathered:
    rows = [wire.screening(keys, row) for row in await store.screenings_of(conn, person)]
    opened = [row for row in rows if row]
    taken = [one for _, some in sorted(rules.series(opened).items()) for one in some]
    return giving.gathered(
        taken,
        len(rows) - len(opened),
        screens=catalogue.screens(),
        say=texts.speaker(language),
        language=language,
    )
