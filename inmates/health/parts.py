"""Gathering the medical part of a person's own file."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller
from core.i18n import Texts
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.health import giving, rules, store, wire
from inmates.parts import service as parts
from inmates.parts.model import Compartment, Gathered, Released


async def release(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, texts: Texts, language: str
) -> Released:
    found = await people.known(conn, caller, person=person)
    return await parts.release(
        conn,
        keys,
        caller,
        person=found,
        compartment=Compartment.HEALTH,
        found=await _gathered(conn, keys, person, texts, language),
        language=language,
    )


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
