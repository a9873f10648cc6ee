"""How far a block of fixes is from their people's zones: boxes first, then cells, then the border itself.

In phases: each asks the memory for what the next one reads, for all pairs of a fix and a zone still left."""

from typing import Any

import numpy as np

from geofence.engine import belief, parameters
from geofence.engine.compiled import Column, part
from geofence.engine.distance import signed_at
from geofence.engine.grids import glance, seek, touch, touch_border, touch_cell, touch_corners
from geofence.engine.layout import ASK, View, real
from geofence.engine.plane import Plane, least_kx, plane_at
from geofence.engine.roster import NOBODY, Batch, Columns, Scratch

TURN = 360.0


@part
def survey(
    cols: Columns,
    view: View,
    batch: Batch,
    order: Column,
    block: int,
    size: int,
    scratch: Scratch,
    params: Column,
) -> None:
    """`scratch.metres`: signed, to the border of each zone of each person of the block, from `scratch.bases`
    on; where it is beyond doubt, only as much as puts it there."""
    at = left = 0
    for j in range(size):
        i, s = order[block + j], scratch.seats[j]
        scratch.bases[j] = at
        if s != NOBODY and cols.seats[s].simple != 0 and np.isfinite(batch.lon[i] + batch.lat[i]):
            left = sift(cols, view, batch, i, s, scratch, j, at, left, params)
            at += int(cols.seats[s].count)
    for q in range(left):
        pair = scratch.pairs[q]
        i = order[block + pair.fix]
        pair.address = seek(view, pair.zone, batch.lon[i], batch.lat[i])
        touch_cell(view, pair.zone, pair.address)
    left = skim(view, scratch, left)
    for q in range(left):
        touch_corners(view, scratch.pairs[q].zone, scratch.pairs[q].address)
    for q in range(left):
        pair = scratch.pairs[q]
        i, near = order[block + pair.fix], scratch.near[pair.fix]
        plane = Plane(near.kx, near.ky, near.bend)
        scratch.metres[pair.at] = signed_at(
            view, pair.zone, pair.address, batch.lon[i], batch.lat[i], plane, near.most_m
        )


@part
def sift(
    cols: Columns,
    view: View,
    batch: Batch,
    i: int,
    s: int,
    scratch: Scratch,
    j: int,
    at: int,
    left: int,
    params: Column,
) -> int:
    """By the boxes of one person's zones; those near enough to matter join the pairs, gives how many."""
    seat, near = cols.seats[s], scratch.near[j]
    lon, lat = batch.lon[i], batch.lat[i]
    by = params[parameters.at(params, batch.taken_us[i])]
    accuracy_m, _ = belief.accuracy(batch.accuracy_m[i], batch.mechanism[i], by)
    plane = plane_at(lat)
    near.kx, near.ky, near.bend = plane.kx, plane.ky, plane.bend
    near.most_m = belief.sigma(accuracy_m, by) * by.no_doubt_sigmas
    most_m, kx, ky = near.most_m, least_kx(plane, near.most_m), plane.ky
    for k in range(seat.count):
        slot = cols.slots[seat.first + k]
        x, y = beside(slot, lon, lat)
        x, y = x * kx, y * ky
        scratch.metres[at + k] = max(x, y, most_m)
        if x * x + y * y < most_m * most_m:
            pair = scratch.pairs[left]
            pair.fix, pair.at, pair.zone = j, at + k, slot.zone
            touch(view, slot.zone)
            left += 1
    return left


@part
def skim(view: View, scratch: Scratch, count: int) -> int:
    """What a cell says for all of it; the pairs that need the border itself move to the front."""
    left = 0
    for q in range(count):
        pair = scratch.pairs[q]
        most_m = scratch.near[pair.fix].most_m
        side, least_m = glance(view, pair.zone, pair.address)
        scratch.metres[pair.at] = -most_m if side == 1 else most_m
        if side == ASK or least_m < most_m:
            touch_border(view, pair.zone, pair.address)
            scratch.pairs[left] = pair
            left += 1
    return left


@part
def beside(slot: Any, lon: float, lat: float) -> tuple[float, float]:
    """Degrees of longitude and of latitude from a place to the box of a condition's zone."""
    x, y = abs(lon - real(slot.lon)), abs(lat - real(slot.lat))
    return max(min(x, abs(TURN - x)) - real(slot.half_lon), 0.0), max(y - real(slot.half_lat), 0.0)
