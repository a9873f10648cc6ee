"""The pool of zones: held while needed, asked for many places at once, edited while others read.

What is written for a zone is never changed: an edit holds a new zone and releases the old one. A view taken
before an edit stays right, for whoever reads it in another thread; when too much is garbage, what is held is
copied to new memory, and old views keep the old."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import numpy as np
import shapely

from geofence.engine import rings
from geofence.engine.asking import covers_pairs, measure_pair, measure_pairs, room
from geofence.engine.crossing import crossed_pairs
from geofence.engine.layout import AREA, CIRCLE, CORRIDOR, F8, HEAD, I8, View, straight, view_of
from geofence.engine.memory import FIRST_PIECE, WORD, empty, grown, move, sizes
from geofence.engine.settling import settle
from geofence.model import Shape, ShapeKind

KINDS = {ShapeKind.AREA: AREA, ShapeKind.CIRCLE: CIRCLE, ShapeKind.CORRIDOR: CORRIDOR}
FIRST_ROOM = 64
GARBAGE_SHARE = 0.3
WORTH_COMPACTING = 1 << 18
"""Words of garbage that are left alone in any case."""
SPARE = 1.2
WORDS_AN_EDGE = 12
"""A guess, to begin with."""


class Zones:
    """Zones have numbers that stay the same while anybody holds them; equal shapes share one."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._keys: list[bytes | None] = []
        self._held: list[int] = []
        self._free: list[int] = []
        """Numbers whose heads are blank in the present columns."""
        self._left: list[int] = []
        """Numbers released since the last compaction: an old view may still be asked about them."""
        self._columns = empty(FIRST_ROOM, FIRST_ROOM)
        self._view = view_of(self._columns)
        self._used = FIRST_PIECE
        """Words of the pool."""
        self._garbage = 0
        self.moves = 0
        """How often what is held was moved to other places of new columns."""

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def nbytes(self) -> int:
        """Of all that is in use, garbage included; not the room that is spare."""
        return (self._used + len(self._keys) * HEAD) * WORD

    def view(self) -> View:
        """For kernels: right for all that is held now, for as long as one keeps it."""
        return self._view

    def hold(self, shape: Shape) -> int:
        return self.hold_all([shape])[0]

    def hold_all(self, shapes: Sequence[Shape]) -> list[int]:
        """Many at once: much quicker than one by one."""
        keys = keys_of(shapes)
        fresh = {key: shape for key, shape in zip(keys, shapes, strict=True) if key not in self._numbers}
        if fresh:
            self._settle(list(fresh), list(fresh.values()))
        numbers = [self._numbers[key] for key in keys]
        for number in numbers:
            self._held[number] += 1
        return numbers

    def hold_again(self, more: Mapping[int, int]) -> None:
        """Zones that are held already, each so many times more."""
        for number, times in more.items():
            self._held[number] += times

    def release(self, number: int) -> None:
        self._held[number] -= 1
        key = self._keys[number]
        if self._held[number] == 0 and key is not None:
            del self._numbers[key]
            self._keys[number] = None
            self._left.append(number)
            self._garbage += int(sizes(self._columns, np.array([number]))[0]) + HEAD
            if self._garbage > max(WORTH_COMPACTING, GARBAGE_SHARE * self.nbytes / WORD):
                self.compact()

    def covers(self, zone: I8, lon: F8, lat: F8) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For each pair of a zone's number and a place (degrees): inside, or on the border?"""
        found = np.empty(len(zone), np.bool_)
        zone, lon, lat = straight(zone, np.int64), straight(lon, np.float64), straight(lat, np.float64)
        covers_pairs(self._view, zone, lon, lat, found, *room())
        return found

    def measure_one(self, zone: int, lon: float, lat: float, reach_m: float) -> float:
        """The same for one pair."""
        return measure_pair(self._view, zone, lon, lat, reach_m)

    def measure(self, zone: I8, lon: F8, lat: F8, reach_m: F8) -> F8:
        """For each pair: signed metres to the border, + outside, within ±reach."""
        found = np.empty(len(zone))
        zone, lon, lat = straight(zone, np.int64), straight(lon, np.float64), straight(lat, np.float64)
        measure_pairs(self._view, zone, lon, lat, straight(reach_m, np.float64), found, *room())
        return found

    def crossed(
        self, zone: I8, lon1: F8, lat1: F8, lon2: F8, lat2: F8
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For each pair of a zone's number and a straight way (degrees): do they meet, border included?"""
        found = np.empty(len(zone), np.bool_)
        lon1, lat1, lon2, lat2 = (straight(column, np.float64) for column in (lon1, lat1, lon2, lat2))
        crossed_pairs(self._view, straight(zone, np.int64), lon1, lat1, lon2, lat2, found)
        return found

    def _settle(self, keys: list[bytes], shapes: list[Shape]) -> None:
        drawn = rings.of_many(shapes)
        kinds = np.array([KINDS[shape.kind] for shape in shapes])
        numbers = np.array([self._number() for _ in shapes])
        done, more = 0, len(drawn.vertices) * WORDS_AN_EDGE + 64 * len(shapes)
        while done < len(shapes):
            self._make_room(more)
            done, self._used = settle(
                *drawn[:3], kinds, drawn.radius_m, numbers, self._columns, self._used, done
            )
            more *= 2
        for key, number in zip(keys, numbers.tolist(), strict=True):
            self._numbers[key], self._keys[number] = number, key

    def _number(self) -> int:
        if self._free:
            return self._free.pop()
        self._keys.append(None)
        self._held.append(0)
        return len(self._keys) - 1

    def _make_room(self, more: int) -> None:
        columns = grown(self._columns, len(self._keys), self._used + more)
        if columns is not self._columns:
            self._columns, self._view = columns, view_of(columns)

    def compact(self) -> None:
        held = np.array([number for number, key in enumerate(self._keys) if key is not None], np.int64)
        words = int(sizes(self._columns, held).sum())
        columns = empty(len(self._keys) + FIRST_ROOM, int(words * SPARE) + FIRST_ROOM)
        self._used, self._garbage = move(self._columns, held, columns, FIRST_PIECE), 0
        self._columns, self._view = columns, view_of(columns)
        self.moves += 1
        self._free += self._left
        self._left = []


def keys_of(shapes: Sequence[Shape]) -> list[bytes]:
    """Equal for equal shapes; digests, so that the pool keeps no geometry alive."""
    drawn = shapely.to_wkb(np.array([shape.geometry for shape in shapes], dtype=object))
    heads = {
        (kind, radius): f"{kind} {float(radius)!r} ".encode() for kind, radius in {_size(s) for s in shapes}
    }
    return [
        blake2b(heads[_size(shape)] + wkb, digest_size=16).digest()
        for shape, wkb in zip(shapes, drawn.tolist(), strict=True)
    ]


def _size(shape: Shape) -> tuple[ShapeKind, float]:
    return shape.kind, shape.radius_m
