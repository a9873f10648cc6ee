"""Many fixes at once: one NumPy array a field, the form in which batches are decoded, stored and judged."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from math import isnan
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.model import DeviceId, PersonId
from tracking.model import Fix, Flag, Mechanism

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
F4 = NDArray[np.float32]
I2 = NDArray[np.int16]

UNKNOWN = -1
"""In integer columns where the device gave no value; float columns say NaN."""


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Columns of equal length. Times: microseconds since 1970 UTC; lon, lat: degrees WGS84."""

    device: I8
    sequence: I8
    person: I8
    taken_us: I8
    sent_us: I8
    received_us: I8
    lon: F8
    lat: F8
    accuracy_m: F4
    speed_mps: F4
    course_deg: F4
    satellites: I2
    hdop: F4
    battery: I2
    mechanism: NDArray[np.uint8]
    flags: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.device)

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Self:
        """The rows of a mask, of indices in their order, or of a slice."""
        return type(self)(*(getattr(self, f.name)[which] for f in fields(self)))

    def in_order(self) -> Self:
        """Sorted as the fold wants them: person, time taken, device, sequence."""
        return self.take(np.lexsort((self.sequence, self.device, self.taken_us, self.person)))

    def rows(self) -> Iterator[Fix]:
        """The scalar form, one by one."""
        for row in zip(*(getattr(self, f.name).tolist() for f in fields(self)), strict=True):
            yield _row(*row)


DTYPES: dict[str, type[np.generic]] = {
    "device": np.int64,
    "sequence": np.int64,
    "person": np.int64,
    "taken_us": np.int64,
    "sent_us": np.int64,
    "received_us": np.int64,
    "lon": np.float64,
    "lat": np.float64,
    "accuracy_m": np.float32,
    "speed_mps": np.float32,
    "course_deg": np.float32,
    "satellites": np.int16,
    "hdop": np.float32,
    "battery": np.int16,
    "mechanism": np.uint8,
    "flags": np.uint16,
}


def of(rows: Iterable[Fix]) -> Fixes:
    """Columns of scalar fixes."""
    listed = list(rows)
    return Fixes(*(np.array([_cell(r, n) for r in listed], dtype=t) for n, t in DTYPES.items()))


def concat(parts: Iterable[Fixes]) -> Fixes:
    listed = list(parts) or [of(())]
    return Fixes(*(np.concatenate([getattr(p, n) for p in listed]) for n in DTYPES))


def _cell(row: Fix, name: str) -> float:
    value = getattr(row, name)
    if value is None:
        return UNKNOWN if DTYPES[name] is np.int16 else float("nan")
    return value  # type: ignore[no-any-return]


def _row(  # noqa: PLR0917 - one argument a column, in the order of the columns
    device: int,
    sequence: int,
    person: int,
    taken_us: int,
    sent_us: int,
    received_us: int,
    lon: float,
    lat: float,
    accuracy_m: float,
    speed_mps: float,
    course_deg: float,
    satellites: int,
    hdop: float,
    battery: int,
    mechanism: int,
    flags: int,
) -> Fix:
    return Fix(
        device=DeviceId(device),
        sequence=sequence,
        person=PersonId(person),
        taken_us=taken_us,
        received_us=received_us,
        lon=lon,
        lat=lat,
        accuracy_m=_known(accuracy_m),
        sent_us=sent_us,
        speed_mps=_known(speed_mps),
        course_deg=_known(course_deg),
        satellites=None if satellites == UNKNOWN else satellites,
        hdop=_known(hdop),
        battery=None if battery == UNKNOWN else battery,
        mechanism=Mechanism(mechanism),
        flags=Flag(flags),
    )


def _known(value: float) -> float | None:
    return None if isnan(value) else value
