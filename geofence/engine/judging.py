"""One compiled call for a batch: every fix measured against its person's zones, and folded in order.

In blocks, so that memory is asked for before it is needed: first the people of a block, then their conditions
and last places, then the zones near enough to matter; last of all the fold, in the order of the batch."""

from geofence.engine.compiled import Column, lean, part, prefetch
from geofence.engine.layout import View
from geofence.engine.roster import BLOCK, NOBODY, TRAIL, Batch, Columns, Out, Scratch
from geofence.engine.step import fold
from geofence.engine.survey import survey
from geofence.engine.usual import BY_HAND, FULL, LATE
from geofence.engine.verdicts import through


@lean
def judge(
    cols: Columns, view: View, batch: Batch, order: Column, begin: int, turn: int, params: Column, out: Out,
    scratch: Scratch, outcome: Column,
) -> tuple[int, int]:  # fmt: skip
    """Fold the fixes `order[begin:]`; gives how far it came in `order`, and how many changes it found.

    order: i4[n] rows of the batch, each person's in the order of the fold. turn: a number of this batch.
    params: PARAMETERS[policies]. outcome: u1[rows], filled: FOLDED, REPEATED, LATE or BY_HAND."""
    seats, metres, bases, odds, n = scratch.seats, scratch.metres, scratch.bases, scratch.odds, 0
    for block in range(begin, len(order), BLOCK):
        size = min(BLOCK, len(order) - block)
        look_up(cols, batch, order, block, size, seats)
        survey(cols, view, batch, order, block, size, scratch, params)
        for j in range(size):
            i, s = order[block + j], seats[j]
            if s == NOBODY:
                outcome[i] = LATE
            elif cols.seats[s].aside == turn:
                outcome[i] = BY_HAND
            else:
                what, n = fold(cols, batch, i, s, metres, bases[j], odds, view, out, n, params)
                if what == FULL:
                    return block + j, n
                outcome[i] = what
                if what >= LATE:
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
            prefetch(cols.trails, s * TRAIL + ((seat.newest + 1) & (TRAIL - 1)))
            for k in range(seat.count + 1):
                prefetch(cols.slots, seat.first + k)


@part
def seat_at(cols: Columns, person: int) -> int:
    return cols.seat_of[person] if person >= 0 and person < len(cols.seat_of) else NOBODY


@lean
def advance(cols: Columns, rows: Column, until_us: int, params: Column, out: Out) -> tuple[int, int]:
    """Let the clock run for the people in `rows` (i4), up to `until_us`; gives how many of them were passed,
    and how many changes it found."""
    n = 0
    for j in range(len(rows)):
        n = through(cols, out, n, rows[j], until_us, params)
        if n < 0:
            return j, -1 - n
    return len(rows), n


@lean
def is_in_order(cols: Columns, batch: Batch, last: Column) -> bool:
    """Does every person's fix come after the one before, in the fold's order? last: i8[seats], scratch."""
    for i in range(len(batch.person)):
        s = seat_at(cols, batch.person[i])
        if s != NOBODY:
            last[s] = -1
    for i in range(len(batch.person)):
        s = seat_at(cols, batch.person[i])
        if s != NOBODY:
            if last[s] >= 0 and is_before(batch, i, last[s]):
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
