"""What looking over who looked at what costs at a nation's size, beside a plain scan of the same rows.

`ejazo bench detections [--rows 1000000] [--older 1000000] [--past 2000000] [--json FILE]`

ROWS of the audit are of the last hour, OLDER of the two days before, PAST of the year before. A round is run
twice: the first finds what there is, the second, as nearly every one, nothing new. The peer counts the rows
of the last hour."""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app import migrate
from app.private.postgres import WORKER, Cluster
from benchmarks import report
from benchmarks.report import Row
from core import clock, db
from core.geo import LonLat
from core.networks import Network, places
from inmates.detections import rules_people, rules_travel, service, store, store_people, store_signs
from inmates.detections.model import Near
from inmates.detections.rules import POLICY

PEOPLE, USERS = 255_000, 5_000
BONDS, RENOWNED, TASKS = 2_000, 300, 50_000
NETWORKS: Final = (Network("tashkent", LonLat(69.24, 41.31), ()), Network("nukus", LonLat(59.6, 42.46), ()))
YEAR: Final = timedelta(days=365)
LEAST: Final = 0.02
"""A round may take fifty times as long as counting its rows."""
FILL: Final = (
    "alter table persons drop column found_by",  # nobody is searched for here, and its keys take minutes
    """
    insert into users (login, password_hash, role, shown_as)
    select 'u' || n, '-', 'officer', (array['Namunayev','Sinovov','Misolov','Mashqov'])[n % 4 + 1] || n % 700
        || ' ' || (array['Anvar','Bobur','Jasur','Otabek','Rustam'])[n % 5 + 1]
    from generate_series(1, $users) n
    """,
    """
    insert into persons (number, surname, given_name, sex, born_on)
    select 'B-' || n, (array['Namunayev','Sinovov','Misolov','Mashqov'])[n % 4 + 1] || n % 700,
        (array['Sardor','Farhod','Shuhrat','Zafar'])[n % 4 + 1], 'm', '1990-05-01'
    from generate_series(1, $people) n
    """,
    """
    insert into contacts (person_id, name, relation, approved_by, since)
    select n % $people + 1, (array['Namunayev','Sinovov','Misolov','Mashqov'])[n % 4 + 1] || n % 700
        || ' ' || (array['Anvar','Bobur','Jasur','Otabek','Rustam'])[n % 5 + 1], 'sibling', 1, '2026-01-01'
    from generate_series(1, $people) n where n % 3 <> 0
    """,
    """
    insert into caseloads (user_id, person_id, during)
    select n * $users / ($people + 1) + 1, n, '[2026-01-01,)' from generate_series(1, $people) n
    """,
    """
    insert into bonds (user_id, person_id, kind, words, declared_by, declared_at)
    select n % $users + 1, n * 31 % $people + 1, 'kin', '', 1, '2026-01-01' from generate_series(1, $bonds) n
    """,
    """
    insert into renowns (person_id, why, marked_by, marked_at, ends_at)
    select n * 97 % $people + 1, '-', 1, now() - interval '30 days', now() + interval '30 days'
    from generate_series(1, $renowned) n
    """,
    """
    insert into tasks (person_id, kind, role, due_at, subject_kind, subject_id, made_at)
    select n * 5 % $people + 1, 'look', 'officer', now(), 'person', n, now() - interval '3 hours'
    from generate_series(1, $tasks) n
    """,
)
"""Everybody's names are of 2,800 families; an officer has the cases of about fifty people."""
AUDIT: Final = """
insert into audit (at, user_id, action, subject_kind, subject_id, detail)
select $1::timestamptz + ($2::timestamptz - $1::timestamptz) * n / $3::bigint, 1 + d.who, d.action,
    case when d.of_person then 'person' else 'session' end,
    case when d.of_person then 1 + case
        when n % 10 = 9 then (n * 7919) % $4::bigint
        else (d.who * $4::bigint / $5::bigint + n / $5::bigint % 51) % $4::bigint end end,
    case when d.action = 'session:start'
        then jsonb_build_object('network', (array['tashkent','tashkent','nukus',''])[n % 4 + 1])
        else '{}'::jsonb end
from generate_series(1, $3::bigint) n,
    lateral (select n * 613 % $5::bigint as who, n % 100 as kind) s,
    lateral (select s.who, s.kind < 96 as of_person, case
        when s.kind < 55 then 'person:read' when s.kind < 75 then 'track:read'
        when s.kind < 95 then 'alert:write' when s.kind = 95 and n % 1000 = 95 then 'person:export'
        when s.kind < 97 then 'person:write' when s.kind < 99 then 'session:start' else 'session:end' end
        as action) d
order by n
"""
"""Nine of ten look at their own cases, the tenth anywhere."""
PLAIN: Final = "select count(*) from audit where at >= :since and at < :until"


