"""Gathering the psychologist's part of a person's own file."""

from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.i18n import Texts
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.parts import service as parts
from inmates.parts.model import Compartment, Gathered, Released
from inmates.psychology import catalogue, giving, rules, store, wire


async def release(
    conn: AsyncConnection, keys: Keys, *, caller: Caller, person: PersonId, texts: Texts, language: str
) -> Released:
    found = await people.known(conn, caller, person=person)
    return await parts.release(
        conn,
        keys,
        caller,
        person=found,
        compartment=Compartment.PSYCHOLOGY,
        found=await _gathered(conn, keys, person, texts, language),
        language=language,
    )


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
