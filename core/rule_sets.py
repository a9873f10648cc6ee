"""Rule sets that decided something, kept as they were: a decision names its set by the digest."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core import statutes
from core.statutes import RuleSet
from core.tables import rule_sets


async def keep(conn: AsyncConnection, used: RuleSet) -> str:
    """The digest under which `kept` gives it back, whatever happens to the files."""
    content = statutes.dumped(used)
    digest = statutes.named(content)
    row = {"digest": digest, "statute": used.statute, "content": content}
    await conn.execute(insert(rule_sets).values(row).on_conflict_do_nothing())
    return digest


async def of_decisions(conn: AsyncConnection, digests: Collection[str]) -> dict[str, RuleSet]:
    """The sets that these decisions name."""
    query = select(rule_sets.c.digest, rule_sets.c.content).where(rule_sets.c.digest.in_(set(digests)))
    return {row.digest: statutes.loaded(row.content) for row in await conn.execute(query)}


async def kept(conn: AsyncConnection, digest: str) -> RuleSet | None:
    text = (await conn.execute(select(rule_sets.c.content).where(rule_sets.c.digest == digest))).scalar()
    return statutes.loaded(text) if text else None
