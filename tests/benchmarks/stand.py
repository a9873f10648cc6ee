"""What ingestion is measured on: private cluster with fsync, private broker, a seeded city, our processes."""

import shutil
from dataclasses import replace
from pathlib import Path

import click

from app import migrate
from app.private.broker import Broker
from app.private.postgres import Cluster
from benchmarks.blast import Load
from benchmarks.report import Row
from core import clock
from platform_running import Platform

NATIONAL = 17_000
"""Fixes a second of 255,000 devices, one each 15 s."""
AGO_US = 4 * 3_600_000_000
"""The load begins so long ago: each part of the run goes on where the one before ended, before now."""


class Stand:
    """What the contenders are measured on."""

    def __init__(self, home: Path, people: int) -> None:
        self.home, self.people = home, people
        self.cluster, self.broker = Cluster(home / "pg").start(), Broker(home / "mq").start()
        self.cluster.ensure("ejazo")
        migrate.upgrade(self.cluster.url("ejazo"))
        self.platform = Platform(self.cluster.url("ejazo"), self.broker.url("ingest"), home)
        self.platform.settings |= {"EJAZO_MQTT_LINK": "lean", "EJAZO_ACK_EVERY_S": "30"}
        click.echo(self.platform.run("seed", "--people", str(people)).stderr, nl=False)
        self.first, self.at_us, self.rows = 1, clock.now_us() - AGO_US, list[Row]()

    def close(self) -> None:
        self.platform.stop()
        self.broker.stop()
        self.cluster.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def load(self, messages: int, **more: object) -> Load:
        """The next minutes of every device."""
        made = replace(  # type: ignore[arg-type]
            Load(self.people, messages), first=self.first, begins_us=self.at_us, **more
        )
        self.first += made.messages * made.batch
        self.at_us += made.lasts_us
        if self.at_us > clock.now_us():
            raise click.ClickException("so many fixes reach into the future: ask for fewer")
        return made
