"""ejazo factors: which roles must have a second factor, and whose are forgotten after a loss."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from app import settings
from core import db
from core.auth import Role
from core.errors import Refusal
from core.factors import demands

ROLE = click.Choice([role.value for role in Role])


@click.group
def command() -> None:
    """Second factors: demand one of a role, waive it, forget those of a lost telephone."""


@command.command
@click.argument("role", type=ROLE)
def demand(role: str) -> None:
    """Whoever has this role is led to enrolment."""
    _run(lambda conn: demands.demand(conn, Role(role), is_demanded=True, by=None))
    click.echo(f"{role}: a second factor is demanded")


@command.command
@click.argument("role", type=ROLE)
def waive(role: str) -> None:
    """This role needs none any more; who has one is still asked for it."""
    _run(lambda conn: demands.demand(conn, Role(role), is_demanded=False, by=None))
    click.echo(f"{role}: a second factor is not demanded")


@command.command
@click.argument("login")
def forget(login: str) -> None:
    """This account is as without a second factor, and signed out everywhere."""
    _run(lambda conn: demands.forget(conn, login, by=None))
    click.echo(f"{login}: no second factor, no session")


@command.command
def show() -> None:
    """What is demanded now."""
    said = {one.role: one.is_demanded for one in _run(demands.listed)}
    for role in Role:
        click.echo(f"{role.value:<16}{'demanded' if said.get(role) else 'as they like'}")


def _run(deed: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    try:
        return asyncio.run(_in_transaction(settings.load().database_url, deed))
    except Refusal as refusal:
        raise click.ClickException(refusal.code) from refusal


async def _in_transaction(url: str, deed: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
    engine = db.engine(url)
    try:
        async with db.transaction(engine) as conn:
            return await deed(conn)
    finally:
        await engine.dispose()
