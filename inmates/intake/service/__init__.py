"""Taking in a file, looking at what became of its rows, and giving back those that were not stored."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock, sheets, workbooks
from core.auth import Caller, Permission
from core.errors import Conflict, NotFound
from core.sealing import Keys
from inmates.intake import catalogue, store
from inmates.intake.model import Begun, Counts, Import, ImportId, Kind, Outcome, State
from inmates.intake.service.working import KindNotTheirs, may, opened, sealed
from inmates.service import within

CHUNK: Final = 500
"""Rows that are written together."""
MOST_ROWS: Final = 1_000_000
MOST: Final = 200
"""Of a page."""
NEW: Final = ImportId(0)


class Forgotten(Conflict):
    """A trial's rows are not kept for ever."""

    code = "import_forgotten"


class NoTrial(Conflict):
    """Only a trial can be made real."""

    code = "import_no_trial"


async def begin(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    kind: Kind,
    name: str,
    data: bytes,
    is_trial: bool,
    given: Mapping[str, str] | None = None,
) -> Begun:
    """Kept and waiting; the same file from the same user is one import, however often it comes. `given`: what
    headings stand for, by hand."""
    if not may(caller, kind):
        raise KindNotTheirs
    digest = sha256(data).hexdigest()
    if not is_trial and (found := await store.same(conn, caller.user, kind=kind, digest=digest)):
        return Begun(found, is_new=False)
    numbered, heading = await asyncio.to_thread(_headed, data)
    columns = columns_of(kind, heading, given=given)
    new = _new(caller, kind, data=data, name=name, is_trial=is_trial, heading=heading, columns=columns)
    return await _kept(conn, caller, new, await asyncio.to_thread(_sealed, keys, new, numbered))


async def shelve(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, kind: Kind, name: str, data: bytes
) -> Begun:
    """A file whose columns we do not know: kept as a trial that has ended, until somebody says what is what
    (`columned`)."""
    if not may(caller, kind):
        raise KindNotTheirs
    numbered, heading = await asyncio.to_thread(_headed, data)
    columns = sheets.places(heading, catalogue.headings(kind))
    new = _new(caller, kind, data=data, name=name, is_trial=True, heading=heading, columns=columns)
    new = replace(new, ended_at=new.made_at, stopped=sheets.NoColumn.code)
    return await _kept(conn, caller, new, await asyncio.to_thread(_sealed, keys, new, numbered))


async def columned(
    conn: AsyncConnection, caller: Caller, *, source: ImportId, fields: Sequence[str]
) -> Begun:
    """The rows of a trial once more, as another trial: `fields` says of each heading what it stands for,
    empty: nothing."""
    found = await read(conn, caller, ident=source)
    if not found.is_trial:
        raise NoTrial
    if len(await store.contents(conn, source)) == 0:
        raise Forgotten
    columns = _chosen(found, fields)
    new = replace(found, columns=columns, made_by=caller.user, made_at=clock.now(), ended_at=None, stopped="")
    return await _copied(conn, caller, new, source=source)


async def make_real(conn: AsyncConnection, caller: Caller, *, trial: ImportId) -> Begun:
    """The rows of a trial, in earnest."""
    found = await read(conn, caller, ident=trial)
    if not found.is_trial or found.stopped:
        raise NoTrial
    if made := await store.same(conn, caller.user, kind=found.kind, digest=found.digest):
        return Begun(made, is_new=False)
    if len(await store.contents(conn, trial)) == 0:
        raise Forgotten
    new = replace(found, is_trial=False, made_by=caller.user, made_at=clock.now(), ended_at=None, stopped="")
    return await _copied(conn, caller, new, source=trial)


async def listed(
    conn: AsyncConnection, caller: Caller, *, after: ImportId | None = None, most: int = MOST
) -> Sequence[Import]:
    """One more than asked for, where there is one; the newest first."""
    kinds = kinds_of(caller)
    return await store.listed(conn, within(caller), kinds=kinds, after=after, most=min(most, MOST) + 1)


async def read(conn: AsyncConnection, caller: Caller, *, ident: ImportId) -> Import:
    found = await store.one(conn, ident, scope=within(caller), kinds=kinds_of(caller))
    if found is None:
        raise NotFound
    return found


async def said(
    conn: AsyncConnection, caller: Caller, *, ident: ImportId, after: int = 0, most: int = MOST
) -> Sequence[Outcome]:
    """Rows of which there is something to say; one more than asked for, where there is one."""
    found = await read(conn, caller, ident=ident)
    return await store.said(conn, found.id, after=after, most=min(most, MOST) + 1)


