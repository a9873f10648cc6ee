"""What was worked, as the records hold it: entries and the entries that correct them."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.employment.model import Entry, EntryId, EntryKind, Placement, PlacementId, Said
from inmates.employment.store import among, run_by, unless
from inmates.employment.tables import job_placements, jobs, work_entries
from inmates.model import Scope


async def add_entry(
    conn: AsyncConnection,
    placed: Placement,
    said: Said,
    *,
    replaces: EntryId | None,
    why: str,
    by: UserId,
) -> EntryId | None:
    """None: the one it replaces has been replaced already."""
    row = {
        "placement_id": placed.id,
        "person_id": placed.person_id,
        "kind": said.kind,
        "on_date": said.on,
        "starts_at": said.starts_at,
        "ends_at": said.ends_at,
        "break_min": said.break_min,
        "pieces": said.pieces,
        "replaces": replaces,
        "why": why,
        "made_by": by,
    }
    made = insert(work_entries).values(row).returning(work_entries.c.id)
    ident = await unless(conn, "uq_work_entries_replaces", made=made)
    return None if ident is None else EntryId(ident)


async def entry(conn: AsyncConnection, ident: EntryId, *, scope: Scope) -> Entry | None:
    """Of who runs the place where it was worked."""
    query = (
        select(work_entries)
        .join(job_placements, job_placements.c.id == work_entries.c.placement_id)
        .join(jobs, jobs.c.id == job_placements.c.job_id)
        .where(work_entries.c.id == ident, run_by(scope, jobs.c.institution_id))
    )
    row = (await conn.execute(query)).one_or_none()
    return _entry(row) if row else None


async def is_replaced(conn: AsyncConnection, ident: EntryId) -> bool:
    query = select(work_entries.c.id).where(work_entries.c.replaces == ident)
    return (await conn.execute(query)).first() is not None


async def entries(
    conn: AsyncConnection, people: Collection[PersonId], *, since: date, until: date
) -> list[Entry]:
    """Of these people on these days, corrected ones too; a correction stays in the month it corrects."""
    query = select(work_entries).where(
        among(work_entries.c.person_id, people),
        work_entries.c.on_date >= since,
        work_entries.c.on_date < until,
    )
    return [_entry(row) for row in await conn.execute(query.order_by(work_entries.c.id))]


async def worked_from(conn: AsyncConnection, ident: PlacementId, day: date) -> bool:
    """Whether work of that day or later is written down, and was not taken back."""
    newer = work_entries.alias("newer")
    query = select(work_entries.c.id).where(
        work_entries.c.placement_id == ident,
        work_entries.c.on_date >= day,
        work_entries.c.kind != EntryKind.VOID,
        ~exists().where(newer.c.replaces == work_entries.c.id),
    )
    return (await conn.execute(query.limit(1))).first() is not None


async def every_entry(conn: AsyncConnection, person: PersonId) -> Sequence[Entry]:
    query = select(work_entries).where(work_entries.c.person_id == person).order_by(work_entries.c.id)
    return [_entry(row) for row in await conn.execute(query)]


def _entry(row: Any) -> Entry:
    said = Said(EntryKind(row.kind), row.on_date, row.starts_at, row.ends_at, row.break_min, row.pieces)
    return Entry(
        EntryId(row.id),
        PlacementId(row.placement_id),
        PersonId(row.person_id),
        said,
        EntryId(row.replaces) if row.replaces else None,
        row.why,
        UserId(row.made_by),
        row.made_at,
    )
