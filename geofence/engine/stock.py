"""A tree with room to grow: its columns, what is in use of them, and which zone has which slot."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geofence.engine import grafting, planting
from geofence.engine.compiled import Column, kernel
from geofence.engine.rings import I8, Rings
from geofence.engine.tree import ACROSS, COARSE, CONTENTS, ENTRIES, FULL, LINE, RECORDS, UP, Tree

SPARE = 2.0
"""Room over what is in use; memory that is not written is not taken from the system."""
LEAST_ROOM = 1 << 18
ROOM_AN_EDGE = 8
COLUMNS: dict[int | str, tuple[str, ...]] = {
    COARSE: ("coarse", "contents_at", "sizes"),
    ENTRIES: ("entries",),
    RECORDS: ("records", "edges"),
    CONTENTS: ("contents",),
}
VERTICES, RINGS, SLOTS = "vertices", "rings", "slots"
TABLES: dict[int | str, tuple[str, ...]] = {
    VERTICES: ("vertices",),
    RINGS: ("rings",),
    SLOTS: ("spans", "rounds", "names"),
}


class Stock:
    """Not for two writers at once. Readers take `tree` once, and keep to it."""

    def __init__(self, names: I8, zones: Rings) -> None:
        """names: (z,) what the zones are called."""
        edges = len(zones.vertices)
        self._used = np.array([1, LINE, 1, 2, 0], np.int64)
        self._taken: dict[int | str, int] = {VERTICES: 0, RINGS: 0, SLOTS: 1}
        self._slots: dict[int, int] = {}
        self.garbage = 0
        self.tree = _empty(edges, len(zones.rings), len(names))
        self._append(names, zones)
        self._slots = dict(zip(names.tolist(), range(1, 1 + len(names)), strict=True))
        self._plant(1 + len(names))

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, zone: object) -> bool:
        return zone in self._slots

    @property
    def nbytes(self) -> int:
        """In use, garbage included."""
        taken = self._taken | {what: int(self._used[int(what)]) for what in COLUMNS}
        columns = TABLES | COLUMNS
        found = self.tree.tiles.nbytes
        for what, names in columns.items():
            for column in (getattr(self.tree, name) for name in names):
                found += taken[what] * column.nbytes // len(column)
        return int(found)

    def put(self, zone: int, rings: Rings) -> None:
        """Add a zone, or put another shape in its place."""
        slot = self._append(np.array([zone], np.int64), rings)
        self._graft(self._slots.get(zone, 0), slot)
        self._slots[zone] = slot

    def drop(self, zone: int) -> None:
        self._graft(self._slots[zone], 0)
        del self._slots[zone]

    def living(self) -> tuple[Tree, I8]:
        """The tree as it is, and the slots (z,) in use."""
        return self.tree, np.fromiter(self._slots.values(), np.int64, len(self._slots))

    def _append(self, names: I8, zones: Rings) -> int:
        """Take the next slots; the first of them."""
        count, v, r, first = len(names), *self._taken.values()
        self._make_room(VERTICES, len(zones.vertices))
        self._make_room(RINGS, len(zones.rings))
        self._make_room(SLOTS, count)
        tree = self.tree
        tree.vertices[v : v + len(zones.vertices)] = zones.vertices
        tree.rings[r : r + len(zones.rings)] = zones.rings + v
        tree.spans[first : first + count, 0] = zones.zones[:-1] + r
        tree.spans[first : first + count, 1] = zones.zones[1:] + r
        tree.names[first : first + count] = names
        tree.rounds[first : first + count, 0] = zones.radius_m
        tree.rounds[first : first + count, 1] = _middles(zones)
        return first

    def _make_room(self, what: str, count: int) -> None:
        needed = self._taken[what] + count
        for name in TABLES[what]:
            if needed > len(getattr(self.tree, name)):
                self._lengthen(name, needed, self._taken[what])
        self._taken[what] = needed

    def _lengthen(self, name: str, needed: int, taken: int) -> None:
        """Another, longer column with the same beginning; who reads the old one goes on reading it."""
        column = getattr(self.tree, name)
        longer = np.empty((int(needed * SPARE) + LEAST_ROOM, *column.shape[1:]), column.dtype)
        longer[:taken] = column[:taken]
        self.tree = self.tree._replace(**{name: longer})

    def _plant(self, last: int) -> None:
        used = self._used
        while True:
            self._used, self.tree.tiles[:] = used.copy(), 0
            if planting.plant(self.tree, self._used, 1, last):
                return
            self._lengthen_full(self._used)

    def _graft(self, old: int, new: int) -> None:
        while True:
            used, tree = self._used.copy(), self.tree._replace(tiles=self.tree.tiles.copy())
            garbage = grafting.graft(tree, used, old, new)
            if garbage >= 0:
                break
            self._lengthen_full(used)
        self._used, self.tree = used, tree
        self.garbage += garbage

    def _lengthen_full(self, used: Column) -> None:
        what = int(used[FULL]) - 1
        for name in COLUMNS[what]:
            self._lengthen(name, len(getattr(self.tree, name)), int(used[what]))


def _empty(edges: int, rings: int, zones: int) -> Tree:
    """Columns with room; slot 0 is nobody's, and nothing is inside it."""

    def column(count: float, dtype: Any, *row: int) -> NDArray[Any]:
        return np.empty((int(count * SPARE) + LEAST_ROOM, *row), dtype)

    tree = Tree(
        vertices=column(edges, np.float64, 2),
        rings=column(rings, np.int64),
        spans=column(zones, np.int64, 2),
        rounds=column(zones, np.float64, 2),
        names=column(zones, np.int64),
        tiles=np.zeros(UP * ACROSS, np.uint32),
        coarse=column(zones, np.uint32),
        entries=column(ROOM_AN_EDGE * edges, np.uint32),
        records=column(ROOM_AN_EDGE * edges, np.int64),
        edges=column(ROOM_AN_EDGE * edges, np.uint32),
        contents_at=column(zones, np.int64),
        sizes=column(zones, np.int64),
        contents=column(ROOM_AN_EDGE * edges, np.uint32),
    )
    for name in ("coarse", "contents_at", "sizes"):
        getattr(tree, name)[0] = 0
    tree.entries[:LINE], tree.records[0], tree.contents[:2] = 0, 0, 0
    tree.names[0], tree.spans[0], tree.rounds[0], tree.rings[0] = -1, 0, 0.0, 0
    return tree


