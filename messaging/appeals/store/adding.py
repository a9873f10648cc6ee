"""Adding to the register: a number, a head, entries, what they fold to, and notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.tables import caseloads, institutions, stays
from messaging.appeals import words
from messaging.appeals.model import AppealId, Draft, Entry, Regime, Standing
from messaging.appeals.tables import (
    appeal_entries,
    appeal_notices,
    appeal_serials,
    appeal_standings,
    appeals,
)

COUNTRY = "1700"
"""Of what belongs to no institution."""


async def hold_client(conn: AsyncConnection, client_id: UUID) -> None:
    """The same appeal handed in twice at once: one comes after the other."""
    key = int.from_bytes(client_id.bytes[8:], "big", signed=True)
    await conn.execute(select(func.pg_advisory_xact_lock(key)))


async def place_of(conn: AsyncConnection, person: PersonId, *, at: datetime) -> int | None:
    """The institution where the person stays."""
    query = select(stays.c.institution_id).where(stays.c.person_id == person, stays.c.during.contains(at))
    found = (await conn.execute(query)).scalar()
    return None if found is None else int(found)


async def is_supervised(conn: AsyncConnection, person: PersonId, *, at: datetime) -> bool:
    """In somebody's caseload."""
    query = select(caseloads.c.id).where(caseloads.c.person_id == person, caseloads.c.during.contains(at))
    return (await conn.execute(query.limit(1))).scalar() is not None


async def region_of(conn: AsyncConnection, institution: int | None) -> str | None:
    """Four digits of SOATO; the country where there is no institution, None where it does not exist."""
    if institution is None:
        return COUNTRY
    found = (
        await conn.execute(select(institutions.c.soato).where(institutions.c.id == institution))
    ).scalar()
    return None if found is None else str(found)[:4]


async def draw(conn: AsyncConnection, region: str, *, year: int) -> str:
    """The next public number of one register, whatever the channel, form and kind."""
    first = insert(appeal_serials).values(region=region, year=year, last=1)
    drawn = first.on_conflict_do_update(
        index_elements=["region", "year"], set_={"last": appeal_serials.c.last + 1}
    ).returning(appeal_serials.c.last)
    serial = (await conn.execute(drawn)).scalar_one()
    return f"M-{region}-{year}-{serial:06d}"


async def add(
    conn: AsyncConnection,
    draft: Draft,
    *,
    number: str,
    regime: Regime,
    digest: str,
    law: str,
    at: datetime,
) -> AppealId:
    row = {
        "number": number,
        "client_id": draft.client_id,
        "kind": draft.kind,
        "form": draft.form,
        "channel": draft.channel,
        "regime": regime,
        "topic": draft.topic,
        "subject": draft.subject,
        "body": draft.body,
        "voice_sha256": draft.voice_sha256,
        "applicant": draft.applicant.kind,
        "applicant_person_id": draft.applicant.person,
        "account_id": draft.applicant.account,
        "applicant_name": draft.applicant.name,
        "applicant_address": draft.applicant.address,
        "person_id": draft.person,
        "is_danger": draft.is_danger,
        "language": draft.language,
        "content_sha256": digest,
        "received_at": at,
        "client_created_at": draft.client_created_at,
        "repeats_id": draft.repeats,
        "law": law,
        "found_by": func.array_to_tsvector(
            cast(words.index(number, draft.subject, draft.body, draft.applicant.name), ARRAY(Text))
        ),
    }
    made = await conn.execute(insert(appeals).values(row).returning(appeals.c.id))
    return AppealId(made.scalar_one())


async def add_entry(conn: AsyncConnection, appeal: AppealId, entry: Entry) -> None:
    row = {
        "appeal_id": appeal,
        "position": entry.position,
        "command": entry.command,
        "at": entry.at,
        "side": entry.side,
        "by": entry.by,
        "is_visible": entry.is_visible,
        "said": dict(entry.values),
    }
    await conn.execute(insert(appeal_entries).values(row))


async def write_standing(
    conn: AsyncConnection, appeal: AppealId, *, standing: Standing, rung_at: datetime | None
) -> None:
    """As the fold gives it; a test folds everything again and compares."""
    row: dict[str, Any] = {
        "state": standing.state,
        "desk": standing.desk,
        "institution_id": standing.institution,
        "handler_id": standing.handler,
        "due_at": standing.due_at,
        "is_danger": standing.is_danger,
        "joined_to": standing.joined_to,
        "ended_at": standing.ended_at,
        "rung_at": rung_at,
        "entries": standing.entries,
    }
    first = insert(appeal_standings).values(appeal_id=appeal, **row)
    await conn.execute(first.on_conflict_do_update(index_elements=["appeal_id"], set_=row))


async def add_notice(
    conn: AsyncConnection,
    appeal: AppealId,
    *,
    template: str,
    audience: str,
    user: UserId | None = None,
    role: str | None = None,
    at: datetime,
) -> None:
    row = {
        "appeal_id": appeal,
        "template": template,
        "audience": audience,
        "user_id": user,
        "role": role,
        "made_at": at,
    }
    await conn.execute(insert(appeal_notices).values(row))
