"""Frames a second of the live map while everybody moves once a second: real feed, hub, socket and browser.

`ejazo bench map [PEOPLE …] [--json FILE]` (2000 10000); software WebGL where there is no graphics card."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import process_time
from typing import Any

import asyncpg
import numpy as np
import uvicorn
from playwright.async_api import Page, async_playwright

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import callers
from app import migrate, sockets
from app.http import application
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import bus, clock, db, sessions
from core.auth import Role
from core.settings import Settings
from platform_running import free_port
from tracking.wire import positions

SECONDS = 20
BATCH = 500
"""People of one feed row, as the ingest worker's batches are."""
CHROMIUM = os.environ.get("EJAZO_CHROMIUM") or shutil.which("chromium")
PEOPLE = """
with made as (
    insert into persons (number, surname, given_name, sex, born_on)
    select 'BENCH-' || n, 'Namunayev', n::text, 'm', '1990-01-01' from generate_series(1, $1) n returning id
), worn as (
    insert into devices (serial, model, protocol)
    select 'B-' || n, 'bench', 'ejazo' from generate_series(1, $1) n returning id
)
insert into wearings (device_id, person_id, during)
select d.id, p.id, tstzrange(now() - interval '1 day', null)
from (select id, row_number() over () as n from made) p
join (select id, row_number() over () as n from worn) d using (n)
"""
METER = """() => {
  window.meter = {at: [], begun: performance.now()};
  const step = (now) => { window.meter.at.push(now); requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
READ = """() => {
  const gaps = window.meter.at.slice(1).map((at, i) => at - window.meter.at[i]).sort((a, b) => a - b);
  const seconds = (performance.now() - window.meter.begun) / 1000;
  return {frames: gaps.length / seconds, p95: gaps[Math.floor(gaps.length * 0.95)], worst: gaps.at(-1)};
}"""


async def move(conn: asyncpg.Connection, people: list[int], *, seconds: int) -> None:
    """Everybody takes a step a second, in batches spread over it."""
    chance = np.random.default_rng(1)
    rows = np.zeros(len(people), positions.POSITION)
    rows["person"], rows["battery"], rows["accuracy_m"] = people, 90, 12
    rows["lon"] = chance.normal(69.28, 0.06, len(people)) * 1e7
    rows["lat"] = chance.normal(41.31, 0.04, len(people)) * 1e7
    batches = np.array_split(np.arange(len(people)), max(1, len(people) // BATCH))
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        second = loop.time()
        for place, batch in enumerate(batches):
            rows["lon"][batch] += chance.normal(0, 1500, len(batch)).astype(np.int32)
            rows["taken_ms"][batch] = clock.now_us() / 1000
            async with conn.transaction():
                await bus.announce(conn, [bus.Row("moved", packed=positions.encode(rows[batch]))])
            await asyncio.sleep(max(0, second + (place + 1) / len(batches) - loop.time()))


@asynccontextmanager
async def served(url: str) -> AsyncIterator[str]:
    config = uvicorn.Config(
        application(Settings(database_url=url)), port=free_port(), log_level="warning", **sockets.SERVED
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no bell
        await asyncio.sleep(0.05)
    yield f"http://127.0.0.1:{config.port}"
    server.should_exit = True
    await task


async def look(page: Page, site: str) -> None:
    await page.goto(site + "/map")
    await page.locator("#map[data-ready=yes]").wait_for(timeout=60_000)
    await page.evaluate(METER)


async def measure(url: str, people: int) -> dict[str, Any]:
    conn = await db.connect(url)
    await conn.execute(PEOPLE, people)
    ids = [row[0] for row in await conn.fetch("select id from persons order by id")]
    engine = db.engine(url)
    chief = await callers.user(engine, "chief", role=Role.ADMINISTRATOR)
    secret = await callers.session(engine, chief)
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with served(url) as site, async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=[*args, "--disable-background-networking", "--disable-sync"]
        )
        context = await browser.new_context(viewport={"width": 1400, "height": 900})
        await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": site}])
        page = await context.new_page()
        await move(conn, ids, seconds=1)
        await look(page, site)
        before = process_time()
        await move(conn, ids, seconds=SECONDS)
        found: dict[str, Any] = await page.evaluate(READ)
        found["cpu"] = (process_time() - before) / SECONDS
        await browser.close()
    await engine.dispose()
    await conn.close()
    return found


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home / "pg", fast=True).start()
    try:
        words, file = report.arguments()
        rows = []
        for people in [int(word) for word in words] or [2_000, 10_000]:
            cluster.ensure(f"bench{people}")
            migrate.upgrade(cluster.url(f"bench{people}"))
            found = asyncio.run(measure(cluster.url(f"bench{people}"), people))
            rows.append(Row(f"{people} people, each moving once a second", None, figures=found))
            print(
                f"{people:6} people, each moving once a second: {found['frames']:5.1f} frames/s,"
                f" p95 {found['p95']:.0f} ms, worst {found['worst']:.0f} ms;"
                f" server and feeder together {found['cpu']:.2f} cores"
            )
        report.write(rows, file)
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
