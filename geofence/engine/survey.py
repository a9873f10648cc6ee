"""How far a block of fixes is from their people's zones: boxes first, then cells, then the border itself.

In phases: each asks the memory for what the next one reads, for all pairs of a fix and a zone still left."""

from typing import Any

import numpy as np

from geofence.engine import belief, parameters
from geofence.engine.compiled import Column, part
from geofence.engine.compiled import scratch as stack
from geofence.engine.distance import signed_at
from geofence.engine.grids import glance, seek, touch, touch_border, touch_cell, touch_corners
from geofence.engine.layout import ASK, View, real
from geofence.engine.plane import Plane, Planes, least_kx, plane_of, planes_at
from geofence.engine.roster import BLOCK, NOBODY, Batch, Columns, Scratch

TURN = 360.0


@part
def survey(
    cols: Columns, view: View, batch: Batch, order: Column, block: int, size: int, seats: Column,
    scratch: Scratch, params: Column,
) -> None:  # fmt: skip
    """`scratch.metres`: signed, to the border of each zone of each person of the block, from `scratch.bases`
    on; where it is beyond doubt, only as much as puts it there."""
    lat, most_m = stack(BLOCK, np.float64), stack(BLOCK, np.float64)
    planes = Planes(stack(BLOCK, np.float64), stack(BLOCK, np.float64), stack(BLOCK, np.float64))
    for j in range(size):
        lat[j] = batch.lat[order[block + j]]
    planes_at(lat[:size], planes)
    at = left = 0
    for j in range(size):
        i, s = order[block + j], seats[j]
        scratch.bases[j] = at
        if s != NOBODY and cols.seats[s].simple != 0 and np.isfinite(batch.lon[i] + batch.lat[i]):
            by = params[parameters.at(params, batch.taken_us[i])]
            accuracy_m, _ = belief.accuracy(batch.accuracy_m[i], batch.mechanism[i], by)
            most_m[j] = belief.sigma(accuracy_m, by) * by.no_doubt_sigmas
            plane = plane_of(planes, j)
            left = sift(cols, batch.lon[i], batch.lat[i], s, scratch, j, at, left, plane, most_m[j])
            at += int(cols.seats[s].count)
    for q in range(left):
        touch(view, scratch.pairs[q].zone)
    for q in range(left):
        pair = scratch.pairs[q]
        i = order[block + pair.fix]
        pair.address = seek(view, pair.zone, batch.lon[i], batch.lat[i])
        touch_cell(view, pair.zone, pair.address)
    left = skim(view, scratch, most_m, left)
    for q in range(left):
        touch_corners(view, scratch.pairs[q].zone, scratch.pairs[q].address)
    for q in range(left):
        pair = scratch.pairs[q]
        i, plane = order[block + pair.fix], plane_of(planes, pair.fix)
        scratch.metres[pair.at] = signed_at(
            view, pair.zone, pair.address, batch.lon[i], batch.lat[i], plane, most_m[pair.fix]
        )


@part
def sift(
    cols: Columns,
    lon: float,
    lat: float,
    s: int,
    scratch: Scratch,
    j: int,
    at: int,
    left: int,
    plane: Plane,
    most_m: float,
) -> int:
    """By the boxes of one person's zones; those near enough to matter join the pairs, gives how many."""
    seat, kx, ky = cols.seats[s], least_kx(plane, most_m), plane.ky
    for k in range(seat.count):
        slot, pair = cols.slots[seat.first + k], scratch.pairs[left]
        x, y = beside(slot, lon, lat)
        x, y = x * kx, y * ky
        scratch.metres[at + k] = max(x, y, most_m)
        pair.fix, pair.at, pair.zone = j, at + k, slot.zone
        left += int(x * x + y * y < most_m * most_m)
    return left


@part
def skim(view: View, scratch: Scratch, most: Column, count: int) -> int:
    """What a cell says for all of it; the pairs that need the border itself move to the front."""
    left = 0
    for q in range(count):
        pair = scratch.pairs[q]
        most_m = most[pair.fix]
        side, least_m = glance(view, pair.zone, pair.address)
        scratch.metres[pair.at] = -most_m if side == 1 else most_m
        scratch.pairs[left] = pair
        left += int((side == ASK) | (least_m < most_m))
    for q in range(left):
        touch_border(view, scratch.pairs[q].zone, scratch.pairs[q].address)
    return left


@part
def beside(slot: Any, lon: float, lat: float) -> tuple[float, float]:
    """Degrees of longitude and of latitude from a place to the box of a condition's zone."""
    x, y = abs(lon - real(slot.lon)), abs(lat - real(slot.lat))
    return max(min(x, abs(TURN - x)) - real(slot.half_lon), 0.0), max(y - real(slot.half_lat), 0.0)