@dataclass(slots=True)
class Spent:
    """Seconds of each part, and how much came of it."""

    took: dict[str, float] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)

    async def time(self, name: str, made: Awaitable[Any]) -> Any:
        began = perf_counter()
        found = await made
        self.took[name] = perf_counter() - began
        self.count[name] = len(found) if hasattr(found, "__len__") else int(found)
        return found


async def fill(url: str, *, sizes: Sequence[int], now: datetime) -> None:
    conn: asyncpg.Connection = await db.connect(url)
    numbers = {"users": USERS, "people": PEOPLE, "bonds": BONDS, "renowned": RENOWNED, "tasks": TASKS}
    for statement in FILL:
        for name, value in numbers.items():
            statement = statement.replace(f"${name}", str(value))  # noqa: PLW2901 - our own numbers
        await conn.execute(statement)
    moments = (now - YEAR, now - POLICY.look_back, now - service.HOUR, now)
    for (since, until), count in zip(pairwise(moments), sizes, strict=True):
        await conn.execute(AUDIT, since, until, count, PEOPLE, USERS)
    await conn.execute("vacuum analyze")
    await conn.close()


async def parts(conn: AsyncConnection, now: datetime, spent: Spent) -> None:
    """What a round does, one after the other."""
    hour, back = now - service.HOUR, now - POLICY.look_back
    await spent.time("hours", store.hours(conn, since=hour, until=now))
    await spent.time("renown", store_people.renowned(conn, since=back, until=now))
    await spent.time("kin", store_people.bound(conn, since=back, until=now))
    near = await spent.time("family", _family(conn, now))
    await spent.time("related", store_people.related(conn, near))
    begun = hour - rules_travel.look_back(places(NETWORKS), policy=POLICY)
    await spent.time("sign_ins", store_signs.sign_ins(conn, since=begun, until=now))


async def _family(conn: AsyncConnection, now: datetime) -> list[Near]:
    looks = store_people.near(conn, since=now - service.HOUR, until=now)
    return [one async for one in looks if rules_people.is_of_one_family(one)]


async def plain(conn: AsyncConnection, now: datetime) -> int:
    found = await conn.execute(text(PLAIN), {"since": now - service.HOUR, "until": now})
    return int(found.scalar_one())


async def run(engine: AsyncEngine, now: datetime) -> Spent:
    spent = Spent()
    deeds: tuple[tuple[str, Callable[[AsyncConnection], Awaitable[Any]]], ...] = (
        ("first round", lambda conn: service.look(conn, now=now, known=NETWORKS)),
        ("plain", lambda conn: plain(conn, now)),
        ("round", lambda conn: service.look(conn, now=now, known=NETWORKS)),
        ("plain again", lambda conn: plain(conn, now)),
    )
    for name, deed in deeds:
        async with db.transaction(engine) as conn:
            await spent.time(name, deed(conn))
    async with db.transaction(engine) as conn:
        await parts(conn, now, spent)
    return spent


def rows_of(spent: Spent, *, before: int) -> list[Row]:
    took, rows = spent.took, spent.count["plain"]
    scan = min(took["plain"], took["plain again"])
    whole = {"rows": rows, "before": before, "seconds": took["round"], "plain_s": scan}
    whole |= {"rows_a_s": rows / took["round"], "first_s": took["first round"]}
    whole |= {"found": spent.count["first round"], "found_again": spent.count["round"]}
    named = ("hours", "renown", "kin", "family", "related", "sign_ins")
    return [
        Row("a round of detections, beside a plain count", scan / took["round"], LEAST, figures=whole),
        *(
            Row(f"of it {name}", scan / took[name], figures={"s": took[name], "found": spent.count[name]})
            for name in named
        ),
    ]


async def measure(cluster: Cluster, sizes: Sequence[int]) -> list[Row]:
    now = clock.now() + timedelta(seconds=1)
    await fill(cluster.url("bench"), sizes=sizes, now=now)
    engine = db.engine(cluster.url("bench", WORKER))
    try:
        return rows_of(await run(engine, now), before=sum(sizes[:-1]))
    finally:
        await engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--older", type=int, default=1_000_000)
    parser.add_argument("--past", type=int, default=2_000_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        cluster = Cluster(home / "pg").start()
        try:
            cluster.ensure("bench")
            migrate.upgrade(cluster.url("bench"))
            found = asyncio.run(measure(cluster, (asked.past, asked.older, asked.rows)))
        finally:
            cluster.stop()
    print(report.machine(["asyncpg", "sqlalchemy"]))
    report.finish(found, asked.json)


if __name__ == "__main__":
    main()
