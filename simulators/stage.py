"""The demonstration's cast: in the first two minutes every kind of thing happens to somebody.

Times are seconds since the curtain. Each actor stands at a spot of their own; metres count from there. The
platform needs a minute and more of plain fixes to change a sure verdict, and ten seconds for a first one:
whoever must ring at once begins on the wrong side."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi, sin
from random import Random
from typing import Final

from shapely import LineString

from core.times import from_us
from geofence.model import Absence, ConditionId, ConditionKind, Hours, Shape, ShapeKind, Term, Window, ZoneId
from simulators import days, places
from simulators.days import Habit, Sky
from simulators.errors import ORDINARY
from simulators.paths import Timed
from simulators.places import Zone
from simulators.plane import Spot, lonlat
from simulators.scenes import SECOND_US, Scene, SceneKind
from simulators.world import Resident, World

RECEIVER: Final = replace(ORDINARY, leaps_per_hour=0.0)
"""The only leap is the one in the play."""
AGAIN_S: Final = 900.0
"""The play begins again after a quarter of an hour, for a day."""
TIMES: Final = 96
CURFEW_AFTER_S: Final = 35
CURFEW_MIN: Final = 8 * 60
HOUR_US: Final = 3600 * SECOND_US
ABSENCE_US: Final = 12 * HOUR_US


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    kind: ConditionKind
    zone: str
    shape: str = "circle"
    walk: tuple[tuple[float, float, float], ...] = ()
    """(second, metres east, metres north) of the zone's centre; none = at home in the middle of it."""
    does: tuple[tuple[SceneKind, float, float], ...] = ()
    sky: Sky = Sky.OPEN
    again: bool = True
    is_excused: bool = False


IN, OUT, AT_HOME = ConditionKind.EXCLUSION, ConditionKind.INCLUSION, ConditionKind.CURFEW
CAST: Final = (
    Role(
        "enters, stays, leaves",
        IN,
        "Namuna stadion",
        "blob",
        walk=(
            (0, -140, 0),
            (12, -135, 0),
            (60, -60, 0),
            (200, 0, 20),
            (300, -320, 0),
            (890, -300, 40),
            (900, -140, 0),
        ),
        does=((SceneKind.SILENT, 0, 12),),
    ),
    Role(
        "is inside and leaves",
        IN,
        "Namuna maktab",
        walk=((0, 0, 0), (12, 20, 0), (40, 260, 0), (600, 260, 60), (890, 200, 0), (900, 0, 0)),
    ),
    Role(
        "outside when the curfew begins",
        AT_HOME,
        "Uy",
        walk=((0, 600, 100), (200, 560, 60), (300, 10, 0), (800, 0, 0), (890, 590, 90), (900, 600, 100)),
    ),
    Role("opens the strap", OUT, "Uy", does=((SceneKind.STRAP, 35, 75),), sky=Sky.INDOORS),
    Role("forgets to charge", OUT, "Uy", does=((SceneKind.BATTERY, 20, 110),), sky=Sky.INDOORS),
    Role(
        "carries a jammer",
        IN,
        "Namuna bozor",
        "ring",
        walk=((0, 500, 0), (450, 500, 400), (900, 500, 0)),
        does=((SceneKind.JAM, 15, 110),),
    ),
    Role(
        "has no network while inside",
        IN,
        "Namuna kollej",
        walk=((0, -60, 0), (50, 0, 0), (70, 0, 10), (160, 300, 0), (890, 260, 80), (900, -60, 0)),
        does=((SceneKind.OFFLINE, 4, 65),),
    ),
    Role(
        "falls silent for good", OUT, "Uy", does=((SceneKind.SILENT, 40, 1e6),), sky=Sky.INDOORS, again=False
    ),
    Role("leaps", OUT, "Uy", does=((SceneKind.LEAP, 50, 62),), sky=Sky.INDOORS),
    Role(
        "leaves house arrest",
        OUT,
        "Uy",
        walk=((0, 0, 0), (40, 0, 0), (100, 260, 0), (240, 300, 80), (330, 0, 0), (900, 0, 0)),
    ),
    Role("opens the case", OUT, "Uy", does=((SceneKind.CASE, 80, 100),), sky=Sky.INDOORS),
    Role(
        "rides across a forbidden line",
        IN,
        "Namuna anhor",
        "line",
        does=((SceneKind.SILENT, 53, 64),),
        walk=((0, -350, 0), (30, -300, 0), (90, 330, 0), (450, 330, 200), (510, -350, 200), (900, -350, 0)),
    ),
    Role(
        "walks along the border, outside",
        IN,
        "Namuna bozor",
        "blob",
        walk=((0, 300, 0), (100, 0, 300), (300, -300, 0), (500, 0, -300), (700, 300, -10), (900, 300, 0)),
    ),
    Role(
        "leaves the city",
        ConditionKind.BOUNDARY,
        "",
        "city",
        walk=(
            (0, -90, 0),
            (20, 30, 0),
            (60, 150, 0),
            (240, 160, 60),
            (330, -200, 0),
            (890, -150, 50),
            (900, -90, 0),
        ),
    ),
    Role(
        "has leave and is away",
        OUT,
        "Uy",
        walk=((0, 500, 0), (450, 900, 300), (900, 500, 0)),
        is_excused=True,
    ),
)

