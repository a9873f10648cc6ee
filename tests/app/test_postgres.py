"""The private cluster: it starts, it ends, and kill -9 loses nothing that it acknowledged."""

import asyncio
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from app.private import place, postgres
from app.private.postgres import Cluster
from app.private.process import ServiceError


@pytest.fixture
def durable(home: Path) -> Iterator[Cluster]:
    """As the demo's: with fsync and synchronous commit."""
    made = Cluster(home / "durable").start()
    yield made
    made.stop()


async def write_until_it_breaks(url: str, written: list[int]) -> None:
    conn = await asyncpg.connect(url)
    try:
        for number in range(1_000_000):
            await conn.execute("insert into kept values ($1)", number)
            written.append(number)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        conn.terminate()


async def kill_under_writes(durable: Cluster) -> list[int]:
    assert durable.child is not None
    written: list[int] = []
    writing = asyncio.create_task(write_until_it_breaks(durable.url(), written))
    await asyncio.sleep(0.5)
    os.kill(durable.child.pid, signal.SIGKILL)
    await writing
    return written


async def test_kill_9_loses_nothing_acknowledged(durable: Cluster) -> None:
    durable.sql("create table kept (number int)")
    written = await kill_under_writes(durable)
    assert durable.child is not None
    durable.child.wait()
    assert not durable.is_running()
    durable.start()
    assert written
    kept = {int(line) for line in durable.sql("select number from kept").split()}
    assert set(written) <= kept


def test_a_server_that_outlived_its_command_is_replaced(durable: Cluster) -> None:
    assert durable.child is not None
    init = threading.Thread(target=durable.child.wait)  # an orphan's end is taken note of by init
    init.start()
    again = Cluster(durable.home).start()
    try:
        init.join(10)
        assert durable.child.returncode == 0
        assert again.sql("select 1") == "1"
    finally:
        again.stop()


def test_an_interrupted_initdb_leaves_no_half_cluster(home: Path) -> None:
    (home / "half/data.new").mkdir(parents=True)
    (home / "half/data.new/PG_VERSION").write_text("15")
    made = Cluster(home / "half", fast=True).start()
    made.stop()
    assert not (home / "half/data.new").exists()


def test_nobody_else_may_enter(cluster: Cluster) -> None:
    for folder in (cluster.home, cluster.socket, cluster.data):
        assert not stat.S_IMODE(folder.stat().st_mode) & 0o007


def test_the_server_runs_as_an_ordinary_user(cluster: Cluster) -> None:
    assert cluster.child is not None
    assert Path(f"/proc/{cluster.child.pid}").stat().st_uid != 0


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    far = tmp_path / ("x" * 60)
    assert len(os.fsencode(place.socket_folder(far))) <= place.LONGEST_SOCKET_FOLDER
    assert place.socket_folder(far) == place.socket_folder(far)
    assert place.socket_folder(far) != place.socket_folder(far / "y")


def test_a_broken_setting_is_explained_by_the_servers_own_words(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(postgres.ALWAYS, "shared_buffers", "a lot")
    monkeypatch.setattr(postgres, "START_S", 0.5)
    with pytest.raises(ServiceError, match="shared_buffers"):
        Cluster(home / "broken", fast=True).start()


def test_data_of_a_missing_version_is_left_alone(home: Path) -> None:
    folder = home / "old/data"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("9")
    with pytest.raises(ServiceError, match="PostgreSQL 9"):
        Cluster(home / "old")
