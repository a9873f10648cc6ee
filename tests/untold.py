"""Words that no table may hold: looked for in every row of the database."""

from collections.abc import Iterable

import asyncpg


async def holding(conn: asyncpg.Connection, words: Iterable[str]) -> list[str]:
    """Which tables hold one of them, as text or as bytes."""
    found, tables = [], await conn.fetch("select tablename from pg_tables where schemaname = 'public'")
    for said in words:
        for [table] in tables:
            query = f'select exists (select from "{table}" row where row::text ~ $1)'  # noqa: S608 - our own names
            if await conn.fetchval(query, f"{said}|{said.encode().hex()}"):
                found.append(table)
    return found
