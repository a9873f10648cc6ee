"""The drill: written to under load, killed, restored, and the ledger says that nothing is missing."""

import asyncio
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

import asyncpg
import pytest

from app import backup, backups, migrate, restore
from app.backups import Base, Folder
from app.private import process
from app.private.postgres import Cluster
from app.settings import DATABASE
from core import clock, db
from core.ledger import proofs, store, store_heads
from core.ledger.model import What
from core.ledger.service import Sealer
from core.sealing import Keys
from core.settings import Settings

DAY = datetime(2026, 11, 27, tzinfo=UTC)
WROTE = "insert into audit (action, subject_kind, subject_id) values ('drill', 'x', $1)"


def bases(*ages: int) -> list[Base]:
    ended = [DAY - timedelta(days=age) for age in sorted(ages, reverse=True)]
    return [Base(Path(f"{at:%Y%m%d}"), at - timedelta(hours=1), at, {}) for at in ended]


def test_the_base_of_a_moment_is_the_last_that_ended_before_it() -> None:
    made = bases(0, 10, 20)
    assert backups.chosen(made, None) == made[-1]
    assert backups.chosen(made, DAY - timedelta(days=5)) == made[1]
    assert backups.chosen(made, DAY - timedelta(days=21)) is None


def test_every_moment_of_three_months_can_be_reached() -> None:
    since = backups.horizon(DAY.date())
    assert since.date() == date(2026, 8, 27)
    made = bases(*range(0, 200, 7))
    left = [base for base in made if base not in backups.too_old(made, since=since)]
    assert left[0].ended <= since < left[1].ended


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix=f"ejazo-test-{os.getpid()}-", dir=tempfile.gettempdir()))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def write(url: str, keys: Keys, acknowledged: list[tuple[int, float]], *, seconds: float) -> None:
    """Rows, each acknowledged by its commit; a seal and a head now and then."""
    conn, ends = await db.connect(url), monotonic() + seconds
    async with store.alone(conn):
        sealer = Sealer(conn, keys)
        while monotonic() < ends:
            number = len(acknowledged) + 1
            await conn.execute(WROTE, number)
            acknowledged.append((number, monotonic()))
            if number % 50 == 0:
                await sealer.turn(clock.now())
    await conn.close()


async def heads_into(url: str, file: Path) -> None:
    """What a witness has by now."""
    conn = await db.connect(url)
    file.write_text(proofs.lines(await store_heads.heads_after(conn, -1, limit=10_000)), "utf-8")  # noqa: ASYNC240
    await conn.close()


def killed_under_load(
    place: Path, loaded: Settings, cluster: Cluster
) -> tuple[list[tuple[int, float]], float]:
    """What was acknowledged, and when the server was killed; the receiver runs beside."""
    folder, acknowledged = Folder(place / "backup"), list[tuple[int, float]]()
    folder.make()
    child = backup.receiver(loaded.database_url, folder)
    try:
        asyncio.run(write(loaded.database_url, Keys(loaded.keys), acknowledged, seconds=1))
        backup.once(loaded, folder)
        asyncio.run(write(loaded.database_url, Keys(loaded.keys), acknowledged, seconds=2))
        asyncio.run(heads_into(loaded.database_url, place / "heads"))
        seen = len(acknowledged)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            asyncio.run(shot(loaded, acknowledged, cluster))
        return acknowledged, seen, monotonic()
    finally:
        process.end(child, signal.SIGINT)


async def shot(loaded: Settings, acknowledged: list[tuple[int, float]], cluster: Cluster) -> None:
    assert cluster.child
    loop, pid = asyncio.get_running_loop(), cluster.child.pid
    loop.call_later(0.7, os.kill, pid, signal.SIGKILL)
    await write(loaded.database_url, Keys(loaded.keys), acknowledged, seconds=20)


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_the_bad_day(place: Path) -> None:
    cluster = Cluster(place / "pg").start()
    try:
        cluster.ensure(DATABASE)
        migrate.upgrade(cluster.url(DATABASE))
        loaded = Settings(database_url=cluster.url(DATABASE), keys=place / "keys", archive=place / "archive")
        acknowledged, seen, killed = killed_under_load(place, loaded, cluster)
    finally:
        cluster.stop()
    began = monotonic()
    again = restore.start(Folder(place / "backup"), place / "again")
    try:
        rto = monotonic() - began
        there = int(again.sql("select coalesce(max(subject_id), 0) from audit", DATABASE))
        assert seen <= there
        assert int(again.sql("select count(distinct subject_id) from audit", DATABASE)) == there
        lost = [at for number, at in acknowledged if number > there]
        rpo = killed - min(lost, default=killed)
        told = f"RPO {rpo:.3f} s, RTO {rto:.1f} s: {len(lost)} of {len(acknowledged)} lost"
        logging.getLogger("drill").warning(told)
        verdict = restore.checked(again, place / "keys", place / "again" / "archive", place / "heads")
        assert verdict.breaks == ()
        assert verdict.heads > 0
        assert restore.missing(Folder(place / "backup"), place / "again", again, place / "keys") == []
        again.sql("set session_replication_role = replica; delete from audit where id = 7", DATABASE)
        broken = restore.checked(again, place / "keys", place / "again" / "archive", None)
        assert [(b.what, b.key) for b in broken.breaks] == [(What.MISSING, "7")]
    finally:
        again.stop()
