"""What a run is measured by: counts, delays of samples, and how far behind its schedule it is."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import numpy as np

SAMPLES: Final = 4
"""Messages a turn whose answers are timed."""

Delays = list[float]


@dataclass(slots=True)
class Meter:
    messages: int = 0
    reports: int = 0
    repeated: int = 0
    """Reports sent from memory: after an outage, unanswered for a minute, or asked for."""
    garbage: int = 0
    acks: int = 0
    commands: int = 0
    lag_us: int = 0
    worst_lag_us: int = 0
    puback_s: Delays = field(default_factory=list)
    ack_s: Delays = field(default_factory=list)
    watched: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Device → the number whose acknowledgement is waited for, and since when."""

    def watch(self, who: int, sequence: int) -> None:
        self.watched.setdefault(who, (sequence, perf_counter()))

    def acknowledged(self, who: int, ack: int) -> None:
        waits = self.watched.get(who)
        if waits is not None and ack >= waits[0]:
            self.ack_s.append(perf_counter() - waits[1])
            del self.watched[who]

    def lag(self, lag_us: int) -> None:
        self.lag_us = lag_us
        self.worst_lag_us = max(self.worst_lag_us, lag_us)


def percentiles(delays: Delays) -> tuple[float, float] | None:
    """Median and p99, in seconds."""
    if not delays:
        return None
    p50, p99 = np.percentile(np.array(delays), (50, 99))
    return float(p50), float(p99)
