"""What is wrong with a platform that runs, and how to mend it: schema, pulses, clock, keys, factors."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg
import click

from app import doctor_certificates, doctor_neighbours, settings
from app.findings import Finding
from app.standing import Standing, ask, newest_revision
from core import clock, db
from core.heartbeat import BLIND_AFTER
from core.settings import Settings

PATIENCE_S: Final = 5

# Whether anything was ever sealed by keys.
_SEALED: Final = "select exists (select from identities)"

# Roles of active accounts whose second factor nobody demands.
_FREE: Final = """
select distinct u.role
from users u
where u.is_active and (u.ends_at is null or u.ends_at > now()) and u.role <> 'provider' and not coalesce(
    (select d.is_demanded from factor_demands d where d.role = u.role order by d.id desc limit 1), false
)
order by u.role
"""


def findings() -> Iterator[Finding]:
    """Nothing where no platform is named."""
    try:
        loaded = settings.load()
    except click.ClickException:
        return
    yield from doctor_certificates.of_folder(loaded.authority)
    yield from asyncio.run(_asked(loaded))
    yield from doctor_neighbours.findings(loaded)


async def _asked(loaded: Settings) -> list[Finding]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            conn = await db.connect(loaded.database_url)
    except (OSError, TimeoutError, asyncpg.PostgresError) as why:
        return [away(why, loaded.state), *keys(loaded.keys, is_needed=False)]
    try:
        return await _look(conn, loaded)
    finally:
        await conn.close()


def away(why: Exception, state: Path) -> Finding:
    """`state`: where a private database lies; one that finds no room there does not start."""
    if doctor_neighbours.is_full(state):
        advice = f"its disk is full: make room for {state}, then start it if it stopped; nothing is lost"
    else:
        advice = "start the database, and look at EJAZO_DATABASE_URL; devices keep what is not acknowledged"
    return Finding("database", type(why).__name__, advice)


async def _look(conn: asyncpg.Connection, loaded: Settings) -> list[Finding]:
    found, newest = await _revision(conn), newest_revision()
    behind = "run ./ejazo migrate" if found < newest else ""
    schema = Finding("schema", f"{found or 'none'}, the code wants {newest}", behind)
    if behind:
        return [schema, *keys(loaded.keys, is_needed=False)]
    now, standing = clock.now(), await ask(conn, now=clock.now())
    said = [schema, *pulses(standing, now=now), await _clock(conn, standing, loaded)]
    said += keys(loaded.keys, is_needed=bool(await conn.fetchval(_SEALED)))
    said.append(await doctor_certificates.of_devices(conn))
    if loaded.secure_cookies:
        said.append(factors([row["role"] for row in await conn.fetch(_FREE)]))
        said.append(leaked(loaded.leaked_passwords))
    return said


async def _revision(conn: asyncpg.Connection) -> str:
    try:
        return str(await conn.fetchval("select max(version_num) from alembic_version") or "")
    except asyncpg.UndefinedTableError:
        return ""


def pulses(found: Standing, *, now: datetime) -> Iterator[Finding]:
    if not found.pulses:
        yield Finding("workers", "none has ever run", "start ejazo ingest and ejazo watch")
    for one in found.pulses:
        age = now - one.at
        silent = age > BLIND_AFTER
        advice = f"start ejazo {one.part.partition('-')[0]}, and look at the end of its log" if silent else ""
        yield Finding(f"pulse of {one.part}", f"{age.total_seconds():.0f} s ago", advice)
    late = f"{found.late_tasks} past their time" if found.late_tasks else "none is late"
    yield Finding("tasks", late)


async def _clock(conn: asyncpg.Connection, standing: Standing, loaded: Settings) -> Finding:
    there: datetime = await conn.fetchval("select clock_timestamp()")
    newest = max((one.at for one in standing.pulses), default=None)
    return doctor_neighbours.clock(
        clock.now(), database=there, newest=newest, is_installed=loaded.secure_cookies
    )


def factors(free: list[str]) -> Finding:
    if not free:
        return Finding("second factor", "demanded of every role that has accounts")
    return Finding("second factor", f"free: {', '.join(free)}", f"run ejazo factors demand {free[0]}")


def leaked(file: Path | None) -> Finding:
    what = "leaked passwords"
    if file is None:
        advice = "name a list of them in EJAZO_LEAKED_PASSWORDS (docs/security.md)"
        return Finding(what, "compared with no list", advice)
    return Finding(what, f"in {file}", "" if file.is_file() else f"{file} is not there: load the list anew")


def keys(folder: Path, *, is_needed: bool) -> Iterator[Finding]:
    """`is_needed`: something lies sealed by them; the new ones that come by themselves would not open it."""
    if not any(folder.glob("*.key")):
        advice = (
            f"put the copy of the keys that is kept apart back into {folder}, before anything is started:"
            " new keys open nothing that is sealed"
        )
        yield Finding("keys", f"none in {folder}", advice if is_needed else "")
        return
    open_to_others = folder.stat().st_mode & 0o077
    yield Finding("keys", str(folder), f"chmod 700 {folder}: others may enter it" if open_to_others else "")
