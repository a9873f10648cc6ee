"""Frames a second of the live map while everybody moves once a second, beside what one writes first.

`ejazo bench map [PEOPLE …] [--seconds 8] [--json FILE]` (1000 10000 50000); software WebGL where there is no
graphics card. The real page with a real socket of a real API process; another process rings the feed as the
ingest worker would: worker, broker and simulator of 50,000 fixes a second do not fit beside a browser."""

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import click
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import browsing
import callers
from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.moving import COUNTRY, Box, Feeder
from benchmarks.report import Row
from benchmarks.running_cost import Cost
from core import db, sessions
from core.auth import Role
from platform_running import Platform

FRAMES: Final = 40.0
"""A second, at least (issue 7); a prototype reached 46."""
AIM: Final = 46.0
SIZE: Final = {"width": 1400, "height": 900}
PEER: Final = (Path(__file__).parent / "map_peer.html").read_text("utf-8")
PEERS: Final = {"leaflet": "Leaflet's own markers on a canvas", "geojson": "MapLibre's GeoJSON setData"}
TIMES: Final = ("frames/s", "median ms", "p95 ms", "p99 ms", "worst ms")
NEAR: Final = 13.0
"""From this zoom on people are drawn one by one."""

METER: Final = """
window.meter = {bytes: 0, view: null, turn: 0};
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener("message", ({data}) => { meter.bytes += data.byteLength ?? data.length; });
  }
  send(said) { meter.view = JSON.parse(said); super.send(said); }
};
"""
BEGIN: Final = """() => {
  Object.assign(meter, {at: [], bytes: 0, begun: performance.now(), turn: meter.turn + 1});
  meter.drawn = Number(document.getElementById("map").dataset.drawn ?? 0);
  const turn = meter.turn;
  const step = (now) => { meter.at.push(now); if (turn === meter.turn) requestAnimationFrame(step); };
  requestAnimationFrame(step);
}"""
READ: Final = """() => {
  const gaps = meter.at.slice(1).map((at, i) => at - meter.at[i]).sort((a, b) => a - b);
  const seconds = (performance.now() - meter.begun) / 1000;
  const part = (share) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? NaN;
  meter.turn += 1;
  return {
    "frames/s": gaps.length / seconds, "median ms": part(0.5), "p95 ms": part(0.95), "p99 ms": part(0.99),
    "worst ms": part(1),
    "kB/s": meter.bytes / seconds / 1000,
    "draws/s": (Number(document.getElementById("map").dataset.drawn ?? 0) - meter.drawn) / seconds,
  };
}"""


