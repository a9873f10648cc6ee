"""A person's time on paper: map, intervals at home and away, stops, gaps, breaches."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import shapely.geometry

from core import i18n
from core.clock import from_us
from core.paper import Paper
from dashboards.playback.playing import Played, fix_of
from geofence.evidence import maps
from geofence.evidence.maps import Outlined
from geofence.model import ConditionKind, Shape, ShapeKind

Say = Callable[..., str]
HIGH: Final = 110.0
WIDTH: Final = 180.0


def printed(played: Played, say: Say, *, fonts: Path, language: str, made_at: datetime, by: str) -> bytes:
    person = played.person
    paper = Paper(fonts, title=f"{say('playback.title')}: {played.name}", made_at=made_at)
    made = f"{by}, {i18n.moment(language, made_at)}"
    paper.pairs([(say("people.number"), person.number), (say("playback.made_by"), made)])
    paper.text(say("evidence.proves"), size=8)
    if played.points:
        pdf = paper.pdf
        box = (pdf.l_margin, pdf.get_y(), WIDTH, HIGH)
        zones = [
            Outlined(Shape(ShapeKind.AREA, shapely.geometry.shape(zone.geometry)), ConditionKind(zone.kind))
            for zone in played.zones
        ]
        maps.draw(pdf, box, [fix_of(point, person.id) for point in played.points], zones=zones)
        pdf.set_xy(pdf.l_margin, box[1] + HIGH + 2)
        paper.text(say("evidence.legend"), size=7.5)
    else:
        paper.text(say("evidence.no_fixes"))
    _tables(paper, played, say, language)
    return paper.finished()


def _tables(paper: Paper, played: Played, say: Say, language: str) -> None:
    head = (say("evidence.head_opened"), say("evidence.head_closed"))
    spans = [
        (*_pair(language, s.since_us, s.until_us), say(f"playback.where.{s.where}")) for s in played.spans
    ]
    _table(paper, say("playback.intervals"), (*head, say("evidence.head_what")), spans)
    stops = [
        (*_pair(language, s.since_us, s.until_us), f"{s.place.lat:.5f}, {s.place.lon:.5f}")
        for s in played.stops
    ]
    _table(paper, say("playback.stops"), (*head, say("evidence.head_place")), stops)
    gaps = [_pair(language, since, until) for since, until in played.gaps]
    _table(paper, say("evidence.gaps"), head, gaps)
    broke = [
        (
            i18n.moment(language, b.opened_at),
            i18n.moment(language, b.closed_at) if b.closed_at else say("evidence.open"),
            f"{say(f'alert.kind.{b.kind}')} {b.zone_name or ''}".strip(),
        )
        for b in played.breaches
    ]
    _table(paper, say("track.breaches"), (*head, say("evidence.head_what")), broke)


def _table(paper: Paper, title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    if rows:
        paper.text(title, size=11, style="B")
        paper.table(head, rows, widths=(30, 30, 60)[: len(head)])


def _pair(language: str, since_us: int, until_us: int) -> tuple[str, str]:
    return i18n.moment(language, from_us(since_us)), i18n.moment(language, from_us(until_us))
