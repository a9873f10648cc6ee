"""What the ledger costs: taking fixes in with and without a keeper that seals them, and verifying again.

`ejazo bench ledger [--audit ROWS] [--only verify] [--json FILE]`

`--only verify` leaves the comparison out. At last one row in the middle is changed behind the trigger, and
the verification must name it: `--only verify --audit 10000000` is the run of ten million entries."""

import asyncio
import contextlib
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time

import asyncpg
import numpy as np
import psutil

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import clock, db
from core.ledger import store, verify
from core.ledger.service import Sealer
from core.sealing import Keys
from tracking.fixes import DTYPES, Fixes
from tracking.store import recheck, records, windows

BATCH = 1000
ROUNDS = 2
TURN_S = 22.0
NATION = 17_000
LEAST, AIM = 0.9, 0.99
DAY_US = clock.to_us(datetime(2026, 11, 20, tzinfo=UTC))
PIECE = 500_000
AUDIT = """
insert into audit (action, subject_kind, subject_id, detail)
select 'track:read', 'person', n % 9999, jsonb_build_object('rows', n)
from generate_series(1, $1::bigint) n
"""
BREAK = """
alter table audit disable trigger user;
update audit set detail = '{"rows": 0}' where id = (select max(id) / 2 from audit);
alter table audit enable trigger user;
"""


def batch(number: int, received_us: int) -> Fixes:
    """A thousand devices' next fix."""
    n = np.arange(BATCH)
    given = {name: np.zeros(BATCH, kind) for name, kind in DTYPES.items()}
    given |= {
        "device": n + 1,
        "sequence": np.full(BATCH, number + 1),
        "person": n + 1,
        "taken_us": np.full(BATCH, DAY_US + number * 15_000_000),
        "sent_us": np.full(BATCH, DAY_US + number * 15_000_000),
        "received_us": received_us + n,
        "lon": 69.2 + n / 1e5,
        "lat": np.full(BATCH, 41.3 + number / 1e6),
        "mechanism": np.ones(BATCH, np.uint8),
    }
    return Fixes(**given)


async def take_in(conn: asyncpg.Connection, first: int, *, seconds: float) -> int:
    """As many batches as a nation's devices say in that time, each a transaction; how many."""
    began, number = perf_counter(), first
    while (now := perf_counter()) - began < seconds:
        async with conn.transaction():
            fixes = batch(number, clock.now_us())
            await records.insert_fixes(conn, fixes, certain=np.ones(BATCH, bool))
        number += 1
        await asyncio.sleep(max(0.0, began + (number - first) * BATCH / NATION - now))
    return number - first


async def keep_sealing(url: str, keys: Path) -> None:
    conn = await db.connect(url)
    try:
        async with store.alone(conn):
            sealer = Sealer(conn, Keys(keys))
            print("ready", flush=True)
            while True:
                await windows.seal(conn, until=clock.from_us(clock.now_us() - 200_000))
                await sealer.turn(clock.now())
                await asyncio.sleep(10)
    finally:
        conn.terminate()


@dataclass(slots=True)
class Spent:
    """CPU seconds."""

    hot: float = 0.0
    """Of who writes and of the server process that serves it;"""
    all: float = 0.0
    """of everything: the server, the keeper too."""
    fixes: int = 0

    def a_fix(self, seconds: float) -> float:
        return seconds / max(self.fixes, 1) * 1e6


async def compare(cluster: Cluster, keys: Path) -> tuple[Spent, Spent]:
    """Off and on, in turns, at a nation's rate; the keeper seals as often as the real one."""
    url = cluster.url("bench")
    conn, spent, first = await db.connect(url), {False: Spent(), True: Spent()}, 20
    backend = await conn.fetchval("select pg_backend_pid()")
    await take_in(conn, 0, seconds=1)
    first = 1000
    for turn in range(2 * ROUNDS):
        is_on = turn % 4 in {1, 2}
        keeper = await _keeper(url, keys) if is_on else None
        before = _cpu(cluster, backend, keeper)
        count = await take_in(conn, first, seconds=TURN_S)
        after = _cpu(cluster, backend, keeper)
        one, first = spent[is_on], first + count
        one.hot, one.all = one.hot + after[0] - before[0], one.all + after[1] - before[1]
        one.fixes += count * BATCH
        if keeper:
            keeper.terminate()
            await keeper.wait()
    await conn.close()
    return spent[False], spent[True]


def _cpu(cluster: Cluster, backend: int, keeper: asyncio.subprocess.Process | None) -> tuple[float, float]:
    own = process_time()
    server = psutil.Process(cluster.child.pid if cluster.child else 0)
    ended = server.cpu_times().children_user + server.cpu_times().children_system
    living = sum(_of(child.pid) for child in server.children(recursive=True))
    sealing = _of(keeper.pid) if keeper else 0.0
    return own + _of(backend), own + ended + living + _of(server.pid) + sealing