class Bench:
    """One number of people: a database, an API, a feeder, a browser."""

    def __init__(self, platform: Platform, feeder: Feeder, context: BrowserContext, seconds: float) -> None:
        self.platform, self.feeder, self.context, self.seconds = platform, feeder, context, seconds
        self.rows: list[Row] = []

    async def run(self) -> None:
        ours, view = await self.ours()
        for name in PEERS:
            peer = await self.peer(name, view)
            ratio = ours["frames/s"] / max(peer["frames/s"], 1 / self.seconds)
            figures = {key: peer[key] for key in TIMES}
            self.say(f"each drawn, vs {PEERS[name]}", ratio, 1, None, figures)

    async def ours(self) -> tuple[dict[str, float], dict[str, Any]]:
        """The page as it opens, and then so near that everybody is drawn and on the screen."""
        page = await self.context.new_page()
        await self.feeder.place(COUNTRY)
        await page.goto(self.platform.url + "/map")
        await page.locator("#map[data-ready=yes]").wait_for(timeout=60_000)
        await self.counted(page)
        view = await page.evaluate("meter.view")
        if view:
            await self.judge("the country, counted in cells", await self.measured(page))
            view = await self.nearer(page)
            await self.feeder.place(Box.of(view["view"]).inner(0.94))
        near = await self.measured(page)
        await self.judge("each drawn on one screen", near)
        await self.judge("each drawn, dragged all the while", await self.measured(page, is_dragged=True))
        await page.close()
        return near, view or {"view": None, "zoom": 6.0}

    async def counted(self, page: Page) -> None:
        shown = f"#map[data-people='{self.feeder.people}']"
        await self.feeder.move(2)
        await page.locator(shown).wait_for(timeout=60_000)

    async def nearer(self, page: Page) -> dict[str, Any]:
        """Until people are drawn one by one: where the page then looks, as it tells the server."""
        await page.locator("#map .maplibregl-canvas").focus()
        while (view := await page.evaluate("meter.view"))["zoom"] < NEAR:
            await page.keyboard.press("Equal")
            await asyncio.sleep(0.7)
        return dict(view)

    async def measured(self, page: Page, *, is_dragged: bool = False) -> dict[str, float]:
        await self.feeder.move(2)
        cost = Cost({"api": self.platform.children["api"].pid})
        await page.evaluate(BEGIN)
        dragging = asyncio.create_task(drag(page)) if is_dragged else None
        await self.feeder.move(self.seconds)
        found: dict[str, float] = await page.evaluate(READ)
        if dragging:
            dragging.cancel()
            await asyncio.gather(dragging, return_exceptions=True)
            await page.mouse.up()
        return found | cost.cores()

    async def peer(self, name: str, view: dict[str, Any]) -> dict[str, float]:
        page = await self.context.new_page()
        box = Box.of(view["view"]) if view["view"] else COUNTRY
        middle = {"lon": (box.west + box.east) / 2, "lat": (box.south + box.north) / 2, "zoom": view["zoom"]}
        asked = {"peer": name, "view": json.dumps(view["view"]), **middle}
        await page.goto(f"{self.platform.url}/peer?{urlencode(asked)}")
        await page.locator("#map[data-listens=yes]").wait_for()  # a peer that hears nothing is no peer
        try:
            async with asyncio.timeout(4 * self.seconds + 30):
                await self.feeder.move(1)
                await page.locator("#map[data-ready=yes]").wait_for(timeout=0)
                return await self.measured(page)
        except TimeoutError:
            return dict.fromkeys(TIMES, float("nan")) | {"frames/s": 0.0}
        finally:
            await page.close()

    async def judge(self, where: str, found: dict[str, float]) -> None:
        self.say(where, found["frames/s"] / FRAMES, 1, AIM / FRAMES, found)

    def say(
        self, what: str, ratio: float, least: float, aim: float | None, figures: dict[str, float]
    ) -> None:
        name = f"{self.feeder.people:,} people, {what}"
        self.rows.append(Row(name, ratio, least, aim, dict(figures)))
        click.echo(f"{name}: " + ", ".join(f"{key} {value:.1f}" for key, value in figures.items()))


async def drag(page: Page) -> None:
    """To and fro, as a hand does."""
    left, top = 300, 450
    await page.mouse.move(left, top)
    await page.mouse.down()
    turn = 0
    while True:
        turn += 1
        away = abs(turn % 60 - 30) * 4
        await page.mouse.move(left + away, top + away / 2)
        await asyncio.sleep(0.03)


async def measure(platform: Platform, browser: Browser, people: int, seconds: float) -> list[Row]:
    conn = await db.connect(platform.database)
    feeder = await Feeder.with_people(conn, people)
    engine = db.engine(platform.database)
    secret = await callers.session(engine, await callers.user(engine, "chief", role=Role.ADMINISTRATOR))
    await engine.dispose()
    platform.start("api")
    context = await browser.new_context(viewport=SIZE)
    await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": platform.url}])
    await context.add_init_script(METER)
    await context.grant_permissions(["local-network-access"])  # the peer's page comes from no address
    await context.route("**/peer?*", lambda route: route.fulfill(body=PEER, content_type="text/html"))
    bench = Bench(platform, feeder, context, seconds)
    await bench.run()
    await context.close()
    await conn.close()
    return bench.rows


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(**browsing.launch())
        yield browser
        await browser.close()


async def run(home: Path, cluster: Cluster, numbers: tuple[int, ...], seconds: float) -> list[Row]:
    rows: list[Row] = []
    async with chromium() as browser:
        for people in numbers:
            name = f"bench{people}"
            cluster.ensure(name)
            await asyncio.to_thread(migrate.upgrade, cluster.url(name))
            platform = Platform(cluster.url(name), "mqtt://127.0.0.1:1", home)
            try:
                rows += await measure(platform, browser, people, seconds)
            finally:
                platform.stop()
    return rows


@click.command()
@click.argument("people", nargs=-1, type=int)
@click.option("--seconds", default=8.0, show_default=True, help="Each scene.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the rows to this file.")
def main(people: tuple[int, ...], seconds: float, file: Path | None) -> None:
    """Draw everybody, all of them moving."""
    home = Path(tempfile.mkdtemp(prefix="ejazo-bench-"))
    home.chmod(0o711)
    cluster = Cluster(home / "pg", fast=True).start()
    try:
        rows = asyncio.run(run(home, cluster, people or (1_000, 10_000, 50_000), seconds))
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    click.echo(report.machine(["playwright", "numpy"]))
    report.finish(rows, file)


if __name__ == "__main__":
    main()
