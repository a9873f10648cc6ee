"""ejazo rehearse: the made-up people of a training platform, and the scenes that are asked for."""

import asyncio
from dataclasses import dataclass
from typing import Final

import asyncpg
import click
import uvloop

from app import log as logs
from app import settings
from app.running import connected
from app.training import agreed
from core import clock
from core.model import PersonId
from core.settings import Settings
from geofence.exercises import store
from geofence.exercises.model import ExerciseId, ExerciseKind
from simulators import exercises, gateway, play, stage, world
from simulators.fleet import Fleet
from simulators.play import Player
from simulators.scenarios import Plan
from simulators.scenes import SECOND_US
from simulators.world import World

LOOK_S: Final = 1.0
PAUSE_US: Final = 2 * SECOND_US
AHEAD_US: Final = 13 * SECOND_US
"""A scene begins after the reports that are worked out already."""
INTERVAL_S: Final = 2.0
GATEWAYS: Final = 2


@dataclass(slots=True)
class Director:
    conn: asyncpg.Connection
    city: World
    fleet: Fleet
    player: Player
    people: dict[PersonId, int]
    """The actors: person → place among the residents."""

    async def direct(self) -> None:
        for kind, person, begins_at in await store.played(self.conn, now=clock.now()):
            self.act(kind, self.people[person], begins_us=clock.to_us(begins_at))
        while True:
            for exercise, kind in await store.asked(self.conn):
                await self.begin(exercise, kind)
            await asyncio.sleep(LOOK_S)

    async def begin(self, exercise: ExerciseId, kind: ExerciseKind) -> None:
        """With an actor who has nothing open; while there is none, the exercise waits."""
        places = set(exercises.actors(self.city, kind))
        mine = {person: who for person, who in self.people.items() if who in places}
        free = sorted(mine.keys() - await store.busy(self.conn, mine, now=clock.now()))
        if not free:
            return
        person = free[exercise % len(free)]
        begins_us = clock.now_us() + AHEAD_US
        ends_at = clock.from_us(exercises.ends_us(kind, begins_us))
        await store.stage(
            self.conn, exercise, person=person, begins_at=clock.from_us(begins_us), ends_at=ends_at
        )
        self.act(kind, mine[person], begins_us=begins_us)

    def act(self, kind: ExerciseKind, who: int, *, begins_us: int) -> None:
        self.fleet.play(exercises.scenes(kind, self.city, who=who, begins_us=begins_us))
        self.player.away = self.fleet.away()


async def run(loaded: Settings, *, people: int, seed: int) -> None:
    """Until the database or the broker is lost: the supervisor begins again, and scenes go on."""
    city, _ = exercises.staged(world.world(people, seed, clock.now()), clock.now_us())
    fleet = Fleet(city.residents, Plan((), stage.RECEIVER), interval_s=INTERVAL_S, seed=seed)
    async with gateway.several(loaded.gateway, GATEWAYS) as gateways, connected(loaded.database_url) as conn:
        player = Player(
            [one.device.serial for one in city.residents],
            gateways,
            play.ENCODINGS["json"],
            play.first_sequence(clock.now_us()),
            seed=seed,
            at_once=fleet.at_once,
        )
        await player.greet()
        director = Director(conn, city, fleet, player, await _people(conn, city))
        directing = asyncio.create_task(director.direct())
        playing = asyncio.create_task(player.play(fleet.dues(clock.now_us() + PAUSE_US, None)))
        done, _ = await asyncio.wait({directing, playing}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _people(conn: asyncpg.Connection, city: World) -> dict[PersonId, int]:
    actors = {one.person.number: who for who, one in enumerate(city.residents) if one.is_actor}
    return {person: actors[number] for number, person in (await store.by_number(conn, actors)).items()}


@click.command()
@click.option("--people", default=60, show_default=True, help="As `ejazo training` made them up.")
@click.option("--seed", default=1, show_default=True)
def command(people: int, seed: int) -> None:
    """Play the made-up people of a training platform (`ejazo training` starts it)."""
    loaded = settings.load()
    agreed.at_start(loaded, waits=True)
    if not loaded.training:
        raise click.ClickException(agreed.SAID[False])
    logs.begin()
    uvloop.run(run(loaded, people=people, seed=seed))
