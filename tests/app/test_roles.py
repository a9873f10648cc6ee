"""The platform's own roles: nothing that only grows can be changed by them, and compartments stay shut."""

import asyncpg
import pytest

from app.private.postgres import API, ROLE, WORKER
from core import db

GROWING = """
select c.relname
from pg_class c join pg_trigger t on t.tgrelid = c.oid and t.tgfoid = 'refuse_change'::regproc
where c.relnamespace = 'public'::regnamespace
group by 1 order by 1
"""
# What the role holds besides its own eyes: the privilege, not only the trigger, must be missing.
HELD = """
select c.relname || ' ' || p.deed
from pg_class c, unnest(array['update', 'delete', 'truncate', 'references', 'trigger']) as p (deed)
where c.relname = any($1::text[]) and c.relnamespace = 'public'::regnamespace
    and has_table_privilege($2, c.oid, p.deed)
"""
OWNED = "select relname from pg_class where pg_get_userbyid(relowner) = $1 and relkind in ('r', 'p')"
FORMS = ("update {} set {column} = {column}", "delete from {}", "truncate {} cascade")


async def test_what_only_grows_is_changed_by_no_process(conn: asyncpg.Connection, database: str) -> None:
    tables = [row["relname"] for row in await conn.fetch(GROWING)]
    assert {"audit", "appeal_entries", "sentence_facts", "ledger_blocks"} <= set(tables)
    for role in (API, WORKER):
        assert await conn.fetch(HELD, tables, role) == []
        own = await db.connect(database.replace(f"//{ROLE}@", f"//{role}@"))
        try:
            for table in tables:
                column = await conn.fetchval(
                    "select attname from pg_attribute where attrelid = $1::regclass and attnum = 1", table
                )
                for form in FORMS:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await own.execute(form.format(table, column=column))
        finally:
            await own.close()


async def test_the_api_owns_nothing_and_the_worker_only_positions(
    conn: asyncpg.Connection, database: str
) -> None:
    assert await conn.fetch(OWNED, API) == []
    assert {row["relname"].partition("_")[0] for row in await conn.fetch(OWNED, WORKER)} == {"fixes"}
    api = await db.connect(database.replace(f"//{ROLE}@", f"//{API}@"))
    try:
        for deed in (
            "delete from fixes",
            "update heartbeats set at = now()",
            "update alembic_version set version_num = '9999'",
            "create table mine (id bigint)",
            "alter table audit disable trigger all",
            "set session_replication_role = replica",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await api.execute(deed)
    finally:
        await api.close()
