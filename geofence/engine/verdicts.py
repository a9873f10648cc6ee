"""Breaches open and close, in kernels: `rules.zones.judge` after a fix, `rules.zones.settle` at a moment.

Nothing is allocated: what is found is written into `Out`, with the places behind it."""

from typing import Any

from geofence.engine import parameters
from geofence.engine.compiled import Column, part
from geofence.engine.roster import (
    ABSENCE_BEGAN,
    ABSENT,
    COMPLIED,
    HOURS_ENDED,
    IN_FORCE,
    NEVER_US,
    OPEN,
    OPENED_BY_FIX,
    OPENED_BY_HOURS,
    TRAIL,
    Columns,
    Out,
)


@part
def write(cols: Columns, out: Out, n: int, s: int, k: int, why: int, at_us: int, row: int) -> int:
    """Finding `n`: the breach of a person's condition `k` opens or closes; gives the next n."""
    seat = cols.seats[s]
    slot = cols.slots[seat.first + k]
    one = out.found[n]
    one.at_us, one.opened_us, one.odds = at_us, cols.opened_us[seat.first + k], slot.odds
    one.seat, one.place, one.why, one.policy = s, k, why, row
    one.slot_seen, one.seen = slot.seen, seat.seen
    for back in range(seat.seen):
        ring = (int(seat.newest) - back) & (TRAIL - 1)
        out.places[n * TRAIL + int(seat.seen) - 1 - back] = cols.trails[s * TRAIL + ring]
    return n + 1


@part
def judge(cols: Columns, out: Out, n: int, s: int, k: int, at_us: int, row: int, by: Any) -> int:
    """After a fix: a sure violation opens, sure compliance closes; gives the next n."""
    first = cols.seats[s].first
    slot = cols.slots[first + k]
    is_out, is_in = slot.odds >= by.sure_odds, slot.odds <= by.sure_not_odds
    violates, complies = (is_in, is_out) if slot.kind != 0 else (is_out, is_in)
    if (slot.bits & OPEN) == 0:
        if violates and (slot.bits & (IN_FORCE | ABSENT)) == IN_FORCE:
            slot.bits |= OPEN
            cols.opened_us[first + k] = at_us
            return write(cols, out, n, s, k, OPENED_BY_FIX, at_us, row)
    elif complies:
        slot.bits &= ~OPEN
        return write(cols, out, n, s, k, COMPLIED, at_us, row)
    return n


@part
def settle(cols: Columns, out: Out, n: int, s: int, k: int, at_us: int, row: int, by: Any) -> int:
    """At a moment: what holds no longer closes; what begins to hold opens, if the last fix is fresh."""
    seat = cols.seats[s]
    slot = cols.slots[seat.first + k]
    if (slot.bits & (IN_FORCE | ABSENT)) != IN_FORCE:
        if (slot.bits & OPEN) == 0:
            return n
        slot.bits &= ~OPEN
        why = ABSENCE_BEGAN if (slot.bits & IN_FORCE) != 0 else HOURS_ENDED
        return write(cols, out, n, s, k, why, at_us, row)
    if (slot.bits & OPEN) != 0 or slot.seen == 0:
        return n
    violates = slot.odds <= by.sure_not_odds if slot.kind != 0 else slot.odds >= by.sure_odds
    age_us = at_us - cols.trails[s * TRAIL + seat.newest].taken_us
    if not violates or age_us > by.fresh_us:
        return n
    slot.bits |= OPEN
    cols.opened_us[seat.first + k] = at_us
    return write(cols, out, n, s, k, OPENED_BY_HOURS, at_us, row)


@part
def turn_hours(cols: Columns, s: int, at_us: int) -> int:
    """Each condition's hours as they are from a moment on; gives the next moment."""
    seat = cols.seats[s]
    next_us = NEVER_US
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        begin = cols.heads[slot.line, 0]
        end = begin + cols.heads[slot.line, 1]
        behind = begin
        while behind + 1 < end and cols.edges_us[behind + 1] <= at_us:
            behind += 1
        slot.bits = (slot.bits & OPEN) | cols.edges_bits[behind]
        if behind + 1 < end:
            next_us = min(next_us, cols.edges_us[behind + 1])
    return next_us


@part
def through(cols: Columns, out: Out, n: int, s: int, until_us: int, params: Column) -> int:
    """Pass every moment of hours and absences up to `until_us`, short of where the kernel must stop; gives
    the next n, or less than 0 if there was no room (then some moments are passed, and the rest is not)."""
    seat = cols.seats[s]
    while seat.next_us <= until_us and seat.next_us < seat.stop_us:
        if n + seat.count > len(out.found):
            return -1 - n
        at_us = seat.next_us
        row = parameters.at(params, at_us)
        seat.next_us = turn_hours(cols, s, at_us)
        seat.passed_us = at_us
        for k in range(seat.count):
            n = settle(cols, out, n, s, k, at_us, row, params[row])
    return n
