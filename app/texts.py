"""ejazo texts: for trying things out, prints what waits for telephones instead of sending it."""

import asyncio

import click

from app import settings
from core import clock, db
from core.sealing import Keys
from core.settings import Settings
from messaging.relatives.accounts import sending


class Printed:
    """A telephone company of paper: the number stays unsaid."""

    async def send(self, phone: str, text: str) -> None:
        click.echo(f"…{phone[-2:]}: {text}")


@click.command
def command() -> None:
    """Print the texts that wait for telephones; they count as sent."""
    if not asyncio.run(run(settings.load())):
        click.echo("nothing waits")


async def run(loaded: Settings) -> int:
    engine = db.engine(loaded.database_url)
    async with db.transaction(engine) as conn:
        sent = await sending.deliver(conn, Keys(loaded.keys), sender=Printed(), now=clock.now())
    await engine.dispose()
    return sent
