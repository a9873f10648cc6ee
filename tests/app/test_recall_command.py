"""`ejazo recall` on a real database: a table and counts, a file, and the question in the audit."""

import asyncio
import json
import re
from pathlib import Path

import asyncpg
import pytest
from click.testing import CliRunner, Result

from app import recall
from core import db
from courtroom import Courtroom
from scene import POLICY, a_fix
from supervised import supervised

WHO = ("--as", "officer", "--why", "case 7")


async def happen(url: str) -> None:
    conn = await db.connect(url)
    try:
        one = await supervised(conn)
        await conn.execute("update users set role = 'administrator'")
        await one.condition(await one.zone())
        room = Courtroom(conn)
        await room.begin(now=0)
        fixes = [a_fix(n, 400, device=one.device, person=one.person) for n in range(10)]
        await room.hear(fixes, now=10)
    finally:
        await conn.close()


@pytest.fixture
def asked(database: str) -> str:
    asyncio.run(happen(database))
    return database


def ask(database: str, *words: str) -> Result:
    return CliRunner(env={"EJAZO_DATABASE_URL": database}).invoke(recall.command, words)


def test_a_table_counts_and_a_file(asked: str, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    said = ask(asked, "--policy", POLICY.id, *WHO, "--json", str(file))
    assert said.exit_code == 0, said.output
    assert re.search(r"^1 +1 +inclusion_left +1 +2026-06-01 02:0", said.output, re.MULTILINE)
    assert "verdicts: 1" in said.output
    assert "1 inclusion_left: new" in said.output
    assert "A B" not in said.output
    found = json.loads(file.read_text())
    assert [(one["kind"], one["policy"]) for one in found["verdicts"]] == [("inclusion_left", POLICY.id)]
    assert found["counts"] == [{"kind": "inclusion_left", "outcome": "new", "count": 1}]


def test_nothing_is_said_in_other_times(asked: str) -> None:
    assert "verdicts: 0" in ask(asked, "--zone", "1", *WHO, "--since", "2026-06-02").output
    assert "verdicts: 1" in ask(asked, "--zone", "1", *WHO, "--until", "2026-06-01T22:00:00+00:00").output


@pytest.mark.parametrize(
    "words",
    [
        WHO,
        (*WHO, "--zone", "1", "--engine", "2"),
        (*WHO, "--engine", "2", "--version", "1"),
        ("--zone", "1"),
        ("--zone", "1", "--as", "nobody", "--why", "x"),
        ("--zone", "1", "--as", "officer", "--why", " "),
        ("--zone", "1", *WHO, "--since", "yesterday"),
    ],
)
def test_half_a_question_is_refused(asked: str, words: tuple[str, ...]) -> None:
    assert ask(asked, *words).exit_code != 0


def test_the_question_is_in_the_audit(asked: str) -> None:
    ask(asked, "--rule", "1", *WHO)

    async def audited() -> list[asyncpg.Record]:
        conn = await db.connect(asked)
        try:
            return list(await conn.fetch("select action, subject_kind, subject_id, why from audit"))
        finally:
            await conn.close()

    assert [tuple(row) for row in asyncio.run(audited())] == [("verdict:recall", "rule", 1, "case 7")]
