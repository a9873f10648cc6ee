"""The ledger's SQL: what is covered, what is settled, and the notes of what was sealed."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from struct import pack, unpack
from typing import Any, Final

import asyncpg

from core.ledger.model import Block, Order, Stream

LOCK: Final = 7265008
"""One seals at a time."""
NODES_FROM: Final = 10
"""Complete subtrees of at least 1,024 leaves are noted."""

# Tables that refuse changes and have a unique whole number: from an identity, or else the primary key. Which
# columns are there, and which compartment's name does row security ask for?
_COVERED: Final = r"""
select c.relname as "table", k.attname as key, k.attidentity <> '' as grows,
    (
        select array_agg(a.attname::text order by a.attnum <> k.attnum, a.attnum)
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns,
    (
        select (regexp_match(pg_get_expr(p.polqual, c.oid), '= ''(\w+)''::text'))[1]
        from pg_policy p where p.polrelid = c.oid limit 1
    ) as compartment
from pg_class c
join lateral (
    select a.attname, a.attnum, a.attidentity
    from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = c.oid and i.indisunique and i.indnkeyatts = 1
        and a.atttypid in ('bigint'::regtype, 'integer'::regtype)
        and (a.attidentity <> '' or i.indisprimary or a.attname = 'entry')
    order by a.attidentity <> '' desc, a.attname = 'entry' desc
    limit 1
) k on true
where c.relnamespace = 'public'::regnamespace and (
    exists (select from ledger_forms f where f.stream = c.relname)
    or exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = c.relname || '_append_only')
)
order by 1
"""

# Tables that refuse changes, and are not among those.
_LEFT_OUT: Final = """
select c.relname
from pg_class c
join pg_trigger t on t.tgrelid = c.oid and t.tgname = c.relname || '_append_only'
where c.relnamespace = 'public'::regnamespace and c.relname <> all($1::text[])
order by 1
"""

_FORMS: Final = "select stream, form, columns from ledger_forms order by stream, form"
_NEW_FORM: Final = "insert into ledger_forms (stream, form, columns) values ($1, $2, $3)"

# Transactions that write to the table, or wait to.
_WRITERS: Final = """
select virtualtransaction
from pg_locks
where locktype = 'relation' and relation = $1::regclass and pid is distinct from pg_backend_pid()
    and database = (select oid from pg_database where datname = current_database())
    and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""

_LAST_BLOCK: Final = """
select number, first + rows as size, most
from ledger_blocks
where stream = $1
order by number desc
limit 1
"""

_ADD_BLOCK: Final = """
insert into ledger_blocks (stream, number, first, rows, form, least, most, keys, hashes)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""

_BLOCKS: Final = """
select stream, number, first, form, keys, hashes
from ledger_blocks
where stream = $1
order by number
"""

# Blocks with leaves of [first, last).
_BLOCKS_OF: Final = """
select stream, number, first, form, keys, hashes
from ledger_blocks
where stream = $1 and first < $3 and first + rows > $2
    and first >= (select coalesce(max(first), 0) from ledger_blocks where stream = $1 and first <= $2)
