"""`ejazo explain sentence` on a real database: every line with its rule, by today's law and an older."""

import asyncio

import pytest
from click.testing import CliRunner, Result

from app import explain
from callers import user
from core import db
from core.auth import Role
from courts import judged
from filed.sentences import fact
from files import person
from inmates.sentences.model import Category, Held, Holding, Term


async def happen(url: str) -> int:
    engine = db.engine(url)
    try:
        whom = await person(engine, "Namunayev")
        await user(engine, "head", role=Role.OVERSIGHT, language="en")
        await user(engine, "teacher", role=Role.TEACHER, language="en")
        said = judged("2022-12-11", Term(6), category=Category.SERIOUS, committed="2024-01-01")
        await fact(engine, whom, said)
        await fact(
            engine, whom, Held(Holding.REMAND, said.starts_on.replace(day=1), said.starts_on.replace(day=10))
        )
        return whom
    finally:
        await engine.dispose()


@pytest.fixture
def asked(database: str) -> tuple[str, int]:
    return database, asyncio.run(happen(database))


def ask(database: str, *words: str, who: str = "head") -> Result:
    runner = CliRunner(env={"EJAZO_DATABASE_URL": database})
    return runner.invoke(explain.command, ["sentence", *words, "--as", who, "--why", "case 7"])


def test_every_line_is_printed_with_its_article(asked: tuple[str, int]) -> None:
    database, whom = asked
    said = ask(database, str(whom))
    assert said.exit_code == 0, said.output
    assert "10/12/2028 − 10 days = 30/11/2028" in said.output
    assert "[JK 62]" in said.output
    assert "2,192 days × 2/3 = 1,462 days" in said.output
    assert "Namunayev" in said.output


def test_an_older_law_gives_the_older_line(asked: tuple[str, int]) -> None:
    database, whom = asked
    assert "2,192 days × 1/2 = 1,096 days" in ask(database, str(whom), "--rules", "2022-06-01").output
    assert "2 192 дня × 2/3" in ask(database, str(whom), "--language", "ru").output.replace("\u00a0", " ")


def test_what_cannot_be_asked_is_said(asked: tuple[str, int]) -> None:
    database, whom = asked
    assert ask(database, str(whom), "--rules", "yesterday").exit_code == 2
    assert ask(database, str(whom), "--rules", "0" * 64).exit_code == 1
    assert ask(database, "999999").exit_code == 1


async def audited(url: str) -> list[str]:
    conn = await db.connect(url)
    try:
        return [
            row["why"] for row in await conn.fetch("select why from audit where action = 'sentence:read'")
        ]
    finally:
        await conn.close()


def test_the_reason_is_recorded(asked: tuple[str, int]) -> None:
    database, whom = asked
    ask(database, str(whom))
    assert asyncio.run(audited(database)) == ["case 7"]


def test_a_role_that_may_read_no_sentence_gets_none(asked: tuple[str, int]) -> None:
    database, whom = asked
    said = ask(database, str(whom), who="teacher")
    assert said.exit_code
    assert "role" in said.output
