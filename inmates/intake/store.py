"""Imports as the records hold them."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    cast,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from core import db
from core.accounts import in_force
from core.auth import Caller, Role
from core.model import PersonId, UserId
from core.tables import users
from inmates.intake.model import Counts, Import, ImportId, Kind, Note, Outcome, State
from inmates.intake.tables import import_chunks, import_rows, imports
from inmates.model import Scope
from inmates.store import picked, seen_among
from inmates.tables import postings

ONE_AFTER_THE_OTHER: Final = "ejazo imports"
SUMS: Final = ("rows", "stored", "held", "wrong")


async def add(conn: AsyncConnection, new: Import) -> ImportId | None:
    """None: this user gave this file before."""
    row = {
        "kind": new.kind,
        "digest": new.digest,
        "name": new.name,
        "is_trial": new.is_trial,
        "heading": list(new.heading),
        "columns": dict(new.columns),
        "made_by": new.made_by,
        "made_at": new.made_at,
        "ended_at": new.ended_at,
        "stopped": new.stopped,
    }
    made = postgresql.insert(imports).values(row).on_conflict_do_nothing().returning(imports.c.id)
    found = (await conn.execute(made)).scalar_one_or_none()
    return None if found is None else ImportId(found)


async def add_chunks(conn: AsyncConnection, ident: ImportId, *, chunks: Sequence[tuple[int, bytes]]) -> None:
    """Rows and sealed content of each."""
    rows = [
        {"import_id": ident, "number": number, "rows": count, "content": content}
        for number, (count, content) in enumerate(chunks)
    ]
    await db.copy(conn, import_chunks, rows=rows)


async def copy_chunks(conn: AsyncConnection, source: ImportId, *, into: ImportId) -> None:
    """The same file once more."""
    names = ("number", "rows", "content")
    taken = select(cast(into, BigInteger), *(import_chunks.c[name] for name in names))
    query = insert(import_chunks).from_select(
        ["import_id", *names], taken.where(import_chunks.c.import_id == source)
    )
    await conn.execute(query)


async def one(
    conn: AsyncConnection, ident: ImportId, *, scope: Scope, kinds: Collection[Kind]
) -> Import | None:
    query = _imports().where(imports.c.id == ident, _shared(scope), imports.c.kind.in_(kinds))
    row = (await conn.execute(query)).one_or_none()
    return _import(row) if row else None


async def known(conn: AsyncConnection, ident: ImportId) -> Import | None:
    """For the worker, not for callers."""
    row = (await conn.execute(_imports().where(imports.c.id == ident))).one_or_none()
    return _import(row) if row else None


async def same(conn: AsyncConnection, user: UserId, *, kind: Kind, digest: str) -> Import | None:
    """The import of this file that was no trial."""
    mine = imports.c.made_by == user, imports.c.kind == kind, imports.c.digest == digest
    row = (await conn.execute(_imports().where(*mine, ~imports.c.is_trial))).one_or_none()
    return _import(row) if row else None


async def listed(
    conn: AsyncConnection, scope: Scope, *, kinds: Collection[Kind], after: ImportId | None, most: int
) -> list[Import]:
    """The newest first."""
    query = _imports().where(_shared(scope), imports.c.kind.in_(kinds))
    if after is not None:
        query = query.where(imports.c.id < after)
    rows = await conn.execute(query.order_by(imports.c.id.desc()).limit(most))
    return [_import(row) for row in rows]


async def waiting(conn: AsyncConnection) -> list[ImportId]:
    query = select(imports.c.id).where(imports.c.ended_at.is_(None)).order_by(imports.c.id)
    return [ImportId(ident) for ident in (await conn.execute(query)).scalars()]


async def take_turn(conn: AsyncConnection) -> None:
    """Until the end of the transaction: two imports do not judge the same people at once."""
    await conn.execute(select(func.pg_advisory_xact_lock(func.hashtext(ONE_AFTER_THE_OTHER))))


async def claim(conn: AsyncConnection, ident: ImportId) -> bool:
    """As long as the connection lives, this import is worked on through it, or else by somebody else."""
    return bool((await conn.execute(select(func.pg_try_advisory_lock(*_lock(ident))))).scalar_one())


async def release(conn: AsyncConnection, ident: ImportId) -> None:
    await conn.execute(select(func.pg_advisory_unlock(*_lock(ident))))


def _lock(ident: ImportId) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return func.hashtext(ONE_AFTER_THE_OTHER), cast(ident % 2**31, Integer)


async def chunk(
    conn: AsyncConnection, ident: ImportId, number: int
) -> tuple[bytes | None, datetime | None] | None:
    """Sealed content, and when it was done; none: there are no more."""
    query = select(import_chunks.c.content, import_chunks.c.done_at).where(
        import_chunks.c.import_id == ident, import_chunks.c.number == number
    )
    row = (await conn.execute(query.with_for_update())).one_or_none()
    return (row[0], row[1]) if row else None


async def undone(conn: AsyncConnection, ident: ImportId) -> int | None:
    query = select(func.min(import_chunks.c.number)).where(
        import_chunks.c.import_id == ident, import_chunks.c.done_at.is_(None)
    )
    found: int | None = (await conn.execute(query)).scalar_one()
    return found


async def contents(conn: AsyncConnection, ident: ImportId) -> list[bytes]:
    """Of the chunks that still have one, in order."""
    query = select(import_chunks.c.content).where(
        import_chunks.c.import_id == ident, import_chunks.c.content.is_not(None)
    )
    return list((await conn.execute(query.order_by(import_chunks.c.number))).scalars())


async def keep(
    conn: AsyncConnection, ident: ImportId, number: int, *, outcomes: Sequence[Outcome], at: datetime
) -> None:
    """What became of the rows of a chunk."""
    rows = [
        {
            "import_id": ident,
            "row": each.row,
            "state": each.state,
            "person_id": each.person,
            "notes": json.dumps([_said(note) for note in each.notes]),
        }
        for each in outcomes
    ]
    await db.copy(conn, import_rows, rows=rows)
    counts = {state.value: sum(each.state is state for each in outcomes) for state in State}
    await conn.execute(update(import_chunks).where(*_chunk(ident, number)).values(**counts, done_at=at))


async def rewrite(conn: AsyncConnection, ident: ImportId, number: int, *, content: bytes | None) -> None:
    """What of a chunk's rows is still needed."""
    await conn.execute(update(import_chunks).where(*_chunk(ident, number)).values(content=content))


