"""Fix to screen, everything on: PostGIS, broker, API, ingestion, keeper, made-up devices and a real browser.

    ./ejazo bench live [--devices 2000] [--seconds 120] [--json FILE]

Prints how long after it was taken a fix stood on an officer's map (the browser's clock at the animation frame
after the points were drawn, minus the fix's own time), and each part's processor time."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

import browsing
from app import migrate
from app.private.broker import Broker
from app.private.postgres import Cluster
from benchmarks import report, screens
from benchmarks.report import Row
from platform_running import ROOT, Platform


@contextmanager
def installation(home: Path, people: int) -> Iterator[tuple[Platform, Cluster, Broker]]:
    """A durable cluster (fsync on), a broker and the platform's parts, with made-up people."""
    cluster = Cluster(home / "pg").start()
    broker = Broker(home / "mq").start()
    cluster.ensure("ejazo")
    platform = Platform(cluster.url("ejazo"), broker.url("ingest"), home)
    platform.gateway = broker.url("gateway")
    try:
        migrate.upgrade(platform.database)
        print(platform.run("seed", "--people", str(people)).stdout.strip())
        platform.start("api", "ingest", "watch")
        yield platform, cluster, broker
    finally:
        platform.stop()
        broker.stop()
        cluster.stop()


def family(pid: int) -> list[psutil.Process]:
    own = psutil.Process(pid)
    return [own, *own.children(recursive=True)]


def used(parts: dict[str, int]) -> dict[str, float]:
    """Processor seconds of each part so far, its children included."""
    total: dict[str, float] = {}
    for name, pid in parts.items():
        spent = 0.0
        for process in family(pid):
            try:
                spent += sum(process.cpu_times()[:2])
            except psutil.NoSuchProcess:
                continue
        total[name] = spent
    return total


def sign_in(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_test_id("login").fill("officer")
    page.get_by_test_id("password").fill("officer-demo")
    page.get_by_test_id("sign-in").click()
    page.locator("[data-testid=map][data-ready=yes]").wait_for(timeout=30_000)


def simulate(platform: Platform, ledger: Path, *, devices: int, seconds: int) -> subprocess.Popen[str]:
    asked = [
        "--devices",
        str(devices),
        "--interval",
        "1",
        "--duration",
        str(seconds),
        "--ledger",
        str(ledger),
    ]
    return subprocess.Popen(
        [sys.executable, "-m", "app", "simulate", *asked],
        cwd=ROOT,
        env=platform.environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def show(shown: dict[str, float], spent: dict[str, float], seconds: float) -> Row:
    print("fix to screen: " + ", ".join(f"{name} {value:,.0f}" for name, value in shown.items()))
    for name, cpu in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"  {name:<12} {cpu / seconds:5.2f} cores")
    cores = {f"{name}_cores": cpu / seconds for name, cpu in spent.items()}
    return Row("fix to screen, 2 s / p99", 2000 / shown["p99 ms"], 1, None, figures=shown | cores)


def measure(platform: Platform, page: Page, parts: dict[str, int], *, devices: int, seconds: int) -> Row:
    ledger = platform.logs / "ledger"
    simulator = simulate(platform, ledger, devices=devices, seconds=seconds)
    page.locator(f"[data-testid=map][data-people='{devices}']").wait_for(timeout=60_000)
    page.evaluate(screens.FORGET)
    everyone = parts | {"simulator": simulator.pid}
    before, began = used(everyone), time.perf_counter()
    time.sleep(max(10, seconds - 20))
    after, took = used(everyone), time.perf_counter() - began
    shown = screens.delays(np.array(page.evaluate("Array.from(seen.late)"), np.int64))
    print(simulator.communicate()[0].strip())
    row = show(shown, {name: after[name] - before[name] for name in after}, took)
    print(platform.run("compare", str(ledger)).stdout.strip())
    return row


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="ejazo-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        with installation(home, asked.devices) as (platform, cluster, broker), sync_playwright() as play:
            browser = play.chromium.launch(**browsing.launch())
            page = browser.new_page(base_url=platform.url, viewport={"width": 1400, "height": 900})
            page.add_init_script(screens.WATCH)
            sign_in(page)
            row = measure(
                platform, page, pids(platform, cluster, broker), devices=asked.devices, seconds=asked.seconds
            )
            browser.close()
            report.write([row], asked.json)


def pids(platform: Platform, cluster: Cluster, broker: Broker) -> dict[str, int]:
    running: dict[str, Any] = {"postgres": cluster.child, "broker": broker.child, **platform.children}
    browser = next(p for p in psutil.Process().children(recursive=True) if "chrom" in p.name())
    return {name: child.pid for name, child in running.items()} | {"browser": browser.pid}


if __name__ == "__main__":
    main()
