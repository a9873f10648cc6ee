"""The first administrator of an installation comes from the command line."""

from hashlib import sha1
from pathlib import Path

import asyncpg
import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app import user
from core import clock, passwords, sessions
from core.model import UserId
from core.tables import audit, users

ASKED = ["chief", "--role", "administrator", "--name", "Bosh Inspektor"]


def make(database: str, password: str) -> int:
    asked = [*ASKED, "--password", password]
    return CliRunner(env={"EJAZO_DATABASE_URL": database}).invoke(user.command, asked).exit_code


def test_a_user_is_made_and_made_anew(database: str) -> None:
    assert make(database, "correct horse battery") == 0
    assert make(database, "another horse battery") == 0


async def test_only_the_last_password_fits(database: str, conn: asyncpg.Connection) -> None:
    await user.run(database, "chief", role="officer", name="Bir", password="correct horse battery")
    await user.run(database, "chief", role="administrator", name="Ikki", password="another horse battery")
    row = await conn.fetchrow("select role, shown_as, password_hash from users")
    assert row is not None
    assert (row["role"], row["shown_as"]) == ("administrator", "Ikki")
    assert await passwords.matches(row["password_hash"], "another horse battery")
    assert not await passwords.matches(row["password_hash"], "correct horse battery")
    assert await conn.fetchval("select count(*) from audit where action = 'user:write'") == 2


async def test_an_account_out_of_service_is_out_and_its_sessions_do_not_come_back(
    database: str, engine: AsyncEngine
) -> None:
    said = {"role": "officer", "name": "Bir", "password": "correct horse battery"}
    await user.run(database, "bir", **said)
    async with engine.begin() as conn:
        who = UserId((await conn.execute(select(users.c.id))).scalar_one())
        secret = await sessions.start(conn, who, now=clock.now())
        assert await sessions.find(conn, secret, now=clock.now())
    await user.put_out(database, "bir")
    await user.run(database, "bir", **said)
    async with engine.begin() as conn:
        assert await sessions.find(conn, secret, now=clock.now()) is None
        closed = select(audit.c.subject_id).where(audit.c.action == "user:close")
        assert (await conn.execute(closed)).scalars().all() == [who]
    with pytest.raises(click.ClickException, match="there is no user"):
        await user.put_out(database, "ikki")


def test_a_short_password_is_refused(database: str) -> None:
    assert make(database, "short") != 0


def test_a_password_that_is_guessed_first_is_refused(database: str) -> None:
    assert make(database, "Toshkent-2026!") != 0
    assert make(database, "Bosh.Inspektor.7") != 0


def test_a_leaked_password_is_refused_where_the_operator_names_a_list(database: str, tmp_path: Path) -> None:
    leaked = tmp_path / "digests"
    leaked.write_text(f"{sha1(b'correct horse battery').hexdigest().upper()}:384\n", "utf-8")  # noqa: S324
    asked = {"EJAZO_DATABASE_URL": database, "EJAZO_LEAKED_PASSWORDS": str(leaked)}
    for password, code in (("correct horse battery", 2), ("another horse battery", 0)):
        done = CliRunner(env=asked).invoke(user.command, [*ASKED, "--password", password])
        assert done.exit_code == code, done.output
