"""OwnTracks: the `location` messages of a telephone; whatever else the app says is counted and passed over.

It numbers nothing: the fix time in seconds serves as the sequence, and nothing is acknowledged to it."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from tracking.model import Flag, Mechanism, Reason
from tracking.wire.limits import BATTERY_MAX, COURSE_MAX_DEG, SECOND_US, SEQUENCE_MAX

KMH: Final = 3.6
ON_MAINS: Final = (2, 3)
"""`bs`: 2 charging, 3 full."""
Seconds = Annotated[int, Meta(ge=1, le=SEQUENCE_MAX)]


class Location(Struct, kw_only=True, gc=False):
    tst: Seconds
    lon: float
    lat: float
    acc: float | None = None
    vel: float | None = None
    cog: float | None = None
    batt: float | None = None
    bs: int | None = None
    created_at: Seconds | None = None
    topic: str | None = None


class _Typed(Struct):
    type: str = msgspec.field(name="_type")


class Ignored:
    """Valid OwnTracks that is no location: transition, waypoint, waypoints, lwt, card, steps, encrypted …"""


IGNORED: Final = Ignored()
_typed: Final = msgspec.json.Decoder(_Typed)
_location: Final = msgspec.json.Decoder(Location)
_any: Final = msgspec.json.Decoder()


def read(payload: bytes) -> Location | Ignored | Reason:
    try:
        if _typed.decode(payload).type != "location":
            return IGNORED
        return _location.decode(payload)
    except (ValueError, RecursionError):
        return _why(payload)


def _why(payload: bytes) -> Reason:
    try:
        _any.decode(payload)
    except (ValueError, RecursionError):
        return Reason.UNREADABLE
    return Reason.BAD_FIELD


def fix_row(one: Location) -> tuple[Any, ...]:
    """As `tracking.wire.json.fix_row`. iOS writes -1 for what it does not know."""
    return (
        one.tst,
        one.tst * SECOND_US,
        one.lon,
        one.lat,
        _known(one.acc),
        _known(None if one.vel is None else one.vel / KMH),
        _known(one.cog, top=COURSE_MAX_DEG),
        -1,
        None,
        -1 if one.batt is None or not 0 <= one.batt <= BATTERY_MAX else int(one.batt),
        Mechanism.GNSS.value,
        Flag.CHARGING.value if one.bs in ON_MAINS else 0,
    )


def encode(
    tst: int,
    lon: float,
    lat: float,
    acc: float | None = None,
    batt: int | None = None,
) -> bytes:
    said = {"_type": "location", "tid": "ej", "tst": tst, "lon": lon, "lat": lat, "acc": acc, "batt": batt}
    return msgspec.json.encode({k: v for k, v in said.items() if v is not None})


def _known(value: float | None, *, top: float | None = None) -> float | None:
    return None if value is None or value < 0 or (top is not None and value > top) else value
