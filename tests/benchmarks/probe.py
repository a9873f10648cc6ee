"""What one dependent access to memory costs: a walk through a random cycle too large for the near caches."""

from time import perf_counter

import numpy as np
from numba import njit
from numpy.typing import NDArray

LINE_BYTES = 64
MEBIBYTES = 256
STEPS = 500_000
TRIALS = 5


@njit(nogil=True)
def _follow(following: NDArray[np.int64], steps: int) -> int:
    place = 0
    for _ in range(steps):
        place = following[place]
    return place


def latency_ns(mebibytes: int = MEBIBYTES) -> float:
    """Median nanoseconds of a load whose address is the load before it, one a cache line."""
    lines, width = mebibytes * 2**20 // LINE_BYTES, LINE_BYTES // 8
    order = np.random.default_rng(0).permutation(lines) * width
    following = np.zeros(lines * width, np.int64)
    following[order] = np.roll(order, -1)
    _follow(following, 1)
    found = []
    for _ in range(TRIALS):
        begin = perf_counter()
        _follow(following, STEPS)
        found.append((perf_counter() - begin) / STEPS * 1e9)
    return float(np.median(found))
