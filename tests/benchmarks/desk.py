"""A shift: two officers' browsers, thousands of people, the API killed in the middle; is an alert lost?

    ./ejazo bench desk [--minutes 10] [--people 2000] [--json FILE]

Everything is real: PostGIS with fsync, broker, ingestion, keeper, API, made-up devices, Chromium. Each
officer has a map and an alert desk open. The end compares alerts in the database with those on each page and
prints how late fixes were on the screen (by the simulator's clock), memory, and how pages came back."""

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import click
import numpy as np
import psutil
from playwright.async_api import Browser, Page, async_playwright

sys.path.extend(str(folder) for folder in Path(__file__).parents[1:3])

import browsing
import callers
from benchmarks import report, screens
from benchmarks.live import installation
from benchmarks.report import Row
from core import db, sessions
from core.auth import Role
from platform_running import ROOT, Platform

AWAY_S: Final = 3.0
"""How long the API stays dead before somebody starts it."""
REFUSED: Final = ("ERR_CONNECTION_REFUSED", "WebSocket connection to")
"""What Chromium itself writes while nobody listens."""
OPEN: Final = "select id from alerts where state <> 'closed'"
ON_MAP: Final = "[...document.querySelectorAll('#alerts [data-alert]')].map((b) => Number(b.dataset.alert))"
ON_DESK: Final = """[...document.querySelectorAll('#queue [data-card]')]
    .map((li) => 1 + Number(li.querySelector('.pill')?.textContent.match(/^\\+(\\d+)$/)?.[1] ?? 0))
    .reduce((sum, n) => sum + n, 0)"""
ON: Final = {"map": "[data-testid=link][data-state=on]", "desk": "[data-testid=live][data-state=on]"}
PATHS: Final = {"map": "/map", "desk": "/alerts"}


@dataclass
class Screen:
    """One open page, and whatever went wrong in it."""

    officer: str
    kind: str
    page: Page
    faults: list[str] = field(default_factory=list)
    refused: int = 0
    outside: list[str] = field(default_factory=list)
    heap_mb: list[float] = field(default_factory=list)

    def watch(self, site: str) -> None:
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.kind}: {error}"))
        self.page.on("console", lambda said: self._said(said.text) if said.type == "error" else None)
        self.page.on("request", lambda asked: self._asked(asked.url, urlsplit(site).netloc))

    def _said(self, text: str) -> None:
        if any(word in text for word in REFUSED):
            self.refused += 1
        else:
            self.faults.append(f"{self.kind}: {text}")

    def _asked(self, url: str, site: str) -> None:
        where = urlsplit(url)
        if where.scheme not in {"data", "blob"} and where.netloc != site:
            self.outside.append(url)

    async def is_on(self) -> None:
        await self.page.locator(ON[self.kind]).wait_for(timeout=120_000)


@dataclass
class Shift:
    """What was seen in the course of it."""

    platform: Platform
    screens: list[Screen]
    server_mb: dict[str, list[float]] = field(default_factory=dict)
    dead_s: float = 0.0
    back_s: list[float] = field(default_factory=list)

    async def look(self) -> None:
        for screen in self.screens:
            screen.heap_mb.append(await screens.heap_mb(screen.page))
        for name, child in self.platform.children.items():
            self.server_mb.setdefault(name, []).append(psutil.Process(child.pid).memory_info().rss / 2**20)

    async def kill(self) -> None:
        """kill -9 of the API; the pages must come back without anybody's help."""
        click.echo("kill -9 api")
        died = time.time()
        self.platform.kill("api")
        self.server_mb.pop("api", None)  # the next one begins anew
        await asyncio.sleep(AWAY_S)
        await asyncio.to_thread(self.platform.start, "api")
        ready = time.time()
        self.dead_s = ready - died
        for screen in self.screens:
            await screen.is_on()
            opened: float = await screen.page.evaluate("seen.opened.at(-1) / 1000")
            self.back_s.append(max(0.0, opened - ready))
        click.echo(f"dead for {self.dead_s:.1f} s; back after {max(self.back_s):.1f} s at most")

    async def rows(self) -> list[Row]:
        opened = await self._opened()
        rows = [await self._alerts(screen, opened) for screen in self.screens]
        late = [await screens.late(screen.page) for screen in self.screens if screen.kind == "map"]
        shown = screens.delays(np.sum(late, axis=0))
        rows.append(Row("fix to screen, 2 s / p99", 2000 / shown["p99 ms"], 1, None, dict(shown)))
        rows += [_flat(f"JS heap, {one.officer}'s {one.kind}", one.heap_mb) for one in self.screens]
        rows += [_flat(f"memory of {name}", seen) for name, seen in self.server_mb.items()]
        faults = [fault for screen in self.screens for fault in screen.faults]
        outside = [url for screen in self.screens for url in screen.outside]
        refused = {"while the API was away": sum(screen.refused for screen in self.screens)}
        back = {"API dead s": self.dead_s, "first s": min(self.back_s), "last s": max(self.back_s)}
        for fault in faults + outside:
            click.echo(f"fault: {fault}")
        return [
            *rows,
            Row("pages that came back by themselves", len(self.back_s) / len(self.screens), 1, 1, dict(back)),
            Row("no error in any page", float(not faults), 1, 1, {"errors": len(faults), **refused}),
            Row("no request to elsewhere", float(not outside), 1, 1, {"requests": len(outside)}),
        ]

    async def _opened(self) -> set[int]:
        conn = await db.connect(self.platform.database)
        found = await conn.fetch(OPEN)
        await conn.close()
        return {row[0] for row in found}

    async def _alerts(self, screen: Screen, opened: set[int]) -> Row:
        """On the map by number; the desk shows cards, each with how many alerts it holds."""
        name = f"alerts on {screen.officer}'s {screen.kind} / open in the database"
        heard = set(await screen.page.evaluate("[...seen.alerts]"))
        if screen.kind == "map":
            shown = len(opened & set(await screen.page.evaluate(ON_MAP)))
        else:
            shown = await screen.page.evaluate(ON_DESK)
        lost = len(opened - heard)
        figures = {"opened": len(opened), "shown": shown, "never heard": lost}
        return Row(
            name, min(shown, len(opened) - lost) / len(opened) if opened else None, 1, 1, dict(figures)
        )


