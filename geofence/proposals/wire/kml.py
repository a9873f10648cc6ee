"""Places of a KML file as expat meets them; a document that declares anything of its own is refused."""

from typing import Any, Final
from xml.parsers import expat

from shapely import Geometry

from geofence.proposals.model import Place
from geofence.proposals.wire.coordinates import Budget, Pair, area, line, point
from geofence.proposals.wire.faults import CoordinateUnreadable, ZoneFileUnreadable

DEEPEST: Final = 60
LONGEST: Final = 200
WORDS: Final = frozenset({"name", "coordinates"})
PIECE: Final = 1 << 16


def read(content: bytes, budget: Budget) -> list[Place]:
    taken, parser = _Taken(budget), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = taken.start
    parser.EndElementHandler = taken.end
    parser.CharacterDataHandler = taken.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        for at in range(0, len(content), PIECE):
            parser.Parse(content[at : at + PIECE], False)  # noqa: FBT003 - expat's "more comes"
        parser.Parse(b"", True)  # noqa: FBT003 - and its "this is all"
    except (expat.ExpatError, LookupError, ValueError) as why:  # LookupError: an encoding nobody knows
        raise ZoneFileUnreadable from why
    return taken.found


def _refuse(*_said: Any) -> int:
    raise ZoneFileUnreadable


class _Taken:
    """A folder's name is the district of what is in it; a placemark's name is the place's."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.found: list[Place] = []
        self.path: list[str] = []
        self.folders: list[str] = []
        self.name = ""
        self.words: list[str] | None = None
        self.rings: list[list[Pair]] = []

    def start(self, name: str, _said: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self.path.append(local)
        if len(self.path) > DEEPEST:
            raise ZoneFileUnreadable
        if local == "Folder":
            self.folders.append("")
        elif local == "Placemark":
            self.name = ""
        elif local == "Polygon":
            self.rings = []
        self.words = [] if local in WORDS else None

    def text(self, said: str) -> None:
        if self.words is not None:
            self.words.append(said)

    def end(self, _name: str) -> None:
        local, words = self.path.pop(), "".join(self.words or ())
        self.words = None
        within = self.path[-1] if self.path else ""
        if local == "name":
            self._called(within, words.strip()[:LONGEST])
        elif local == "coordinates":
            self._took(within, self._pairs(words))
        elif local == "Polygon":
            self._add(area(self.rings))
        elif local == "Folder":
            self.folders.pop()

    def _called(self, within: str, words: str) -> None:
        if within == "Folder":
            self.folders[-1] = words
        elif within == "Placemark":
            self.name = words

    def _took(self, within: str, pairs: list[Pair]) -> None:
        if within == "Point":
            self._add(point(pairs[0]))
        elif within == "LineString":
            self._add(line(pairs))
        elif within == "LinearRing" and "Polygon" in self.path:
            self.rings.append(pairs)

    def _pairs(self, words: str) -> list[Pair]:
        """lon,lat[,altitude] after each other."""
        pairs = []
        for one in words.split():
            lon, _, rest = one.partition(",")
            try:
                pairs.append(self.budget.pair(float(lon), float(rest.partition(",")[0])))
            except ValueError as why:
                raise CoordinateUnreadable from why
        return pairs

    def _add(self, geometry: Geometry) -> None:
        self.found.append(Place(self.name, next(filter(None, reversed(self.folders)), ""), geometry))
