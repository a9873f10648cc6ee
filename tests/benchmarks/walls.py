"""What row-level security costs at a nation's size: the stores' own questions with the walls, and without.

`ejazo bench walls [--rows 1000000] [--letters 100000] [--rounds 5] [--json FILE]`

ROWS findings of doctors and as many notes of psychologists, LETTERS in all boxes. With: as the API's role,
each statement says its purpose. Without: the same stores and tables as a role that no policy binds, and
nothing is said. Both take turns; a figure is the median of a question."""

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app import migrate
from app.private.postgres import API, Cluster
from benchmarks import report
from benchmarks.report import Row
from core import compartments, db
from core.model import PersonId, UserId
from inmates.health import store as health
from inmates.psychology import store as psychology
from messaging.sealed.emptying import EXPORTED, MOST
from messaging.sealed.model import Box, BoxKind, LetterId
from messaging.sealed.store import letters

PEOPLE, LAWYERS = 50_000, 200
ASKED: Final = 40
"""Questions of a kind, a turn."""
LEAST: Final = 0.25
"""Two short statements stand around each question of one row."""
NOTES: Final = """
insert into {table} (person_id, made_by, text)
select n % {people} + 1, 1, decode(repeat(md5(n::text), 9), 'hex') from generate_series(1, {rows}) n
"""
FILL: Final = (
    "alter table persons drop column found_by",  # nobody is searched for here, and its keys take minutes
    """
    insert into users (login, password_hash, role, shown_as)
    select 'u' || n, '-', 'lawyer', 'Namunayev Anvar' from generate_series(1, {lawyers}) n
    """,
    """
    insert into persons (number, surname, given_name, sex, born_on)
    select 'B-' || n, 'Namunayev', 'Sardor', 'm', '1990-05-01' from generate_series(1, {people}) n
    """,
    NOTES.replace("{table}", "health_findings"),
    NOTES.replace("{table}", "psychology_notes"),
    "insert into rule_sets (digest, statute, content) values ('d', 's', 'c')",
    """
    insert into addressee_keys
        (box, holder, sealing, signing, fingerprint, valid_from, valid_to, signed, ceremony, registered_by)
    select b, h, decode(repeat('00', 32), 'hex'), decode(repeat('00', 32), 'hex'), b || coalesce(h, 0),
        '2026-01-01', '2027-01-01', '-', '-', 1
    from (
        select unnest(array['ombudsman', 'prosecutor', 'central']) as b, null::bigint as h
        union all select 'lawyer', n from generate_series(1, {lawyers}) n
    ) k
    """,
    """
    insert into sealed_receipts (number, token_hash, content, regime, registered_on, due_on, key_id)
    select 'L-' || n, sha256(n::text::bytea), sha256(n::text::bytea), '-', '2026-01-01', '2026-02-01', '-'
    from generate_series(1, {letters}) n
    """,
    """
    insert into sealed_letters
        (id, number, box, holder, key_id, received_on, due_on, law, bucket, digest, message)
    select n::bigint * 7919 % 1000003 * 1000003 + n, 'L-' || n, k.box, k.holder, k.id, '2026-01-01',
        '2026-02-01', 'd', 4096, sha256(n::text::bytea), decode(repeat('00', 4096 + 48), 'hex')
    from generate_series(1, {letters}) n
    join addressee_keys k on k.id = case when n % 10 < 9 then n % 3 + 1 else 4 + n / 10 % {lawyers} end
    """,
    """
    insert into box_openings (box, position, signed, opened_at, posted_by)
    select unnest(array['ombudsman', 'prosecutor', 'central']), 1, '-', now(), 1
    """,
    """
    insert into opened_letters (letter_id, opening_id)
    select l.id, o.id from sealed_letters l join box_openings o using (box)
    where (l.id % 100) < 99
    """,
)
"""One letter in ten is a lawyer's; of the other boxes one in a hundred waits."""
OMBUDSMAN, LAWYER = Box(BoxKind.OMBUDSMAN), Box(BoxKind.LAWYER, UserId(7))

Ask = Callable[[AsyncConnection, int], Awaitable[Any]]


