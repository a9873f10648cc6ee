"""A person's day as a folium map: fixes, accuracy, gaps dotted, breaches marked, zones (ADR-0013)."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from html import escape
from itertools import pairwise
from typing import Any, Final

import folium

from core import i18n
from dashboards.playback.outline import Outline
from dashboards.store.files import Broke
from tracking.store.tracks import Point

GAP: Final = timedelta(minutes=5)
"""A longer time without a fix is dotted (domain.md, 5)."""
MOST_SPOTS: Final = 1500
"""Fixes drawn as dots; of a longer day every second, third, … The line keeps all."""
ACCENT: Final = "#0b6570"
BREACH: Final = "#c22d1e"
INK: Final = "#1b2530"
FILLED: Final = {"fill": True, "fillOpacity": 1}
"""folium's circles are hollow unless told."""
FORBIDDEN: Final = "exclusion"
TASHKENT: Final = (41.3111, 69.2797)
FACE: Final = (
    '<link rel="stylesheet" href="/static/type.css"><link rel="stylesheet" href="/static/sheet.css">'
)

Say = Callable[..., str]
Feature = dict[str, Any]


class Sheet(folium.Map):
    """folium's map with our own files only; vectors need neither jquery nor bootstrap nor icons."""

    default_js = [("leaflet", "/vendor/leaflet.js")]  # noqa: RUF012 - folium declares it so
    default_css = [("leaflet_css", "/vendor/leaflet.css")]  # noqa: RUF012 - the same


def page(
    points: Sequence[Point],
    *,
    zones: Iterable[Outline],
    breaches: Iterable[Broke],
    regions: dict[str, Any],
    t: Say,
    nonce: str,
) -> str:
    """A whole HTML page; its inline scripts carry `nonce`."""
    sheet = Sheet(
        location=TASHKENT, zoom_start=11, tiles=None, max_zoom=19, prefer_canvas=True, control_scale=True
    )
    borders(regions).add_to(sheet)
    layers = [
        layer(t("track.layer_zones"), [zone(outline) for outline in zones], style=zone_style),
        layer(t("track.layer_accuracy"), doubts(points), style=doubt_style, marker=folium.Circle()),
        layer(t("track.layer_way"), ways(points), style=way_style),
        layer(t("track.layer_fixes"), spots(points, t), style=spot_style, marker=folium.CircleMarker()),
        layer(
            t("track.layer_breaches"),
            ends(points, breaches, t=t),
            style=end_style,
            marker=folium.CircleMarker(),
        ),
    ]
    for each in layers:
        each.add_to(sheet)
    folium.LayerControl(collapsed=False).add_to(sheet)
    if points:
        sheet.fit_bounds(bounds(points), max_zoom=16, padding=(30, 30))
    html: str = sheet.get_root().render()
    return html.replace("<script>", f'<script nonce="{nonce}">').replace("</head>", FACE + "</head>", 1)


def layer(
    name: str, features: list[Feature], *, style: Callable[[Feature], dict[str, Any]], marker: Any = None
) -> folium.FeatureGroup:
    """Everything goes over as GeoJSON data: no text of ours or theirs becomes script."""
    group = folium.FeatureGroup(name=name)
    if features:
        data = {"type": "FeatureCollection", "features": [f | {"id": i} for i, f in enumerate(features)]}
        tip = folium.GeoJsonTooltip(fields=["text"], labels=False, class_name="tip")
        told = tip if all(f["properties"]["text"] for f in features) else None
        folium.GeoJson(data, style_function=style, marker=marker, tooltip=told, smooth_factor=0.3).add_to(
            group
        )
    return group


def feature(kind: str, coordinates: Any, *, text: str = "", **properties: Any) -> Feature:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": geometry, "properties": {"text": escape(text)} | properties}


def borders(regions: dict[str, Any]) -> folium.GeoJson:
    look = {"color": "#b9ad97", "weight": 1.2, "fillColor": "#fdfbf5", "fillOpacity": 1, "dashArray": "5 4"}
    return folium.GeoJson(regions, control=False, style_function=lambda _: look, name="regions")


