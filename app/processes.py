"""How much of a core each of the platform's processes takes, while something else is measured."""

import os
from pathlib import Path
from time import monotonic

import psutil

from app.private import place

OWN = ("ingest", "api", "watch")
"""Our commands that may run beside a simulation."""
SELF = "simulate"


def find() -> dict[str, int]:
    """The processes of this clone's demo or services, by name; several of one command are numbered."""
    found: dict[str, int] = {}
    for one in psutil.process_iter():
        try:
            name = _name(one)
        except psutil.Error:
            continue
        if name is not None:
            found[name if name not in found else f"{name}-{one.pid}"] = one.pid
    return found


def named(text: str) -> dict[str, int]:
    """`ingest=4711,broker=4712`; ValueError where that is not what stands there."""
    pairs = (part.partition("=") for part in text.split(","))
    return {name: int(pid) for name, _, pid in pairs}


class Watch:
    """A process counts with its children: PostgreSQL's server processes are its postmaster's."""

    def __init__(self, pids: dict[str, int]) -> None:
        self.pids = {SELF: os.getpid(), **pids}
        self.total = dict.fromkeys(self.pids, 0.0)
        self._spent = {name: _spent(pid) for name, pid in self.pids.items()}
        self._looked = self._began = monotonic()

    def shares(self) -> dict[str, float]:
        """Cores taken since somebody last asked; 0 for a process that has ended."""
        now, out = monotonic(), {}
        for name, pid in self.pids.items():
            spent = _spent(pid)
            grown = max(0.0, spent - self._spent[name])
            self._spent[name] = spent
            self.total[name] += grown
            out[name] = grown / max(now - self._looked, 1e-9)
        self._looked = now
        return out

    def average(self) -> dict[str, float]:
        """Cores taken since the beginning, up to the last look."""
        return {name: spent / max(self._looked - self._began, 1e-9) for name, spent in self.total.items()}


def _name(one: psutil.Process) -> str | None:
    state, words = str(place.state()), one.cmdline()
    if one.name() in {"mosquitto", "nats-server"} and any(state in word for word in words):
        return "broker"
    if one.name() == "postgres" and any(state in word for word in words):
        return "postgres"
    is_ours = "app" in words and Path(one.cwd()) == place.ROOT
    return next((word for word in words if word in OWN), None) if is_ours else None


def _spent(pid: int) -> float:
    """CPU seconds so far. A child that has ended is missed: the sum may shrink, which counts as nothing."""
    try:
        parent = psutil.Process(pid)
        family = [parent] if pid == os.getpid() else [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return sum(_cpu(one) for one in family)


def _cpu(one: psutil.Process) -> float:
    try:
        times = one.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
