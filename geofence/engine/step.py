"""One fix of one person, in kernels: the same as `rules.walk.fold`, as long as nothing unusual happens."""

from math import cos, sqrt
from typing import Any

from geofence.engine import belief, parameters
from geofence.engine.compiled import Column, part
from geofence.engine.crossing import is_crossed
from geofence.engine.layout import View
from geofence.engine.plane import RADIANS
from geofence.engine.roster import TRAIL, Batch, Columns, Out
from geofence.engine.usual import BY_HAND, CHARGING, DEGREE_M, FOLDED, FULL, is_usual, level_of, order_of
from geofence.engine.verdicts import judge, through

ROUNDED = 1.03
"""More than `rules.zones.ROUNDED`: here the way is only estimated."""
ALMOST = 0.99


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
    burst_s = by.bursts[batch.mechanism[i]]
    if last.lon == batch.lon[i] and last.lat == batch.lat[i] and last.accuracy_m == accuracy_m:
        burst_s = max(burst_s, by.repeated_s)
    return belief.kept(gap_s, by), first * min(1.0, gap_s / burst_s), first


@part
def believe(
    cols: Columns, s: int, metres: Column, at: int, weights: Any, scale_m: float, odds: Column, by: Any
) -> None:
    """`odds`: of each of a person's conditions after the fix, from its signed metres `metres[at:]`."""
    kept, news, first_news = weights
    seat = cols.seats[s]
    most_m = scale_m * by.no_doubt_sigmas
    sure = belief.lean(by.no_doubt_sigmas, news, by)
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        m = metres[at + k]
        if slot.seen == 0:
            z = min(max(m, -most_m), most_m) / scale_m
            after = belief.moved(slot.odds, 1.0, belief.lean(z, first_news, by))
        elif m >= most_m:
            after = belief.moved(slot.odds, kept, sure)
        elif m <= -most_m:
            after = belief.moved(slot.odds, kept, -sure)
        else:
            after = belief.moved(slot.odds, kept, belief.lean(m / scale_m, news, by))
        odds[k] = min(max(after, by.least_odds), by.most_odds)


@part
def has_crossed(
    cols: Columns,
    view: View,
    batch: Batch,
    i: int,
    s: int,
    metres: Column,
    at: int,
    far_m: float,
    odds: Column,
    by: Any,
) -> bool:
    """Did the straight way from the last place lead through a forbidden zone, both ends surely outside and
    this one at least `far_m` from it? Then the scalar rule looks closer."""
    seat = cols.seats[s]
    if seat.seen == 0:
        return False
    last = cols.trails[s * TRAIL + seat.newest]
    lon, lat = batch.lon[i], batch.lat[i]
    gap_us = batch.taken_us[i] - last.taken_us
    if gap_us <= 0 or gap_us > by.crossing_gap_us:
        return False
    x, y = (lon - last.lon) * DEGREE_M * cos(last.lat * RADIANS), (lat - last.lat) * DEGREE_M
    way_m = ROUNDED * sqrt(x * x + y * y) + 1.0
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        is_beside = slot.kind != 0 and slot.seen != 0 and metres[at + k] <= way_m and metres[at + k] > far_m
        is_sure = odds[k] >= by.sure_odds and slot.odds >= by.sure_odds
        if is_beside and is_sure and is_crossed(view, slot.zone, last.lon, last.lat, lon, lat):
            return True
    return False


@part
def remember(
    cols: Columns, batch: Batch, i: int, s: int, accuracy_m: float, is_assumed: bool, news: float, by: Any
) -> None:
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
    place.is_assumed, place.weight = is_assumed, news


@part
def fold(
    cols: Columns, batch: Batch, i: int, s: int, metres: Column, at: int, odds: Column, view: View, out: Out,
    n: int, params: Column,
) -> tuple[int, int]:  # fmt: skip
    """One fix whose person's signed metres stand in `metres[at:]`; gives what became of it, and the next n.
    odds: f8[MOST_TERMS], scratch."""
    what = order_of(cols, batch, i, s)
    if what != FOLDED:
        return what, n
    at_us = batch.taken_us[i]
    row = parameters.at(params, at_us)
    by = params[row]
    if not is_usual(cols, batch, i, s, by):
        return BY_HAND, n
    n = through(cols, out, n, s, at_us, params)
    seat = cols.seats[s]
    if n < 0:
        return FULL, -1 - n
    if n + seat.count > len(out.found):
        return FULL, n
    accuracy_m, is_assumed = belief.accuracy(batch.accuracy_m[i], batch.mechanism[i], by)
    scale_m = belief.sigma(accuracy_m, by)
    weights = weigh(cols, batch, i, s, accuracy_m, by)
    believe(cols, s, metres, at, weights, scale_m, odds, by)
    far_m = ALMOST * by.crossing_sigmas * scale_m
    if has_crossed(cols, view, batch, i, s, metres, at, far_m, odds, by):
        return BY_HAND, n
    remember(cols, batch, i, s, accuracy_m, is_assumed, weights[1], by)
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        slot.odds, slot.seen = odds[k], min(int(slot.seen) + 1, by.evidence_fixes)
        n = judge(cols, out, n, s, k, at_us, row, by)
    return FOLDED, n
