"""ejazo chaos: everything fails in turn under load; afterwards the simulator's ledger equals the store."""

import asyncio
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from app import compare, seed
from app.chaos import rig as rigs
from app.chaos import table
from app.chaos.faults import ALL, Fault
from app.chaos.rig import Rig
from app.chaos.table import Row
from app.private import place, process
from app.private.process import ServiceError
from core import clock
from simulators.counting import Breaches, Reports
from simulators.ledger import Ledger, read

CITY = 1
LASTS_S, AGO_S = 330, 240
"""A play begins in the past and catches up: its breaches cross while the fault strikes."""
SHARE = 0.15
"""So much of the past is stored when it strikes."""
START_S, RECOVERY_S, END_S, WAIT_S = 90.0, 120.0, 240.0, 60.0

BLIND = """
select coalesce(sum(extract(epoch from least(coalesce(upper(during), '{until}'), '{until}')
    - greatest(lower(during), '{since}'))), 0)
from blind_times where part = 'ingest' and during && tstzrange('{since}', '{until}')
"""


@click.command
@click.option("--devices", default=60, show_default=True, help="Of each fault, each reporting every second.")
@click.option("--only", multiple=True, help="Faults whose name has this in it.")
@click.option(
    "--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="The rows for programs."
)
@click.option("--keep", is_flag=True, help="Leave the drill's files where they are.")
def command(devices: int, only: tuple[str, ...], file: Path | None, *, keep: bool) -> None:
    """Kill, cut, fill and stop each part of a platform of its own; fails if anything was lost.

    Takes a minute and a half a fault. As root also a full disk and cut networks."""
    home = process.folder(place.var() / "chaos", None)
    faults = [one for one in ALL if not only or any(word in one.name for word in only)]
    try:
        rows = drill(home, faults, devices=devices)
    except ServiceError as why:
        raise click.ClickException(f"{why}; its files are in {home}") from why
    if not keep:
        shutil.rmtree(home, ignore_errors=True)
    click.echo(table.text(rows))
    if file:
        file.write_text(json.dumps([dict(zip(table.HEAD, row.cells(), strict=True)) for row in rows]))
    sys.exit(0 if all(row.is_good for row in rows) else 1)


def drill(home: Path, faults: Sequence[Fault], *, devices: int) -> list[Row]:
    """Each fault with people of its own; what it finds is told at once, too."""
    shutil.rmtree(home)
    home.mkdir(mode=0o711)
    rows: list[Row] = []
    with Rig(home, lambda text: click.echo(text, err=True)) as rig:
        asyncio.run(seed.run(rig.url, people=devices * len(faults), seed=CITY))
        rig.start_platform()
        if not rig.until(lambda: is_whole(rig, Before()), seconds=START_S):
            raise ServiceError("the platform did not start")
        for number, fault in enumerate(faults):
            rows.append(struck(rig, fault, skip=number * devices, devices=devices))
            click.echo(table.text(rows[-1:]), err=True)
    return rows


class Before:
    """Where the platform stood when a fault ended."""

    def __init__(self, rig: Rig | None = None) -> None:
        self.stored = -1 if rig is None else (rig.stored() or -1)
        self.pulses = {} if rig is None else {part: rig.pulse(part) for part in ("ingest", "watch")}


def is_whole(rig: Rig, before: Before) -> bool:
    """Reports are stored, requests answered, worker and keeper beat: all of it again since `before`."""
    stored = rig.stored()
    if stored is None or stored <= before.stored or not rig.is_ready():
        return False
    now = {part: rig.pulse(part) for part in ("ingest", "watch")}
    return all(now[part] and now[part] != before.pulses.get(part) for part in now)


def struck(rig: Rig, fault: Fault, *, skip: int, devices: int) -> Row:
    if fault.needs in rig.lacking:
        return Row(fault.name, skipped=rig.lacking[fault.needs])
    click.echo(f"  {fault.name} …", err=True)
    file, began = rig.home / f"ledger-{skip}", clock.now()
    before = rig.stored() or 0
    play = ("--duration", str(LASTS_S), "--ago", str(AGO_S), "--interval", "1", "--scenario", "breach")
    which = ("--devices", str(devices), "--skip", str(skip), "--seed", str(CITY), "--ledger", str(file))
    child = rig.simulate(*play, *which, *fault.options)
    try:
        wanted = before + int(devices * AGO_S * SHARE)
        rig.until(lambda: (rig.stored() or 0) >= wanted or child.poll() is not None, seconds=START_S)
        fault.strike(rig)
        recovered_s = _recovery(rig)
        rig.until(lambda: child.poll() is not None, seconds=END_S)
    finally:
        rigs.end(child)
    ledger = read(file)
    reports, breaches = _counted(rig, ledger)
    blind = rig.ask(BLIND.format(since=began.isoformat(), until=clock.now().isoformat()))
    return _row(fault, ledger, reports, breaches, recovered_s=recovered_s, blind_s=float(blind or 0))


def _recovery(rig: Rig) -> float | None:
    ended, before = time.monotonic(), Before(rig)
    whole = rig.until(lambda: is_whole(rig, before), seconds=RECOVERY_S)
    return time.monotonic() - ended if whole else None


def _counted(rig: Rig, ledger: Ledger) -> tuple[Reports, Breaches]:
    """Again until nothing is missing, for a while: verdicts of late reports take their time."""
    found: list[tuple[Reports, Breaches]] = []

    def equal() -> bool:
        found[:] = [asyncio.run(compare.compare(rig.url, ledger))]
        reports, breaches = found[0]
        return not (reports.lost or breaches.missed)

    rig.until(equal, seconds=WAIT_S)
    return found[0]


def _row(
    fault: Fault,
    ledger: Ledger,
    reports: Reports,
    breaches: Breaches,
    *,
    recovered_s: float | None,
    blind_s: float,
) -> Row:
    held = int(ledger.ended["held"]) if ledger.ended else -1
    wrong = [f"{held} reports were never acknowledged" if held > 0 else ""]
    wrong += ["the simulation did not end" if held < 0 else ""]
    wrong += ["no blind time was written down" if fault.blinds and not blind_s else ""]
    wrong += ["no breach was there to be found" if not breaches.true else ""]
    return Row(
        fault.name,
        sent=reports.sent,
        true=breaches.true,
        lost=reports.lost,
        doubled=reports.doubled + breaches.doubled,
        altered=reports.altered,
        missed=len(breaches.missed),
        recovered_s=recovered_s,
        blind_s=blind_s,
        wrong="; ".join(filter(None, wrong)),
    )
