"""Tracks leave in five forms and come back in two; what is not a track, or more than one, is refused."""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracking.wire import tracks_in, tracks_out
from tracking.wire.tracks_in import TrackTooLarge, TrackUnreadable
from tracking.wire.tracks_out import Spot

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
spots = st.builds(
    Spot,
    st.integers(0, 86_400).map(lambda s: BEGIN + timedelta(seconds=s)),
    st.floats(-180, 180),
    st.floats(-90, 90),
    st.none() | st.floats(1, 500),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["C"]))
tracks = st.lists(spots, min_size=1, max_size=20, unique_by=lambda s: s.taken_at).map(sorted)


def places(track: list[Spot]) -> list[tuple[datetime, float, float]]:
    return [spot[:3] for spot in track]


@settings(max_examples=40)
@given(
    track=tracks,
    form=st.sampled_from(["gpx", "geojson"]),
    name=st.text(st.characters(codec="utf-8", exclude_categories=["C"])),
)
def test_what_left_comes_back(track: list[Spot], form: str, name: str) -> None:
    written = tracks_out.WRITERS[form][0](name, track)
    assert places(tracks_in.read(written)) == places(track)


@settings(max_examples=20)
@given(track=tracks)
def test_the_others_say_the_same(track: list[Spot]) -> None:
    kml = ET.fromstring(tracks_out.kml("<&>", track))  # noqa: S314
    gx = "{http://www.google.com/kml/ext/2.2}"
    told = [tuple(map(float, e.text.split()))[:2] for e in kml.iter(f"{gx}coord") if e.text]
    assert told == [(s.lon, s.lat) for s in track]
    whens = [e.text for e in kml.iter("{http://www.opengis.net/kml/2.2}when")]
    moving = json.loads(tracks_out.mfjson("n", track))
    assert moving["temporalGeometry"]["type"] == "MovingPoint"
    assert moving["temporalGeometry"]["interpolation"] == "Discrete"
    assert moving["temporalGeometry"]["coordinates"] == [[s.lon, s.lat] for s in track]
    assert moving["temporalGeometry"]["datetimes"] == whens
    rows = list(csv.DictReader(StringIO(tracks_out.table("n", track).decode())))
    assert [(float(r["lon"]), float(r["lat"])) for r in rows] == told
    assert [r["taken_at"] for r in rows] == whens


def test_a_silence_begins_a_new_segment() -> None:
    track = [Spot(BEGIN + timedelta(minutes=n), 69.0, 41.0) for n in (0, 1, 7, 8)]
    assert tracks_out.gpx("n", track).count(b"<trkseg>") == 2
    assert tracks_out.kml("n", track).count(b"<gx:Track>") == 2


def test_a_line_with_times_is_read() -> None:
    line = {"type": "LineString", "coordinates": [[69, 41], [69.1, 41.1, 400]]}
    times = ["2026-06-01T00:00:00Z", "2026-06-01T00:01:00+05:00"]
    said = {"type": "Feature", "geometry": line, "properties": {"coordTimes": times}}
    found = tracks_in.read(json.dumps(said).encode())
    assert places(found) == [
        (BEGIN - timedelta(hours=5) + timedelta(minutes=1), 69.1, 41.1),
        (BEGIN, 69.0, 41.0),
    ]


LAUGH = b'<!DOCTYPE gpx [<!ENTITY a "ha">]><gpx><trkpt lat="1" lon="1"><time>&a;</time></trkpt></gpx>'
POINT = '<trkpt lat="{lat}" lon="69"><time>{time}</time></trkpt>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no track",
        b"[]",
        b"{}",
        b"<gpx>",
        b"<gpx></gpx>",
        LAUGH,
        b"<a>" * 50 + b"</a>" * 50,
        POINT.format(lat=91, time="2026-06-01T00:00:00Z").encode(),
        POINT.format(lat="nan", time="2026-06-01T00:00:00Z").encode(),
        POINT.format(lat=41, time="yesterday").encode(),
        b'{"type":"FeatureCollection","features":[{"geometry":null}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_track_is_refused(content: bytes) -> None:
    with pytest.raises(TrackUnreadable):
        tracks_in.read(content)


def test_too_much_is_refused() -> None:
    point = POINT.format(lat=41, time="2026-06-01T00:00:00Z")
    with pytest.raises(TrackTooLarge):
        tracks_in.read(f"<gpx>{point * (tracks_in.MOST_SPOTS + 1)}</gpx>".encode())
    with pytest.raises(TrackTooLarge):
        tracks_in.read(b" " * (tracks_in.MOST_BYTES + 1))
