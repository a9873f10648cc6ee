"""A day as a folium page: gaps apart, names harmless, nothing from elsewhere."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core import i18n
from core.model import DeviceId
from dashboards.playback import track
from dashboards.playback.outline import Outline
from dashboards.store.files import Broke
from tracking.store.tracks import Point

BEGIN = datetime(2026, 6, 1, 4, tzinfo=UTC)
SPEAK = i18n.load().speaker("en")
NAME = "</script><script>alert(1)</script>`${1}`"


def points(*minutes: float) -> list[Point]:
    return [
        Point(
            DeviceId(1),
            number,
            BEGIN + timedelta(minutes=m),
            BEGIN,
            69.2 + m / 1e3,
            41.3,
            12.0,
            1.0,
            None,
            80,
            1,
            0,
        )
        for number, m in enumerate(minutes, 1)
    ]


def test_a_silence_of_more_than_five_minutes_is_a_line_of_its_own() -> None:
    lines = track.ways(points(0, 1, 2, 7, 8, 20, 40, 41))
    assert [(line["properties"]["is_gap"], len(line["geometry"]["coordinates"])) for line in lines] == [
        (False, 5),
        (False, 2),
        (True, 2),
        (True, 2),
    ]


@pytest.mark.parametrize("count", [0, 1, 2, 1499, 1500, 1501, 20_000])
def test_long_days_are_thinned_evenly_and_keep_their_end(count: int) -> None:
    day = list(range(count))
    drawn = list(track.thin(day, 1500))  # type: ignore[type-var, arg-type]
    assert len(drawn) <= 1501
    assert drawn[-1:] == day[-1:]
    assert drawn == sorted(set(drawn))


def test_a_breach_is_marked_where_the_person_was_last_seen() -> None:
    begun, ended = BEGIN + timedelta(minutes=1, seconds=30), BEGIN + timedelta(minutes=9)
    marks = track.ends(points(0, 1, 2, 8), [Broke("curfew", None, begun, ended)], t=SPEAK)
    assert [mark["geometry"]["coordinates"][0] for mark in marks] == [69.201, 69.208]
    assert "begins 09:01:30" in marks[0]["properties"]["text"]


def test_a_breach_before_the_first_fix_has_no_place() -> None:
    assert not track.ends(points(5), [Broke("strap", None, BEGIN, None)], t=SPEAK)


def test_the_page_loads_our_files_only_and_every_script_carries_the_nonce() -> None:
    shape = {"type": "Polygon", "coordinates": [[[69, 41], [69.1, 41], [69.1, 41.1], [69, 41]]]}
    html = track.page(
        points(0, 1, 30),
        zones=[Outline(NAME, "exclusion", shape)],
        breaches=[Broke("curfew", NAME, BEGIN, None)],
        regions={"type": "FeatureCollection", "features": []},
        t=SPEAK,
        nonce="abc",
    )
    assert re.findall(r'(?:src|href)="((?:https?:)?//[^"]+)"', html) == []
    assert "<script>" not in html
    assert "alert(1)</script>" not in html
    assert set(re.findall(r'(?:src|href)="(/[^"]+)"', html)) == {
        "/vendor/leaflet.js",
        "/vendor/leaflet.css",
        "/static/type.css",
        "/static/sheet.css",
    }


def test_a_day_without_fixes_is_a_page_too() -> None:
    empty = {"type": "FeatureCollection", "features": []}
    assert "leaflet" in track.page([], zones=[], breaches=[], regions=empty, t=SPEAK, nonce="abc")


def test_the_beginning_of_a_breach_is_full_and_its_end_hollow() -> None:
    broke = Broke("curfew", None, BEGIN, BEGIN + timedelta(minutes=1))
    begins, ends = (track.end_style(mark) for mark in track.ends(points(0, 1), [broke], t=SPEAK))
    assert (begins["fill"], begins["fillColor"]) == (True, track.BREACH)
    assert (ends["fill"], ends["fillColor"]) == (True, "#ffffff")
