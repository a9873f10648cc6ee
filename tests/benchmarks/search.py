"""How long finding somebody takes among a million people, by what is typed, beside ILIKE and trigrams.

python -m app bench search [RECORDS] [--keep FOLDER] [--json FILE]"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import asyncpg
import click
import numpy as np
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app import migrate, records
from app.private.postgres import Cluster
from benchmarks import report, stopwatch
from benchmarks.report import Row
from core import clock, db
from core.model import UserId
from core.sealing import Keys
from inmates.identity import finding
from inmates.model import Scope
from simulators.population import institutions, names, people

LIMIT_MS = 50.0
EACH = 150
"""Questions of one kind."""
PEER_EACH = 12
"""Of the slow ones."""
NAMED = "surname || ' ' || given_name || ' ' || patronymic"
ILIKE = f"select id from persons where {NAMED} ilike all($1::text[]) limit 201"  # noqa: S608 - our own words
TRIGRAMS = f"""
select id from persons where ({NAMED}) % $1 order by ({NAMED}) <-> $1 limit 201
"""  # noqa: S608 - our own words
GIST = f"create index peer on persons using gist (({NAMED}) gist_trgm_ops(siglen=64))"
GIN = f"create index peer on persons using gin (({NAMED}) gin_trgm_ops)"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is there, as a question may name them."""

    latin: tuple[str, str, str]
    cyrillic: tuple[str, str, str]
    pinfl: str
    document: str
    number: str


Ask = Callable[[Known, Random], str]
KINDS: dict[str, Ask] = {
    "surname and name, Latin": lambda k, _: " ".join(k.latin[:2]),
    "surname and name, Cyrillic": lambda k, _: " ".join(k.cyrillic[:2]),
    "three names, other apostrophes": lambda k, _: " ".join(k.latin).replace("ʻ", "'").replace("ʼ", "`"),
    "as a Russian document has it": lambda k, _: " ".join(k.cyrillic[:2]).translate(names.OTHERWISE),
    "patronymic in -ovich": lambda k, _: f"{k.latin[0]} {k.latin[1]} {k.latin[2].split()[0]}ovich",
    "surname alone": lambda k, _: k.latin[0],
    "common name alone": lambda k, _: k.latin[1],
    "beginning of a surname": lambda k, r: k.latin[0][: r.choice((2, 3, 4))],
    "beginning and initial": lambda k, _: f"{k.latin[0][:4]} {k.latin[1][0]}",
    "PINFL": lambda k, _: k.pinfl,
    "document": lambda k, _: k.document,
    "file number": lambda k, _: k.number,
    "two names that nobody has together": lambda k, r: f"{k.latin[0]} Xyzov{r.randrange(1000)}",
    "letters left out": lambda k, r: f"{k.latin[0]} {_without(k.latin[1], r)}",
}


def _without(name: str, random: Random) -> str:
    """One vowel less."""
    places = [found.start() for found in re.finditer("[aeiou]", name)]
    return name if not places else (at := random.choice(places), name[:at] + name[at + 1 :])[1]


@click.command
@click.argument("many", default=1_000_000)
@click.option("--keep", type=click.Path(path_type=Path), help="Where the cluster stays, for another run.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(many: int, *, keep: Path | None, file: Path | None) -> None:
    """Among so many made-up people."""
    home = keep or Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)
    cluster = Cluster(home / "pg", fast=True).start()
    try:
        cluster.ensure("ejazo")
        migrate.upgrade(cluster.url("ejazo"))
        click.echo(report.machine())
        report.finish(asyncio.run(measure(cluster.url("ejazo"), Keys(home / "keys"), many)), file)
    finally:
        cluster.stop()
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)


async def measure(url: str, keys: Keys, many: int) -> list[Row]:
    begun = perf_counter()
    written = await records.run(url, keys, records=many, seed=1, is_staffed=True)
    took = perf_counter() - begun
    if written:
        click.echo(f"{many:,} records written in {took:.0f} s: {many / took:,.0f} a second")
    conn = await db.connect(url)
    for table in ("persons", "identities", "stays"):
        await conn.execute(f"vacuum analyze {table}")
    rows = [Row("seeding", None, figures={"records": many, "a_second": many / took})] if written else []
    engine, known = db.engine(url), sample(many)
    rows += await ours(engine, keys, await posted(conn), known)
    rows += await peers(conn, known, rows)
    await engine.dispose()
    await conn.close()
    return rows


