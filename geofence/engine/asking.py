"""Many places, each against one zone of the pool: inside or not, and how far from the border.

In blocks, and within a block in phases: each phase asks the memory for what the next one reads, for the whole
block, so that the waits overlap."""

import numpy as np

from geofence.engine.compiled import Column, lean, part
from geofence.engine.distance import covers, signed, signed_at
from geofence.engine.grids import glance, seek, touch, touch_border, touch_cell, touch_corners
from geofence.engine.layout import ASK, INSIDE, View, whole
from geofence.engine.nearing import BLOCK, Block, block_room, edges_told, measure_block
from geofence.engine.plane import plane_at


def room() -> tuple[Column, Column]:
    """To work with, for one call."""
    return np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)


@part
def seek_block(
    view: View, zone: Column, lon: Column, lat: Column, first: int, count: int, address: Column
) -> None:
    """The cells of pairs `first` ... of the columns, into address: int64 (BLOCK,)."""
    for i in range(count):
        touch(view, zone[first + i])
    for i in range(count):
        address[i] = seek(view, zone[first + i], lon[first + i], lat[first + i])
        touch_cell(view, zone[first + i], address[i])


@part
def touch_block(view: View, zone: Column, first: int, address: Column, left: Column, count: int) -> None:
    """The edges of those pairs of the block (`count` numbers in `left`) that cells alone do not answer."""
    for k in range(count):
        touch_border(view, zone[first + left[k]], address[left[k]])
    for k in range(count):
        touch_corners(view, zone[first + left[k]], address[left[k]])


@lean
def covers_pairs(
    view: View, zone: Column, lon: Column, lat: Column, found: Column, address: Column, left: Column
) -> None:
    """zone: int64 (n,) numbers; lon, lat: float64 (n,) degrees; found: bool (n,), filled.
    address, left: int64 (BLOCK,), to work with."""
    for first in range(0, len(zone), BLOCK):
        count = min(BLOCK, len(zone) - first)
        seek_block(view, zone, lon, lat, first, count, address)
        asked = 0
        for i in range(count):
            side, _ = glance(view, zone[first + i], address[i])
            found[first + i] = side == 1
            left[asked] = i
            asked += 1 if side == ASK else 0
        touch_block(view, zone, first, address, left, asked)
        for k in range(asked):
            i = first + left[k]
            found[i] = covers(view, zone[i], address[left[k]], lon[i], lat[i]) == 1


@lean
def measure_pairs(
    view: View,
    zone: Column,
    lon: Column,
    lat: Column,
    reach_m: Column,
    found: Column,
    address: Column,
    left: Column,
) -> None:
    """zone: int64 (n,) numbers; lon, lat: float64 (n,) degrees; reach_m: float64 (n,) metres.
    found: float64 (n,), filled: metres to the border, + outside, - inside, within ±reach.
    address, left: int64 (BLOCK,), to work with."""
    told = block_room()
    for first in range(0, len(zone), BLOCK):
        count = min(BLOCK, len(zone) - first)
        seek_block(view, zone, lon, lat, first, count, address)
        alone = sorted_out(view, zone, lon, reach_m, first, count, address, told, left, found)
        end = first + count
        measure_block(
            view, zone[first:end], lon[first:end], lat[first:end], reach_m[first:end], address, told,
            found[first:end],
        )  # fmt: skip
        touch_block(view, zone, first, address, left, alone)
        for k in range(alone):
            i, cell = first + left[k], address[left[k]]
            found[i] = signed_at(view, zone[i], cell, lon[i], lat[i], plane_at(lat[i]), reach_m[i])


@part
def sorted_out(
    view: View,
    zone: Column,
    lon: Column,
    reach_m: Column,
    first: int,
    count: int,
    address: Column,
    told: Block,
    left: Column,
    found: Column,
) -> int:
    """What cells alone say of a block: ±reach. Into `told`: which edges to look at, where their codes say so;
    into `left`: the pairs to be asked alone. How many of those."""
    alone = 0
    for i in range(count):
        side, least = glance(view, zone[first + i], address[i])
        most = reach_m[first + i]
        found[first + i] = -most if side == INSIDE else most
        near, ways = edges_told(view, zone[first + i], address[i], lon[first + i])
        open_ = whole((side == ASK) | (least < most))
        told.near[i], told.ways[i], left[alone] = near * open_, ways, i
        alone += open_ & whole(near == 0)
    return alone


@lean
def measure_pair(view: View, zone: int, lon: float, lat: float, reach_m: float) -> float:
    """Signed metres from one place (degrees) to the border of one zone, within ±reach."""
    return signed(view, zone, lon, lat, plane_at(lat), reach_m)