def zone(outline: Outline) -> Feature:
    return {
        "type": "Feature",
        "geometry": outline.geometry,
        "properties": {"text": escape(outline.name), "kind": outline.kind},
    }


def zone_style(feature: Feature) -> dict[str, Any]:
    kind = feature["properties"]["kind"]
    is_border = kind == "boundary"
    colour = BREACH if kind == FORBIDDEN else ACCENT
    return {"color": colour, "weight": 2, "fillOpacity": 0 if is_border else 0.12} | (
        {"dashArray": "6 5"} if is_border else {}
    )


def ways(points: Sequence[Point]) -> list[Feature]:
    """Lines between fixes; one that bridges a gap stands alone, so that it can be dotted."""
    lines: list[list[Point]] = [list(points[:1])]
    gaps: list[list[Point]] = []
    for was, then in pairwise(points):
        if then.taken_at - was.taken_at > GAP:
            gaps.append([was, then])
            lines.append([then])
        else:
            lines[-1].append(then)
    made = [_line(line, is_gap=False) for line in lines if len(line) > 1]
    return made + [_line(gap, is_gap=True) for gap in gaps]


def _line(points: Sequence[Point], *, is_gap: bool) -> Feature:
    return feature("LineString", [_place(p) for p in points], is_gap=is_gap)


def _place(point: Point) -> list[float]:
    return [round(point.lon, 6), round(point.lat, 6)]


def way_style(feature: Feature) -> dict[str, Any]:
    if feature["properties"]["is_gap"]:
        return {"color": INK, "weight": 2.5, "dashArray": "1 7", "lineCap": "round", "opacity": 0.7}
    return {"color": ACCENT, "weight": 3, "opacity": 0.75}


def thin(points: Sequence[Point], most: int = MOST_SPOTS) -> Sequence[Point]:
    """Evenly fewer, the last one always among them."""
    step = -(-len(points) // most) or 1
    return [*points[:-1:step], points[-1]] if points else points


def doubts(points: Sequence[Point]) -> list[Feature]:
    """Circles in steps of 5 m: equal ones share one style."""
    return [
        feature("Point", _place(p), radius=max(5, round(p.accuracy_m / 5) * 5))
        for p in thin(points)
        if p.accuracy_m
    ]


def doubt_style(feature: Feature) -> dict[str, Any]:
    radius = feature["properties"]["radius"]
    return {"radius": radius, "color": ACCENT, "weight": 0.6, "opacity": 0.5} | FILLED | {"fillOpacity": 0.06}


def spots(points: Sequence[Point], t: Say) -> list[Feature]:
    return [feature("Point", _place(p), text=told(p, t)) for p in thin(points)]


def told(point: Point, t: Say) -> str:
    parts = [i18n.clock(point.taken_at)]
    if point.accuracy_m:
        parts.append("± " + t("alert.metres", m=round(point.accuracy_m)))
    if point.speed_mps and point.speed_mps > 0.5:
        parts.append(f"{round(point.speed_mps * 3.6)} {t('map.kmh')}")
    return " · ".join(parts)


def spot_style(_feature: Feature) -> dict[str, Any]:
    return {"radius": 3.2, "color": "#ffffff", "weight": 1, "fillColor": ACCENT} | FILLED


def ends(points: Sequence[Point], breaches: Iterable[Broke], *, t: Say) -> list[Feature]:
    """Where somebody was when a breach began and when it ended: the last fix before."""
    times = [p.taken_at for p in points]
    made = []
    for breach in breaches:
        for word, at in (("track.begins", breach.opened_at), ("track.ends", breach.closed_at)):
            before = bisect_right(times, at) - 1 if at else -1
            if before >= 0 and at:
                text = f"{t('alert.kind.' + breach.kind)} · {t(word)} {i18n.clock(at)}"
                made.append(feature("Point", _place(points[before]), text=text, is_end=word == "track.ends"))
    return made


def end_style(feature: Feature) -> dict[str, Any]:
    fill = "#ffffff" if feature["properties"]["is_end"] else BREACH
    return {"radius": 8, "color": BREACH, "weight": 3, "fillColor": fill} | FILLED


def bounds(points: Sequence[Point]) -> list[list[float]]:
    lats, lons = [p.lat for p in points], [p.lon for p in points]
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
