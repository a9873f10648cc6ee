"""One fix of one person, in kernels: the same as `rules.walk.fold`, as long as nothing unusual happens.

What is unusual (a sign of the device, a jump, another device, a condition that begins) is left to the scalar
rules: the kernel says so before it has changed anything, and the person goes on by hand."""

from math import cos, isfinite, sqrt
from typing import Any

from geofence.engine import belief, parameters
from geofence.engine.compiled import Column, part
from geofence.engine.plane import RADIANS
from geofence.engine.roster import (
    ABSENCE_BEGAN,
    ABSENT,
    BATTERY,
    CASE,
    COMPLIED,
    HOURS_ENDED,
    IN_FORCE,
    JAMMING,
    NEVER_US,
    OPEN,
    OPENED_BY_FIX,
    OPENED_BY_HOURS,
    STRAP,
    TRAIL,
    UNCHARGED,
    Batch,
    Columns,
)
from tracking.model import Flag

FOLDED, REPEATED, LATE, BY_HAND, FULL = range(5)
"""What became of a fix; FULL: no room for more changes, ask again."""
STRAP_OPEN, CASE_OPEN, JAMMED = int(Flag.STRAP_OPEN), int(Flag.CASE_OPEN), int(Flag.JAMMING)
MOCK, CHARGING = int(Flag.MOCK), int(Flag.CHARGING)
DEGREE_M = 111_700.0
"""More than the metres of any degree of latitude, or of longitude at the equator."""
ROUNDED = 1.03
"""More than `rules.zones.ROUNDED`: here the way is only estimated."""


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
    seconds = max(1.0, (batch.taken_us[i] - last.taken_us) / belief.SECOND_US)
    return x + y <= by.jump_speed_mps * seconds  # type: ignore[no-any-return]


@part
def weigh(
    cols: Columns, batch: Batch, i: int, s: int, accuracy_m: float, by: Any
) -> tuple[float, float, float]:
    """(share of old beliefs that is left, how much of the fix is new, the same to a zone never seen)."""
    first = belief.first_news(batch.taken_us[i], batch.sent_us[i], by)
    seat = cols.seats[s]
    if seat.seen == 0:
        return 1.0, first, first
    last = cols.trails[s * TRAIL + seat.newest]
    gap_s = (batch.taken_us[i] - last.taken_us) / belief.SECOND_US
    news = first * min(1.0, gap_s / by.bursts[batch.mechanism[i]])
    if last.lon == batch.lon[i] and last.lat == batch.lat[i] and last.accuracy_m == accuracy_m:
        news *= by.repeated_weight
    return belief.kept(gap_s, by), news, first


@part
def believe(cols: Columns, first: int, count: int, metres: Column, at: int, weights: Any, scale_m: float,
            odds: Column, by: Any) -> None:  # fmt: skip
    """`odds`: of each condition after the fix, from its signed metres `metres[at:]`."""
    kept, news, first_news = weights
    for k in range(count):
        slot = cols.slots[first + k]
        z = min(max(metres[at + k] / scale_m, -by.no_doubt_sigmas), by.no_doubt_sigmas)
        fresh = slot.seen == 0
        before = slot.odds if fresh else belief.faded(slot.odds, kept)
        after = before * belief.evidence(z, first_news if fresh else news, by)
        odds[k] = min(max(after, 1.0 / by.most_odds), by.most_odds)


@part
def may_cross(cols: Columns, batch: Batch, i: int, s: int, metres: Column, at: int, scale_m: float,
              odds: Column, by: Any) -> bool:  # fmt: skip
    """Might the way from the last place have led through a forbidden zone? The scalar rule then looks."""
    seat = cols.seats[s]
    if seat.seen == 0:
        return False
    last = cols.trails[s * TRAIL + seat.newest]
    gap_us = batch.taken_us[i] - last.taken_us
    if gap_us <= 0 or gap_us > by.crossing_gap_us:
        return False
    x = (batch.lon[i] - last.lon) * DEGREE_M * cos(last.lat * RADIANS)
    y = (batch.lat[i] - last.lat) * DEGREE_M
    way_m = ROUNDED * sqrt(x * x + y * y) + 1.0
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        if (
            slot.kind != 0
            and slot.seen != 0
            and metres[at + k] <= way_m
            and metres[at + k] > scale_m
            and odds[k] >= by.sure_odds
            and slot.odds >= by.sure_odds
        ):
            return True
    return False


@part
def write(
    found: Column, places: Column, n: int, cols: Columns, s: int, k: int, why: int, at_us: int, row: int
) -> int:
    """Note that the breach of a condition opens or closes, with the places behind it; gives the next n."""
    seat = cols.seats[s]
    slot = cols.slots[seat.first + k]
    one = found[n]
    one.at_us, one.opened_us, one.odds = at_us, cols.opened_us[seat.first + k], slot.odds
    one.seat, one.place, one.why, one.policy = s, k, why, row
    one.slot_seen, one.seen = slot.seen, seat.seen
    for back in range(seat.seen):
        ring = (int(seat.newest) - back) & (TRAIL - 1)
        places[n * TRAIL + int(seat.seen) - 1 - back] = cols.trails[s * TRAIL + ring]
    return n + 1


