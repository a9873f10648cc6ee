"""How heavy the main pages are on their way, and when they can be used: for the first time, and again.

    ./ejazo bench pages [--people 200] [--json FILE]

A page can be used when it is loaded, its scripts have run and the browser is idle; the map, when people are
on it as well. Bytes are those of the wire, packed, headers included; `unpacked` is what the browser reads."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import click
import numpy as np
from playwright.async_api import Browser, BrowserContext, Request, async_playwright

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import browsing
import callers
from app import migrate
from app.private.postgres import Cluster
from benchmarks import report
from benchmarks.report import Row
from core import db, sessions
from core.auth import Role
from platform_running import Platform

PATHS: Final = ("/sign-in", "/map", "/alerts", "/people", "/people/1", "/zones", "/tasks", "/figures")
ROUNDS: Final = 3
USABLE: Final = """
addEventListener("load", () => requestIdleCallback(() => { window.usable = performance.now(); }));
addEventListener("DOMContentLoaded", () => {
  const map = document.getElementById("map");
  if (map) new MutationObserver(() => { window.shown ??= performance.now(); })
    .observe(map, {attributes: true, attributeFilter: ["data-ready"]});
});
"""
WAITED: Final = "window.usable && (!document.getElementById('map') || window.shown)"


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of one page."""

    ms: float
    wire_kb: float
    unpacked_kb: float
    requests: int


async def visit(context: BrowserContext, path: str) -> Visit:
    page, finished = await context.new_page(), list[Request]()
    page.on("requestfinished", finished.append)
    await page.goto(path)
    await page.wait_for_function(WAITED, timeout=60_000)
    ms = float(await page.evaluate("Math.max(window.usable, window.shown ?? 0)"))
    await page.wait_for_load_state("networkidle")
    wire = unpacked = 0.0
    for request in finished:
        sizes = await request.sizes()
        wire += sizes["responseBodySize"] + sizes["responseHeadersSize"]
        answer = await request.response()
        unpacked += len(await answer.body()) if answer and answer.status == 200 else 0
    await page.close()
    return Visit(ms, wire / 1000, unpacked / 1000, len(finished))


async def measure(browser: Browser, url: str, cookie: str, path: str) -> Row:
    """Each round with an empty cache, and then again with what it kept."""
    first, again = list[Visit](), list[Visit]()
    for _ in range(ROUNDS):
        context = await browser.new_context(base_url=url, viewport={"width": 1280, "height": 800})
        await context.add_init_script(USABLE)
        if path != "/sign-in":
            await context.add_cookies([{"name": sessions.COOKIE, "value": cookie, "url": url}])
        first.append(await visit(context, path))
        again.append(await visit(context, path))
        await context.close()
    figures: dict[str, Any] = {
        "kB": first[0].wire_kb,
        "unpacked kB": first[0].unpacked_kb,
        "requests": first[0].requests,
        "usable ms": float(np.median([one.ms for one in first])),
        "kB again": again[0].wire_kb,
        "usable again ms": float(np.median([one.ms for one in again])),
    }
    return Row(f"{path}: unpacked / packed", first[0].unpacked_kb / first[0].wire_kb, None, None, figures)


async def run(platform: Platform) -> list[Row]:
    engine = db.engine(platform.database)
    who = await callers.user(engine, "bench-chief", role=Role.ADMINISTRATOR)
    cookie = await callers.session(engine, who)
    await engine.dispose()
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(**cast("dict[str, Any]", browsing.launch()))
        rows = [await measure(browser, platform.url, cookie, path) for path in PATHS]
        await browser.close()
    return rows


@click.command()
@click.option("--people", default=200, show_default=True)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the rows to this file.")
def main(people: int, file: Path | None) -> None:
    """Weigh the main pages, and time them."""
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        cluster = Cluster(home / "pg", fast=True).start()
        try:
            cluster.ensure("ejazo")
            migrate.upgrade(cluster.url("ejazo"))
            platform = Platform(cluster.url("ejazo"), "mqtt://127.0.0.1:1", home)
            platform.run("seed", "--people", str(people))
            platform.start("api")
            try:
                rows = asyncio.run(run(platform))
            finally:
                platform.stop()
        finally:
            cluster.stop()
    click.echo(report.machine(["playwright", "uvicorn", "fastapi"]))
    report.finish(rows, file)


if __name__ == "__main__":
    main()
