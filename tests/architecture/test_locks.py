"""No statement locks a row that only grows: the platform's roles may not, and their requests would fail."""

from importlib import import_module

import asyncpg
import pytest
from sqlalchemy import Table

from architecture import locks
from architecture.test_house import PACKAGES, ROOT, tracked

GROWING = """
select c.relname
from pg_class c join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc
where c.relnamespace = 'public'::regnamespace
"""
TOPIC = "from topic.tables import entries as lines, entries, heads, parts\n"
KNOWN = {"entries": "entries", "heads": "heads", "parts": "parts"}
PLANTED = {
    "plain": "def f(): return select(entries.c.id).where(entries.c.id == 1).with_for_update()",
    "by name": """
def f():
    query = select(entries)
    query = query.limit(1)
    return query.with_for_update()
""",
    "joined": "def f(): return select(heads).join(entries, entries.c.of == heads.c.id).with_for_update()",
    "of": "def f(): return select(heads).join(entries, true()).with_for_update(of=entries)",
    "from elsewhere": """
def _all(): return select(entries)
def f(): return _all().where(true()).with_for_update()
""",
    "a constant": """
ALL = select(entries)
def f(): return ALL.with_for_update(skip_locked=True)
""",
    "columns": """
one, other = entries.c, heads.c
def f(): return select(one.id).with_for_update(key_share=True)
""",
    "alias": """
def f():
    first = entries.alias()
    return select(first.c.id).with_for_update(read=True)
""",
    "imported as": "def f(): return select(lines.c.id).with_for_update()",
    "by module": "def f(): return select(tables.entries.c.id).with_for_update()",
    "words": 'SQL = "select id from entries where id = $1 for update"',
    "named words": 'SQL = "select e.id from heads h join entries e on e.of = h.id for no key update of e"',
    "shared": 'def f(): return text("select 1 from entries where id = :entry for key share")',
}
HARMLESS = {
    "another table": "def f(): return select(heads.c.id).with_for_update()",
    "of the other": "def f(): return select(heads).join(entries, true()).with_for_update(of=heads)",
    "asked beside": """
def f(): return select(heads).where(exists().where(entries.c.of == heads.c.id)).with_for_update()
""",
    "counted beside": """
def f():
    some = select(func.count()).where(entries.c.of == heads.c.id).scalar_subquery()
    return select(heads.c.id, some).with_for_update()
""",
    "a column of that name": "def f(): return select(heads.c.entries).with_for_update()",
    "no lock": "def f(): return select(entries)",
    "words": 'SQL = "select h.id from heads h join entries e on e.of = h.id for update of h"',
    "a sentence": '"""Waits for updates of entries."""',
}


@pytest.mark.parametrize("source", PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(source: str) -> None:
    found = list(locks.found(TOPIC + source, growing={"entries", "parts"}, known=KNOWN))
    assert {table for _, table in found} == {"entries"}


@pytest.mark.parametrize("source", HARMLESS.values(), ids=HARMLESS)
def test_what_is_harmless_is_not(source: str) -> None:
    assert list(locks.found(TOPIC + source, growing={"entries", "parts"}, known=KNOWN)) == []


async def test_nobody_locks_what_only_grows(conn: asyncpg.Connection) -> None:
    growing = {row["relname"] for row in await conn.fetch(GROWING)}
    assert {"audit", "glass_breaks"} <= growing
    known = tables()
    assert len(growing & set(known.values())) > 50
    wrong = [
        f"{path.relative_to(ROOT)}:{line} {table}"
        for path in tracked(*(f"{package}/*.py" for package in PACKAGES))
        for line, table in locks.found(path.read_text("utf-8"), growing=growing, known=known)
    ]
    assert not wrong, "take the advisory lock of core.db.hold instead (ADR-0041)"


def tables() -> dict[str, str]:
    """By the name that holds each in its `tables` module."""
    found = {}
    for path in tracked(*(f"{package}/*tables.py" for package in PACKAGES)):
        module = import_module(str(path.relative_to(ROOT).with_suffix("")).replace("/", "."))
        found |= {name: held.name for name, held in vars(module).items() if isinstance(held, Table)}
    return found
