"""How fast files of people, custody and writs are taken in, beside a plain loop that enters one by one.

python -m app bench import [RECORDS] [--plain N] [--json FILE]"""

import asyncio
import csv
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app import importing, migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from callers import user
from core import clock, db
from core.auth import Caller, Role
from core.model import PersonId, UserId
from core.sealing import Keys
from files import institution, posting
from inmates.custody.model import Commitment, InstitutionId, Regime
from inmates.custody.service import moving
from inmates.employment import service_writs
from inmates.employment.model import Claim, WritBasis, WritKind, WritState
from inmates.identity import service as identity
from inmates.identity.model import Identity
from inmates.intake import service
from inmates.intake.model import Kind
from inmates.service import within
from inmates.store import houses, numbered
from simulators.population import institutions, people

FEW = 300
"""Entered one by one, in a transaction each."""
LEAST = 3.0
HEADS = {
    Kind.PEOPLE: (
        "number",
        "surname",
        "given_name",
        "patronymic",
        "surname_cyrl",
        "given_name_cyrl",
        "patronymic_cyrl",
        "sex",
        "born_on",
        "birth_place",
        "citizenship",
        "pinfl",
        "document_kind",
        "document",
    ),
    Kind.CUSTODY: ("number", "institution", "admitted_at", "act_number", "authority", "act_on", "reasons"),
    Kind.WRITS: ("number", "writ", "issuer", "issued_on", "creditor", "writ_kind", "total", "since"),
}
Plain = Callable[[AsyncConnection, int], Awaitable[Any]]


@click.command
@click.argument("many", default=100_000)
@click.option("--plain", default=FEW, help="How many are entered one by one.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the figures to this file.")
def main(many: int, *, plain: int, file: Path | None) -> None:
    """So many rows of each kind."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home / "pg", fast=True).start()
    try:
        cluster.ensure("ejazo")
        migrate.upgrade(cluster.url("ejazo"))
        click.echo(report.machine())
        rows = asyncio.run(measure(cluster.url("ejazo"), Keys(home / "keys"), many, plain))
        report.finish(rows, file)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


async def measure(url: str, keys: Keys, many: int, few: int) -> list[Row]:
    engine, rows = db.engine(url), []
    where = await institution(engine)
    house = (await named(engine))[where]
    who = Caller(
        await user(engine, "bench", role=Role.ADMINISTRATOR), "bench", Role.ADMINISTRATOR, "b", "en", b""
    )
    clerk = Caller(
        await user(engine, "clerk", role=Role.ACCOUNTANT), "clerk", Role.ACCOUNTANT, "c", "en", b""
    )
    await posted(engine, clerk, where)
    held = made_up(many + few)
    for kind, caller in ((Kind.PEOPLE, who), (Kind.CUSTODY, who), (Kind.WRITS, clerk)):
        data = file_of(kind, held[:many], house)
        took = await imported(engine, keys, caller, kind, data)
        one_by_one = PLAIN[kind](keys, caller, held, where)
        slow = await looped(engine, one_by_one, range(many, many + few))
        figures = {"rows": many, "a_second": many / took, "plain_a_second": few / slow, "took_s": took}
        rows.append(
            Row(f"import: {kind} against a plain loop", (many / took) / (few / slow), LEAST, figures=figures)
        )
        click.echo(report.table(rows[-1:]).splitlines()[-1])
    await engine.dispose()
    return rows


def made_up(many: int) -> list[tuple[str, Identity]]:
    maker = people.Maker(institutions.made(many, 1), 1, clock.now())
    return [(f"B-{one.number}", one.identity) for chunk in maker.chunks(many) for one in chunk]


def file_of(kind: Kind, held: Sequence[tuple[str, Identity]], house: str) -> bytes:
    text = StringIO()
    out = csv.writer(text)
    out.writerow(HEADS[kind])
    for number, one in held:
        out.writerow(_line(kind, number, one, house))
    return text.getvalue().encode()


def _line(kind: Kind, number: str, one: Identity, house: str) -> Sequence[object]:
    if kind is Kind.PEOPLE:
        return [number, *(getattr(one, name) or "" for name in HEADS[kind][1:])]
    if kind is Kind.CUSTODY:
        return [number, house, "2026-03-01 10:00", "1/2026", "Namuna sudi", "2026-02-01", "JK 169"]
    return [
        number,
        f"{number}-ij",
        "Namuna sudi",
        "2026-01-01",
        "Namuna fuqaro",
        "other",
        "1000000",
        "2026-01-01",
    ]


async def imported(engine: AsyncEngine, keys: Keys, caller: Caller, kind: Kind, data: bytes) -> float:
    begun_at = perf_counter()
    async with db.transaction(engine) as conn:
        begun = await service.begin(
            conn, keys, caller, kind=kind, name="bench.csv", data=data, is_trial=False
        )
    done = await importing.through(engine, keys, begun.found.id, told=lambda _: None)
    took = perf_counter() - begun_at
    click.echo(f"{kind}: {done.counts} in {took:.1f} s")
    return took


async def looped(engine: AsyncEngine, one_by_one: Plain, places: range) -> float:
    begun_at = perf_counter()
    for place in places:
        async with db.transaction(engine) as conn:
            await one_by_one(conn, place)
    return perf_counter() - begun_at


def _people(keys: Keys, caller: Caller, held: Sequence[tuple[str, Identity]], _where: int) -> Plain:
    async def enter(conn: AsyncConnection, place: int) -> None:
        number, one = held[place]
        await identity.enter(conn, keys, caller, number=number, identity=one)

    return enter


def _custody(_keys: Keys, caller: Caller, held: Sequence[tuple[str, Identity]], where: int) -> Plain:
    at = clock.now() - timedelta(days=100)
    act = Commitment("1/2026", "Namuna sudi", (at - timedelta(days=9)).date(), None, "JK 169")

    async def admit(conn: AsyncConnection, place: int) -> None:
        arrival = moving.Arrival(None, InstitutionId(where), at, Regime.ORDINARY, act)
        await moving.receive(conn, caller, number=held[place][0], arrival=arrival)

    return admit


def _writs(_keys: Keys, caller: Caller, held: Sequence[tuple[str, Identity]], _where: int) -> Plain:
    since = clock.today() - timedelta(days=300)

    async def add(conn: AsyncConnection, place: int) -> None:
        number = held[place][0]
        person: PersonId | None = await numbered(conn, number, scope=within(caller))
        paper = (f"{number}-ij", "Namuna sudi", since, "Namuna fuqaro", WritKind.OTHER, WritBasis.SUM)
        claim = Claim(*paper, 1_000_000, None, "", since, None, WritState.ACTIVE)
        await service_writs.add(conn, caller, person=person or PersonId(0), claim=claim)

    return add


PLAIN = {Kind.PEOPLE: _people, Kind.CUSTODY: _custody, Kind.WRITS: _writs}


async def named(engine: AsyncEngine) -> dict[int, str]:
    async with db.transaction(engine) as conn:
        return await houses(conn)


async def posted(engine: AsyncEngine, caller: Caller, where: int) -> None:
    await posting(engine, UserId(caller.user), where)


if __name__ == "__main__":
    main()