def _chunk(ident: ImportId, number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return import_chunks.c.import_id == ident, import_chunks.c.number == number


async def forget(conn: AsyncConnection, *, before: datetime) -> int:
    """Trials that came to nothing by then lose their rows' content; how many."""
    old = select(imports.c.id).where(imports.c.is_trial, imports.c.made_at < before)
    mine = import_chunks.c.import_id.in_(old), import_chunks.c.content.is_not(None)
    return int((await conn.execute(update(import_chunks).where(*mine).values(content=None))).rowcount)


async def end(conn: AsyncConnection, ident: ImportId, *, at: datetime, stopped: str = "") -> None:
    still = imports.c.id == ident, imports.c.ended_at.is_(None)
    await conn.execute(update(imports).where(*still).values(ended_at=at, stopped=stopped))


async def said(
    conn: AsyncConnection, ident: ImportId, *, after: int = 0, most: int | None = None
) -> list[Outcome]:
    """Rows of which there is something to say, in the order of the file."""
    mine = (
        import_rows.c.import_id == ident,
        import_rows.c.row > cast(after, BigInteger),
        text("notes <> '[]'"),
    )
    query = select(import_rows).where(*mine).order_by(import_rows.c.row).limit(most)
    return [_outcome(row) for row in await conn.execute(query)]


async def maker(conn: AsyncConnection, user: UserId) -> Caller | None:
    """Who gave the file, if they still may sign in."""
    query = select(users.c.login, users.c.role, users.c.shown_as, users.c.language)
    row = (await conn.execute(query.where(users.c.id == user, in_force()))).one_or_none()
    return Caller(user, row.login, Role(row.role), row.shown_as, row.language, b"") if row else None


async def seen(
    conn: AsyncConnection, scope: Scope, *, numbers: Collection[str] = (), people: Collection[PersonId] = ()
) -> dict[str, PersonId]:
    """By file number those whom the caller sees, of these."""
    some = picked(numbers, people)
    query = select(some.c.number, some.c.id).where(seen_among(scope, some.c.id))
    return {row.number: PersonId(row.id) for row in await conn.execute(query)}


def _shared(scope: Scope) -> ColumnElement[bool]:
    """Their own, and those of colleagues who are posted where they are."""
    if scope.user is None:
        return imports.c.id.is_not(None)
    mine, theirs = postings.alias("mine"), postings.alias("theirs")
    colleagues = (
        select(theirs.c.user_id)
        .join(mine, mine.c.institution_id == theirs.c.institution_id)
        .where(
            mine.c.user_id == scope.user, mine.c.during.contains(scope.at), theirs.c.during.contains(scope.at)
        )
    )
    return or_(imports.c.made_by == scope.user, imports.c.made_by.in_(colleagues))


def _imports() -> Select[Any]:
    sums = (
        select(*(func.coalesce(func.sum(import_chunks.c[name]), 0).label(name) for name in SUMS))
        .where(import_chunks.c.import_id == imports.c.id)
        .lateral("sums")
    )
    return select(imports, *(sums.c[name] for name in SUMS)).join(sums, imports.c.id.is_not(None))


def _import(row: Any) -> Import:
    return Import(
        ImportId(row.id),
        Kind(row.kind),
        row.digest,
        row.name,
        row.is_trial,
        tuple(row.heading),
        row.columns,
        UserId(row.made_by),
        row.made_at,
        row.ended_at,
        row.stopped,
        Counts(*(int(getattr(row, name)) for name in SUMS)),
    )


def _said(note: Note) -> dict[str, Any]:
    return {"column": note.column, "code": note.code, "values": dict(note.values)}


def _outcome(row: Any) -> Outcome:
    notes = tuple(Note(one["column"], one["code"], one["values"]) for one in row.notes)
    return Outcome(row.row, State(row.state), row.person_id, notes)
