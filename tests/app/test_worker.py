"""The worker's turn: whoever is to be folded again does not wait for the clock while nobody reports."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from app.worker import CATCH_UP, Worker
from core import clock
from core.sealing import Keys
from tracking.sharding import WHOLE

LATE = 2 * CATCH_UP + 1
HANDED = """
with born as (
    insert into persons (number, surname, given_name, sex, born_on)
    select n, 'Namunayev', 'Sinov', 'm', '1990-01-01' from generate_series(1, $1) n
    returning id
)
insert into handed_over (person_id, since, made_at, touched_at)
select id, now() - interval '2 h', now() - interval '1 h', now() - interval '1 h' from born
"""


@pytest.mark.parametrize(("waiting", "left"), [(0, 0), (1, LATE - CATCH_UP)])
async def test_all_who_are_late_are_judged_in_one_turn_unless_somebody_reports(
    conn: asyncpg.Connection, tmp_path: Path, waiting: int, left: int
) -> None:
    await conn.execute(HANDED, LATE)
    inbox = cast("Any", SimpleNamespace(waiting=waiting, is_draining=False))
    worker = await Worker.recover(conn, inbox, shard=WHOLE, ack_every_s=5, keys=Keys(tmp_path))
    worker.is_behind, worker.rota.began_us, worker.rota.done = True, clock.now_us(), len(worker.rota.duties)
    await worker.catch_up()
    assert await conn.fetchval("select count(*) from handed_over") == left
