"""How the judge keeps people in memory: a line of cache for a person, a piece of one for each condition.

Rows are records of fixed size in one array each, so that one fix touches few lines, and those next to each
other. `Columns` is what the kernels are given."""

from typing import Any, Final, NamedTuple

import numpy as np

from geofence.engine.compiled import Column
from geofence.model import BreachKind, ConditionKind
from geofence.policies import MOST_EVIDENCE

LINE: Final = 64
"""Bytes of a line of cache."""
TRAIL: Final = MOST_EVIDENCE
"""Places kept of a person, a power of two; a breach may cite as many."""
BLOCK: Final = 64
"""Fixes that wait for memory together."""
MOST_TERMS: Final = 32
"""Somebody with more current conditions is judged by hand."""
NEVER_US: Final = 2**62
NOBODY: Final = -1

SEAT: Final = np.dtype([  # 64 bytes
    ("last_us", "i8"),  # the last report folded in: its mark
    ("device", "i8"),
    ("sequence", "i8"),
    ("passed_us", "i8"),  # the last moment passed
    ("next_us", "i8"),  # when hours or absences next begin or end
    ("stop_us", "i8"),  # when the scalar rules must look: a condition begins or ends, a sign is due
    ("first", "u4"),  # slots: first, and how many
    ("aside", "u4"),  # the turn in which the person was last set aside
    ("battery", "i2"),  # percent, -1 unknown
    ("count", "u1"),
    ("signs", "u1"),  # bits of SIGNS: what the device says and has not taken back
    ("charging", "u1"),
    ("seen", "u1"),  # places in the trail
    ("newest", "u1"),  # where in the ring the last one is
    ("simple", "u1"),  # the kernel may fold the next fix
])  # fmt: skip
PLACE: Final = np.dtype([  # 64 bytes; `model.Place`
    ("device", "i8"),
    ("sequence", "i8"),
    ("taken_us", "i8"),
    ("lon", "f8"),
    ("lat", "f8"),
    ("accuracy_m", "f8"),
    ("is_assumed", "i8"),
    ("weight", "f8"),
])  # fmt: skip
SLOT: Final = np.dtype([  # 40 bytes; one condition of one person: `model.Belief`
    ("odds", "f8"),  # of outside
    ("lon", "f4"),  # the middle of the zone's box, degrees
    ("lat", "f4"),
    ("half_lon", "f4"),  # how far it reaches from there, rounded outward
    ("half_lat", "f4"),
    ("zone", "u4"),  # number in the pool of zones
    ("line", "u4"),  # number of its timeline
    ("kind", "u1"),  # 1: must not be inside, 0: must be
    ("bits", "u1"),  # IN_FORCE | ABSENT | OPEN
    ("seen", "u1"),  # how many of the newest places are behind the odds
    ("spare", "u1"),
    ("spare4", "u4"),
])  # fmt: skip
FOUND: Final = np.dtype([  # a breach opens or closes
    ("at_us", "i8"),
    ("opened_us", "i8"),
    ("odds", "f8"),
    ("seat", "i4"),
    ("place", "i4"),  # which of the person's slots
    ("why", "u1"),
    ("slot_seen", "u1"),
    ("seen", "u1"),
    ("policy", "u1"),
    ("spare4", "u4"),
])  # fmt: skip

NEAR: Final = np.dtype([  # of one fix
    ("kx", "f8"),  # metres in a degree of longitude
    ("ky", "f8"),  # … of latitude
    ("bend", "f8"),  # `plane.Plane`
    ("most_m", "f8"),  # farther says nothing more
])  # fmt: skip
PAIR: Final = np.dtype([  # a fix and a zone
    ("address", "i8"),  # of the cell
    ("zone", "i8"),
    ("fix", "i4"),  # in the block
    ("at", "i4"),  # in `metres`
])  # fmt: skip

IN_FORCE, ABSENT, OPEN = 1, 2, 4
OPENED_BY_FIX, OPENED_BY_HOURS, COMPLIED, HOURS_ENDED, ABSENCE_BEGAN = range(5)

STRAP, CASE, JAMMING, BATTERY, UNCHARGED = 1, 2, 4, 8, 16
SIGNS: Final = {
    BreachKind.STRAP: STRAP,
    BreachKind.CASE: CASE,
    BreachKind.JAMMING: JAMMING,
    BreachKind.BATTERY: BATTERY,
    BreachKind.UNCHARGED: UNCHARGED,
}
FORBIDS: Final = {kind: kind is ConditionKind.EXCLUSION for kind in ConditionKind}


class Columns(NamedTuple):
    """Everybody, for kernels."""

    seat_of: Column
    """i4[ids]: person's number → seat, NOBODY."""
    seats: Column
    """SEAT[seats]"""
    trails: Column
    """PLACE[seats · TRAIL]: a ring each."""
    slots: Column
    """SLOT[slots]"""
    opened_us: Column
    """i8[slots]: when the open breach began."""
    heads: Column
    """i8[timelines, 2]: where in `edges_us` a timeline begins, and how many edges it has."""
    edges_us: Column
    """i8: moments, ascending within a timeline."""
    edges_bits: Column
    """u1: IN_FORCE | ABSENT from that moment on."""


class Batch(NamedTuple):
    """Fixes for kernels: the columns of `tracking.fixes.Fixes` that decide."""

    person: Column
    device: Column
    sequence: Column
    taken_us: Column
    sent_us: Column
    lon: Column
    lat: Column
    accuracy_m: Column
    battery: Column
    mechanism: Column
    flags: Column


class Out(NamedTuple):
    """What kernels find; when it is full they return early."""

    found: Column
    """FOUND[room]"""
    places: Column
    """PLACE[room · TRAIL]: the trail behind each, oldest first."""


class Scratch(NamedTuple):
    """What kernels write down meanwhile."""

    seats: Column
    """i8[BLOCK]"""
    bases: Column
    """i8[BLOCK]: where in `metres` a person's distances begin."""
    metres: Column
    """f8[BLOCK · MOST_TERMS]"""
    odds: Column
    """f8[MOST_TERMS]"""
    near: Column
    """NEAR[BLOCK]"""
    pairs: Column
    """PAIR[BLOCK · MOST_TERMS]: what is to be measured."""


def scratch() -> Scratch:
    block = np.empty(BLOCK, np.int64)
    pairs = BLOCK * MOST_TERMS
    metres, odds = np.empty(pairs), np.empty(MOST_TERMS)
    return Scratch(block, block.copy(), metres, odds, room(BLOCK, NEAR), room(pairs, PAIR))


def room(count: int, row: Any) -> Column:
    """Zeroed rows, the first of them at the beginning of a line of cache."""
    size = np.dtype(row).itemsize
    raw = np.zeros(count * size + LINE, np.uint8)
    begin = -raw.ctypes.data % LINE
    return raw[begin : begin + count * size].view(row)


def grown(rows: Column, least: int) -> Column:
    """The same rows with room for at least so many; twice as many if it must move."""
    if least <= len(rows):
        return rows
    wider = room(max(least, 2 * len(rows)), rows.dtype)
    wider[: len(rows)] = rows
    return wider
