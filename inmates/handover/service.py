"""Exporting a file, certifying it, proving a copy, handing over to health care."""

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import NotFound
from core.i18n import Texts
from core.model import PersonId
from core.sealing import Keys
from inmates import service as people
from inmates.handover import fhir, rules, store
from inmates.handover.model import (
    Certificate,
    CertificateId,
    Identify,
    Purpose,
    Sections,
    Subject,
    Verified,
)
from inmates.model import Person
from inmates.parts import store as parts_store
from inmates.parts.model import Part

MOST = 50
"""Certificates of a page."""


async def export(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    sections: Sections,
    texts: Texts,
    language: str,
    keys: Keys,
) -> dict[str, Any]:
    """The whole file as it is now, but for the compartments; the reading and the export are recorded."""
    found = await people.opened(conn, caller, person=person, part="file")
    await _recorded(conn, caller, person, what="file")
    return await _gathered(conn, caller, sections=sections, subject=Subject(found, texts, language, keys))


async def certify(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    purpose: Purpose,
    sections: Sections,
    texts: Texts,
    language: str,
    keys: Keys,
) -> Certificate:
    """A copy that can be proved for ever: content, digest, number, who and when."""
    found = await people.known(conn, caller, person=person)
    subject = Subject(found, texts, language, keys)
    content = rules.spelled(await _gathered(conn, caller, sections=sections, subject=subject))
    number = rules.number(clock.today(), secrets.token_hex(4))
    made = await store.add(
        conn,
        person,
        number=number,
        purpose=purpose,
        content=content,
        digest=rules.digest(content),
        made_at=clock.now(),
        by=caller.user,
    )
    await _recorded(conn, caller, person, what="certificate", certificate=made, purpose=purpose)
    kept = await store.certificate(conn, made, person=person)
    if kept is None:
        raise NotFound
    return kept


async def copy(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, certificate: CertificateId
) -> Certificate:
    await people.opened(conn, caller, person=person, part="certificate")
    found = await store.certificate(conn, certificate, person=person)
    if found is None:
        raise NotFound
    await _recorded(conn, caller, person, what="copy", certificate=certificate)
    return found


async def listed(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    after: CertificateId | None = None,
    most: int = MOST,
) -> tuple[Person, Sequence[Certificate], CertificateId | None]:
    """Newest first, and where the next page begins."""
    found = await people.opened(conn, caller, person=person, part="certificates")
    rows = await store.certificates(conn, person, after=after, most=most + 1)
    return found, rows[:most], rows[most - 1].id if len(rows) > most else None


async def verify(conn: AsyncConnection, number: str, *, digest: str) -> Verified:
    """Whoever holds the paper has both; nobody learns whose it is."""
    made_at = await store.certified_at(conn, number, digest=digest)
    if made_at is None:
        raise NotFound
    return Verified(number, made_at.astimezone(clock.HERE).date())


async def patient(
    conn: AsyncConnection,
    caller: Caller,
    *,
    person: PersonId,
    identify: Identify,
    texts: Texts,
    language: str,
    keys: Keys,
) -> dict[str, Any]:
    """For health care outside; the hand-over is recorded."""
    found = await people.opened(conn, caller, person=person, part="fhir")
    await _recorded(conn, caller, person, what="fhir")
    return fhir.patient(found, await identify(conn, Subject(found, texts, language, keys)))


async def _gathered(
    conn: AsyncConnection, caller: Caller, *, sections: Sections, subject: Subject
) -> dict[str, Any]:
    found = {name: await gather(conn, subject) for name, gather in sections.items()}
    return rules.content(
        subject,
        found,
        made_at=clock.now(),
        made_by=caller.shown_as,
        kept_apart=subject.say("handover.kept_apart"),
        parts=await sealed(conn, subject.person.id),
    )


async def sealed(conn: AsyncConnection, person: PersonId) -> Sequence[tuple[Part, bytes]]:
    """The last part that each closed compartment released, as only the person can open it."""
    return await parts_store.newest(conn, person)


async def _recorded(conn: AsyncConnection, caller: Caller, person: PersonId, **detail: Any) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PERSON_EXPORT,
        subject_kind="person",
        subject=person,
        detail=detail,
    )