def _middles(zones: Rings) -> NDArray[np.float64]:
    """Longitudes between the first and the last of each zone."""
    if not len(zones.radius_m):
        return np.empty(0)
    starts, lon = zones.rings[zones.zones[:-1]], zones.vertices[:, 0]
    return (np.minimum.reduceat(lon, starts) + np.maximum.reduceat(lon, starts)) / 2.0


def gathered(tree: Tree, slots: I8) -> tuple[I8, Rings]:
    """Names and shapes of some slots."""
    rings = (tree.spans[slots, 1] - tree.spans[slots, 0]).sum()
    points = (tree.rings[tree.spans[slots, 1]] - tree.rings[tree.spans[slots, 0]]).sum()
    found = Rings(
        np.empty((points, 2)),
        np.empty(rings + 1, np.int64),
        np.empty(len(slots) + 1, np.int64),
        tree.rounds[slots, 0],
    )
    gather(tree, slots, found)
    return tree.names[slots], found


@kernel
def gather(tree: Tree, slots: Column, found: Rings) -> None:
    """Copy the vertices of some slots, (n,) i64, into rings of just their size."""
    vertex, ring = 0, 0
    for k in range(len(slots)):
        found.zones[k] = ring
        for r in range(tree.spans[slots[k], 0], tree.spans[slots[k], 1]):
            found.rings[ring] = vertex
            ring += 1
            for v in range(tree.rings[r], tree.rings[r + 1]):
                found.vertices[vertex, 0], found.vertices[vertex, 1] = (
                    tree.vertices[v, 0],
                    tree.vertices[v, 1],
                )
                vertex += 1
    found.zones[len(slots)], found.rings[ring] = ring, vertex
