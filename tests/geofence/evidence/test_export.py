"""A night in the database becomes a file that holds without it: by command, by page, recorded each time."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI

from app import evidence
from callers import browser, session, user
from core import archive, db, signing
from core.auth import Role
from core.clock import from_us
from courtroom import Courtroom
from geofence.evidence import checking
from geofence.evidence.wire import bundle, rows
from geofence.model import ConditionKind, Window
from scene import a_fix, an_event, at
from supervised import Supervised, supervised
from tracking.model import EventKind

WHO = ("--as", "officer", "--why", "case 7")
PERIOD = ("--from", "2026-06-01T01:00", "--to", "2026-06-01T03:20")


async def night(conn: asyncpg.Connection) -> Supervised:
    """Out from minute 10 to 30, a strap at 60, silent at last; a checkpoint on the way."""
    one = await supervised(conn)
    await conn.execute("update users set role = 'administrator', language = 'ru'")
    home = await one.zone()
    await one.condition(home)
    await one.condition(home, ConditionKind.CURFEW, number=2, weekly=(Window(0, 125, 1440),))
    room = Courtroom(conn)
    await room.begin(now=0)
    mine = {"device": one.device, "person": one.person}
    for x, since, until in ((0, 0, 10), (400, 10, 30), (0, 30, 60)):
        await room.hear([a_fix(n, x, **mine) for n in range(since, until)], now=until)
        await room.checkpoint(now=until)
    await room.hear([an_event(60.5, EventKind.STRAP_OPEN, **mine)], now=61)
    await room.tick(now=75, heard={})
    return one


@pytest.fixture
def asked(database: str) -> tuple[str, Supervised]:
    async def happen() -> Supervised:
        conn = await db.connect(database)
        try:
            return await night(conn)
        finally:
            await conn.close()

    return database, asyncio.run(happen())


def say(database: str, keys: Path, *words: str) -> Result:
    given = {"EJAZO_DATABASE_URL": database, "EJAZO_KEYS": str(keys)}
    return CliRunner(env=given).invoke(evidence.command, words)


def test_a_file_is_made_verified_broken_and_refused(asked: tuple[str, Supervised], tmp_path: Path) -> None:
    database, one = asked
    out, keys = tmp_path / "night.zip", tmp_path / "keys"
    person = ("--person", str(one.person))
    made = say(database, keys, "export", *person, *PERIOD, "--act", "1-25", "--out", str(out), *WHO)
    assert made.exit_code == 0, made.output
    published = tmp_path / "published.json"
    published.write_text(say(database, keys, "keys").output)
    told = say("", keys, "verify", str(out), "--keys", str(published), "--language", "en")
    assert told.exit_code == 0, told.output
    assert "Everything in this file is as it was signed." in told.output
    assert told.output.count(": the same") == 3
    assert told.output.count("by the clock, not by reports") == 1
    data = bytearray(out.read_bytes())
    data[data.index(b'"lat":') + 9] ^= 1
    out.write_bytes(data)
    broken = say("", keys, "verify", str(out), "--language", "en")
    assert broken.exit_code == 1
    assert "file reports.jsonl, row 1: changed" in broken.output
    audited = asyncio.run(audit(database))
    assert [row["why"] for row in audited] == ["1-25: case 7"]
    assert json.loads(audited[0]["detail"])["rows"] == 61


async def audit(database: str) -> list[asyncpg.Record]:
    conn = await db.connect(database)
    try:
        return await conn.fetch("select why, detail from audit where action = 'evidence:export'")
    finally:
        await conn.close()


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        (("--act", " "), "act"),
        (("--act", "1", "--breach", "99"), "not"),
        (("--act", "1", "--to", "2026-08-01"), "days"),
    ],
)
def test_what_is_not_exported(
    asked: tuple[str, Supervised], tmp_path: Path, more: tuple[str, ...], refused: str
) -> None:
    database, one = asked
    person = ("--person", str(one.person), "--out", str(tmp_path / "x.zip"))
    said = say(database, tmp_path, "export", *person, *PERIOD, *more, *WHO)
    assert said.exit_code == 1
    assert refused in said.output
    assert not (tmp_path / "x.zip").exists()
    assert asyncio.run(audit(database)) == []


async def test_a_part_begins_at_a_checkpoint_and_holds(conn: asyncpg.Connection, app: FastAPI) -> None:
    one = await night(conn)
    secret = await session(app.state.engine, await user(app.state.engine, "chief", role=Role.ADMINISTRATOR))
    breach = await conn.fetchval("select id from breaches where kind = 'strap'")
    form = {"since": "2026-06-01T03:00", "until": "2026-06-01T03:10", "act": "1", "reason": "r"}
    async with browser(app, secret) as visitor:
        answer = await visitor.post(f"/people/{one.person}/evidence", data=form | {"language": "uz-Cyrl"})
        whole = await visitor.post(f"/people/{one.person}/evidence", data=form | {"breach": str(breach)})
        keys = signing.read_jwks((await visitor.get("/v1/evidence/keys")).content)
    assert answer.headers["content-type"] == "application/zip"
    checked = checking.check(answer.content, known=keys)
    assert checked.holds
    kinds = {str(one.episode.kind) for one in checked.judged}
    assert kinds == {"strap", "silent"}
    assert checked.manifest["made"]["language"] == "uz-Cyrl"
    first = rows.read(rows.lines(archive.read(answer.content).files[bundle.ROWS])[0], one.person)
    assert from_us(first.taken_us) > from_us(at(0)), "what a checkpoint holds is not given away"
    assert checking.check(whole.content, known=keys).manifest["breach"] == breach
