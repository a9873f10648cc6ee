"""What was truly so, what was sent and what the platform acknowledged: JSON lines beside a simulation.

One object a line, with one key that says what it is:
  {"run": {...}}                                                      once, first
  {"truth": {person, kind, condition, begins_us, ends_us, clear_s}}   each true breach of the whole run
  {"sent": [[device, sequence, taken_us, lon, lat], ...]}             fixes, when first handed to the broker
  {"told": [[device, sequence, taken_us, kind], ...]}                 events, likewise
  {"acked": [[device, through], ...]}                                 cumulative acknowledgements as they came
  {"sums": [[device, first, last, acked, checksum], ...]}             of a crowd, in place of most of these
  {"ended": {at_us, held, garbage}}                                   once, last; a killed run has none"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from geofence.model import BreachKind
from simulators.truth import TrueBreach
from tracking.model import Fix, Report

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode

Sent = dict[tuple[str, int], tuple[int, float, float]]
"""(device, sequence) → (taken_us, lon, lat)."""


class Sum(NamedTuple):
    """What one device of a crowd sent: each number from first to last; for the sum see `crowd.sums`."""

    first: int
    last: int
    acked: int
    checksum: int

    @property
    def many(self) -> int:
        return self.last - self.first + 1


class Writer:
    """Collects rows and writes them line by line; a line is whole or absent but for the last."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=1 << 16)
        self._rows: dict[str, list[Any]] = {"sent": [], "told": [], "acked": []}

    def say(self, what: str, value: object) -> None:
        self._file.write(_encode({what: value}) + b"\n")

    def truth(self, breaches: Iterable[TrueBreach]) -> None:
        for breach in breaches:
            self.say("truth", breach)

    def sent(self, device: str, report: Report) -> None:
        if isinstance(report, Fix):
            row = (device, report.sequence, report.taken_us, report.lon, report.lat)
            self._rows["sent"].append(row)
        else:
            self._rows["told"].append((device, report.sequence, report.taken_us, report.kind))

    def acknowledged(self, device: str, through: int) -> None:
        self._rows["acked"].append((device, through))

    def flush(self) -> None:
        for what, rows in self._rows.items():
            if rows:
                self.say(what, rows)
                rows.clear()
        self._file.flush()

    def close(self) -> None:
        self.flush()
        self._file.close()


@dataclass(slots=True)
class Ledger:
    """A ledger read back."""

    run: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] | None = None
    truth: list[TrueBreach] = field(default_factory=list)
    sent: Sent = field(default_factory=dict)
    told: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)
    sums: dict[str, Sum] = field(default_factory=dict)
    """Not empty: a crowd's ledger, in which `sent` has only those who broke something."""

    @property
    def ended_us(self) -> int:
        """The last moment anything was taken: what would have been true later was never acted."""
        last = max((taken for taken, *_ in self.sent.values()), default=int(self.run.get("begins_us", 0)))
        return int(self.ended["at_us"]) if self.ended else last


def read(path: Path) -> Ledger:
    found = Ledger()
    for line in _lines(path):
        ((what, value),) = line.items()
        if what == "truth":
            found.truth.append(TrueBreach(**{**value, "kind": BreachKind(value["kind"])}))
        elif what == "sent":
            found.sent.update({(d, n): (taken, lon, lat) for d, n, taken, lon, lat in value})
        elif what == "told":
            found.told.update({(d, n): (taken, kind) for d, n, taken, kind in value})
        elif what == "acked":
            for device, through in value:
                found.acked[device] = max(through, found.acked.get(device, 0))
        elif what == "sums":
            found.sums.update({device: Sum(*rest) for device, *rest in value})
        elif what == "run":
            found.run = value
        elif what == "ended":
            found.ended = value
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The last line of a killed run may be torn: it is left out."""
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    for line in whole.split(b"\n"):
        if line:
            yield _decode(line)