order by number
"""

# Blocks in which a row may be.
_BLOCKS_WITH: Final = """
select stream, number, first, form, keys, hashes
from ledger_blocks
where stream = $1 and $2 between least and most
"""

_LAST_OF: Final = "select max(most) from ledger_blocks where stream = $1 and form = $2"
_KEYS: Final = "select keys from ledger_blocks where stream = $1 order by number"
_SEALED_ON: Final = "select max(made_at) from ledger_blocks where stream = $1"
_STREAMS: Final = "select distinct stream from ledger_blocks"
_NODE: Final = "select hash from ledger_nodes where (stream, level, index) = ($1, $2, $3)"


@asynccontextmanager
async def alone(conn: asyncpg.Connection) -> AsyncIterator[bool]:
    """Whether nobody else seals now; within it nobody else begins."""
    is_ours = await conn.fetchval("select pg_try_advisory_lock($1)", LOCK)
    try:
        yield is_ours
    finally:
        if is_ours:
            await conn.execute("select pg_advisory_unlock($1)", LOCK)


async def same_moment(one: asyncpg.Connection, other: asyncpg.Connection) -> None:
    """Both are in a transaction of repeatable reads: the other sees what the one sees."""
    shot = await one.fetchval("select pg_export_snapshot()")
    await other.execute(f"set transaction snapshot '{shot}'")


async def streams(conn: asyncpg.Connection) -> list[Stream]:
    """What is covered; a table's new columns are not noted yet."""
    noted: dict[str, list[tuple[str, ...]]] = {}
    for row in await conn.fetch(_FORMS):
        noted.setdefault(row["stream"], []).append(tuple(row["columns"]))
    found = []
    for row in await conn.fetch(_COVERED):
        forms, now = noted.get(row["table"], []), tuple(row["columns"])
        if not forms or forms[-1] != now:
            forms = [*forms, now]
        order = Order.GROWING if row["grows"] else Order.SCATTERED
        found.append(Stream(row["table"], row["key"], order, tuple(forms), row["compartment"] or ""))
    return found


async def left_out(conn: asyncpg.Connection, covered: Collection[str]) -> list[str]:
    return [row["relname"] for row in await conn.fetch(_LEFT_OUT, list(covered))]


async def sealed_at(conn: asyncpg.Connection, stream: str) -> datetime | None:
    """When it was sealed last."""
    return await conn.fetchval(_SEALED_ON, stream)  # type: ignore[no-any-return]


async def sealed_streams(conn: asyncpg.Connection) -> set[str]:
    return {row["stream"] for row in await conn.fetch(_STREAMS)}


async def note_form(conn: asyncpg.Connection, stream: Stream) -> None:
    known = {row["form"] for row in await conn.fetch(_FORMS) if row["stream"] == stream.table}
    if stream.form not in known:
        await conn.execute(_NEW_FORM, stream.table, stream.form, list(stream.forms[-1]))


async def writers(conn: asyncpg.Connection, stream: Stream) -> set[str]:
    return {row["virtualtransaction"] for row in await conn.fetch(_WRITERS, stream.table)}


async def last_block(conn: asyncpg.Connection, stream: str) -> tuple[int, int, int | None]:
    """The next block's number, the tree's size, and the highest sealed key of the last block."""
    row = await conn.fetchrow(_LAST_BLOCK, stream)
    return (row["number"] + 1, row["size"], row["most"]) if row else (0, 0, None)


async def last_key(conn: asyncpg.Connection, stream: Stream) -> int | None:
    await _open(conn, stream)
    query = f"select max({stream.key}) from {stream.table}"  # noqa: S608 - names from the catalogue
    return await conn.fetchval(query)  # type: ignore[no-any-return]


async def unsealed_keys(conn: asyncpg.Connection, stream: Stream) -> list[int]:
    """Of a scattered stream; in the order of the keys."""
    known: set[int] = set()
    for row in await conn.fetch(_KEYS, stream.table):
        known.update(unpacked(row["keys"]))
    await _open(conn, stream)
    query = f"select {stream.key} from {stream.table}"  # noqa: S608
    return sorted({row[0] for row in await conn.fetch(query)} - known)


async def copy_after(
    conn: asyncpg.Connection, stream: Stream, *, after: int | None, until: int, most: int, output: Any
) -> None:
    """Rows of a growing stream, its newest form, by binary COPY in the order of the key."""
    since = "" if after is None else f" and {stream.key} > {after:d}"
    await _copy(
        conn,
        stream,
        form=-1,
        where=f"{stream.key} <= {until:d}{since}",
        limit=f" limit {most}",
        output=output,
    )