@part
def remember(cols: Columns, batch: Batch, i: int, s: int, accuracy_m: float, is_assumed: bool, news: float,
             by: Any) -> None:  # fmt: skip
    """The fix is folded: the person's mark, the device's power, the trail."""
    seat = cols.seats[s]
    seat.last_us, seat.sequence = batch.taken_us[i], batch.sequence[i]
    seat.battery = level_of(batch, i, seat)
    seat.charging = (batch.flags[i] & CHARGING) != 0
    seat.newest = (int(seat.newest) + 1) & (TRAIL - 1)
    seat.seen = min(int(seat.seen) + 1, by.evidence_fixes)
    place = cols.trails[s * TRAIL + seat.newest]
    place.device, place.sequence, place.taken_us = batch.device[i], batch.sequence[i], batch.taken_us[i]
    place.lon, place.lat, place.accuracy_m = batch.lon[i], batch.lat[i], accuracy_m
    place.weight, place.is_assumed = news, is_assumed


@part
def judge(
    cols: Columns, s: int, k: int, at_us: int, found: Column, places: Column, n: int, row: int, by: Any
) -> int:
    """After a fix: a sure violation opens, sure compliance closes; gives the next n."""
    seat = cols.seats[s]
    slot = cols.slots[seat.first + k]
    is_out, is_in = slot.odds >= by.sure_odds, slot.odds <= 1.0 / by.sure_odds
    violates, complies = (is_in, is_out) if slot.kind != 0 else (is_out, is_in)
    if (slot.bits & OPEN) == 0:
        if violates and (slot.bits & (IN_FORCE | ABSENT)) == IN_FORCE:
            slot.bits |= OPEN
            cols.opened_us[seat.first + k] = at_us
            return write(found, places, n, cols, s, k, OPENED_BY_FIX, at_us, row)
    elif complies:
        slot.bits &= ~OPEN
        return write(found, places, n, cols, s, k, COMPLIED, at_us, row)
    return n


@part
def settle(
    cols: Columns, s: int, k: int, at_us: int, found: Column, places: Column, n: int, row: int, by: Any
) -> int:
    """At a moment: what holds no longer closes; what begins to hold opens, if the last fix is fresh."""
    seat = cols.seats[s]
    slot = cols.slots[seat.first + k]
    if (slot.bits & (IN_FORCE | ABSENT)) != IN_FORCE:
        if (slot.bits & OPEN) == 0:
            return n
        slot.bits &= ~OPEN
        why = ABSENCE_BEGAN if (slot.bits & IN_FORCE) != 0 else HOURS_ENDED
        return write(found, places, n, cols, s, k, why, at_us, row)
    if (slot.bits & OPEN) != 0 or slot.seen == 0:
        return n
    violates = slot.odds <= 1.0 / by.sure_odds if slot.kind != 0 else slot.odds >= by.sure_odds
    age_us = at_us - cols.trails[s * TRAIL + seat.newest].taken_us
    if not violates or age_us > by.fresh_us:
        return n
    slot.bits |= OPEN
    cols.opened_us[seat.first + k] = at_us
    return write(found, places, n, cols, s, k, OPENED_BY_HOURS, at_us, row)


@part
def turn_hours(cols: Columns, s: int, at_us: int) -> int:
    """Each condition's hours as they are from a moment on; gives the next moment."""
    seat = cols.seats[s]
    next_us = NEVER_US
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        begin, many = cols.heads[slot.line, 0], cols.heads[slot.line, 1]
        behind = begin
        while behind + 1 < begin + many and cols.edges_us[behind + 1] <= at_us:
            behind += 1
        slot.bits = (slot.bits & OPEN) | cols.edges_bits[behind]
        if behind + 1 < begin + many:
            next_us = min(next_us, cols.edges_us[behind + 1])
    return next_us


@part
def through(
    cols: Columns, s: int, until_us: int, found: Column, places: Column, n: int, params: Column
) -> int:
    """Pass every moment of hours and absences up to `until_us`, short of where the kernel must stop; gives
    the next n, or less than 0 if there was no room (then some moments are passed, and the rest is not)."""
    seat = cols.seats[s]
    while seat.next_us <= until_us and seat.next_us < seat.stop_us:
        if n + seat.count > len(found):
            return -1 - n
        at_us = seat.next_us
        row = parameters.at(params, at_us)
        seat.next_us = turn_hours(cols, s, at_us)
        seat.passed_us = at_us
        for k in range(seat.count):
            n = settle(cols, s, k, at_us, found, places, n, row, params[row])
    return n


@part
def fold(cols: Columns, batch: Batch, i: int, s: int, metres: Column, at: int, odds: Column, found: Column,
         places: Column, n: int, params: Column) -> tuple[int, int]:  # fmt: skip
    """One fix whose person's signed metres stand in `metres[at:]`; gives what became of it, and the next n."""
    what = order_of(cols, batch, i, s)
    if what != FOLDED:
        return what, n
    at_us = batch.taken_us[i]
    row = parameters.at(params, at_us)
    by = params[row]
    if not is_usual(cols, batch, i, s, by):
        return BY_HAND, n
    n = through(cols, s, at_us, found, places, n, params)
    seat = cols.seats[s]
    if n < 0:
        return FULL, -1 - n
    if n + seat.count > len(found):
        return FULL, n
    accuracy_m, is_assumed = belief.accuracy(batch.accuracy_m[i], batch.mechanism[i], by)
    scale_m = belief.sigma(accuracy_m, by)
    weights = weigh(cols, batch, i, s, accuracy_m, by)
    believe(cols, seat.first, seat.count, metres, at, weights, scale_m, odds, by)
    if may_cross(cols, batch, i, s, metres, at, scale_m, odds, by):
        return BY_HAND, n
    remember(cols, batch, i, s, accuracy_m, is_assumed, weights[1], by)
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        slot.odds, slot.seen = odds[k], min(int(slot.seen) + 1, by.evidence_fixes)
        n = judge(cols, s, k, at_us, found, places, n, row, by)
    return FOLDED, n
