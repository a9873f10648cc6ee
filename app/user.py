"""ejazo user: a user's account; so a new installation gets its first administrator."""

import asyncio

import click
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import audit, db, passwords
from core.auth import Role
from core.tables import users

SHORTEST = 12
"""Characters; NIST SP 800-63B asks for length, not for kinds of characters."""


@click.command
@click.argument("login")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", required=True, help="As other officers see it.")
@click.option("--sex", type=click.Choice(["m", "f"]), help="A woman's device is put on by a woman.")
@click.password_option(help="Asked for where it is not given.")
def command(login: str, role: str, name: str, sex: str | None, password: str) -> None:
    """Make a user, or give an existing one this role, name and password; recorded in the audit."""
    if not SHORTEST <= len(password) <= passwords.LONGEST:
        raise click.BadParameter(f"{SHORTEST} to {passwords.LONGEST} characters", param_hint="--password")
    asyncio.run(run(settings.load().database_url, login, role=role, name=name, password=password, sex=sex))
    click.echo(f"{login} can sign in")


async def run(url: str, login: str, *, role: str, name: str, password: str, sex: str | None = None) -> None:
    engine = db.engine(url)
    async with db.transaction(engine) as conn:
        await write(conn, login, role=role, name=name, password=password, sex=sex)
    await engine.dispose()


async def write(
    conn: AsyncConnection, login: str, *, role: str, name: str, password: str, sex: str | None = None
) -> None:
    row = {"role": role, "shown_as": name, "password_hash": passwords.hashed(password), "is_active": True}
    row |= {"sex": sex} if sex else {}
    made = insert(users).values(login=login, **row)
    upsert = made.on_conflict_do_update(index_elements=[users.c.login], set_=row).returning(users.c.id)
    user = (await conn.execute(upsert)).scalar_one()
    await audit.record(
        conn, None, action="user:write", subject_kind="user", subject=user, detail={"role": role}
    )