async def rejected(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, ident: ImportId
) -> tuple[Import, Sequence[tuple[Outcome, Sequence[str]]]]:
    """The rows that were not stored, with their cells, to be put right and given again; recorded."""
    found = await read(conn, caller, ident=ident)
    outcomes = {one.row: one for one in await store.said(conn, found.id) if one.state is not State.STORED}
    contents = await store.contents(conn, found.id)
    if outcomes and not contents:
        raise Forgotten
    await audit.record(
        conn,
        caller.user,
        action=Permission.PERSON_IMPORT,
        subject_kind="import",
        subject=ident,
        detail={"rejected": len(outcomes)},
    )
    cells = {number: texts for content in contents for number, texts in opened(keys, found, content)}
    return found, [(outcomes[row], cells[row]) for row in sorted(outcomes)]


def columns_of(
    kind: Kind, heading: Sequence[str], *, given: Mapping[str, str] | None = None
) -> Mapping[str, int]:
    """Which column is what: said by hand, or by its heading in any of our languages."""
    return _complete(kind, sheets.places(heading, catalogue.headings(kind), given=given))


def kinds_of(caller: Caller) -> list[Kind]:
    return [kind for kind in Kind if may(caller, kind)]


def _chunks(numbered: Iterator[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    count = 0
    while rows := list(islice(numbered, CHUNK)):
        count += len(rows)
        if count > MOST_ROWS:
            raise sheets.TooManyRows(count=MOST_ROWS)
        yield rows


def _chosen(found: Import, fields: Sequence[str]) -> Mapping[str, int]:
    known = catalogue.FIELDS[found.kind]
    columns: dict[str, int] = {}
    for place, field in enumerate(fields[: len(found.heading)]):
        if field and field not in known:
            raise sheets.NoField(name=field)
        if field in columns:
            raise sheets.ColumnTwice(name=found.heading[place])
        if field:
            columns[field] = place
    return _complete(found.kind, columns)


def _complete(kind: Kind, columns: Mapping[str, int]) -> Mapping[str, int]:
    for name in catalogue.needed(kind):
        if name not in columns:
            raise sheets.NoColumn(name=name)
    if kind is not Kind.PEOPLE and not {"number", "pinfl"} & columns.keys():
        raise sheets.NoColumn(name="number")
    return columns


def _headed(data: bytes) -> tuple[Iterator[tuple[int, list[str]]], list[str]]:
    numbered = workbooks.rows(data)
    return numbered, next(numbered, (1, []))[1]


def _new(
    caller: Caller,
    kind: Kind,
    *,
    data: bytes,
    name: str,
    is_trial: bool,
    heading: Sequence[str],
    columns: Mapping[str, int],
) -> Import:
    digest, shown, now = sha256(data).hexdigest(), name.strip()[-200:], clock.now()
    places = tuple(heading), columns
    nothing = Counts(0, 0, 0, 0)
    return Import(NEW, kind, digest, shown, is_trial, *places, caller.user, now, None, "", nothing)


def _sealed(keys: Keys, new: Import, numbered: Iterator[tuple[int, list[str]]]) -> list[tuple[int, bytes]]:
    chunks = [(len(rows), sealed(keys, new, rows)) for rows in _chunks(numbered)]
    if not chunks:
        raise sheets.EmptySheet
    return chunks


async def _copied(conn: AsyncConnection, caller: Caller, new: Import, *, source: ImportId) -> Begun:
    ident = await store.add(conn, new)
    if ident is None:
        raise NoTrial
    await store.copy_chunks(conn, source, into=ident)
    await _recorded(conn, caller, ident, new)
    return Begun(replace(new, id=ident), is_new=True)


async def _kept(
    conn: AsyncConnection, caller: Caller, new: Import, chunks: Sequence[tuple[int, bytes]]
) -> Begun:
    ident = await store.add(conn, new)
    if ident is None:  # somebody was faster with the same file
        found = await store.same(conn, caller.user, kind=new.kind, digest=new.digest)
        return Begun(found or new, is_new=False)
    await store.add_chunks(conn, ident, chunks=chunks)
    await _recorded(conn, caller, ident, new)
    counts = Counts(sum(count for count, _ in chunks), 0, 0, 0)
    return Begun(replace(new, id=ident, counts=counts), is_new=True)


async def _recorded(conn: AsyncConnection, caller: Caller, ident: ImportId, new: Import) -> None:
    await audit.record(
        conn,
        caller.user,
        action=Permission.PERSON_IMPORT,
        subject_kind="import",
        subject=ident,
        detail={"kind": new.kind, "trial": new.is_trial, "digest": new.digest},
    )
