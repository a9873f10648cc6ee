"""ejazo replay-traces: recordings of real receivers, sent as if made-up people wore them in Tashkent now."""

from pathlib import Path

import click
import uvloop

from app import settings
from core import clock
from simulators import gateway, play, traces, world
from simulators.plane import lonlat
from simulators.play import Player


@click.command
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--seed", default=1, show_default=True, help="The city's seed, as in `ejazo seed`.")
@click.option("--speed", default=60.0, show_default=True, help="1 = as recorded; 60 = an hour in a minute.")
@click.option("--most", default=50, show_default=True, help="Not more traces than this.")
@click.option("--format", "form", type=click.Choice(list(play.ENCODINGS)), default="json", show_default=True)
def command(folder: Path, seed: int, speed: float, most: int, form: str) -> None:
    """Send the traces in FOLDER (CSV: trace_id, ts, lon, lat, accuracy_m, speed_mps, hdop)."""
    found = list(traces.read(folder).values())[:most]
    if not found:
        raise click.ClickException(f"{folder} holds no traces")
    if speed < 1:
        raise click.UsageError("--speed is at least 1: the last fix must not lie in the future")
    player = uvloop.run(run(settings.load().gateway, found, seed=seed, speed=speed, form=form))
    click.echo(f"{len(found)} traces: {player.summary()}")


async def run(url: str, found: list[traces.Trace], *, seed: int, speed: float, form: str) -> Player:
    """The n-th trace begins at the home of the n-th person of the seeded city."""
    residents = world.world(len(found), seed, clock.now()).residents
    placed = [traces.moved(t, lonlat(r.day.home)) for t, r in zip(found, residents, strict=True)]
    async with gateway.several(url, 1) as gateways:
        first = play.first_sequence(clock.now_us())
        player = Player([r.device.serial for r in residents], gateways, play.ENCODINGS[form], first)
        await player.greet()
        await player.play(traces.dues(placed, begins_us=clock.now_us(), speed=speed))
    return player
