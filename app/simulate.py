"""ejazo simulate: devices that do not exist report through the real broker, and relatives write."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import uvloop

from app import crowd, crowd_options, settings
from app.lazy import Lazy
from core import clock
from simulators import gateway, play, scenarios, stage, truth, world
from simulators.fleet import Fleet, Leap
from simulators.ledger import Writer
from simulators.link import Manners
from simulators.play import Player
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US
from simulators.world import World

GATEWAYS = 2
PAUSE_US = 2 * SECOND_US
"""Between making up the city and the first report."""
TRUTH_US = 3.0
"""To work out one person and second, with room."""
ENDLESS_S = 600.0
"""Scenes of a run without end happen in its first minutes."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line asked for."""

    devices: int
    interval_s: float
    scenario: str | None
    seed: int
    duration_s: float | None
    ledger: Path | None
    format: str
    manners: Manners
    clock_error_s: float
    ago_s: float = 0.0
    stage: str | None = None
    skip: int = 0
    leap_s: float = 0.0

    @property
    def play(self) -> str:
        return self.scenario or "mixed"


@click.group(cls=Lazy, modules={"relatives": "app.relatives"}, invoke_without_command=True)
@click.pass_context
@click.option("--devices", default=200, show_default=True, help="The first N people of the seeded city.")
@click.option("--interval", "interval_s", default=2.0, show_default=True, help="Seconds between two fixes.")
@click.option("--scenario", type=click.Choice(list(scenarios.SCENARIOS)), help="[default: mixed]")
@click.option("--seed", default=1, show_default=True, help="The city's seed, as in `ejazo seed`.")
@click.option("--duration", "duration_s", type=float, help="Seconds; without it until Ctrl-C.")
@click.option("--ledger", type=click.Path(path_type=Path, dir_okay=False), help="For `ejazo compare`.")
@click.option("--format", type=click.Choice(list(play.ENCODINGS)), default="json", show_default=True)
@click.option("--repeats", default=0.0, help="Share of messages sent twice.")
@click.option("--shuffles", default=0.0, help="Share of messages overtaken by later ones.")
@click.option("--garbage", default=0.0, help="Share of messages followed by one that nobody can read.")
@click.option("--clock-error", "clock_error_s", default=0.0, help="Standard deviation of clocks, seconds.")
@click.option("--stage", type=click.Choice(["demo"]), help="Scenes of a demonstration (`seed --demo`).")
@click.option("--ago", "ago_s", default=0.0, help="Begin so many seconds ago and catch up at full speed.")
@click.option("--skip", default=0, help="Leave the first so many people of the city to another simulation.")
@click.option(
    "--clock-leap", "leap_s", default=0.0, help="All clocks wrong by so many seconds in the middle third."
)
@crowd_options.all_of_them
def command(ctx: click.Context, repeats: float, shuffles: float, garbage: float, **asked: Any) -> None:
    """Walk made-up people through Tashkent and send what their devices see (`ejazo seed` first).

    With --connections a whole country reports, over as many real connections. `relatives` writes appeals."""
    if ctx.invoked_subcommand:
        return
    manners = Manners(repeats, shuffles, garbage)
    if asked["connections"]:
        crowd.run(settings.load().gateway, crowd_options.order(manners, asked))
        return
    order = Order(manners=manners, **crowd_options.none_of_them(asked))
    if order.ledger and order.duration_s is None:
        raise click.UsageError("--ledger needs --duration: what is true must be known to its end")
    if order.ledger and order.stage:
        raise click.UsageError("the stage keeps no ledger: its curfew hangs on the moment of seeding")
    player = uvloop.run(run(settings.load().gateway, order))
    click.echo(player.summary())


async def run(url: str, order: Order) -> Player:
    """Connects, makes up the city, plays; ends when everything is acknowledged or nobody answers."""
    async with gateway.several(url, GATEWAYS) as gateways:
        city = _city(order)
        begins_us = clock.now_us() + PAUSE_US + _preparing_us(order) - round(order.ago_s * SECOND_US)
        ends_us = begins_us + int(order.duration_s * SECOND_US) if order.duration_s else None
        fleet = _fleet(order, city, begins_us)
        player = Player(
            [r.device.serial for r in fleet.residents],
            gateways,
            play.ENCODINGS[order.format],
            play.first_sequence(clock.now_us()),
            seed=order.seed,
            manners=order.manners,
            ledger=_ledger(order, fleet, begins_us=begins_us) if order.ledger else None,
            away=fleet.away(),
            at_once=fleet.at_once,
        )
        try:
            await player.greet()
            await player.play(fleet.dues(begins_us, ends_us))
        finally:
            player.close()
    return player


def _city(order: Order) -> World:
    whole = world.world(order.skip + order.devices, order.seed, clock.now())
    return replace(whole, residents=whole.residents[order.skip :])


def _fleet(order: Order, city: World, begins_us: int) -> Fleet:
    if order.stage:
        city, scenes = stage.staged(city, begins_us)
        plan = Plan(scenes, stage.RECEIVER)
    else:
        lasts_s = order.duration_s or ENDLESS_S
        plan = scenarios.plan(
            order.play, city.residents, begins_us=begins_us, lasts_s=lasts_s, seed=order.seed
        )
    return Fleet(
        city.residents,
        plan,
        interval_s=order.interval_s,
        seed=order.seed,
        clock_error_s=order.clock_error_s,
        leap=_leap(order, begins_us),
    )


def _leap(order: Order, begins_us: int) -> Leap:
    third_us = int((order.duration_s or 0.0) * SECOND_US / 3)
    return Leap(begins_us + third_us, begins_us + 2 * third_us, round(order.leap_s * SECOND_US))


def _preparing_us(order: Order) -> int:
    """How long it takes to work out what is true, roughly; the first report waits for it."""
    return int(order.devices * order.duration_s * TRUTH_US) if order.ledger and order.duration_s else 0


def _ledger(order: Order, fleet: Fleet, *, begins_us: int) -> Writer:
    assert order.ledger is not None  # noqa: S101 - for the type checker
    ends_us = begins_us + int((order.duration_s or 0) * SECOND_US)
    made = Writer(order.ledger)
    about = {"scenario": order.play, "seed": order.seed, "devices": order.devices}
    made.say("run", {**about, "interval_s": order.interval_s, "begins_us": begins_us, "ends_us": ends_us})
    receiver = fleet.plan.receiver
    made.truth(truth.breaches(fleet.ways, since_us=begins_us, until_us=ends_us, receiver=receiver))
    made.truth(truth.of_devices(fleet.ways.residents, fleet.plan.scenes))
    made.flush()
    return made
