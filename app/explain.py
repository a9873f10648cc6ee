"""ejazo explain: how a figure in somebody's file came about, line by line."""

import asyncio
from collections.abc import Iterator

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import audit, clock, db
from core.auth import Permission
from inmates.flags import store
from inmates.flags.model import Decision, Flag, FlagId
from inmates.model import Scope


@click.group
def command() -> None:
    """Print how a figure in somebody's file came about."""


@command.command
@click.argument("number", type=click.IntRange(min=1))
def flag(number: int) -> None:
    """The contributions of early-warning flag NUMBER, what would lower it, and what humans decided."""
    click.echo(asyncio.run(_flag(settings.load().database_url, FlagId(number))))


async def _flag(url: str, number: FlagId) -> str:
    engine = db.engine(url)
    try:
        async with db.transaction(engine) as conn:
            return await explained(conn, number)
    finally:
        await engine.dispose()


async def explained(conn: AsyncConnection, number: FlagId) -> str:
    """Recorded like every reading of a file."""
    found = await store.flag(conn, number, scope=Scope(None, clock.now()))
    if found is None:
        raise click.ClickException(f"there is no flag {number}")
    await audit.record(
        conn,
        None,
        action=Permission.FLAG_READ,
        subject_kind="person",
        subject=found.person_id,
        detail={"flag": number},
    )
    decision = (await store.decisions_of(conn, [number])).get(number)
    return "\n".join(lines(found, decision))


def lines(found: Flag, decision: Decision | None) -> Iterator[str]:
    said, doubt = found.evaluation, "" if found.is_calibrated else ", uncalibrated: for demonstration"
    yield f"flag {found.id}, person {found.person_id}: score {said.score}, raised from {found.threshold} on"
    yield f"model {found.model} {found.version} ({found.digest[:12]}){doubt}; evaluated on {said.on}"
    for one in said.contributions:
        days = ", ".join(map(str, one.days)) or "none"
        yield f"  {one.points:+4}  {one.input}: {one.counted} × {one.each:+} ({days})"
    yield f"  {sum(one.points for one in said.contributions):+4}  sum"
    yield f"not known: {', '.join(said.missing) or 'nothing'}; known {said.coverage} % of the weight"
    for way in said.lowers:
        when = f"on {way.on}, if nothing new happens" if way.on else "with one more"
        yield f"  would fall by {way.by}: {way.input}, {when}"
    yield f"expires {found.expires_at:%Y-%m-%d %H:%M} UTC"
    yield _said(decision)


def _said(decision: Decision | None) -> str:
    if decision is None:
        return "nobody has decided on it: it has no effect"
    verb = "agreed" if decision.agrees else "overrode it"
    effects = ", ".join(decision.effects) or "none"
    return f"{decision.name} {verb} on {decision.decided_at:%Y-%m-%d}: {decision.reason} (effects: {effects})"
