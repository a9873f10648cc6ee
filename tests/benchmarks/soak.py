"""A long run with faults: is anything lost, doubled or missed, does memory grow, how late is a commit?

In the first half everything is killed in turn; the second half is left alone: is memory flat?"""

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import click
import numpy as np
import psutil

from benchmarks import nationwide
from benchmarks.report import Row
from benchmarks.stand import Stand
from core import db

EVERY_S = 10.0
BREAKING = "0.002"
LATE = """
-- Of what was committed lately: how long after it was sent?
select extract(epoch from pg_xact_commit_timestamp(xmin) - sent_at)::float8
from fixes
where received_at >= clock_timestamp() - make_interval(secs => $1)
    and taken_at >= clock_timestamp() - interval '1 hour' and random() < 0.2
"""


class Minutes(click.ParamType):
    """`30m`, `90s` or `2h`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = re.fullmatch(r"(\d+)([smh])", str(value))
        if found is None:
            self.fail("a number and s, m or h, as 30m", param, ctx)
        return int(found[1]) * {"s": 1 / 60, "m": 1, "h": 60}[found[2]]


MINUTES = Minutes()


@dataclass(slots=True)
class Course:
    """What was seen every ten seconds, and when who was killed."""

    began: float = field(default_factory=time.monotonic)
    at_min: list[float] = field(default_factory=list)
    p50_s: list[float] = field(default_factory=list)
    p99_s: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    killed: list[tuple[float, str]] = field(default_factory=list)

    def minute(self) -> float:
        return (time.monotonic() - self.began) / 60


async def run(stand: Stand, minutes: float, plot: Path) -> list[Row]:
    nationwide.prepare(stand)
    eyes = await nationwide.begin(stand)
    await eyes.open()
    ledger = stand.home / "soak.ledger"
    times = ["--interval", "15", "--duration", f"{minutes * 60:g}"]
    child = nationwide.simulate(stand, ledger, *times, "--breaking", BREAKING, "--connections", "200")
    course = Course()
    killing = asyncio.create_task(faults(stand, course, minutes))
    while child.poll() is None:
        await asyncio.sleep(EVERY_S)
        await look(stand, course)
    await killing
    await eyes.close()
    compared = await asyncio.to_thread(stand.platform.run, "compare", str(ledger), "--json", "--wait", "120")
    draw(course, plot, f"{stand.people:,} devices, {minutes:g} minutes")
    click.echo(f"drawn: {plot}")
    figures = json.loads(ledger.with_suffix(".json").read_text("utf-8"))
    return rows(course, minutes, json.loads(compared.stdout), figures)


async def faults(stand: Stand, course: Course, minutes: float) -> None:
    for victim in nationwide.VICTIMS:
        await asyncio.sleep(minutes * 60 / 2 / (len(nationwide.VICTIMS) + 1))
        course.killed.append((course.minute(), victim))
        await nationwide.kill(stand, victim)


async def look(stand: Stand, course: Course) -> None:
    """While the database is away there is nothing to see: a gap in the picture."""
    late = [float("nan")]
    try:
        conn = await db.connect(stand.platform.database)
        late = [row[0] for row in await conn.fetch(LATE, EVERY_S)] or late
        await conn.close()
    except (OSError, asyncpg.PostgresError):
        pass
    worker = stand.platform.children.get("ingest")
    course.at_min.append(course.minute())
    course.p50_s.append(float(np.percentile(late, 50)))
    course.p99_s.append(float(np.percentile(late, 99)))
    course.memory_mb.append(psutil.Process(worker.pid).memory_info().rss / 2**20 if worker else float("nan"))


def rows(course: Course, minutes: float, compared: dict[str, Any], figures: dict[str, Any]) -> list[Row]:
    names = ("sent", "stored", "lost", "doubled", "true", "missed", "false")
    counts = {name: compared[name] for name in names}
    good = not (counts["lost"] or counts["doubled"] or counts["missed"])
    half = [mb for at, mb in zip(course.at_min, course.memory_mb, strict=True) if at >= minutes * 0.55]
    early, late = float(np.mean(half[: len(half) // 4 + 1])), float(np.mean(half[-(len(half) // 4 + 1) :]))
    cores = {f"{part}_cores": round(share, 2) for part, share in figures["cores"].items()}
    flat = {"early_mb": early, "late_mb": late}
    return [
        Row(
            f"{minutes:g} minutes, all killed in turn: none lost, doubled, missed", float(good), 1, 1, counts
        ),
        Row("memory of the worker, undisturbed half: early / late", early / late, 0.95, 1, flat | cores),
    ]


def draw(course: Course, file: Path, title: str) -> None:
    import_module("matplotlib").use("Agg")
    plot = import_module("matplotlib.pyplot")
    figure, (above, below) = plot.subplots(2, 1, figsize=(12, 7), sharex=True, layout="constrained")
    above.plot(course.at_min, course.p50_s, color="#1a6e5c", label="p50")
    above.plot(course.at_min, course.p99_s, color="#b4602d", label="p99")
    above.set(yscale="log", ylabel="seconds from sent to committed", title=title)
    above.legend(frameon=False)
    below.plot(course.at_min, course.memory_mb, color="#1a6e5c")
    below.set(xlabel="minutes", ylabel="memory of the worker, MB")
    below.set_ylim(bottom=0)
    for at, victim in course.killed:
        for axes in (above, below):
            axes.axvline(at, color="#999999", linewidth=0.8)
        above.annotate(
            f"kill -9 {victim}", (at, 1), xycoords=("data", "axes fraction"), rotation=90, va="top"
        )
    figure.savefig(file, dpi=110)
    plot.close(figure)
