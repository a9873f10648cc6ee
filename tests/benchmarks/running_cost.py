"""Processor time and memory of the processes that a benchmark started, their children included."""

import time
from collections.abc import Iterator, Mapping

import psutil


class Cost:
    """From now on: cores of each part, of all browsers under this process, and of this process itself."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self.pids = dict(pids)
        self.began, self.before = time.perf_counter(), self._spent()

    def cores(self) -> dict[str, float]:
        took, now = time.perf_counter() - self.began, self._spent()
        return {f"{name} cores": (now[name] - self.before.get(name, 0.0)) / took for name in now}

    def _spent(self) -> dict[str, float]:
        parts = {name: sum(map(_seconds, _family(pid))) for name, pid in self.pids.items()}
        return parts | {
            "browser": sum(map(_seconds, browsers())),
            "feeder": sum(psutil.Process().cpu_times()[:2]),
        }


def browsers() -> Iterator[psutil.Process]:
    """Every process of a browser that was started under this one."""
    for child in psutil.Process().children(recursive=True):
        try:
            if "chrom" in child.name():
                yield child
        except psutil.NoSuchProcess:
            continue


def _family(pid: int) -> list[psutil.Process]:
    try:
        own = psutil.Process(pid)
        return [own, *own.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0