def sample(many: int) -> list[Known]:
    """Some of the first people, made again as they were written."""
    chunks = people.Maker(institutions.made(many, 1), 1, clock.now()).chunks(min(many, people.CHUNK))
    whole = [held.identity for held in next(chunks) if held.identity.pinfl]
    numbers = (f"{people.PREFIX}{place:07}" for place in range(1, many))
    chosen = Random(7).sample(whole, min(EACH, len(whole)))
    return [
        Known(
            (i.surname, i.given_name, i.patronymic),
            (i.surname_cyrl, i.given_name_cyrl, i.patronymic_cyrl),
            i.pinfl or "",
            i.document or "",
            number,
        )
        for i, number in zip(chosen, numbers, strict=False)
    ]


async def posted(conn: asyncpg.Connection) -> UserId:
    """The registrar of the first institution."""
    return UserId(await conn.fetchval("select id from users where login = 'registrar'"))


@dataclass(slots=True)
class Times:
    """Milliseconds of each question: by the wall, and without waiting for a processor that others used."""

    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    found: list[int] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        p50, p95 = (float(value) for value in np.percentile(self.wall, (50, 95)))
        own50, own95 = (float(value) for value in np.percentile(self.own, (50, 95)))
        return {"p50_ms": p50, "p95_ms": p95, "own_p50_ms": own50, "own_p95_ms": own95}


async def ours(engine: AsyncEngine, keys: Keys, registrar: UserId, known: Sequence[Known]) -> list[Row]:
    rows, every = [], Times()
    async with engine.connect() as conn:
        backend = (await conn.exec_driver_sql("select pg_backend_pid()")).scalar_one()
        for who, scope in (("everybody", None), ("one institution", registrar)):
            for kind, ask in KINDS.items():
                random = Random(3)
                times = Times()
                for question in [ask(one, random) for one in known]:
                    await _asked(
                        conn, keys, Scope(scope, clock.now()), question, times=times, backend=backend
                    )
                figures = times.figures() | {"found": int(np.median(times.found))}
                rows.append(Row(f"{who}: {kind}", None, figures=figures))
                click.echo(report.table(rows[-1:]).splitlines()[-1])
                every.wall += times.wall
                every.own += times.own
    figures = every.figures()
    for name, least in (("p95_ms", None), ("own_p95_ms", 1.0)):
        ratio = LIMIT_MS / figures[name]
        rows.append(Row(f"search: {name} against {LIMIT_MS:.0f}", ratio, least, figures=figures))
    return rows


async def _asked(
    conn: AsyncConnection, keys: Keys, scope: Scope, question: str, *, times: Times, backend: int
) -> None:
    """In a transaction of its own."""
    server = Path(f"/proc/{backend}/schedstat")
    before, begun = stopwatch.waited() + stopwatch._wait(server), perf_counter()
    found, _ = await finding.look(conn, keys, scope, words=question)
    took = perf_counter() - begun
    waited = stopwatch.waited() + stopwatch._wait(server) - before
    times.wall.append(took * 1e3)
    times.own.append(max(took - waited, 0.0) * 1e3)
    times.found.append(len(found))
    await conn.rollback()


async def peers(conn: asyncpg.Connection, known: Sequence[Known], rows: Sequence[Row]) -> list[Row]:
    """The same surnames and names, in the script they are stored in: neither peer reads another."""
    mine = next(row for row in rows if row.name == "everybody: surname and name, Latin").figures["p95_ms"]
    assert isinstance(mine, float)
    asked = [one.latin[:2] for one in known[:PEER_EACH]]
    plain = [await _timed(conn, ILIKE, [f"%{word}%" for word in two]) for two in asked]
    found = [Row("search: surname and name, ILIKE against ours", _p95(plain) / mine, figures=_shown(plain))]
    await conn.execute("create extension if not exists pg_trgm; set maintenance_work_mem = '512MB'")
    for name, index, query, given in (
        ("ILIKE with trigrams (GIN)", GIN, ILIKE, [[f"%{word}%" for word in two] for two in asked]),
        ("trigrams alone (GiST)", GIST, TRIGRAMS, [" ".join(two) for two in asked]),
    ):
        begun = perf_counter()
        await conn.execute(index)
        click.echo(f"{name}: its index made in {perf_counter() - begun:.0f} s")
        took = [await _timed(conn, query, one) for one in given]
        found.append(
            Row(f"search: surname and name, {name} against ours", _p95(took) / mine, figures=_shown(took))
        )
        await conn.execute("drop index peer")
    return found


async def _timed(conn: asyncpg.Connection, query: str, given: object) -> float:
    begun = perf_counter()
    await conn.fetch(query, given)
    return (perf_counter() - begun) * 1e3


def _p95(took: Sequence[float]) -> float:
    return float(np.percentile(took, 95))


def _shown(took: Sequence[float]) -> dict[str, Any]:
    return {"p50_ms": float(np.median(took)), "p95_ms": _p95(took)}


if __name__ == "__main__":
    main()
