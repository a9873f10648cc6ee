"""The ledger over real tables: what a superuser does to a sealed row is found; proofs need no database."""

from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from core import db
from core.ledger import heads, store_heads, verify, wire
from core.ledger.model import Break, Signed, Verdict, What
from core.ledger.service import Sealer
from core.sealing import CannotOpen, Keys
from sealed import NOW, TEN, seal, three_blocks

AS_SUPERUSER = "set session_replication_role = replica"
"""No trigger fires for who may say that."""


async def verified(url: str, *, seen: list[Signed] | None = None) -> Verdict:
    async with verify.moment(lambda: db.connect(url)) as (rows, notes):
        return await verify.verify(rows, notes, witnessed=heads.witnessed(seen or []))


async def tamper(conn: asyncpg.Connection, *statements: str) -> None:
    await conn.execute(AS_SUPERUSER)
    for one in statements:
        await conn.execute(one)
    await conn.execute("set session_replication_role = origin")


async def test_what_was_sealed_verifies_and_what_came_since_waits(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    await conn.execute(TEN)
    verdict = await verified(database)
    assert verdict.breaks == ()
    assert (verdict.rows["audit"], verdict.unsealed["audit"], verdict.heads) == (30, 10, 3)


@pytest.mark.parametrize(
    ("deed", "named"),
    [
        ("update audit set why = 'nobody asked' where id = 14", (What.CHANGED, "14")),
        ("update audit set at = at + interval '1 microsecond' where id = 1", (What.CHANGED, "1")),
        ("delete from audit where id = 20", (What.MISSING, "20")),
        (
            "insert into audit (id, action, subject_kind) overriding system value values (-1, 'x', 'y')",
            (What.INSERTED, "-1"),
        ),
        ("truncate audit", (What.MISSING, "1")),
    ],
)
async def test_the_first_broken_row_is_named(
    conn: asyncpg.Connection, database: str, tmp_path: Path, deed: str, named: tuple[What, str]
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    await tamper(conn, deed)
    first = (await verified(database)).breaks[0]
    assert (first.stream, (first.what, first.key)) == ("audit", named)


async def test_two_rows_that_change_places_are_both_named(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    swap = "update audit set id = case id when 7 then -7 when 8 then 7 end where id in (7, 8)"
    await tamper(conn, swap, "update audit set id = 8 where id = -7")
    assert [(b.what, b.key) for b in (await verified(database)).breaks] == [
        (What.CHANGED, "7"),
        (What.CHANGED, "8"),
    ]


async def test_who_rewrites_the_notes_as_well_is_caught_by_the_signed_head(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    await tamper(
        conn,
        "update audit set why = 'x' where id = 15",
        "delete from ledger_blocks",
        "delete from ledger_nodes",
    )
    kept = await conn.fetch("select number, at, body, signature from ledger_heads order by number")
    await tamper(conn, "delete from ledger_heads")
    await seal(conn, Keys(tmp_path / "thief"))
    await tamper(conn, "delete from ledger_heads")
    for row in kept:
        await conn.execute("insert into ledger_heads values ($1, $2, $3, $4)", *row)
    first = (await verified(database)).breaks[0]
    assert first == Break(What.REWRITTEN, "audit", "", "keys 11 to 20, head 1")


async def test_a_history_written_anew_contradicts_a_witness(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    """The whole ledger is made again by who has the key; only somebody else's memory tells."""
    keys = Keys(tmp_path)
    await three_blocks(conn, keys)
    seen = await store_heads.heads_after(conn, -1, limit=10)
    assert (await verified(database, seen=seen)).breaks == ()
    tables = ("ledger_heads", "ledger_blocks", "ledger_nodes", "ledger_forms")
    await tamper(conn, "delete from audit where id = 5", *(f"truncate {t}" for t in tables))
    await seal(conn, keys)
    assert (await verified(database)).breaks == ()
    told = (await verified(database, seen=seen)).breaks
    assert [b.what for b in told] == [What.REWOUND, What.REWOUND]
    assert told[1].place == "heads 1 to 2 are gone"


@pytest.mark.parametrize(
    "deed",
    [
        "update ledger_heads set signature = decode(repeat('00', 64), 'hex') where number = 1",
        "update ledger_heads set body = set_byte(body, 30, 57) where number = 1",
        "delete from ledger_heads where number = 1",
        "delete from ledger_blocks where number = 1",
    ],
)
async def test_the_ledgers_own_notes_are_watched_too(
    conn: asyncpg.Connection, database: str, tmp_path: Path, deed: str
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    await tamper(conn, deed)
    assert (await verified(database)).breaks


async def test_a_slow_transaction_is_waited_for(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    """Its number was drawn before others that are committed already."""
    keys, slow = Keys(tmp_path), await db.connect(database)
    pending = slow.transaction()
    await pending.start()
    await slow.execute("insert into audit (action, subject_kind) values ('slow', 'x')")
    await conn.execute(TEN)
    sealer = Sealer(conn, keys)
    assert await sealer.turn(NOW) == {}
    await pending.commit()
    assert await sealer.turn(NOW) == {"audit": 11}
    await slow.close()
    assert (await verified(database)).breaks == ()


async def test_who_goes_on_writing_is_not_waited_for_for_ever(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    sealer, other = Sealer(conn, Keys(tmp_path)), await db.connect(database)
    await conn.execute(TEN)
    first = other.transaction()
    await first.start()
    await other.execute("insert into audit (action, subject_kind) values ('first', 'x')")
    assert await sealer.turn(NOW) == {}
    await first.commit()
    second = other.transaction()
    await second.start()
    await other.execute("insert into audit (action, subject_kind) values ('second', 'x')")
    assert await sealer.turn(NOW) == {"audit": 10}
    await second.commit()
    assert await sealer.turn(NOW) == {"audit": 2}
    await other.close()


async def test_a_new_key_is_introduced_by_the_old_one(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    keys = Keys(tmp_path)
    await three_blocks(conn, keys)
    keys.add("ledger")
    for n in range(3, 6):
        await conn.execute(TEN)
        await seal(conn, Keys(tmp_path), now=NOW + timedelta(minutes=n))
    read = [wire.read(one.body) for one in await store_heads.heads_after(conn, -1, limit=10)]
    assert [h.key == read[0].key for h in read] == [True] * 4 + [False] * 2
    assert read[3].next_key == read[4].key
    assert (await verified(database)).breaks == ()
    await conn.execute(TEN)
    await seal(conn, Keys(tmp_path / "thief"), now=NOW + timedelta(minutes=9))
    assert [b.what for b in (await verified(database)).breaks] == [What.SIGNATURE]


async def test_no_head_tells_the_hour_of_a_letter(conn: asyncpg.Connection, tmp_path: Path) -> None:
    """What has a day and no hour is sealed once, when the day is over."""
    await conn.execute(TEN)
    sealer = Sealer(conn, Keys(tmp_path), frozenset({"audit"}))
    assert await sealer.turn(NOW) == {}
    midnight = NOW.replace(hour=0) + timedelta(days=1)
    assert await sealer.turn(midnight + timedelta(minutes=3)) == {"audit": 10}


async def test_a_quiet_minute_is_signed_too(conn: asyncpg.Connection, tmp_path: Path) -> None:
    sealer = Sealer(conn, Keys(tmp_path))
    await conn.execute(TEN)
    for second in (0, 10, 20, 46, 56, 92):
        await sealer.turn(NOW + timedelta(seconds=second))
    read = [wire.read(one.body) for one in await store_heads.heads_after(conn, -1, limit=10)]
    assert [(h.at - NOW).seconds for h in read] == [0, 46, 92]


async def test_what_cannot_be_read_any_more_still_verifies(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    """Erasure: the key of one person is destroyed; the chain is over what was sealed with it."""
    keys = Keys(tmp_path)
    sealed = keys.seal("person-17", "a diagnosis", place="note")
    await conn.execute("create table notes (id bigint generated always as identity primary key, body bytea)")
    await conn.execute(
        "create trigger notes_append_only before update or delete or truncate on notes"
        " for each statement execute function refuse_change()"
    )
    await conn.execute("insert into notes (body) values ($1)", sealed)
    assert await seal(conn, keys) == {"notes": 1}
    (tmp_path / "person-17-1.key").unlink()
    with pytest.raises(CannotOpen):
        Keys(tmp_path).open("person-17", await conn.fetchval("select body from notes"), place="note")
    assert (await verified(database)).breaks == ()


async def test_a_column_more_is_covered_from_then_on(
    conn: asyncpg.Connection, database: str, tmp_path: Path
) -> None:
    await three_blocks(conn, Keys(tmp_path))
    await conn.execute("alter table audit add column place text")
    await conn.execute(TEN)
    await seal(conn, Keys(tmp_path), now=NOW + timedelta(minutes=5))
    assert (await verified(database)).breaks == ()
    await tamper(conn, "update audit set place = 'elsewhere' where id in (3, 33)")
    assert [(b.what, b.key) for b in (await verified(database)).breaks] == [(What.CHANGED, "33")]
