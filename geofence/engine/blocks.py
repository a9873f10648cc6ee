"""How one person's own zones lie in memory: a line of small boxes to sift by, then a record of each zone.

A block begins on a line of 64 bytes:
    4 floats of 4 bytes: west, south, steps per degree of longitude and of latitude
    4 words of 2 bytes a zone: its box in those steps, rounded by the same function as places are
    (the rest of the line)
    32 bytes a zone: its box in degrees, form, cells and corners as in its head; its number in the pool"""

from typing import Any

import numpy as np

from geofence.engine.compiled import Column, kernel, part
from geofence.engine.layout import (
    AREA,
    BARE,
    CELLS,
    CORNERS,
    EAST,
    FORM,
    NORTH,
    SOUTH,
    WEST,
    View,
    integer,
    span,
    whole,
)
from geofence.engine.stretches import below

LINE, FRAME, SMALL_BOX, RECORD = 64, 16, 8, 32
"""Bytes."""
MOST_OWN = 32
"""Zones of one person: one bit each."""
STEPS = 65535.0
EVERYWHERE = 3e38
RECORD_FORM, RECORD_CELLS, RECORD_CORNERS, RECORD_ZONE = range(4, 8)


def lines_of(count: Any) -> Any:
    """Of a block of so many zones."""
    return sifting_lines(count) + (count * RECORD + LINE - 1) // LINE


def sifting_lines(count: Any) -> Any:
    return (FRAME + count * SMALL_BOX + LINE - 1) // LINE


@part
def sifting_bytes(count: int) -> int:
    return (FRAME + count * SMALL_BOX + LINE - 1) // LINE * LINE


@part
def steps(value: float, low: float, scale: float) -> float:
    """Of a longitude or latitude; rises with the value. Out of 0 … 65,535: not in the frame."""
    return (value - low) * scale


@part
def box_to_sift(view: View, zone: int) -> tuple[float, float, float, float]:
    """West, south, east, north; of a round zone over the date line: everywhere."""
    west, east = span(view, zone, WEST), span(view, zone, EAST)
    if integer(view, zone, FORM) & 3 != AREA and (west < -180.0 or east > 180.0):
        return -EVERYWHERE, -EVERYWHERE, EVERYWHERE, EVERYWHERE
    return west, span(view, zone, SOUTH), east, span(view, zone, NORTH)


@part
def write_record(view: View, zone: int, words: Column, at: int) -> None:
    """At word `at`. Only areas are asked by their records."""
    floats, form = words.view(np.float32), integer(view, zone, FORM)
    floats[at], floats[at + 1], floats[at + 2], floats[at + 3] = box_to_sift(view, zone)
    words[at + RECORD_FORM] = form if form & 3 == AREA else form | BARE
    words[at + RECORD_CELLS], words[at + RECORD_CORNERS] = (
        integer(view, zone, CELLS),
        integer(view, zone, CORNERS),
    )
    words[at + RECORD_ZONE] = zone


@part
def frame_of(view: View, numbers: Column) -> tuple[float, float, float, float]:
    """West, south, steps per degree: around all boxes."""
    west, south, east, north = np.inf, np.inf, -np.inf, -np.inf
    for zone in numbers:
        w, s, e, n = box_to_sift(view, zone)
        west, south, east, north = min(west, w), min(south, s), max(east, e), max(north, n)
    return west, south, below(STEPS / (east - west)), below(STEPS / (north - south))


@kernel
def write_blocks(view: View, starts: Column, numbers: Column, lines: Column) -> None:
    """starts: int64 (p,), first line << 8 | count; numbers: int64, all their zones one after the other.
    lines: uint32 (n, 16), where the blocks are written."""
    words, done = lines.reshape(-1), 0
    floats, small = words.view(np.float32), words.view(np.uint16)
    for start in starts:
        head, count = (start >> 8) * (LINE // 4), start & 255
        own = numbers[done : done + count]
        done += count
        if count == 0:
            continue
        west, south, scale_x, scale_y = frame_of(view, own)
        floats[head], floats[head + 1], floats[head + 2], floats[head + 3] = west, south, scale_x, scale_y
        for k in range(count):
            box, at = box_to_sift(view, own[k]), head * 2 + (FRAME + k * SMALL_BOX) // 2
            for side in range(4):
                low, scale = (west, scale_x) if side % 2 == 0 else (south, scale_y)
                small[at + side] = whole(steps(box[side], low, scale))
            record = head + (sifting_bytes(count) + k * RECORD) // 4
            write_record(view, own[k], words, record)
