"""Zones that anybody may be in: which of them is a place in, while zones come, change and go.

Any number of threads may ask while one edits: an answer is that of the zones before or after an edit, for all
its places alike. On the date line both names of the meridian are asked: -180 and 180 are one place."""

from collections.abc import Callable, Mapping
from threading import Lock, Thread, local

import numpy as np

from geofence.engine import lookup, rings
from geofence.engine.rings import F8, I8
from geofence.engine.stock import Stock, gathered
from geofence.engine.tree import Tree
from geofence.model import Shape

GARBAGE, WORTH_TIDYING = 0.3, 1 << 22
"""Share of the memory in use, and bytes of it, beyond which the tree is made anew behind the scenes."""
FIRST_ROOM, MOST_ROOM = 1 << 14, 1 << 20
"""Pairs for which a thread keeps room."""


class SharedZones:
    """Zones by number, any 64-bit integer. Shapes have passed `rules.drawing.check`."""

    def __init__(self, zones: Mapping[int, Shape] | None = None) -> None:
        zones = zones or {}
        self._stock = Stock(np.array(list(zones), np.int64), rings.of_many(list(zones.values())))
        self._lock = Lock()
        self._tidying: Thread | None = None
        self._since: list[Callable[[Stock], None]] = []

    def __len__(self) -> int:
        return len(self._stock)

    def __contains__(self, zone: object) -> bool:
        return zone in self._stock

    @property
    def nbytes(self) -> int:
        """Memory in use for vertices and index."""
        return self._stock.nbytes

    def put(self, zone: int, shape: Shape) -> None:
        """Add a zone, or put another shape in its place."""
        outline = rings.of(shape)
        self._edit(lambda stock: stock.put(zone, outline))

    def drop(self, zone: int) -> None:
        """Take a zone out; KeyError if there is none."""
        self._edit(lambda stock: stock.drop(zone))

    def find(self, lon: F8, lat: F8) -> tuple[I8, I8]:
        """Every pair (row, zone) with the place of the row inside the zone or on its border, by row.

        lon, lat: (n,) degrees; what is no place on earth (NaN) is in no zone."""
        tree = self._stock.tree
        lon, lat = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        found, zones, on_date_line = _pairs(tree, lon, lat)
        if not on_date_line:
            return found, zones
        line = np.flatnonzero(np.abs(lon) == 180.0)
        more, others, _ = _pairs(tree, -lon[line], lat[line])
        pairs = np.unique(
            np.column_stack((np.concatenate((found, line[more])), np.concatenate((zones, others)))), axis=0
        )
        return pairs[:, 0].copy(), pairs[:, 1].copy()

    def settle(self) -> None:
        """Wait until the tree is tidy."""
        if (tidying := self._tidying) is not None:
            tidying.join()

    def _edit(self, change: Callable[[Stock], None]) -> None:
        with self._lock:
            change(self._stock)
            if self._tidying is not None:
                self._since.append(change)
            elif self._stock.garbage > max(WORTH_TIDYING, GARBAGE * self._stock.nbytes):
                self._tidying = Thread(target=self._tidy, name="tidy-zones", daemon=True)
                self._tidying.start()

    def _tidy(self) -> None:
        """Make the tree anew beside the old one, then make up for the edits since."""
        with self._lock:
            self._since.clear()
            tree, slots = self._stock.living()
        stock = Stock(*gathered(tree, slots))
        while True:
            with self._lock:
                changes, self._since = self._since, []
                if not changes:
                    self._stock, self._tidying = stock, None
                    return
            for change in changes:
                change(stock)


class _Room(local):
    """Where a thread's pairs are found: the memory is used again, so that it is near. Answers are copies."""

    def __init__(self) -> None:
        self.rows, self.zones = np.empty(FIRST_ROOM, np.int64), np.empty(FIRST_ROOM, np.int64)

    def keep(self, rows: I8, zones: I8) -> None:
        """Unless they are for an unusually long answer."""
        if len(rows) <= MOST_ROOM:
            self.rows, self.zones = rows, zones


_room = _Room()


def _pairs(tree: Tree, lon: F8, lat: F8) -> tuple[I8, I8, bool]:
    rows, zones, counts, done = _room.rows, _room.zones, np.zeros(2, np.int64), 0
    while (done := lookup.find(tree, lon, lat, done, rows, zones, counts)) < len(lon):
        more = np.empty(len(rows), np.int64)
        rows, zones = np.concatenate((rows, more)), np.concatenate((zones, more))
        _room.keep(rows, zones)
    return rows[: counts[0]].copy(), zones[: counts[0]].copy(), bool(counts[1])
