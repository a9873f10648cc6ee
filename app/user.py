"""ejazo user: a user's account; so a new installation gets its first administrator."""

import asyncio
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import audit, clock, db, guessable, passwords, sessions, statutes
from core.auth import Role
from core.model import UserId
from core.tables import users

SHORTEST = 12
"""Characters; NIST SP 800-63B asks for length, not for kinds of characters."""


@click.command
@click.argument("login")
@click.option("--role", type=click.Choice([role.value for role in Role]))
@click.option("--name", help="As other officers see it.")
@click.option("--sex", type=click.Choice(["m", "f"]), help="A woman's device is put on by a woman.")
@click.option("--password", help="Asked for where it is not given.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The last day on which it opens anything; an overseer's account always has one.",
)
@click.option("--close", is_flag=True, help="Put the account out of service; its sessions end at once.")
def command(
    login: str,
    *,
    role: str | None,
    name: str | None,
    sex: str | None,
    password: str | None,
    until: datetime | None,
    close: bool,
) -> None:
    """Make a user, or give an existing one this role, name and password; recorded in the audit."""
    loaded = settings.load()
    url = loaded.database_url
    if close:
        asyncio.run(put_out(url, login))
        click.echo(f"{login} can sign in no more")
        return
    if role is None or name is None:
        raise click.UsageError("--role and --name are needed, or --close")
    given = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    refuse_weak(given, names=(login, name), leaked=loaded.leaked_passwords)
    ends = term(role, until=until.date() if until else None)
    asyncio.run(run(url, login, role=role, name=name, password=given, sex=sex, ends_at=ends))
    click.echo(
        f"{login} can sign in" + (f" until {ends.astimezone(clock.HERE):%Y-%m-%d %H:%M}" if ends else "")
    )


def refuse_weak(password: str, *, names: tuple[str, ...], leaked: Path | None) -> None:
    """`leaked`: a file of digests (docs/security.md); none: only words are looked for."""
    why = None
    if not SHORTEST <= len(password) <= passwords.LONGEST:
        why = f"{SHORTEST} to {passwords.LONGEST} characters"
    elif guessable.is_guessable(password, more=names):
        why = "it is made of words, names and numbers that are guessed first; take a sentence of your own"
    elif leaked and guessable.is_leaked(password, leaked):
        why = "it has leaked somewhere and is tried first; take another"
    if why:
        raise click.BadParameter(why, param_hint="--password")


def term(role: str, *, until: date | None) -> datetime | None:
    """When the account ends by itself; of roles that have a longest term never later than that."""
    today = clock.today()
    longest = statutes.load("access").on(today).rules.get(f"term_days.{role}")
    last = today + timedelta(days=int(longest.value)) if longest else until
    if until is not None and (until < today or (last is not None and until > last)):
        raise click.BadParameter(f"from {today} to {last}", param_hint="--until")
    said = until or last
    return clock.local_day(said)[1] if said else None


async def put_out(url: str, login: str) -> None:
    engine = db.engine(url)
    try:
        async with db.transaction(engine) as conn:
            query = update(users).where(users.c.login == login).values(is_active=False).returning(users.c.id)
            user = (await conn.execute(query)).scalar_one_or_none()
            if user is None:
                raise click.ClickException(f"there is no user {login}")
            await sessions.end_all(conn, UserId(user))
            await audit.record(conn, None, action="user:close", subject_kind="user", subject=user)
    finally:
        await engine.dispose()


async def run(
    url: str,
    login: str,
    *,
    role: str,
    name: str,
    password: str,
    sex: str | None = None,
    ends_at: datetime | None = None,
) -> None:
    engine = db.engine(url)
    async with db.transaction(engine) as conn:
        await write(conn, login, role=role, name=name, password=password, sex=sex, ends_at=ends_at)
    await engine.dispose()


async def write(
    conn: AsyncConnection,
    login: str,
    *,
    role: str,
    name: str,
    password: str,
    sex: str | None = None,
    ends_at: datetime | None = None,
) -> None:
    row: dict[str, Any] = {"role": role, "shown_as": name, "password_hash": passwords.hashed(password)}
    row |= {"is_active": True, "ends_at": ends_at}
    row |= {"sex": sex} if sex else {}
    made = insert(users).values(login=login, **row)
    upsert = made.on_conflict_do_update(index_elements=[users.c.login], set_=row).returning(users.c.id)
    user = (await conn.execute(upsert)).scalar_one()
    await sessions.end_all(conn, UserId(user))  # a new role or password: whoever is in signs in again
    await audit.record(
        conn,
        None,
        action="user:write",
        subject_kind="user",
        subject=user,
        detail={"role": role, "ends_at": ends_at.isoformat() if ends_at else None},
    )
