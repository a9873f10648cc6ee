"""How long a call takes, without the time in which it waited for a processor that others were using.

Linux counts that wait for each thread. Elsewhere it counts as part of the call; a quiet machine has none."""

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

ITSELF = Path("/proc/thread-self/schedstat")
"""Nanoseconds on a processor, nanoseconds waiting for one, and how often."""


def waited() -> float:
    """Seconds for which this thread has waited since it began."""
    return _wait(ITSELF)


def seconds(run: Callable[[Any], Any], given: Any, *, processes: Iterable[int] = ()) -> tuple[float, Any]:
    """Of one call without garbage collection, and its answer; `processes` work for it while we wait."""
    with _uncollected():
        before = _waited(processes)
        begin = perf_counter()
        answer = run(given)
        took = perf_counter() - begin
        return max(took - (_waited(processes) - before), 0.0), answer


def processor_seconds(run: Callable[[Any], Any], given: Any) -> tuple[float, Any]:
    """Of all our threads together: for one who hands work from thread to thread."""
    with _uncollected():
        begin = process_time()
        answer = run(given)
        return process_time() - begin, answer


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without a collection before it: that would walk through all objects and empty the caches."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _waited(processes: Iterable[int]) -> float:
    return _wait(ITSELF) + sum(_wait(Path(f"/proc/{pid}/schedstat")) for pid in processes)


def _wait(file: Path) -> float:
    try:
        return int(file.read_bytes().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0  # the thread has ended, or this is not Linux
