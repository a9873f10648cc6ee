"""ejazo texts: for trying things out, prints what waits for telephones instead of sending it."""

import asyncio
from urllib.parse import urlsplit

import click

from app import settings
from core import clock, db
from core.sealing import Keys
from core.settings import Settings
from messaging.mobile.push import service as push
from messaging.mobile.push.model import Tried, Verdict
from messaging.relatives.accounts import sending


class Printed:
    """A telephone company of paper: the number stays unsaid."""

    async def send(self, phone: str, text: str) -> None:
        click.echo(f"…{phone[-2:]}: {text}")


async def printed(endpoint: str) -> Tried:
    """`push.Pusher`: the address stays unsaid, but for its service."""
    click.echo(f"{urlsplit(endpoint).netloc}: something is new")
    return Tried(Verdict.WOKEN)


@click.command
def command() -> None:
    """Print the texts and pushes that wait for telephones; they count as sent."""
    if not asyncio.run(run(settings.load())):
        click.echo("nothing waits")


async def run(loaded: Settings) -> int:
    engine, keys, now = db.engine(loaded.database_url), Keys(loaded.keys), clock.now()
    async with db.transaction(engine) as conn:
        sent = await sending.deliver(conn, keys, sender=Printed(), now=now)
    woken = await push.wake(engine, keys, pusher=printed, now=now)
    await engine.dispose()
    return sent + woken
