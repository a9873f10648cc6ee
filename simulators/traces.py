"""Recorded traces as devices: moved to Tashkent and to now, otherwise as the receivers wrote them."""

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.geo import LonLat, metres_per_degree
from core.model import DeviceId, PersonId
from core.times import to_us
from simulators.fleet import Due
from simulators.plane import lonlat, spot
from tracking.model import Fix, Mechanism, Report


@dataclass(frozen=True, slots=True)
class Seen:
    """One row of a file."""

    at_us: int
    place: LonLat
    accuracy_m: float | None
    speed_mps: float | None
    hdop: float | None


Trace = tuple[Seen, ...]


def read(folder: Path) -> dict[str, Trace]:
    """All traces of all CSV files, by `trace_id`; rows in order of time."""
    found: dict[str, list[Seen]] = {}
    for path in sorted((*folder.glob("*.csv"), *folder.glob("*.csv.gz"))):
        for row in _rows(path):
            if row.get("trace_id") and row.get("lon") and row.get("lat"):
                found.setdefault(row["trace_id"], []).append(_seen(row))
    return {name: tuple(sorted(rows, key=lambda r: r.at_us)) for name, rows in found.items()}


def moved(trace: Trace, to: LonLat) -> Trace:
    """The same metres from another beginning."""
    start = trace[0].place
    kx, ky = metres_per_degree(start.lat)
    here = spot(to)
    out = []
    for seen in trace:
        east, north = (seen.place.lon - start.lon) * kx, (seen.place.lat - start.lat) * ky
        place = lonlat(type(here)(here.x + east, here.y + north))
        out.append(
            Seen(
                seen.at_us,
                LonLat(round(place.lon, 7), round(place.lat, 7)),
                seen.accuracy_m,
                seen.speed_mps,
                seen.hdop,
            )
        )
    return tuple(out)


def dues(traces: Sequence[Trace], *, begins_us: int, speed: float) -> Iterator[Due]:
    """Each trace's last fix is sent when it is taken; at a speed above 1 the earlier ones are older."""
    steps = [(seen.at_us - trace[0].at_us, who, seen) for who, trace in enumerate(traces) for seen in trace]
    spans = [trace[-1].at_us - trace[0].at_us for trace in traces]
    for offset_us, who, seen in sorted(steps, key=lambda step: step[:2]):
        taken_us = begins_us + offset_us - round(spans[who] * (1 - 1 / speed))
        yield Due(begins_us + round(offset_us / speed), who, _make(seen, taken_us))


def _make(seen: Seen, taken_us: int) -> Callable[[int], Report]:
    def make(sequence: int) -> Report:
        return Fix(
            device=DeviceId(0),
            sequence=sequence,
            person=PersonId(0),
            taken_us=taken_us,
            received_us=0,
            lon=seen.place.lon,
            lat=seen.place.lat,
            accuracy_m=seen.accuracy_m,
            speed_mps=seen.speed_mps,
            hdop=seen.hdop,
            mechanism=Mechanism.GNSS,
        )

    return make


def _rows(path: Path) -> Iterator[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    yield from csv.DictReader(text.splitlines())


def _seen(row: dict[str, str]) -> Seen:
    return Seen(
        at_us=to_us(datetime.fromisoformat(row["ts"])),
        place=LonLat(float(row["lon"]), float(row["lat"])),
        accuracy_m=_known(row.get("accuracy_m")),
        speed_mps=_known(row.get("speed_mps")),
        hdop=_known(row.get("hdop")),
    )


def _known(cell: str | None) -> float | None:
    return float(cell) if cell else None
