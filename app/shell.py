"""ejazo shell: a Python prompt with the database open and the packages at hand."""

import asyncio
import code
from typing import Any

import asyncpg
import click

import core
import dashboards
import geofence
import inmates
import simulators
import tracking
from app import settings
from core import clock, db

BANNER = """\
E-jazo. The database is open: `run(conn.fetch("select * from persons limit 5"))`.
Here: {names}. Nothing is written unless you say so.
"""


@click.command()
def command() -> None:
    """Open a Python prompt with a database connection and the packages."""
    loaded = settings.load()
    with asyncio.Runner() as runner:
        conn = runner.run(db.connect(loaded.database_url))
        try:
            here = names(runner, conn) | {"settings": loaded}
            code.interact(BANNER.format(names=", ".join(here)), local=here, exitmsg="")
        finally:
            runner.run(conn.close())


def names(runner: asyncio.Runner, conn: asyncpg.Connection) -> dict[str, Any]:
    packages = (core, inmates, tracking, geofence, dashboards, simulators)
    return {"run": runner.run, "conn": conn, "clock": clock} | {p.__name__: p for p in packages}
