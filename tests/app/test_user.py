"""The first administrator of an installation comes from the command line."""

import asyncpg
from click.testing import CliRunner

from app import user
from core import passwords

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


def test_a_short_password_is_refused(database: str) -> None:
    assert make(database, "short") != 0
