"""Working through an import: a chunk a transaction, with its outcomes; after a kill it goes on behind it."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import audit, clock, db, sheets
from core.auth import Caller, Permission
from core.errors import Conflict, Invalid
from core.sealing import Keys
from inmates.intake import catalogue, store
from inmates.intake.model import Import, ImportId, Kind, Note, Outcome, State
from inmates.intake.rules.cells import Cells, wrong
from inmates.intake.service import custody, people, writs

COMPARTMENT: Final = "imports"
TRIES: Final = 3
"""Of a chunk whose people somebody else entered in the same moment."""
WAYS: Final[Mapping[Kind, Any]] = {Kind.PEOPLE: people, Kind.CUSTODY: custody, Kind.WRITS: writs}
"""By kind: `read` a row, start `fresh`, `judged` and `stored` for a chunk."""
Told = Callable[[Import], None]
Rows = Sequence[tuple[int, Sequence[str]]]


class Busy(Conflict):
    """Somebody else is working through it just now."""

    code = "import_busy"


class KindNotTheirs(Invalid):
    """They give files, and not of this kind."""

    code = "import_kind_not_yours"


async def go(engine: AsyncEngine, keys: Keys, ident: ImportId, *, told: Told = lambda _: None) -> Import:
    """To the last row; `told` hears after each chunk."""
    async with engine.connect() as held:
        if not await store.claim(held, ident):
            raise Busy
        await held.commit()
        try:
            return await _through(engine, keys, ident, told=told)
        finally:
            await store.release(held, ident)
            await held.commit()


async def _through(engine: AsyncEngine, keys: Keys, ident: ImportId, *, told: Told) -> Import:
    """A trial begins anew each time: what its first rows would have stored, nobody else knows."""
    async with db.transaction(engine) as conn:
        found = await known(conn, ident)
        first = 0 if found.is_trial else await store.undone(conn, ident)
    seen = WAYS[found.kind].fresh()
    number = first if found.ended_at is None else None
    while number is not None and await _again(engine, keys, found, number=number, seen=seen):
        number += 1
        async with db.transaction(engine) as conn:
            told(await known(conn, ident))
        await asyncio.sleep(0)
    async with db.transaction(engine) as conn:
        return await _ended(conn, ident)


async def _again(engine: AsyncEngine, keys: Keys, found: Import, *, number: int, seen: Any) -> bool:
    """What a chunk of a real import has stored, the records know: it needs no memory of its own."""
    for left in reversed(range(TRIES)):
        memory = seen if found.is_trial else WAYS[found.kind].fresh()
        try:
            async with db.transaction(engine) as conn:
                return await step(conn, keys, found, number=number, seen=memory)
        except (asyncpg.IntegrityConstraintViolationError, IntegrityError):
            if not left:
                raise
    return False


async def step(conn: AsyncConnection, keys: Keys, found: Import, *, number: int, seen: Any) -> bool:
    """One chunk; false: there was none, or whoever gave the file may do so no more."""
    await store.take_turn(conn)
    chunk = await store.chunk(conn, found.id, number)
    caller = await store.maker(conn, found.made_by)
    if chunk is None:
        return False
    if caller is None or not may(caller, found.kind):
        await store.end(conn, found.id, at=clock.now(), stopped=KindNotTheirs.code)
        return False
    content, done_at = chunk
    if content is not None and (found.is_trial or done_at is None):
        rows = opened(keys, found, content)
        await _take(
            conn, keys, caller, found=found, number=number, rows=rows, seen=seen, is_done=bool(done_at)
        )
    return True


async def _take(
    conn: AsyncConnection,
    keys: Keys,
    caller: Caller,
    *,
    found: Import,
    number: int,
    rows: Rows,
    seen: Any,
    is_done: bool,
) -> None:
    way = WAYS[found.kind]
    read = [_read(way, found, row) for row in rows]
    drafts = [one for one in read if not isinstance(one, Outcome)]
    refused = [one for one in read if isinstance(one, Outcome)]
    decided = await way.judged(conn, keys, caller, drafts=drafts, seen=seen)
    if is_done:
        return
    outcomes = decided.outcomes
    if not found.is_trial:
        outcomes = await way.stored(conn, keys, caller, decided=decided, detail={"import": found.id})
        left = {one.row for one in (*outcomes, *refused) if one.state is not State.STORED}
        needed = [row for row in rows if row[0] in left]
        await store.rewrite(conn, found.id, number, content=sealed(keys, found, needed) if needed else None)
    every = sorted((*outcomes, *refused), key=lambda one: one.row)
    await store.keep(conn, found.id, number, outcomes=every, at=clock.now())


def _read(way: Any, found: Import, row: tuple[int, Sequence[str]]) -> Any:
    """A draft, or the outcome of a row that says nothing we can keep."""
    number, texts = row
    given = sheets.cells(texts, found.columns)
    if strange := sheets.suspicious(given):
        return wrong(number, [Note(*strange)])
    return way.read(number, Cells(given, catalogue.words()))


def may(caller: Caller, kind: Kind) -> bool:
    return caller.may(Permission.PERSON_IMPORT) and caller.may(kind.permission)


def sealed(keys: Keys, found: Import, rows: Rows) -> bytes:
    text = json.dumps([[number, list(texts)] for number, texts in rows], ensure_ascii=False)
    return keys.seal(COMPARTMENT, text, place=f"import_chunks.content:{found.digest}")


def opened(keys: Keys, found: Import, content: bytes) -> list[tuple[int, list[str]]]:
    text = keys.open(COMPARTMENT, content, place=f"import_chunks.content:{found.digest}")
    return [(number, texts) for number, texts in json.loads(text)]


async def known(conn: AsyncConnection, ident: ImportId) -> Import:
    found = await store.known(conn, ident)
    if found is None:
        raise LookupError(ident)
    return found


async def _ended(conn: AsyncConnection, ident: ImportId) -> Import:
    """With what came of it in the audit, once."""
    found = await known(conn, ident)
    if found.ended_at is not None:
        return found
    await store.end(conn, ident, at=clock.now())
    counts = found.counts
    await audit.record(
        conn,
        found.made_by,
        action=Permission.PERSON_IMPORT,
        subject_kind="import",
        subject=ident,
        detail={"stored": counts.stored, "held": counts.held, "wrong": counts.wrong},
    )
    return await known(conn, ident)
