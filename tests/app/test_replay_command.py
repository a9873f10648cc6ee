"""`ejazo replay` on a real database: the same bytes, a difference that is named, and other rules."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app import replay
from core import clock, db
from courtroom import Courtroom
from geofence.model import ConditionKind, Window
from scene import a_fix, at
from supervised import supervised

PERIOD = ("--person", "1", "--from", "2026-06-01T02:00", "--to", "2026-06-01T02:50")
"""The scene's minutes 0 to 50."""
WHO = ("--as", "officer", "--why", "case 7")


async def happen(url: str) -> None:
    """At home until minute 10, at 150 m until 30, home again; a curfew from minute 20 to 40."""
    conn = await db.connect(url)
    try:
        one = await supervised(conn)
        await conn.execute("update users set role = 'administrator'")
        home = await one.zone()
        await conn.execute("update zones set name = 'Uy'")
        await one.condition(home)
        await one.condition(home, ConditionKind.CURFEW, number=2, weekly=(Window(0, 140, 160),))
        room = Courtroom(conn)
        await room.begin(now=0)
        for since, until, x in ((0, 10, 0), (10, 30, 150), (30, 60, 0)):
            await room.hear(
                [a_fix(n, x, device=one.device, person=one.person) for n in range(since, until)], now=until
            )
            await room.checkpoint(now=until)
        await room.tick(now=60)
    finally:
        await conn.close()


@pytest.fixture
def asked(database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Asked in minute 100, under the policy of then."""
    asyncio.run(happen(database))
    monkeypatch.setattr(clock, "now_us", lambda: at(100))
    return database


def ask(database: str, *words: str) -> Result:
    return CliRunner(env={"EJAZO_DATABASE_URL": database}).invoke(replay.command, words)


def execute(database: str, query: str, *values: object) -> list[Any]:
    async def run() -> list[Any]:
        conn = await db.connect(database)
        try:
            return [tuple(row) for row in await conn.fetch(query, *values)]
        finally:
            await conn.close()

    return asyncio.run(run())


def test_then_is_identical(asked: str, tmp_path: Path) -> None:
    file = tmp_path / "told.json"
    said = ask(asked, *PERIOD, *WHO, "--json", str(file))
    assert said.exit_code == 0, said.output
    assert "identical     breach 1: inclusion left, “Uy” (condition 1), 2026-06-01 02:1" in said.output
    assert "2 identical" in said.output
    assert said.output.rstrip().endswith("IDENTICAL")
    told = json.loads(file.read_text())
    assert told["is_identical"]
    assert told["recorded"] == told["told"]
    assert [one["match"] for one in told["breaches"]] == ["identical", "identical"]
    assert told["breaches"][0]["recorded"] == told["breaches"][0]["told"]


def test_a_report_that_was_tampered_with_is_named(asked: str) -> None:
    ((sequence,),) = execute(
        asked, "select (cites #>> '{opening,-1,1}')::bigint from breaches where kind = 'inclusion_left'"
    )
    execute(asked, "update fixes set lon = lon + 0.0001 where sequence = $1", sequence)
    said = ask(asked, *PERIOD, *WHO)
    assert said.exit_code == 1, said.output
    assert f"input changed: report {sequence} of device 1" in said.output
    assert "opening.fixes.5.distance_m: recorded " in said.output
    assert "NOT IDENTICAL" in said.output


def test_now_says_what_would_be_otherwise(asked: str) -> None:
    assert "2 stay as they are" in ask(asked, *PERIOD, *WHO, "--rules", "now").output
    ended = clock.from_us(at(90))
    execute(asked, "update conditions set during = tstzrange(lower(during), $1) where number = 1", ended)
    said = ask(asked, *PERIOD, *WHO, "--rules", "now")
    assert said.exit_code == 0, said.output
    assert "would vanish  inclusion left, “Uy” (condition 1), 2026-06-01 02:1" in said.output
    assert "0 would appear, 1 vanish, 0 move; 1 stay as they are" in said.output


def test_a_draft_says_what_would_be_otherwise(asked: str, tmp_path: Path) -> None:
    week = {"weekly": [{"weekday": 0, "starts": 135, "ends": 160}]}
    (tmp_path / "earlier.json").write_text(json.dumps({"conditions": [{"condition": 2, "hours": week}]}))
    (tmp_path / "surer.toml").write_text('[sure]\nvalue = 0.999\nunit = "probability"\nwhy = "x"\n')
    options = (*PERIOD, *WHO, "--drafts", str(tmp_path), "--json", str(tmp_path / "told.json"))
    said = ask(asked, *options, "--rules", "draft:earlier")
    assert said.exit_code == 0, said.output
    moved = "would move    curfew, “Uy” (condition 2), 2026-06-01 02:15:00 – "
    assert moved in said.output
    assert " instead of 2026-06-01 02:20:00 – " in said.output
    assert len(json.loads((tmp_path / "told.json").read_text())["move"]) == 1
    assert "would move    inclusion left" in ask(asked, *options, "--rules", "draft:surer").output
    assert ask(asked, *options, "--rules", "draft:later").exit_code != 0
    (tmp_path / "wrong.toml").write_text("[sure]\nvalue = 2\n")
    refused = ask(asked, *options, "--rules", "draft:wrong")
    assert refused.exit_code != 0
    assert "field: sure" in refused.output


def test_every_reading_is_in_the_audit(asked: str) -> None:
    for rules in ("then", "now"):
        ask(asked, *PERIOD, *WHO, "--rules", rules)
    rows = execute(
        asked,
        "select action, subject_kind, subject_id, user_id, why, detail ->> 'rules' from audit order by id",
    )
    assert rows == [("track:read", "person", 1, 1, "case 7", rules) for rules in ("then", "now")]


@pytest.mark.parametrize(
    "words",
    [
        PERIOD,
        (*PERIOD, "--as", "nobody", "--why", "x"),
        (*PERIOD, "--as", "officer", "--why", " "),
        (*PERIOD, *WHO, "--rules", "draft:../secret"),
        (*PERIOD, *WHO, "--person", "9"),
        (*PERIOD, *WHO, "--to", "2026-06-01"),
    ],
)
def test_what_nobody_may_ask_is_refused(asked: str, words: tuple[str, ...]) -> None:
    assert ask(asked, *words).exit_code != 0
    assert execute(asked, "select count(*) from audit") == [(0,)]


def test_strangers_cannot_tell_who_is_there(asked: str) -> None:
    execute(asked, "update users set role = 'officer'")
    mine, nobodys = ask(asked, *PERIOD, *WHO), ask(asked, *PERIOD, *WHO, "--person", "9")
    assert mine.exit_code == nobodys.exit_code == 1
    assert mine.output == nobodys.output
