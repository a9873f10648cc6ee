"""ejazo compare: what was sent and truly happened, against what the platform stored and found."""

import asyncio
import json
import sys
import time
from datetime import datetime
from pathlib import Path

import asyncpg
import click

from app import compare_sums, settings
from core import db
from core.times import from_us, to_us
from geofence.model import BreachKind
from simulators import counting
from simulators.counting import Breaches, Found, Reports, Stored
from simulators.ledger import Ledger, read

MARGIN_US = 3600 * 1_000_000
"""Around the run, for clocks that go wrong."""
AGAIN_S = 0.5

REPORTS = """
-- What is stored of these devices' reports?
select d.serial, f.sequence, f.taken_at, f.lon, f.lat
from fixes f join devices d on d.id = f.device_id
where d.serial = any($1) and f.taken_at between $2 and $3
union all
select d.serial, e.sequence, e.taken_at, null, null
from device_events e join devices d on d.id = e.device_id
where d.serial = any($1) and e.taken_at between $2 and $3
"""

BREACHES = """
-- Which breaches of these devices' wearers were found that touch the run? Conditions by their number.
select p.number as person, b.kind, coalesce(c.number, 0) as condition,
    b.opened_at, b.closed_at, b.found_at, b.annulled_at
from breaches b
join persons p on p.id = b.person_id
left join conditions c on c.id = b.subject_id and b.kind = any($4)
where b.person_id in (
        select w.person_id from wearings w join devices d on d.id = w.device_id where d.serial = any($1)
    )
    and b.opened_at <= $3 and (b.closed_at is null or b.closed_at >= $2)
"""

TEXT = """\
reports   {sent} sent, {stored} stored: {lost} lost ({acknowledged_and_lost} of them acknowledged), \
{doubled} doubled, {altered} altered, {unacknowledged} stored but unacknowledged
breaches  {true} clear ones, {found} found: {missed} missed; {false} false; {still_open} not closed
besides   {unsure} too short or too near the border to be sure ({unsure_found} of them found), \
{unseen} without reports"""
DELAYS = """\
delay     opened {opened_after_s[0]:.0f} s (p90 {opened_after_s[1]:.0f} s) after the true beginning, \
found {found_after_s[0]:.0f} s (p90 {found_after_s[1]:.0f} s) after it"""

UNFOLDED = "select exists (select from handed_over)"
"""Late reports that are not judged yet: breaches are still found, and some taken back."""


@click.command
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--sure", "sure_s", default=counting.SURE_S, show_default=True, help="See ADR-0014.")
@click.option("--wait", "wait_s", default=0.0, help="Seconds to wait for reports still under way.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(file: Path, sure_s: float, wait_s: float, as_json: bool) -> None:
    """Count what was lost, doubled, missed and false in a simulation; fails on any of the first three."""
    ledger = read(file)
    url = settings.load().database_url
    reports, breaches = asyncio.run(compare(url, ledger, sure_s=sure_s, wait_s=wait_s))
    click.echo(json.dumps(figures(reports, breaches)) if as_json else text(reports, breaches))
    sys.exit(1 if has_failed(reports, breaches) else 0)


async def compare(
    url: str, ledger: Ledger, *, sure_s: float = counting.SURE_S, wait_s: float = 0.0
) -> tuple[Reports, Breaches]:
    until = time.monotonic() + wait_s
    conn = await db.connect(url)
    try:
        while True:
            is_late = time.monotonic() > until
            if is_late or not await conn.fetchval(UNFOLDED):  # to count a nation takes a core
                reports = await _reports(conn, ledger)
                breaches = counting.breaches(ledger, await _found(conn, ledger), sure_s=sure_s)
                is_done = not (reports.lost or breaches.missed or await conn.fetchval(UNFOLDED))
                if is_done or time.monotonic() > until:
                    return reports, breaches
            await asyncio.sleep(AGAIN_S)
    finally:
        await conn.close()


def has_failed(reports: Reports, breaches: Breaches) -> bool:
    return bool(reports.lost or reports.doubled or reports.altered or breaches.missed or breaches.doubled)


def figures(reports: Reports, breaches: Breaches) -> dict[str, object]:
    return {
        "sent": reports.sent,
        "stored": reports.stored,
        "lost": reports.lost,
        "acknowledged_and_lost": reports.acknowledged_and_lost,
        "doubled": reports.doubled + breaches.doubled,
        "altered": reports.altered,
        "unacknowledged": reports.unacknowledged,
        "true": breaches.true,
        "found": breaches.found,
        "missed": len(breaches.missed),
        "false": len(breaches.false),
        "unsure": breaches.unsure,
        "unsure_found": breaches.unsure_found,
        "unseen": breaches.unseen,
        "still_open": breaches.still_open,
        "opened_after_s": counting.percentiles(breaches.opened_after_s),
        "found_after_s": counting.percentiles(breaches.found_after_s),
        "others": dict(breaches.others),
    }


def text(reports: Reports, breaches: Breaches) -> str:
    shown = figures(reports, breaches)
    lines = [TEXT.format(**shown)]
    if breaches.opened_after_s:
        lines.append(DELAYS.format(**shown))
    if breaches.others:
        lines.append("other     " + ", ".join(f"{n} {kind}" for kind, n in sorted(breaches.others.items())))
    lines += [f"missed    {t.person} {t.kind} condition {t.condition}" for t in breaches.missed[:20]]
    lines += [f"false     {f.person} {f.kind} condition {f.condition}" for f in breaches.false[:20]]
    return "\n".join(lines)


async def _reports(conn: asyncpg.Connection, ledger: Ledger) -> Reports:
    if ledger.sums:
        return counting.sums(ledger, await compare_sums.stored(conn, ledger, *_span(ledger)))
    return counting.reports(ledger, await _stored(conn, ledger))


async def _stored(conn: asyncpg.Connection, ledger: Ledger) -> list[Stored]:
    rows = await conn.fetch(REPORTS, _serials(ledger), *_span(ledger))
    return [Stored(r[0], r[1], to_us(r[2]), r[3], r[4]) for r in rows]


async def _found(conn: asyncpg.Connection, ledger: Ledger) -> list[Found]:
    kinds = [str(kind) for kind in counting.ZONE_KINDS]
    rows = await conn.fetch(BREACHES, _serials(ledger), *_span(ledger), kinds)
    return [
        Found(
            person=row["person"],
            kind=BreachKind(row["kind"]),
            condition=row["condition"],
            opened_us=to_us(row["opened_at"]),
            closed_us=to_us(row["closed_at"]) if row["closed_at"] else None,
            found_us=to_us(row["found_at"]),
            is_annulled=row["annulled_at"] is not None,
        )
        for row in rows
    ]


def _serials(ledger: Ledger) -> list[str]:
    return sorted(ledger.sums or {device for device, _ in (*ledger.sent, *ledger.told)})


def _span(ledger: Ledger) -> tuple[datetime, datetime]:
    return from_us(int(ledger.run["begins_us"]) - MARGIN_US), from_us(ledger.ended_us + MARGIN_US)
