"""ejazo training: a whole platform to practise on, with its own database, keys and broker."""

import asyncio
import os
import signal

import click

from app import demo
from app.private import place, process
from app.private.process import ServiceError
from app.training import agreed
from simulators import exercises
from simulators.scenes import Scene
from simulators.world import World


@click.command()
@click.option("--people", default=60, show_default=True, help="How many made-up people are watched.")
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same city.")
@click.option("--port", default=8100, show_default=True, help="Of the pages; another if it is taken.")
@click.option("--records", default=200, show_default=True, help="How many made-up people institutions hold.")
def command(people: int, seed: int, port: int, records: int) -> None:
    """Start a platform for training; Ctrl-C ends it, and the next start goes on where it was.

    Everything that leaves it is marked. Other commands reach it with EJAZO_TRAINING=1 before them.
    EJAZO_DATABASE_URL may name an empty database, or one that was marked for training before."""
    if people < 2 * len(exercises.PLACES):
        raise click.UsageError(f"--people: at least {2 * len(exercises.PLACES)}")
    os.environ[place.TRAINING] = "1"
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, demo.ended)
    state = process.folder(place.state(), process.owner())
    with demo.alone(state):
        training = Training(state, people=people, records=records, seed=seed, port=port)
        try:
            training.start(simulate=True)
            training.supervisor.watch()
        except ServiceError as why:
            raise click.ClickException(str(why)) from why
        finally:
            training.stop()


class Training(demo.Demo):
    def settle(self, owner: str) -> None:
        """Also devices are certified by an authority of its own."""
        self.variables["EJAZO_AUTHORITY"] = str(self.state / "authority")
        asyncio.run(agreed.mark(owner))

    def staged(self, world: World, at_us: int) -> tuple[World, tuple[Scene, ...]]:
        return exercises.staged(world, at_us)

    def simulate(self) -> None:
        self._launch("rehearse", "--people", str(self.people), "--seed", str(self.seed))

    def note(self) -> str:
        return "  This is a TRAINING platform: everybody in it is made up.  Exercises: /training\n\n"
