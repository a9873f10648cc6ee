"""Fresh databases with the whole schema; while a test runs, the next one's is made already."""

import subprocess
from itertools import count
from typing import Self

from app.private import process
from app.private.postgres import Cluster


class Databases:
    """One psql that stays, told in advance: a copy takes as long as many a test."""

    def __init__(self, cluster: Cluster, template: str) -> None:
        self.cluster, self.template = cluster, template
        self.names = (f"test_{number}" for number in count(1))
        self.psql = subprocess.Popen(
            [cluster.bin / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", cluster.url()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=cluster.env,
            cwd="/",
            text=True,
            **process.credentials(cluster.owner),
        )

    def __enter__(self) -> Self:
        self._prepare()
        return self

    def __exit__(self, *_: object) -> None:
        self.psql.communicate()

    def take(self) -> str:
        """The name of one that nobody had before."""
        assert self.psql.stdout is not None
        name = self.psql.stdout.readline().strip()
        assert name.startswith("test_"), name
        self._prepare()
        return name

    def drop(self, name: str) -> None:
        """Soon."""
        self._tell(f"drop database {name} with (force);")

    def _prepare(self) -> None:
        name = next(self.names)
        self._tell(f"create database {name} template {self.template} strategy file_copy;\n\\echo {name}")

    def _tell(self, statement: str) -> None:
        assert self.psql.stdin is not None
        self.psql.stdin.write(statement + "\n")
        self.psql.stdin.flush()