def _of(pid: int) -> float:
    with contextlib.suppress(psutil.Error):
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)
    return 0.0


async def _keeper(url: str, keys: Path) -> asyncio.subprocess.Process:
    """A process of its own, as the real one is."""
    made = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--keeper", url, str(keys), stdout=asyncio.subprocess.PIPE
    )
    if made.stdout:
        await made.stdout.readline()
    return made


async def again(url: str, keys: Path) -> tuple[int, int, float, float, float]:
    """Rows and fixes that verify, and the seconds of both and of sealing what was left."""
    conn = await db.connect(url)
    began = perf_counter()
    await windows.seal(conn, until=clock.now())
    await Sealer(conn, Keys(keys)).turn(clock.now())
    sealed = perf_counter()
    async with verify.moment(lambda: db.connect(url)) as (rows, notes):
        verdict = await verify.verify(rows, notes)
        between = perf_counter()
        found = await recheck.recheck(rows, kept_since=clock.today())
    await conn.close()
    if verdict.breaks or found.breaks:
        raise SystemExit(f"broken: {verdict.breaks[:2]} {found.breaks[:2]}")
    ended = perf_counter()
    return sum(verdict.rows.values()), found.good, sealed - began, between - sealed, ended - between


async def fill(url: str, keys: Path, audit: int) -> float:
    """Rows as readings write them, sealed as they come; the seconds of sealing."""
    conn, sealing = await db.connect(url), 0.0
    sealer = Sealer(conn, Keys(keys))
    for left in range(audit, 0, -PIECE):
        await conn.execute(AUDIT, min(left, PIECE))
        began = perf_counter()
        await sealer.turn(clock.now())
        sealing += perf_counter() - began
    await conn.execute("vacuum analyze audit")
    await conn.close()
    return sealing


async def broken(url: str) -> Row:
    """A row in the middle is changed by who owns the table: which one does the verification name?"""
    conn = await db.connect(url)
    await conn.execute(BREAK)
    changed = await conn.fetchval("select max(id) / 2 from audit")
    await conn.close()
    began = perf_counter()
    async with verify.moment(lambda: db.connect(url)) as (rows, notes):
        found = (await verify.verify(rows, notes)).breaks
    named = [one.key for one in found]
    figures = {"changed": changed, "named": str(named[:3]), "seconds": perf_counter() - began}
    return Row("the first broken row is named", float(named[:1] == [str(changed)]), 1, 1, figures)


async def run(audit: int, *, only: str) -> list[Row]:
    home = _home()
    cluster = Cluster(home / "pg").start()
    try:
        cluster.ensure("bench")
        url = cluster.url("bench")
        await asyncio.to_thread(migrate.upgrade, url)
        taken = [] if only == "verify" else costs(*await compare(cluster, home / "keys"))
        sealed = await fill(url, home / "keys", audit)
        cpu = process_time()
        rows, good, sealing, checking, rechecking = await again(url, home / "keys")
        spent = {"seal_s": sealed + sealing, "verify_s": checking, "cpu_s": process_time() - cpu}
        spent |= {
            "disk_gb": _bytes(home / "pg") / 1e9,
            "memory_mb": psutil.Process().memory_info().rss / 2**20,
        }
        return [
            *taken,
            Row("rows verified", None, figures={"rows": rows, "rows_a_s": rows / checking} | spent),
            Row("fixes verified", None, figures={"fixes": good, "fixes_a_s": good / max(rechecking, 1e-9)}),
            await broken(url),
        ]
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


def costs(off: Spent, on: Spent) -> list[Row]:
    hot = {"fixes": off.fixes + on.fixes, "off_us": off.a_fix(off.hot), "on_us": on.a_fix(on.hot)}
    whole = {"off_us": off.a_fix(off.all), "on_us": on.a_fix(on.all)}
    ratio = off.a_fix(off.hot) / on.a_fix(on.hot)
    return [
        Row("CPU of taking fixes in, the ledger off and on", ratio, LEAST, AIM, hot),
        Row("CPU of the whole machine, off and on", off.a_fix(off.all) / on.a_fix(on.all), figures=whole),
    ]


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    return home


def main() -> None:
    words, file = report.arguments()
    if words[:1] == ["--keeper"]:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(keep_sealing(words[1], Path(words[2])))
        return
    audit = int(words[words.index("--audit") + 1]) if "--audit" in words else 1_000_000
    only = words[words.index("--only") + 1] if "--only" in words else ""
    print(report.machine(["numpy", "asyncpg"]))
    report.finish(asyncio.run(run(audit, only=only)), file)


if __name__ == "__main__":
    main()