QUIET: Final = {"falls silent for good", "walks along the border, outside", "has leave and is away"}
"""Roles in which nothing rings at first: ten minutes of silence, a near miss, an authorised absence."""


def plays(role: str, people: int) -> int | None:
    """Who of a city of so many plays it, from 1; none: the city is too small for it."""
    cast = [one.name for one in CAST[: people // 3]]
    return people - len(cast) + cast.index(role) + 1 if role in cast else None


def staged(world: World, at_us: int) -> tuple[World, tuple[Scene, ...]]:
    """The city with its last people replaced by the cast, and the play that begins at `at_us`."""
    cast = CAST[: len(world.residents) // 3]
    first = len(world.residents) - len(cast)
    actors: list[Resident] = []
    scenes: list[Scene] = []
    for place, role in enumerate(cast):
        spot = _spot(role, place)
        zone = _zone(role, spot, world, who=first + place)
        actors.append(_actor(world.residents[first + place], role, zone=zone, spot=spot, at_us=at_us))
        scenes += _scenes(role, first + place, spot=spot, at_us=at_us)
    return replace(world, residents=(*world.residents[:first], *actors)), tuple(scenes)


def hangs_on_the_clock(term: Term) -> bool:
    """Its hours or absences were made for one performance: the next one needs them anew."""
    return bool(term.hours.weekly or term.absences)


def _zone(role: Role, spot: Spot, world: World, *, who: int) -> Zone:
    if role.shape == "city":
        return world.zones[0]
    number = world.residents[who].person.id
    return Zone(ZoneId(1000 + number * 10 + 5), f"{role.zone} {number:05}", _shape(role, spot))


def _actor(understudy: Resident, role: Role, *, zone: Zone, spot: Spot, at_us: int) -> Resident:
    absence = Absence(at_us - HOUR_US, at_us + ABSENCE_US)
    term = Term(
        condition=ConditionId(understudy.person.id * 100 + 1),
        order=understudy.order.id,
        zone=zone.id,
        zone_version=1,
        kind=role.kind,
        shape=zone.shape,
        hours=_curfew(at_us) if role.kind is AT_HOME else Hours(),
        since_us=understudy.terms[0].since_us,
        until_us=understudy.terms[0].until_us,
        absences=(absence,) if role.is_excused else (),
    )
    return replace(
        understudy,
        habit=Habit.HOMEBOUND,
        day=days.day(Habit.HOMEBOUND, spot, spot, leaves_s=0, random=Random(0)),
        zones=() if role.shape == "city" else (zone,),
        terms=(term,),
        is_actor=True,
    )


def _curfew(at_us: int) -> Hours:
    """From the first full minute after the curtain and a little, on every day of the week."""
    local = from_us(at_us + (CURFEW_AFTER_S + days.LOCAL_S) * SECOND_US)
    starts = local.hour * 60 + local.minute + 1
    pieces = [(starts % 1440, min(starts % 1440 + CURFEW_MIN, 1440))]
    if starts % 1440 + CURFEW_MIN > 1440:
        pieces.append((0, starts % 1440 + CURFEW_MIN - 1440))
    return Hours(tuple(Window(day, a, b) for day in range(7) for a, b in sorted(pieces)))


def _shape(role: Role, spot: Spot) -> Shape:
    if role.shape == "blob":
        return places.area(places.blob(spot, 150, Random(role.name)))
    if role.shape == "ring":
        return places.area(
            places.blob(spot, 200, Random(role.name)), places.blob(spot, 60, Random(role.name))
        )
    if role.shape == "line":
        ends = [lonlat(Spot(spot.x + dx, spot.y + dy)) for dx, dy in ((-40, -700), (0, 0), (30, 700))]
        return Shape(ShapeKind.CORRIDOR, LineString(ends), 8.0)
    return places.circle(spot, 120)


def _spot(role: Role, place: int) -> Spot:
    """Around the centre, so that a map of the city shows all of them; at its rim for who leaves it."""
    if role.shape == "city":
        return Spot(places.CITY_RADIUS_M, 0.0)
    turn, far = 2 * pi * place / len(CAST), (3200.0, 4800.0)[place % 2]
    return Spot(far * cos(turn), far * sin(turn))


def _scenes(role: Role, who: int, *, spot: Spot, at_us: int) -> Iterator[Scene]:
    for turn in range(TIMES if role.again else 1):
        begins_us = at_us + int(turn * AGAIN_S * SECOND_US)
        if role.walk:
            walk: Timed = [(t, spot.x + dx, spot.y + dy) for t, dx, dy in role.walk]
            ends_us = begins_us + int(AGAIN_S * SECOND_US)
            yield Scene(who, SceneKind.WALK, begins_us, ends_us, walk, role.sky)
        for kind, since_s, until_s in role.does:
            since_us, until_us = (begins_us + int(s * SECOND_US) for s in (since_s, until_s))
            yield Scene(who, kind, since_us, until_us)
