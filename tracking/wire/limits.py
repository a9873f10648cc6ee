"""What a fix may say: limits with their reasons, checked on columns, the same for every protocol."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tracking.fixes import UNKNOWN, Fixes
from tracking.model import Reason

SECOND_US: Final = 1_000_000
DAY_US: Final = 86_400 * SECOND_US

AHEAD_US: Final = 300 * SECOND_US
"""A device takes its time from GNSS or the network; five minutes ahead of ours is a broken clock, and the fix
would be folded before its turn."""
OLDEST_DAYS: Final = 30
"""How far back a report may lie when the caller gives no retention: the deepest store of known bracelets."""
SEQUENCE_MAX: Final = 2**32 - 1
"""Four bytes in the binary batch: 136 years at one report a second."""
LON_MAX: Final = 180.0
LAT_MAX: Final = 90.0
ACCURACY_MAX_M: Final = 100_000.0
"""A GSM cell reaches 35 km; a position by address only is worse than that and still says something."""
SPEED_MAX_MPS: Final = 350.0
"""Above an airliner with the wind behind it."""
COURSE_MAX_DEG: Final = 360.0
HDOP_MAX: Final = 100.0
"""99.99 is what receivers write for "no geometry at all"."""
SATELLITES_MAX: Final = 200
"""All constellations together, with room."""
BATTERY_MAX: Final = 100
FLAGS_MAX: Final = 63
"""The six bits of `Flag`."""
VALUE_MAX: Final = 2**31 - 1
"""`device_events.value` is a four-byte integer."""
PURSUIT_MAX_S: Final = 4 * 3600
"""A fix each quarter of a minute empties the battery of an ankle device within hours."""
TEXT_MAX: Final = 160
"""One SMS: the smallest display still in use shows no more."""

_ORDER: Final = (Reason.OUT_OF_RANGE, Reason.CLOCK_AHEAD, Reason.TOO_OLD)


def check(fixes: Fixes, *, oldest_days: int = OLDEST_DAYS) -> NDArray[np.int8]:
    """Of each fix 0 = good, or 1 + its place in `_ORDER`: see `reason`."""
    late = fixes.received_us - oldest_days * DAY_US
    ahead = fixes.received_us + AHEAD_US
    return np.select(
        [
            ~_in_range(fixes),
            (fixes.taken_us > ahead) | (fixes.sent_us > ahead),
            (fixes.taken_us < late) | (fixes.sent_us < late),
        ],
        [np.int8(1), np.int8(2), np.int8(3)],
        np.int8(0),
    )


def moment(taken_us: int, *, received_us: int, oldest_days: int = OLDEST_DAYS) -> Reason | None:
    """The same judgement of times, for one event."""
    if taken_us > received_us + AHEAD_US:
        return Reason.CLOCK_AHEAD
    if taken_us < received_us - oldest_days * DAY_US:
        return Reason.TOO_OLD
    return None


def reason(code: int) -> Reason:
    return _ORDER[code - 1]


def _in_range(f: Fixes) -> NDArray[np.bool_]:
    good = (f.sequence >= 1) & (f.sequence <= SEQUENCE_MAX)
    good &= (np.abs(f.lon) <= LON_MAX) & (np.abs(f.lat) <= LAT_MAX)  # NaN is never <=
    for column, top in (
        (f.accuracy_m, ACCURACY_MAX_M),
        (f.speed_mps, SPEED_MAX_MPS),
        (f.course_deg, COURSE_MAX_DEG),
        (f.hdop, HDOP_MAX),
    ):
        good &= np.isnan(column) | ((column >= 0) & (column <= top))
    for whole, top_whole in ((f.satellites, SATELLITES_MAX), (f.battery, BATTERY_MAX)):
        good &= (whole == UNKNOWN) | ((whole >= 0) & (whole <= top_whole))
    good &= (f.mechanism >= 1) & (f.mechanism <= 4) & (f.flags <= FLAGS_MAX)
    return good
