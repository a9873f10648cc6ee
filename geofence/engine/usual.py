"""Is it usual? What kernels may fold by themselves, and what they leave to the scalar rules.

A sign of the device, another device, a jump, a condition that begins or ends: the kernel says so before it
has changed anything, and the person goes on by hand."""

from math import isfinite
from typing import Any

from geofence.engine.belief import SECOND_US
from geofence.engine.compiled import part
from geofence.engine.roster import BATTERY, CASE, JAMMING, STRAP, TRAIL, UNCHARGED, Batch, Columns
from tracking.model import Flag

FOLDED, REPEATED, LATE, BY_HAND, FULL = range(5)
"""What became of a fix; FULL: no room for more changes, ask again."""
STRAP_OPEN, CASE_OPEN, JAMMED = int(Flag.STRAP_OPEN), int(Flag.CASE_OPEN), int(Flag.JAMMING)
MOCK, CHARGING = int(Flag.MOCK), int(Flag.CHARGING)
DEGREE_M = 111_700.0
"""More than the metres of any degree of latitude, or of longitude at the equator."""


@part
def order_of(cols: Columns, batch: Batch, i: int, s: int) -> int:
    """FOLDED: the fix comes after all that is folded."""
    seat = cols.seats[s]
    taken, device, sequence = batch.taken_us[i], batch.device[i], batch.sequence[i]
    if taken > seat.last_us:
        return FOLDED if taken >= seat.passed_us else LATE
    if taken < seat.last_us or device < seat.device:
        return LATE
    if device == seat.device:
        if sequence == seat.sequence:
            return REPEATED
        if sequence < seat.sequence:
            return LATE
    return FOLDED if taken >= seat.passed_us else LATE


@part
def is_usual(cols: Columns, batch: Batch, i: int, s: int, by: Any) -> bool:
    """The kernel may fold it: the same device says the same of itself, and nothing but hours is due."""
    seat = cols.seats[s]
    flags = batch.flags[i]
    if (
        seat.simple == 0
        or batch.taken_us[i] >= seat.stop_us
        or batch.device[i] != seat.device
        or (flags & MOCK) != 0
        or not (isfinite(batch.lon[i]) and isfinite(batch.lat[i]))
    ):
        return False
    return says_nothing_new(seat, flags, level_of(batch, i, seat), by) and is_in_reach(cols, batch, i, s, by)


@part
def level_of(batch: Batch, i: int, seat: Any) -> int:
    """Percent; what was known before if the fix names none."""
    level = int(batch.battery[i])
    return level if level >= 0 else int(seat.battery)


@part
def says_nothing_new(seat: Any, flags: int, level: int, by: Any) -> bool:
    """No sign of the device begins or ends: `rules.devices`."""
    signs = int(seat.signs)
    if ((flags & STRAP_OPEN) != 0) != ((signs & STRAP) != 0):
        return False
    if ((flags & CASE_OPEN) != 0) != ((signs & CASE) != 0):
        return False
    if ((flags & JAMMED) != 0) != ((signs & JAMMING) != 0):
        return False
    power = signs & (BATTERY | UNCHARGED)
    if (flags & CHARGING) != 0 or level >= by.battery_good:
        return power == 0
    if level >= 0 and level <= by.battery_low:
        return power == BATTERY | UNCHARGED
    return True


@part
def is_in_reach(cols: Columns, batch: Batch, i: int, s: int, by: Any) -> bool:
    """Surely reachable from the last place, by an upper bound of the way; else the scalar rule looks."""
    seat = cols.seats[s]
    if seat.seen == 0:
        return True
    last = cols.trails[s * TRAIL + seat.newest]
    x = abs(batch.lon[i] - last.lon) * DEGREE_M
    y = abs(batch.lat[i] - last.lat) * DEGREE_M
    seconds = max(1.0, (batch.taken_us[i] - last.taken_us) / SECOND_US)
    return x + y <= by.jump_speed_mps * seconds  # type: ignore[no-any-return]
