"""ejazo migrate: bring the database to this version's schema."""

import asyncio
import sys
from argparse import Namespace
from typing import TextIO

import click
from alembic import command as alembic
from alembic.config import Config

from app.private.place import ROOT
from app.settings import load
from core import db

GRANT = "select grant_to_platform()"


def config(url: str, said: TextIO = sys.stdout) -> Config:
    found = Config(str(ROOT / "alembic.ini"), stdout=said)
    found.cmd_opts = Namespace(x=[f"url={url}"])
    return found


def upgrade(url: str) -> None:
    """Also who may do what with it, where the platform's roles are (ADR-0041)."""
    alembic.upgrade(config(url), "head")
    asyncio.run(_grant(url))


async def _grant(url: str) -> None:
    conn = await db.connect(url)
    try:
        await conn.execute(GRANT)
    finally:
        await conn.close()


@click.command()
def command() -> None:
    """Bring the database to this version's schema, as its owner."""
    upgrade(load().owner)
