"""One file after the other to a door: what it says, how long it takes, how much memory it holds."""

import random
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from types import FrameType
from typing import Final, NamedTuple

import psutil

from app import log
from benchmarks.report import Row
from core import i18n
from core.errors import Refusal

BOUND_S: Final = 10.0
"""Of processor time, which other work beside it does not lengthen; whatever takes longer is a fault."""
MB: Final = 2**20
PEAK_MB: Final = 700
"""More than at the beginning, at any moment."""


class TooSlow(BaseException):
    """No handler of the code under test takes it for something else."""


class Case(NamedTuple):
    door: str
    what: str
    """Of which seed or bomb it was made."""
    content: bytes
    take: Callable[[bytes], str]
    """What became of it; a Refusal is an answer, anything else that is raised is a fault."""


@dataclass(slots=True)
class Found:
    inputs: int = 0
    said: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    slow: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    first: str = ""
    early_mb: float = 0.0

    @property
    def is_good(self) -> bool:
        return not (self.faults or self.slow or self.unclear())

    def unclear(self) -> list[str]:
        """Codes for which no language has a sentence."""
        texts = i18n.load()
        codes = [code.removeprefix("refused: ") for code in self.said if code.startswith("refused: ")]
        return [code for code in codes if not texts.has(f"problems.{code}")]


def all_of(cases: Iterator[Case], inputs: int, *, keep: Path | None) -> Found:
    """`keep`: a folder for the files that were not borne."""
    found, process = Found(), psutil.Process()
    log.silence()  # as every process of the platform
    _forget_peak()
    base = process.memory_info().rss / MB
    with watched():
        for case in cases:
            feed(found, case, keep=keep)
            if found.inputs >= inputs / 10 and not found.early_mb:
                found.early_mb = process.memory_info().rss / MB
            if found.inputs >= inputs:
                break
    found.said["peak_mb"] = round(peak_mb() - base)
    return found


@contextmanager
def watched() -> Iterator[None]:
    """Whoever takes too long is interrupted."""
    before = signal.signal(signal.SIGVTALRM, _too_slow)
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, before)


def feed(found: Found, case: Case, *, keep: Path | None) -> None:
    found.inputs += 1
    name, began, spent, fault = f"{case.door} · {case.what}", perf_counter(), process_time(), ""
    signal.setitimer(signal.ITIMER_VIRTUAL, BOUND_S)
    try:
        found.said[case.take(case.content)] += 1
    except Refusal as refusal:
        found.said[f"refused: {refusal.code}"] += 1
    except TooSlow:
        found.slow[name] += 1
        fault = "slow"
    except Exception as raised:  # noqa: BLE001 - whatever it is, it is what we look for
        found.faults[f"{case.door}: {type(raised).__name__}"] += 1
        fault = f"{type(raised).__name__}: {str(raised)[:150]}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    found.slowest = max(found.slowest, (perf_counter() - began, name))
    if (took := process_time() - spent) > BOUND_S or fault == "slow":  # compiled code is not interrupted
        found.slow[name] += fault != "slow"
        print(f"{took:.1f} s: {name}", flush=True)
    if fault:
        found.first = found.first or f"{fault} by {name}"
        _keep(keep, case, fault)


def row(name: str, found: Found) -> list[Row]:
    late = psutil.Process().memory_info().rss / MB
    peak = found.said.pop("peak_mb")
    figures = {
        "inputs": found.inputs,
        "raised": found.faults.total(),
        "too_slow": found.slow.total(),
        "unclear": len(found.unclear()),
        "slowest_s": found.slowest[0],
        "slowest": found.slowest[1],
        "first": found.first,
        "said": dict(found.said.most_common()),
        "faults": dict(found.faults.most_common()),
        "slow": dict(found.slow.most_common()),
    }
    return [
        Row(f"{name}: each answered, none raised or hung", float(found.is_good), 1, 1, figures),
        Row(f"{name}: memory after a tenth / at the end", found.early_mb / late, 0.9, 1, {"mb": late}),
        Row(f"{name}: peak allowed / seen, MB", PEAK_MB / max(peak, 1), 1, figures={"peak_mb": peak}),
    ]


def told(found: Found) -> str:
    """Counts by answer, for the terminal."""
    lines = [f"  {count:>9,}  {said}" for said, count in found.said.most_common()]
    lines += [f"  {count:>9,}  FAULT {said}" for said, count in (found.faults + found.slow).most_common()]
    return "\n".join(lines)


def mixed(
    draw: random.Random, usual: Callable[[random.Random], Case], bombs: list[Case], share: float
) -> Iterator[Case]:
    """Each bomb once, and then some among the usual."""
    yield from bombs
    while True:
        yield draw.choice(bombs) if bombs and draw.random() < share else usual(draw)


def peak_mb() -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def _keep(folder: Path | None, case: Case, fault: str) -> None:
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"\W+", "-", f"{case.door}-{case.what}-{fault}")[:120]
    if not (folder / name).exists():
        (folder / name).write_bytes(case.content)
