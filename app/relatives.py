"""ejazo simulate relatives: made-up relatives write over bad lines, and what they know is compared."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Final

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from app import settings, texts
from core import clock, db
from core.sealing import Keys
from core.settings import Settings
from messaging.relatives.accounts import sending
from simulators.relatives import counting, parts, store
from simulators.relatives.counting import Found
from simulators.relatives.ledger import Ledger
from simulators.relatives.phone import GaveUp
from simulators.relatives.play import Order, Play, Show

CODE: Final = re.compile(r"[0-9]{6}")
LOOKS: Final = 200
LOOK_S: Final = 0.05
SAID_EVERY: Final = 20
"""Looks of the play: a line each ten seconds."""
SHOWN: Final = 5
"""Of each kind of fault."""


@dataclass(slots=True)
class Mail:
    """`sending.Sender`: keeps the codes of telephones that are nobody's, prints the others."""

    engine: AsyncEngine
    keys: Keys
    codes: dict[str, str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    others: texts.Printed = field(default_factory=texts.Printed)

    async def send(self, phone: str, text: str) -> None:
        if not parts.is_nobodys(phone):
            await self.others.send(phone, text)
        elif found := CODE.search(text):
            self.codes[phone] = found[0]

    async def read(self, phone: str) -> str:
        """The newest code of a telephone."""
        for _ in range(LOOKS):
            async with self.turn, db.transaction(self.engine) as conn:
                await sending.deliver(conn, self.keys, sender=self, now=clock.now())
            if phone in self.codes:
                return self.codes.pop(phone)
            await asyncio.sleep(LOOK_S)
        raise GaveUp("no text came")


@click.command
@click.option("--count", default=500, show_default=True, help="Relatives.")
@click.option("--seed", default=1, show_default=True, help="The same seed writes and breaks the same.")
@click.option("--at-once", default=24, show_default=True, help="Telephones that are busy at once.")
@click.option("--patience", "patience_s", default=120.0, show_default=True, help="Seconds without an answer.")
@click.option("--url", help="Of the platform. [default: as EJAZO_HTTP_* say, or the demo]")
def command(count: int, seed: int, at_once: int, patience_s: float, url: str | None) -> None:
    """Write appeals as relatives do, over lines that break, and compare what they know with the register.

    Codes are read where `ejazo texts` reads them. Exit code 1: something was lost, doubled or altered."""
    loaded = settings.load()
    where = url or f"http://{loaded.http_host}:{loaded.http_port}"
    order = Order(where, count, seed, at_once, patience_s)
    ledger, found = asyncio.run(run(loaded, order, show=_say(count)))
    Console().print(table(ledger, found))
    if not is_clean(ledger, found):
        raise SystemExit(1)


async def run(loaded: Settings, order: Order, *, show: Show) -> tuple[Ledger, Found]:
    """Plays, then compares the telephones' ledger with the database."""
    engine, keys, began_ms = db.engine(loaded.database_url), Keys(loaded.keys), clock.now_us() // 1000
    try:
        ledger = await Play(order, Mail(engine, keys).read, began_ms=began_ms).run(show)
        async with db.transaction(engine) as conn:
            register = await store.registered(conn, ledger.accounts, since_ms=began_ms)
            files = await store.stored(conn, keys, ledger.accounts, since_ms=began_ms)
    finally:
        await engine.dispose()
    return ledger, counting.compare(ledger, register, files)


def is_clean(ledger: Ledger, found: Found) -> bool:
    return not (ledger.wrong or ledger.gave_up or any(found.faults.values()))


def table(ledger: Ledger, found: Found) -> Table:
    made = Table(title="Relatives", show_header=False)
    made.add_column()
    made.add_column(justify="right")
    for name, many in (("appeals", found.appeals), ("files", found.files), *sorted(ledger.tries.items())):
        made.add_row(name, f"{many:,}")
    made.add_section()
    wrong = found.faults | {"seen wrong": ledger.wrong, "gave up": [str(one) for one in ledger.gave_up]}
    for name, which in wrong.items():
        said = "\n".join(which[:SHOWN])
        made.add_row(name.replace("_", " "), f"[bold red]{len(which)}[/]\n{said}" if which else "[green]0[/]")
    return made


def _say(count: int) -> Show:
    """A line now and then, on the terminal's other channel."""
    looks = 0

    async def say(ledger: Ledger, done: int) -> None:
        nonlocal looks
        if looks % SAID_EVERY == 0 or done == count:
            tries = ledger.tries
            click.echo(
                f"{done}/{count} relatives, {len(ledger.sent)} appeals, {len(ledger.uploaded)} files,"
                f" {tries['requests']} requests, {tries['cut']} cut, {tries['unanswered']} unanswered",
                err=True,
            )
        looks += 1

    return say
