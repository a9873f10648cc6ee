"""Whoever reads about people from a terminal gives a name and a reason, as on the officers' screens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, i18n
from core.accounts import in_force
from core.auth import Caller, Role
from core.errors import Refusal
from core.model import UserId
from core.tables import users

Command = TypeVar("Command", bound=Callable[..., Any])


class Moment(click.ParamType[datetime]):
    """A local time, or an ISO 8601 time with its own offset."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time such as 2026-06-01 or 2026-06-01T22:30", param, ctx)
        return clock.here(found)


def named(command: Command) -> Command:
    """The options `--as` and `--why`, as `login` and `why`."""
    why = click.option("--why", required=True, help="The reason, for the audit: a case, a court's question.")
    login = click.option("--as", "login", required=True, help="Your login: what you read is recorded.")
    return login(why(command))


@contextmanager
def refusals() -> Iterator[None]:
    """A foreseeable no ends the command with its sentence and its values."""
    try:
        yield
    except Refusal as refusal:
        texts, key = i18n.load(), f"problems.{refusal.code}"
        said = texts.say("en", key, **refusal.values) if texts.has(key) else refusal.code
        given = ", ".join(f"{name}: {value}" for name, value in refusal.values.items())
        raise click.ClickException(f"{said} ({given})" if given else said) from refusal


async def caller(conn: AsyncConnection, login: str) -> Caller:
    """The active user of this login, with no session."""
    query = select(users.c.id, users.c.role, users.c.shown_as, users.c.language)
    row = (await conn.execute(query.where(users.c.login == login, in_force()))).one_or_none()
    if row is None:
        raise click.ClickException(f"there is no active user {login!r}")
    return Caller(UserId(row.id), login, Role(row.role), row.shown_as, row.language, b"")
