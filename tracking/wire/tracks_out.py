"""A track for other programs: GeoJSON, GPX, KML, OGC Moving Features, CSV; positions and times only.

Speed and course are left out: nobody has tested them, and a file has no room for that remark."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

GAP: Final = timedelta(minutes=5)
"""After a longer silence a new segment begins: nothing is said of the way between."""
COLUMNS: Final = ("taken_at", "received_at", "lon", "lat", "accuracy_m", "device", "sequence")


class Spot(NamedTuple):
    """One position; `accuracy_m` at 68 %, none: unknown."""

    taken_at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    received_at: datetime | None = None
    device: int | None = None
    sequence: int | None = None


Track = Sequence[Spot]


def geojson(name: str, track: Track) -> bytes:
    """Each position a feature (RFC 7946)."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [spot.lon, spot.lat]},
            "properties": {
                "time": _time(spot.taken_at),
                "received": _time(spot.received_at) if spot.received_at else None,
                "accuracy_m": spot.accuracy_m,
                "device": spot.device,
                "sequence": spot.sequence,
            },
        }
        for spot in track
    ]
    return _json({"type": "FeatureCollection", "name": name, "features": features})


def gpx(name: str, track: Track) -> bytes:
    segments = "".join(f"<trkseg>{''.join(map(_point, part))}</trkseg>\n" for part in segments_of(track))
    head = '<gpx version="1.1" creator="E-jazo" xmlns="http://www.topografix.com/GPX/1/1">'
    return _xml(f"{head}\n<trk><name>{escape(name)}</name>\n{segments}</trk>\n</gpx>\n")


def kml(name: str, track: Track) -> bytes:
    parts = "".join(f"<gx:Track>\n{_moments(part)}</gx:Track>\n" for part in segments_of(track))
    spaces = 'xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"'
    body = f"<Placemark><name>{escape(name)}</name><gx:MultiTrack>\n{parts}</gx:MultiTrack></Placemark>"
    return _xml(f"<kml {spaces}><Document>{body}</Document></kml>\n")


def mfjson(name: str, track: Track) -> bytes:
    """OGC 19-045r3; between two positions nothing is claimed: Discrete."""
    moving = {
        "type": "MovingPoint",
        "datetimes": [_time(spot.taken_at) for spot in track],
        "coordinates": [[spot.lon, spot.lat] for spot in track],
        "interpolation": "Discrete",
    }
    measures = {
        "datetimes": moving["datetimes"],
        "accuracy_m": {
            "type": "Measure",
            "form": "MTR",
            "values": [spot.accuracy_m for spot in track],
            "interpolation": "Discrete",
        },
    }
    crs = {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return _json(
        {
            "type": "Feature",
            "crs": crs,
            "properties": {"name": name},
            "temporalGeometry": moving,
            "temporalProperties": [measures],
        }
    )


def table(_name: str, track: Track) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for spot in track:
        received = _time(spot.received_at) if spot.received_at else None
        place = (spot.lon, spot.lat, spot.accuracy_m, spot.device, spot.sequence)
        writer.writerow((_time(spot.taken_at), received, *place))
    return text.getvalue().encode()


Writer = Callable[[str, Track], bytes]
WRITERS: Final[dict[str, tuple[Writer, str, str]]] = {
    "geojson": (geojson, "application/geo+json", "geojson"),
    "gpx": (gpx, "application/gpx+xml", "gpx"),
    "kml": (kml, "application/vnd.google-earth.kml+xml", "kml"),
    "mfjson": (mfjson, "application/json", "mf.json"),
    "csv": (table, "text/csv", "csv"),
}
"""Writer, media type, ending."""


def segments_of(track: Track) -> Iterator[list[Spot]]:
    part: list[Spot] = []
    for spot in track:
        if part and spot.taken_at - part[-1].taken_at > GAP:
            yield part
            part = []
        part.append(spot)
    if part:
        yield part


def _point(spot: Spot) -> str:
    place = f"lat={quoteattr(repr(spot.lat))} lon={quoteattr(repr(spot.lon))}"
    return f"<trkpt {place}><time>{_time(spot.taken_at)}</time></trkpt>"


def _moments(part: Track) -> str:
    whens = "".join(f"<when>{_time(spot.taken_at)}</when>" for spot in part)
    return whens + "".join(f"<gx:coord>{spot.lon!r} {spot.lat!r} 0</gx:coord>" for spot in part)


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n").encode()
