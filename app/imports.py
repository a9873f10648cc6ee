"""ejazo import: a file of people, commitments or enforcement documents, with a progress bar."""

import asyncio
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.ext.asyncio import AsyncEngine

from app import importing, officer, settings
from core import db, i18n
from core.auth import Caller
from core.sealing import Keys
from inmates.intake import service, shown, store
from inmates.intake.model import Begun, Import, Kind

SHOWN = 20
"""Rows of which something is to be said, on the screen."""


@click.command(name="import")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "login", required=True, help="Your login: what is stored is yours, and recorded.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; store nothing.")
@click.option("--resume", is_flag=True, help="Go on with this file where it was interrupted.")
@click.option("--map", "maps", multiple=True, metavar="HEADING=FIELD", help="What a column is; repeat it.")
@click.option("--rejected", type=click.Path(dir_okay=False, path_type=Path), help="Rows not stored, as CSV.")
def command(
    kind: str,
    file: Path,
    *,
    login: str,
    dry_run: bool,
    resume: bool,
    maps: tuple[str, ...],
    rejected: Path | None,
) -> None:
    """Import a FILE (XLSX or CSV) of people, custody or writs; the same file twice stores nothing twice."""
    loaded = settings.load()
    asked = {"kind": Kind(kind), "name": file.name, "data": file.read_bytes(), "is_trial": dry_run}
    asked["given"] = mapped(maps)
    with officer.refusals():
        done, lines, text = asyncio.run(
            run(loaded.database_url, Keys(loaded.keys), login, asked, resume=resume)
        )
    for line in lines:
        click.echo(line)
    if rejected is not None:
        rejected.write_text(text, "utf-8", newline="")
    if done.counts.done != done.counts.stored or done.stopped:
        raise SystemExit(1)


def mapped(said: tuple[str, ...]) -> dict[str, str]:
    """`Their heading=number`; nothing behind the sign: leave the column alone."""
    for one in said:
        if "=" not in one:
            raise click.BadParameter(f"{one!r} is no HEADING=FIELD", param_hint="--map")
    return dict(one.rsplit("=", 1) for one in said)


async def run(
    url: str, keys: Keys, login: str, asked: dict[str, object], *, resume: bool
) -> tuple[Import, list[str], str]:
    """What came of it, that in words, and the rows that were not stored as CSV."""
    engine = db.engine(url)
    try:
        caller, begun = await begin(engine, keys, login, asked)
        if not begun.is_new and begun.found.ended_at is None and not resume:
            raise click.ClickException("this file was interrupted: go on with it by --resume")
        if begun.is_new or begun.found.ended_at is None:
            done = await worked(engine, keys, begun.found)
        else:
            done = begun.found
            click.echo("this file was imported before: nothing is stored twice")
        lines, text = await told(engine, keys, caller, done)
        return done, lines, text
    finally:
        await engine.dispose()


async def begin(
    engine: AsyncEngine, keys: Keys, login: str, asked: dict[str, object]
) -> tuple[Caller, Begun]:
    async with db.transaction(engine) as conn:
        caller = await officer.caller(conn, login)
        return caller, await service.begin(conn, keys, caller, **asked)  # type: ignore[arg-type]


async def worked(engine: AsyncEngine, keys: Keys, begun: Import) -> Import:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        row = bar.add_task(begun.kind.value, total=begun.counts.total, completed=begun.counts.done)
        return await importing.through(
            engine, keys, begun.id, told=lambda now: bar.update(row, completed=now.counts.done)
        )


async def told(engine: AsyncEngine, keys: Keys, caller: Caller, done: Import) -> tuple[list[str], str]:
    """The figures and the first rows that need a look; all of them as CSV."""
    texts, counts, spoken = i18n.load(), done.counts, caller.language
    said = {"stored": counts.stored, "held": counts.held, "wrong": counts.wrong}
    lines = [f"{texts.say(spoken, f'intake.state.{state}')}: {count}" for state, count in said.items()]
    async with db.transaction(engine) as conn:
        some = await store.said(conn, done.id, most=SHOWN)
        found, rows = await service.rejected(conn, keys, caller, ident=done.id)
    for one in some:
        words = "; ".join(shown.named(note, texts, language=spoken) for note in one.notes)
        lines.append(f"{texts.say(spoken, 'intake.row')} {one.row}. {words}")
    return lines, shown.rejected(found, rows, texts, language=spoken)