def _flat(name: str, seen: list[float]) -> Row:
    """The begin is the mean of the first third after warming up, the end that of the last."""
    third = max(1, len(seen) // 3)
    early, late = float(np.mean(seen[:third])), float(np.mean(seen[-third:]))
    return Row(f"{name}: begin / end", early / late, 0.85, 1, {"begin MB": early, "end MB": late})


async def sit_down(browser: Browser, platform: Platform) -> list[Screen]:
    """Two officers who see everybody, each with two pages."""
    engine = db.engine(platform.database)
    found = []
    for name in ("first", "second"):
        who = await callers.user(engine, f"bench-{name}", role=Role.ADMINISTRATOR)
        context = await browser.new_context(viewport={"width": 1400, "height": 900}, base_url=platform.url)
        secret = await callers.session(engine, who)
        await context.add_cookies([{"name": sessions.COOKIE, "value": secret, "url": platform.url}])
        await context.add_init_script(screens.WATCH)
        for kind, path in PATHS.items():
            screen = Screen(name, kind, await context.new_page())
            screen.watch(platform.url)
            await screen.page.goto(path)
            await screen.is_on()
            found.append(screen)
    await engine.dispose()
    return found


def simulate(platform: Platform, ledger: Path, *, people: int, seconds: float) -> subprocess.Popen[bytes]:
    """A crowd that reports every five seconds, of whom one in twenty breaks something."""
    asked = ["--devices", str(people), "--interval", "5", "--duration", f"{seconds:g}", "--breaking", "0.05"]
    more = ["--connections", "50", "--ledger", str(ledger), "--summary", str(ledger.with_suffix(".json"))]
    with (platform.logs / "simulate.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "app", "simulate", *asked, *more],
            cwd=ROOT,
            env=platform.environment,
            stderr=log,
        )


async def hold(platform: Platform, browser: Browser, people: int, minutes: float) -> list[Row]:
    shift = Shift(platform, await sit_down(browser, platform))
    ledger = platform.logs / "desk.ledger"
    child = simulate(platform, ledger, people=people, seconds=minutes * 60)
    try:
        for screen in shift.screens:
            if screen.kind == "map":
                await screen.page.locator("[data-testid=map][data-ready=yes]").wait_for(timeout=120_000)
        await asyncio.sleep(min(60.0, minutes * 12))  # everybody has been drawn, buffers have their size
        began, is_killed = time.monotonic(), False
        for screen in shift.screens:
            await screen.page.evaluate(screens.FORGET)
        while child.poll() is None:
            await shift.look()
            if not is_killed and time.monotonic() - began > minutes * 20:
                is_killed = True
                await shift.kill()
            await asyncio.sleep(min(10.0, minutes * 2))
    finally:
        child.terminate()
        child.wait()
    done = await asyncio.to_thread(platform.run, "compare", str(ledger), "--wait", "60")
    click.echo(done.stdout.strip())
    await asyncio.sleep(8)  # the desk renews itself within five seconds
    return await shift.rows()


async def run(home: Path, people: int, minutes: float) -> list[Row]:
    with installation(home, people) as (platform, _cluster, _broker):
        async with async_playwright() as driver:
            browser = await driver.chromium.launch(**cast("dict[str, Any]", browsing.launch()))
            rows = await hold(platform, browser, people, minutes)
            await browser.close()
        platform.told_nobody()
    return rows


@click.command()
@click.option("--minutes", default=10.0, show_default=True)
@click.option("--people", default=2_000, show_default=True)
@click.option("--json", "file", type=click.Path(path_type=Path), help="Also write the rows to this file.")
def main(minutes: float, people: int, file: Path | None) -> None:
    """Hold a shift, with everything on these cores."""
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        rows = asyncio.run(run(home, people, minutes))
    click.echo(report.machine(["playwright", "uvicorn", "websockets"]))
    report.finish(rows, file)


if __name__ == "__main__":
    main()
