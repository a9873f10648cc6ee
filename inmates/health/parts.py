"""Releasing the medical part of a person's own file, and printing it again."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.i18n import Texts
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.health import giving, rules, store, wire
from inmates.parts import service as parts
from inmates.parts.model import Compartment, Gathered, Part, PartId, Released


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
        compartment=Compartment.HEALTH,
        found=gathered,
        language=language,
    )
    await audit.record(
        conn,
        caller.user,
        action=Permission.HEALTH_WRITE,
        subject_kind="person",
        subject=person,
        detail={"part": made.part.id},
    )
    return made


async def listed(conn: AsyncConnection, caller: Caller, *, person: PersonId) -> Sequence[Part]:
    await people.opened(conn, caller, person=person, part="parts", action=Permission.HEALTH_READ)
    return await of(conn, person)


async def of(conn: AsyncConnection, person: PersonId) -> Sequence[Part]:
    """Of somebody whose compartment was read already; the newest first."""
    return await parts.listed(conn, person, Compartment.HEALTH)


async def content(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, part: PartId
) -> tuple[Part, str | None]:
    """For the paper that the profession hands to the person; none: the keys here do not open it."""
    await people.opened(conn, caller, person=person, part="part", action=Permission.HEALTH_READ)
    return await parts.content(conn, keys, person=person, compartment=Compartment.HEALTH, part=part)


async def _gathered(
    conn: AsyncConnection, keys: Keys, person: PersonId, texts: Texts, language: str
) -> Gathered:
    appointments = [wire.appointment(keys, row) for row in await store.appointments_of(conn, person)]
    noted = [wire.attendance(keys, row) for row in await store.attendances_of(conn, person)]
    findings = [wire.finding(keys, row) for row in await store.findings_of(conn, person)]
    decided = (await store.consequences_of(conn, [person]))[person]
    return giving.gathered(
        rules.kept(appointments, noted, now=clock.now()),
        findings,
        rules.standing(decided),
        say=texts.speaker(language),
        language=language,
    )
