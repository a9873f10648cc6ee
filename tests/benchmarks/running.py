"""One run of the geofence benchmark: how much of everything, and the database that its parts share."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from time import perf_counter
from types import TracebackType
from typing import Self

import click

from benchmarks import with_postgis
from benchmarks.contending import AbsentError
from benchmarks.with_postgis import Database

FEWEST_POINTS = 100


@dataclass(slots=True)
class Run:
    rounds: int = 5
    share: float = 1.0
    """Of the zones, people and fixes of the workloads; below 1 only to try the benchmark out."""
    began: float = field(default_factory=perf_counter)
    _open: ExitStack = field(default_factory=ExitStack)
    _database: Database | None = None
    _missing: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def say(self, line: str) -> None:
        click.echo(f"{perf_counter() - self.began:6.1f} s  {line}")

    def some(self, count: int) -> int:
        return max(1, round(count * self.share))

    def points(self, count: int) -> int:
        return max(FEWEST_POINTS, self.some(count))

    def database(self) -> Database:
        """Started by the first who asks."""
        if self._missing:
            raise AbsentError(self._missing)
        if self._database is None:
            try:
                self._database = self._open.enter_context(with_postgis.database())
            except AbsentError as absent:
                self._missing = str(absent)
                raise
        return self._database
