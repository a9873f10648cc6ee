"""A crowd's run on a screen: a live table in a terminal, a line each ten seconds elsewhere."""

import sys
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from simulators.crowd.meter import Delays, percentiles

WINDOW: Final = 10
"""Seconds over which rates and delays are shown."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of a run at one moment; counts are totals."""

    at_s: float
    messages: int
    reports: int
    acks: int
    held: int
    lag_s: float
    up: int
    lines: int
    falls: int
    puback_s: Delays
    ack_s: Delays
    cpu: Mapping[str, float]


class Screen:
    """`show` once a second. The delays of a reading are all samples so far, in a list that only grows."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(file=sys.stderr)
        self.recent: deque[tuple[Reading, int, int]] = deque(maxlen=WINDOW + 1)
        self.next_s = 0.0
        self.live = Live(console=self.console, auto_refresh=False) if self.console.is_terminal else None

    def __enter__(self) -> Self:
        if self.live:
            self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.live:
            self.live.stop()

    def show(self, reading: Reading) -> None:
        self.recent.append((reading, len(reading.puback_s), len(reading.ack_s)))
        rows = self.rows()
        if self.live:
            self.live.update(table("Simulation", rows), refresh=True)
        elif reading.at_s >= self.next_s:
            self.next_s = reading.at_s // WINDOW * WINDOW + WINDOW
            said = "  ".join(f"{name} {value}" for name, value in rows.items())
            self.console.print(f"{reading.at_s:6.0f} s  {said}", soft_wrap=True, highlight=False)

    def rows(self) -> dict[str, str]:
        """What the last seconds were like, in words."""
        first, pubacks, answers = self.recent[0]
        last = self.recent[-1][0]
        seconds = max(last.at_s - first.at_s, 1e-9)
        messages, reports, acks = (
            (getattr(last, name) - getattr(first, name)) / seconds for name in ("messages", "reports", "acks")
        )
        return {
            "messages/s": f"{messages:,.0f}",
            "reports/s": f"{reports:,.0f}",
            "acks/s": f"{acks:,.0f}",
            "behind": f"{last.lag_s:.2f} s",
            "unacknowledged": f"{last.held:,}",
            "broker p50/p99": milliseconds(last.puback_s[pubacks:]),
            "platform p50/p99": milliseconds(last.ack_s[answers:]),
            "connections": f"{last.up:,} of {last.lines:,}, {last.falls:,} fallen",
            "cores": cores(last.cpu),
        }


def cores(shares: Mapping[str, float]) -> str:
    return " ".join(f"{name} {share:.2f}" for name, share in shares.items())


def milliseconds(delays: Delays) -> str:
    found = percentiles(delays)
    return f"{found[0] * 1000:.0f}/{found[1] * 1000:.0f} ms" if found else "–"


def table(title: str, rows: Mapping[str, str]) -> Table:
    made = Table(title=title, show_header=False)
    made.add_column(justify="left")
    made.add_column(justify="right")
    for name, value in rows.items():
        made.add_row(name, value)
    return made
