"""Somebody else's track, to be shown beside ours: GPX or GeoJSON, read with care and never believed."""

import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any, ClassVar, Final
from xml.parsers import expat

from core.errors import Invalid
from tracking.wire.tracks_out import Spot

MOST_BYTES: Final = 4_000_000
MOST_SPOTS: Final = 20_000
DEEPEST: Final = 40


class TrackUnreadable(Invalid):
    """Neither GPX nor GeoJSON with positions and times."""

    code: ClassVar[str] = "track_unreadable"


class TrackTooLarge(Invalid):
    code: ClassVar[str] = "track_too_large"


def read(content: bytes) -> list[Spot]:
    """In the order of time; positions without a time are left out."""
    if len(content) > MOST_BYTES:
        raise TrackTooLarge(megabytes=MOST_BYTES // 1_000_000, points=MOST_SPOTS)
    found = _gpx(content) if content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") else _geojson(content)
    if not found:
        raise TrackUnreadable
    return sorted(found, key=lambda spot: spot.taken_at)


class _Gpx:
    """Track points as expat meets them; a document that declares anything of its own is refused."""

    def __init__(self) -> None:
        self.found: list[Spot] = []
        self.depth = 0
        self.place: tuple[float, float] | None = None
        self.time: list[str] | None = None
        self.at: datetime | None = None

    def start(self, name: str, said: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise TrackUnreadable
        local = name.rpartition(":")[2]
        if local in {"trkpt", "rtept", "wpt"}:
            self.place, self.at = (float(said["lon"]), float(said["lat"])), None
        elif local == "time" and self.place:
            self.time = []

    def text(self, said: str) -> None:
        if self.time is not None:
            self.time.append(said)

    def end(self, name: str) -> None:
        self.depth -= 1
        local = name.rpartition(":")[2]
        if local == "time" and self.time is not None:
            self.at, self.time = _moment("".join(self.time).strip()), None
        elif local in {"trkpt", "rtept", "wpt"} and self.place:
            if self.at:
                _add(self.found, self.at, *self.place)
            self.place = None


def _gpx(content: bytes) -> list[Spot]:
    taken, parser = _Gpx(), expat.ParserCreate()
    parser.StartElementHandler = taken.start
    parser.EndElementHandler = taken.end
    parser.CharacterDataHandler = taken.text
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    try:
        parser.Parse(content, True)  # noqa: FBT003 - expat's own "this is all"
    except (expat.ExpatError, KeyError, ValueError) as why:
        raise TrackUnreadable from why
    return taken.found


def _refuse(*_said: Any) -> int:
    raise TrackUnreadable


def _geojson(content: bytes) -> list[Spot]:
    found: list[Spot] = []
    try:
        said = json.loads(content)
        features = said["features"] if said["type"] == "FeatureCollection" else [said]
        for feature in features:
            _feature(found, feature)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as why:
        raise TrackUnreadable from why
    return found


def _feature(found: list[Spot], feature: dict[str, Any]) -> None:
    """A point with `time`, or a line with `coordTimes` as the usual converters write it."""
    geometry, said = feature["geometry"], feature.get("properties") or {}
    if geometry["type"] == "Point" and said.get("time"):
        lon, lat = geometry["coordinates"][:2]
        _add(found, _moment(said["time"]), float(lon), float(lat))
    elif geometry["type"] == "LineString" and (said.get("coordTimes") or said.get("times")):
        times = said.get("coordTimes") or said["times"]
        for place, time in zip(geometry["coordinates"], times, strict=True):
            _add(found, _moment(time), float(place[0]), float(place[1]))


def _add(found: list[Spot], at: datetime, lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise TrackUnreadable
    if len(found) >= MOST_SPOTS:
        raise TrackTooLarge(megabytes=MOST_BYTES // 1_000_000, points=MOST_SPOTS)
    found.append(Spot(at, lon, lat))


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
