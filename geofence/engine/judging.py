"""One compiled call for a batch: every fix measured against its person's zones, and folded in order.

In blocks, so that memory is asked for before it is needed: first the people of a block, then their conditions
and last places, then the zones near enough to matter; last of all the fold, in the order of the batch."""

from typing import Final

import numpy as np

from geofence.engine import belief, parameters, step
from geofence.engine.compiled import Column, kernel, part, prefetch
from geofence.engine.distance import signed
from geofence.engine.layout import View, turned
from geofence.engine.plane import metres_per_degree
from geofence.engine.roster import MOST_TERMS, NOBODY, TRAIL, Batch, Columns

BLOCK: Final = 64
BESIDE: Final = 0.999
"""A box's corners are rounded to 32 bits: its distance is taken a little less."""


@part
def seat_at(cols: Columns, person: int) -> int:
    return cols.seat_of[person] if person >= 0 and person < len(cols.seat_of) else NOBODY


@part
def beside(slot: object, lon: float, lat: float, kx: float, ky: float) -> float:
    """Square metres at least from a place to the box of a condition's zone."""
    west, east = np.float64(slot.west), np.float64(slot.east)  # type: ignore[attr-defined]
    x = turned(lon, (west + east) / 2.0)
    dx = max(west - x, x - east, 0.0) * kx
    dy = max(np.float64(slot.south) - lat, lat - np.float64(slot.north), 0.0) * ky  # type: ignore[attr-defined]
    return (dx * dx + dy * dy) * BESIDE


@part
def survey(
    cols: Columns, view: View, batch: Batch, i: int, s: int, metres: Column, at: int, by: object
) -> None:
    """`metres[at:]`: signed, to the border of each of the person's zones; where it is beyond doubt, only as
    much as puts it there."""
    seat = cols.seats[s]
    lon, lat = batch.lon[i], batch.lat[i]
    kx, ky = metres_per_degree(lat)
    accuracy_m, _ = belief.accuracy(batch.accuracy_m[i], batch.mechanism[i], by)
    most_m = belief.sigma(accuracy_m, by) * by.no_doubt_sigmas  # type: ignore[attr-defined]
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        near2 = beside(slot, lon, lat, kx, ky)
        if near2 >= most_m * most_m:
            metres[at + k] = np.sqrt(near2)
        else:
            metres[at + k] = signed(view, slot.zone, lon, lat, kx, ky, most_m)


@kernel
def judge(
    cols: Columns,
    view: View,
    batch: Batch,
    order: Column,
    begin: int,
    turn: int,
    params: Column,
    found: Column,
    places: Column,
    outcome: Column,
) -> tuple[int, int]:
    """Fold the fixes `order[begin:]`; gives how far it came in `order`, and how many changes it found.

    order: i4[n] rows of the batch, each person's in the order of the fold. turn: a number of this batch.
    params: PARAMETERS[policies]. found: FOUND[any], places: PLACE[same · TRAIL], filled: when they are full
    the kernel returns early. outcome: u1[rows], filled: FOLDED, REPEATED, LATE or BY_HAND."""
    seats, metres = np.empty(BLOCK, np.int64), np.empty(BLOCK * MOST_TERMS)
    bases, odds, n = np.empty(BLOCK, np.int64), np.empty(MOST_TERMS), 0
    for block in range(begin, len(order), BLOCK):
        size = min(BLOCK, len(order) - block)
        look_up(cols, batch, order, block, size, seats)
        survey_block(cols, view, batch, order, block, seats[:size], metres, bases, params)
        for j in range(size):
            i, s = order[block + j], seats[j]
            if s == NOBODY:
                outcome[i] = step.LATE
            elif cols.seats[s].aside == turn:
                outcome[i] = step.BY_HAND
            else:
                what, n = step.fold(cols, batch, i, s, metres, bases[j], odds, found, places, n, params)
                if what == step.FULL:
                    return block + j, n
                outcome[i] = what
                if what >= step.LATE:
                    cols.seats[s].aside = turn
    return len(order), n


@part
def look_up(cols: Columns, batch: Batch, order: Column, block: int, size: int, seats: Column) -> None:
    """`seats`: of the people of a block; their lines of cache are on the way."""
    for j in range(size):
        seats[j] = seat_at(cols, batch.person[order[block + j]])
        if seats[j] != NOBODY:
            prefetch(cols.seats, seats[j])
    for j in range(size):
        s = seats[j]
        if s != NOBODY:
            seat = cols.seats[s]
            prefetch(cols.trails, s * TRAIL + seat.newest)
            for k in range(0, seat.count, 2):
                prefetch(cols.slots, seat.first + k)


@part
def survey_block(cols: Columns, view: View, batch: Batch, order: Column, block: int, seats: Column,
                 metres: Column, bases: Column, params: Column) -> None:  # fmt: skip
    """`bases`: where in `metres` a person's distances begin."""
    at = 0
    for j in range(len(seats)):
        i, s = order[block + j], seats[j]
        bases[j] = at
        if (
            s != NOBODY
            and cols.seats[s].simple != 0
            and np.isfinite(batch.lon[i])
            and np.isfinite(batch.lat[i])
        ):
            by = params[parameters.at(params, batch.taken_us[i])]
            survey(cols, view, batch, i, s, metres, at, by)
            at += int(cols.seats[s].count)


@kernel
def is_in_order(cols: Columns, batch: Batch, last: Column) -> bool:
    """Does every person's fix come after the one before, by the order of the fold? last: i8[seats], scratch."""
    for i in range(len(batch.person)):
        s = seat_at(cols, batch.person[i])
        if s != NOBODY:
            last[s] = -1
    for i in range(len(batch.person)):
        s = seat_at(cols, batch.person[i])
        if s == NOBODY:
            continue
        before = last[s]
        if before >= 0 and is_before(batch, i, before):
            return False
        last[s] = i
    return True


@part
def is_before(batch: Batch, i: int, other: int) -> bool:
    if batch.taken_us[i] != batch.taken_us[other]:
        return batch.taken_us[i] < batch.taken_us[other]  # type: ignore[no-any-return]
    if batch.device[i] != batch.device[other]:
        return batch.device[i] < batch.device[other]  # type: ignore[no-any-return]
    return batch.sequence[i] < batch.sequence[other]  # type: ignore[no-any-return]


@kernel
def advance(
    cols: Columns, rows: Column, until_us: int, params: Column, found: Column, places: Column
) -> tuple[int, int]:
    """Let the clock run for the people in `rows` (i4), up to `until_us`; gives how many of them were passed,
    and how many changes it found. found, places: as for `judge`."""
    n = 0
    for j in range(len(rows)):
        n = step.through(cols, rows[j], until_us, found, places, n, params)
        if n < 0:
            return j, -1 - n
    return len(rows), n
