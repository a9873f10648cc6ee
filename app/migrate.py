"""ejazo migrate: bring the database to this version's schema."""

import sys
from argparse import Namespace
from typing import TextIO

import click
from alembic import command as alembic
from alembic.config import Config

from app.private.place import ROOT
from app.settings import load


def config(url: str, said: TextIO = sys.stdout) -> Config:
    found = Config(str(ROOT / "alembic.ini"), stdout=said)
    found.cmd_opts = Namespace(x=[f"url={url}"])
    return found


def upgrade(url: str) -> None:
    alembic.upgrade(config(url), "head")


@click.command()
def command() -> None:
    """Bring the database to this version's schema."""
    upgrade(load().database_url)
