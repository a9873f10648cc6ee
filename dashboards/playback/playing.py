"""A person's time as it is played: fixes, intervals at home and away, stops, gaps, breaches, zones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock
from core.auth import Caller
from core.clock import to_us
from core.errors import Invalid
from core.model import PersonId
from dashboards.playback import days
from dashboards.playback.outline import Outline
from dashboards.store import files, playing
from dashboards.store.files import Broke
from geofence import policies
from geofence.rules import whereabouts
from geofence.rules.whereabouts import Span, Stop
from inmates import service as people
from inmates.model import Person
from tracking import desk
from tracking.model import Fix, Flag, Mechanism
from tracking.store.tracks import Point
from tracking.wire.tracks_out import Spot

LONGEST: Final = timedelta(days=3)
MOST: Final = 6
"""People of one playback."""
HALF_HOUR: Final = timedelta(minutes=30)


class PlaybackPeriod(Invalid):
    code: ClassVar[str] = "playback_period"


@dataclass(frozen=True, slots=True)
class Played:
    person: Person
    points: Sequence[Point]
    spans: Sequence[Span]
    stops: Sequence[Stop]
    gaps: Sequence[tuple[int, int]]
    breaches: Sequence[Broke]
    zones: Sequence[Outline]

    @property
    def name(self) -> str:
        return f"{self.person.surname} {self.person.given_name}"

    @property
    def spots(self) -> list[Spot]:
        return [
            Spot(p.taken_at, p.lon, p.lat, p.accuracy_m, p.received_at, p.device, p.sequence)
            for p in self.points
        ]


def around(moment: datetime) -> str:
    """The query of a playback, or of evidence, of half an hour before and after."""
    at = moment.astimezone(clock.HERE).replace(tzinfo=None)
    period = {"from": at - HALF_HOUR, "to": at + HALF_HOUR}
    return urlencode({name: moment.isoformat(timespec="minutes") for name, moment in period.items()})


def checked(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    if not since < until <= since + LONGEST:
        raise PlaybackPeriod(days=LONGEST.days)
    return since, until


async def play(
    conn: AsyncConnection, caller: Caller, person: PersonId, *, since: datetime, until: datetime
) -> Played:
    """The reading is recorded with its period (tracking.desk)."""
    found = await people.known(conn, caller, person=person)
    track = await desk.track(conn, caller, person=person, since=since, until=until)
    at = min(until, clock.now())
    fixes = [fix_of(point, person) for point in track.points]
    period = {"since_us": to_us(since), "until_us": max(to_us(since) + 1, to_us(at))}
    home = await playing.home(conn, person, at=at)
    return Played(
        found,
        track.points,
        whereabouts.spans(fixes, home, policies=policies.in_force(), **period),
        whereabouts.stops(fixes),
        whereabouts.gaps(fixes),
        await files.breaches_of(conn, person, since=since, until=until),
        await days.zones(conn, person, at=at),
    )


def fix_of(point: Point, person: PersonId) -> Fix:
    place = point.lon, point.lat, point.accuracy_m
    mark = point.device, point.sequence, person, to_us(point.taken_at), to_us(point.received_at)
    return Fix(*mark, *place, mechanism=Mechanism(point.mechanism), flags=Flag(point.flags))


def data(listed: Sequence[Played], disputed: Sequence[Spot], *, name: str) -> dict[str, Any]:
    """For the script of the page: milliseconds, degrees, metres."""
    tracks = [
        {"name": one.name, "fixes": [_plain(spot) for spot in one.spots], "is_disputed": False}
        for one in listed
    ]
    if disputed:
        tracks.append({"name": name, "fixes": [_plain(spot) for spot in disputed], "is_disputed": True})
    zones = [
        {"type": "Feature", "geometry": z.geometry, "properties": {"name": z.name, "kind": z.kind}}
        for one in listed
        for z in one.zones
    ]
    return {"tracks": tracks, "zones": {"type": "FeatureCollection", "features": zones}}


def _plain(spot: Spot) -> list[float | None]:
    return [to_us(spot.taken_at) // 1000, round(spot.lon, 6), round(spot.lat, 6), spot.accuracy_m]
