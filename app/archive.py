"""ejazo archive: days that are over become files; they are read back like the others (docs/storage.md)."""

import asyncio
import logging
from datetime import date, datetime, timedelta
from pathlib import Path

import asyncpg
import click

from app import settings
from app.running import connected
from core import clock, db
from core.settings import Settings
from tracking import retention
from tracking.store import archive, settling
from tracking.store.parts import DamagedError

ROUND_S = 600.0

log = logging.getLogger("archive")


class Day(click.ParamType[date]):
    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else datetime.fromisoformat(value).date()
        except ValueError:
            self.fail(f"{value!r} is no day such as 2026-06-01", param, ctx)


@click.command
@click.option("--before", type=Day(), help="Archive all days from before this one; else what is due.")
@click.option(
    "--verify", is_flag=True, help="Read every file and compare it with its digest; change nothing."
)
@click.option("--restore", type=Day(), help="Take this day back into the table.")
def command(before: date | None, *, verify: bool, restore: date | None) -> None:
    """Move days that are over out of the table into files."""
    asyncio.run(run(settings.load(), before=before, verify=verify, restore=restore))


async def run(loaded: Settings, *, before: date | None, verify: bool, restore: date | None) -> None:
    conn = await db.connect(loaded.database_url)
    try:
        if verify:
            await _verify(conn)
            return
        async with archive.alone(conn) as is_ours:
            if not is_ours:
                raise click.ClickException("somebody archives already: try again later")
            if restore:
                click.echo(
                    f"{restore}: {await archive.restore(conn, restore):,} fixes are in the table again"
                )
            else:
                await _archive(conn, before or _due(), loaded.archive)
    finally:
        await conn.close()


async def _archive(conn: asyncpg.Connection, before: date, folder: Path) -> None:
    for day in await archive.due(conn, before):
        done = await archive.keep(conn, day, folder)
        if done is None:
            click.echo(
                f"{day}: written, and still in the table because of a long reading: run it again later"
            )
        else:
            click.echo(f"{day}: {done.rows:,} fixes in {done.bytes:,} bytes")


async def _verify(conn: asyncpg.Connection) -> None:
    good, bad = await archive.verify(conn)
    for one in bad:
        click.echo(f"DAMAGED {one}", err=True)
    click.echo(f"{len(good)} files are as they were written, {sum(part.rows for part in good):,} fixes")
    if bad:
        raise click.ClickException(f"{len(bad)} files are not: restore them from a backup")


def _due() -> date:
    return clock.now().date() - timedelta(days=retention.load().archive_days)


async def turn(conn: asyncpg.Connection, folder: Path) -> None:
    """What the keeper does: yesterday is settled, what is due is archived, what is too old is forgotten."""
    kept, today = retention.load(), clock.now().date()
    async with archive.alone(conn) as is_ours:
        if not is_ours:
            return
        settled = [await _settle(conn, day) for day in await settling.unsettled(conn, today=today)]
        done = [await _one(conn, day, folder) for day in await archive.due(conn, _due())]
        gone = await archive.forget(conn, today - timedelta(days=kept.keep_days), folder)
    told = {"settled": sum(settled), "archived": sum(done), "forgotten": len(gone)}
    log.info("archive", extra=told)


async def _settle(conn: asyncpg.Connection, day: date) -> bool:
    try:
        await settling.settle(conn, day)
    except asyncpg.LockNotAvailableError:
        log.info("settling waits", extra={"day": day.isoformat()})
        return False
    return True


async def _one(conn: asyncpg.Connection, day: date, folder: Path) -> bool:
    """Whoever stands in the way goes first: the next round tries again."""
    try:
        return await archive.keep(conn, day, folder) is not None
    except (archive.ChangedError, asyncpg.LockNotAvailableError):
        log.info("archive waits", extra={"day": day.isoformat()})
        return False


async def rounds(loaded: Settings) -> None:
    while True:
        async with connected(loaded.database_url) as conn:
            try:
                await turn(conn, loaded.archive)
            except DamagedError as why:
                log.error("the archive is damaged: %s", why)  # noqa: TRY400 - the file's name says it all
        await asyncio.sleep(ROUND_S)