async def copy_keys(
    conn: asyncpg.Connection, stream: Stream, keys: Iterable[int], *, form: int = -1, output: Any
) -> None:
    listed = ", ".join(f"{key:d}" for key in keys)
    await _copy(conn, stream, form=form, where=f"{stream.key} in ({listed})", limit="", output=output)


async def copy_between(
    conn: asyncpg.Connection, stream: Stream, *, form: int, after: int | None, until: int | None, output: Any
) -> None:
    """Rows with keys of (after, until] in the order of the key; None: without that end."""
    said = [] if after is None else [f"{stream.key} > {after:d}"]
    said += [] if until is None else [f"{stream.key} <= {until:d}"]
    await _copy(conn, stream, form=form, where=" and ".join(said) or "true", limit="", output=output)


async def count_after(conn: asyncpg.Connection, stream: Stream, after: int | None) -> int:
    since = "true" if after is None else f"{stream.key} > {after:d}"
    await _open(conn, stream)
    query = f"select count(*) from {stream.table} where {since}"  # noqa: S608
    return int(await conn.fetchval(query))


async def add_block(conn: asyncpg.Connection, block: Block) -> None:
    await conn.execute(
        _ADD_BLOCK,
        block.stream,
        block.number,
        block.first,
        len(block.keys),
        block.form,
        min(block.keys),
        max(block.keys),
        packed(block.keys),
        b"".join(block.hashes),
    )


async def add_nodes(conn: asyncpg.Connection, stream: str, nodes: Iterable[tuple[int, int, bytes]]) -> None:
    rows = [(stream, level, index, hashed) for level, index, hashed in nodes if level >= NODES_FROM]
    if rows:
        await conn.copy_records_to_table(
            "ledger_nodes", records=rows, columns=("stream", "level", "index", "hash")
        )


async def blocks(conn: asyncpg.Connection, stream: str) -> AsyncIterator[Block]:
    """One after another; within a transaction."""
    async for row in conn.cursor(_BLOCKS, stream, prefetch=20):
        yield _block(row)


async def blocks_of(conn: asyncpg.Connection, stream: str, first: int, last: int) -> list[Block]:
    return [_block(row) for row in await conn.fetch(_BLOCKS_OF, stream, first, last)]


async def blocks_with(conn: asyncpg.Connection, stream: str, key: int) -> list[Block]:
    return [_block(row) for row in await conn.fetch(_BLOCKS_WITH, stream, key)]


async def last_key_of(conn: asyncpg.Connection, stream: str, form: int) -> int:
    """The highest that was sealed in that form."""
    return int(await conn.fetchval(_LAST_OF, stream, form))


async def node(conn: asyncpg.Connection, stream: str, level: int, index: int) -> bytes | None:
    return await conn.fetchval(_NODE, stream, level, index)  # type: ignore[no-any-return]


async def _copy(
    conn: asyncpg.Connection, stream: Stream, *, form: int, where: str, limit: str, output: Any
) -> None:
    await _open(conn, stream)
    columns = ", ".join(f'"{name}"' for name in stream.forms[form])
    query = f"select {columns} from {stream.table} where {where} order by {stream.key}{limit}"  # noqa: S608
    await conn.copy_from_query(query, output=output, format="binary")


async def _open(conn: asyncpg.Connection, stream: Stream) -> None:
    """For the transaction that this is within."""
    if stream.compartment:
        await conn.execute("select set_config('ejazo.compartment', $1, true)", stream.compartment)


def packed(keys: Sequence[int]) -> bytes:
    return pack(f">{len(keys)}q", *keys)


def unpacked(keys: bytes) -> tuple[int, ...]:
    return unpack(f">{len(keys) // 8}q", keys)


def _block(row: asyncpg.Record) -> Block:
    hashes = row["hashes"]
    cut = tuple(hashes[at : at + 32] for at in range(0, len(hashes), 32))
    return Block(row["stream"], row["number"], row["first"], row["form"], unpacked(row["keys"]), cut)
