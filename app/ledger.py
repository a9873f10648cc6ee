"""ejazo ledger: verify what was written, hand heads to witnesses, prove single rows (docs/ledger.md)."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import asyncpg
import click

from app import settings
from app.running import connected
from core import clock, db
from core.ledger import heads as chains
from core.ledger import keys as signing
from core.ledger import proofs, store, store_heads, verify, wire
from core.ledger.model import Signed, Verdict
from core.ledger.service import Sealer
from core.sealing import Keys
from core.settings import Settings
from tracking import retention
from tracking.store import recheck, windows

T = TypeVar("T")
ROUND_S: Final = 10.0
REST: Final = 3.0
"""A minute of a nation's fixes takes a core for seconds: reports shall not wait for it."""
HIDDEN: Final = frozenset({"receipts", "sealed_letters", "sealed_files"})
"""A letter to the Ombudsman has no hour: a head that grew at noon would tell who was at the kiosk."""
MOST: Final = 20
"""Breaks that are told."""

TOLD_EVERY: Final = timedelta(minutes=10)

log = logging.getLogger("ledger")


@dataclass(slots=True)
class Sum:
    """A line every ten seconds would say nothing: what was sealed is told once in a while."""

    since: datetime
    rows: int = 0

    def add(self, rows: int, now: datetime) -> None:
        self.rows += rows
        if self.rows and now - self.since >= TOLD_EVERY:
            log.info("sealed", extra={"rows": self.rows})
            self.since, self.rows = now, 0


async def rounds(loaded: Settings) -> None:
    """What the keeper does: seals what is settled, signs heads, and gives them to the witness's folder."""
    async with connected(loaded.database_url) as conn, store.alone(conn) as is_ours:
        sealer, told = Sealer(conn, Keys(loaded.keys), HIDDEN), Sum(clock.now())
        while is_ours:
            if until := await windows.watermark(conn, shards=loaded.shards):
                await windows.seal(conn, until=until, rest=REST)
                await windows.forget_aids(conn)
            sealed = await sealer.turn(clock.now())
            told.add(sum(sealed.values()), clock.now())
            await asyncio.sleep(ROUND_S)
        await asyncio.sleep(ROUND_S)


@click.group()
def command() -> None:
    """Prove that what was written still stands, and find what does not."""


@command.command("verify")
@click.option(
    "--heads", type=click.Path(exists=True, path_type=Path), help="What a witness kept of `ledger heads`."
)
@click.option("--key", "given", help="The public key that signs the first head, in hex; else our own keys.")
def verify_command(heads: Path | None, given: str | None) -> None:
    """Recompute everything from the rows; exit status 1, and the first broken row, if anything differs."""
    loaded, began = settings.load(), perf_counter()
    trusted = {bytes.fromhex(given)} if given else _own_keys(loaded)
    witnessed = chains.witnessed(read_heads(heads)) if heads else {}
    say(asyncio.run(everything(loaded, trusted, witnessed)), took=perf_counter() - began)


async def everything(
    loaded: Settings, trusted: Collection[bytes], witnessed: Mapping[int, Signed]
) -> Verdict:
    """The rows, and the fixes against the windows that are among the rows."""
    kept_since = clock.now().date() - timedelta(days=retention.load().keep_days)
    async with verify.moment(lambda: db.connect(loaded.database_url)) as (rows, notes):
        verdict = await verify.verify(rows, notes, trusted=trusted, witnessed=witnessed, told=_told)
        found = await recheck.recheck(rows, kept_since=kept_since)
    if found.good:
        _told("fixes", found.good)
    return Verdict(
        {**verdict.rows, "fixes": found.good},
        {**verdict.unsealed, "fixes": found.unsealed},
        verdict.heads,
        (*verdict.breaks, *found.breaks),
    )


def _told(name: str, good: int) -> None:
    if good:
        click.echo(f"  {name:<28}{good:>12,} rows are as they were sealed")


def say(verdict: Verdict, *, took: float) -> None:
    rows, waiting = sum(verdict.rows.values()), sum(verdict.unsealed.values())
    click.echo(
        f"{rows:,} rows under {verdict.heads:,} signed heads, {waiting:,} not sealed yet; {took:.1f} s"
    )
    for one in verdict.breaks[:MOST]:
        click.echo(f"BROKEN {one}", err=True)
    if verdict.breaks:
        raise click.ClickException(f"{len(verdict.breaks)} breaks")


def _own_keys(loaded: Settings) -> set[bytes]:
    return {signing.public(seed) for seed in Keys(loaded.keys).seeds(signing.NAME).values()}


@command.command
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Appended to, one head a line.")
def heads(out: Path) -> None:
    """Hand out the signed heads that the file does not have yet: a witness keeps it."""
    have = max((wire.read(one.body).number for one in read_heads(out)), default=-1)

    async def some(conn: asyncpg.Connection) -> list[Signed]:
        return await store_heads.heads_after(conn, have, limit=10_000_000)

    found = _ask(some)
    with out.open("a", encoding="utf-8") as file:
        file.write(proofs.lines(found))
    click.echo(f"{len(found):,} heads more in {out}")


@command.command
@click.option("--table", required=True)
@click.option("--id", "key", type=int, required=True, help="The row's primary key.")
@click.option("--out", type=click.Path(path_type=Path), help="Else the proof is printed.")
def prove(table: str, key: int, out: Path | None) -> None:
    """Prove that a row was sealed: checked offline by `ejazo verify proof`."""
    _give(_ask(lambda conn: proofs.include(conn, table, key)), out)


@command.command
@click.option("--from", "old", type=int, required=True, help="Number of the older head.")
@click.option("--to", "new", type=int, required=True, help="Number of the newer head.")
@click.option("--out", type=click.Path(path_type=Path), help="Else the proof is printed.")
def consistency(old: int, new: int, out: Path | None) -> None:
    """Prove that everything under one head is the beginning of what is under another."""
    _give(_ask(lambda conn: proofs.extend(conn, old, new)), out)


@command.command
def rotate() -> None:
    """A new signing key: the next head introduces it, the one after is signed by it."""
    keys = Keys(settings.load().keys)
    keys.seeds(signing.NAME)  # the first one is made where there is none
    click.echo(f"key {keys.add(signing.NAME)} signs from the head after the next one on")


@command.command
def left_out() -> None:
    """Name the tables that refuse changes and that the ledger does not cover."""

    async def ask(conn: asyncpg.Connection) -> list[str]:
        return await store.left_out(conn, {s.table for s in await store.streams(conn)})

    click.echo("\n".join(_ask(ask)))


def read_heads(path: Path) -> list[Signed]:
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [proofs.signed(json.loads(line)) for line in lines if line]


def _ask(question: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    async def run() -> T:
        async with connected(settings.load().database_url) as conn:
            return await question(conn)

    try:
        return asyncio.run(run())
    except proofs.NotSealed as why:
        raise click.ClickException(f"not under a signed head: {why}") from why


def _give(proof: dict[str, Any], out: Path | None) -> None:
    text = json.dumps(proof, indent=1) + "\n"
    if out:
        out.write_text(text, "utf-8")
    else:
        click.echo(text, nl=False)
