"""ejazo recall: the verdicts that a zone, a rule, devices, a firmware, an engine or a policy touches."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from app import officer, settings
from core import clock, db
from geofence import recall
from geofence.recall import Recalled, Thing, Wanted, fate
from geofence.store.recall import Period, Touched

HEAD = ("breach", "person", "kind", "of", "opened", "closed", "alert", "outcome", "engine", "policy")


@click.command
@click.option("--zone", type=click.IntRange(1), help="A zone's number.")
@click.option("--version", type=click.IntRange(1), help="Only this version of the zone.")
@click.option(
    "--rule", type=click.IntRange(1), help="A condition's number: this version of it, with its hours."
)
@click.option("--device-lot", help="As the maker names it: table devices, column lot.")
@click.option("--firmware", help="While it ran on the devices: table firmwares.")
@click.option("--engine", help="As verdicts cite it; the version alone (2) for all texts of it.")
@click.option("--policy", help="The name of a parameter set, such as 2026-01-01.")
@click.option("--since", type=officer.Moment(), help="Begun at or after this local time.")
@click.option("--until", type=officer.Moment(), help="Begun before this local time.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write them here too.")
@officer.named
def command(
    *,
    login: str,
    why: str,
    version: int | None,
    since: datetime | None,
    until: datetime | None,
    file: Path | None,
    **things: Any,
) -> None:
    """List the breaches that something touches: what opened or closed them was judged by it."""
    given = {name: value for name, value in things.items() if value is not None}
    if len(given) != 1:
        names = ", ".join(f"--{thing.replace('_', '-')}" for thing in Thing)
        raise click.UsageError(f"name exactly one of {names}")
    ((name, value),) = given.items()
    if version is not None and name != Thing.ZONE:
        raise click.UsageError("--version belongs to --zone")
    wanted = Wanted(Thing(name), str(value), version, Period(since, until))
    found = asyncio.run(run(settings.load().database_url, login, wanted=wanted, why=why))
    click.echo(text(found))
    if file:
        file.write_text(json.dumps(rows(wanted, found), indent=1) + "\n", "utf-8")


async def run(url: str, login: str, *, wanted: Wanted, why: str) -> Recalled:
    engine = db.engine(url)
    try:
        with officer.refusals():
            async with db.transaction(engine) as conn:
                return await recall.recall(conn, await officer.caller(conn, login), wanted=wanted, why=why)
    finally:
        await engine.dispose()


def text(found: Recalled) -> str:
    lines = table([HEAD, *map(_shown, found.verdicts)]) if found.verdicts else []
    lines.append(f"verdicts: {len(found.verdicts)}")
    lines += [f"  {n:>6} {kind}: {outcome}" for kind, outcome, n in found.counts]
    if found.uncited:
        lines.append(f"besides, {found.uncited} of this time were stored without saying what made them")
    return "\n".join(lines)


def table(listed: Iterable[tuple[str, ...]]) -> list[str]:
    """As wide as it must be."""
    listed = list(listed)
    widths = [max(len(row[column]) for row in listed) for column in range(len(listed[0]))]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in listed]


def rows(wanted: Wanted, found: Recalled) -> dict[str, object]:
    return {
        "thing": wanted.thing,
        "named": wanted.name,
        "version": wanted.version,
        "verdicts": [
            {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in asdict(one).items()
            }
            for one in found.verdicts
        ],
        "counts": [{"kind": kind, "outcome": outcome, "count": n} for kind, outcome, n in found.counts],
        "uncited": found.uncited,
    }


def _shown(one: Touched) -> tuple[str, ...]:
    numbers = str(one.breach), str(one.person), one.kind, str(one.subject)
    times = _local(one.opened_at), _local(one.closed_at) if one.closed_at else "open"
    alert = "-" if one.alert is None else str(one.alert)
    return (*numbers, *times, alert, fate(one), one.engine or "-", one.policy or "-")


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(clock.HERE):%Y-%m-%d %H:%M:%S}"