def questions(sample: list[tuple[int, str, bytes]]) -> dict[str, Ask]:
    """By name; the number drawn chooses the person or the letter."""

    def one_of(n: int) -> tuple[int, str, bytes]:
        return sample[n % len(sample)]

    return {
        "a person's findings": lambda c, n: health.findings_of(c, PersonId(n * 7919 % PEOPLE + 1)),
        "a person's notes": lambda c, n: psychology.notes_of(c, PersonId(n * 7919 % PEOPLE + 1)),
        "a letter by its number": lambda c, n: letters.by_number(c, one_of(n)[1]),
        "a letter by its digest": lambda c, n: letters.by_digest(c, one_of(n)[2]),
        "a letter of the box": lambda c, n: letters.one(c, LetterId(one_of(n)[0]), box=OMBUDSMAN),
        "what a letter holds": lambda c, n: letters.contents(c, LetterId(one_of(n)[0]), box=OMBUDSMAN),
        "a sheet of a large box": lambda c, n: letters.of_box(
            c, OMBUDSMAN, after=LetterId(one_of(n)[0]), most=MOST
        ),
        "a sheet of a lawyer's box": lambda c, _: letters.of_box(c, LAWYER, most=MOST),
        "what waits in a large box": lambda c, _: letters.of_box(c, OMBUDSMAN, most=EXPORTED, waiting=True),
    }


async def fill(url: str, **numbers: int) -> list[tuple[int, str, bytes]]:
    """Some letters to the Ombudsman, as id, number and digest."""
    conn: asyncpg.Connection = await db.connect(url)
    for statement in FILL:
        await conn.execute(statement.format(**numbers))
    await conn.execute("vacuum analyze")
    found = await conn.fetch("select id, number, digest from sealed_letters where box = 'ombudsman' limit 50")
    await conn.close()
    return [tuple(row) for row in found]


@contextmanager
def unsaid() -> Iterator[None]:
    """No statement says its purpose."""

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[None]:
        yield

    said = compartments._set
    compartments._set = nothing  # type: ignore[assignment] - it asks for less
    try:
        yield
    finally:
        compartments._set = said


async def turn(engine: AsyncEngine, ask: Ask, numbers: Iterator[int]) -> tuple[float, list[int]]:
    """Median seconds of a question, and how much each found."""
    took, found = [], []
    async with db.transaction(engine) as conn:
        for n in [next(numbers) for _ in range(ASKED)]:
            began = perf_counter()
            answer = await ask(conn, n)
            took.append(perf_counter() - began)
            found.append(len(answer) if isinstance(answer, list) else int(answer is not None))
    return median(took), found


async def compare(walled: AsyncEngine, free: AsyncEngine, ask: Ask, rounds: int) -> tuple[float, float, int]:
    """Median seconds with and without, and rows found; both must find the same."""
    ours, theirs, rows = list[float](), list[float](), 0
    mine, other = count(), count()
    for _ in range(rounds):
        took, found = await turn(walled, ask, mine)
        ours.append(took)
        with unsaid():
            took, same = await turn(free, ask, other)
        theirs.append(took)
        if found != same or not any(found):
            raise SystemExit(f"the walls change the answer: {found[:5]} {same[:5]}")
        rows = max(found)
    return median(ours), median(theirs), rows


async def measure(cluster: Cluster, *, rows: int, held: int, rounds: int) -> list[Row]:
    sample = await fill(cluster.url("bench"), rows=rows, letters=held, people=PEOPLE, lawyers=LAWYERS)
    walled, free = db.engine(cluster.url("bench", API)), db.engine(cluster.url("bench"))
    made = []
    try:
        for name, ask in questions(sample).items():
            ours, theirs, found = await compare(walled, free, ask, rounds)
            figures = {"with_ms": ours * 1000, "without_ms": theirs * 1000, "rows": found}
            made.append(Row(name, theirs / ours, LEAST, figures=figures))
    finally:
        await walled.dispose()
        await free.dispose()
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        cluster = Cluster(home / "pg").start()
        try:
            cluster.ensure("bench")
            migrate.upgrade(cluster.url("bench"))
            run = partial(measure, rows=asked.rows, held=asked.letters, rounds=asked.rounds)
            found = asyncio.run(run(cluster))
        finally:
            cluster.stop()
    print(report.machine(["asyncpg", "sqlalchemy"]))
    report.finish(found, asked.json)


if __name__ == "__main__":
    main()
