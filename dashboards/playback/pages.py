"""The pages of playback: one or several people over a time, a disputed track beside them, and files of it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from core import audit, clock, http
from core.auth import Caller, Permission, allow
from core.clock import from_us, to_us
from core.fields import WITHOUT_NUL
from core.model import PersonId
from dashboards.pages import page
from dashboards.playback import day_report, playing
from dashboards.playback.playing import Played
from geofence.zones import ReasonMissing
from inmates import service as people
from inmates import store
from tracking.wire import tracks_in, tracks_out
from tracking.wire.tracks_out import Spot

router = APIRouter(tags=["pages"], include_in_schema=False)
SHOWN: Final = 300
"""Fixes in the table below the map; the files have all."""
Numbers = Annotated[str, Query(alias="with", max_length=300, pattern=WITHOUT_NUL)]
Moment = Annotated[datetime | None, Query()]


@router.get("/people/{person_id}/playback")
async def playback_page(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    since: Annotated[datetime | None, Query(alias="from")] = None,
    until: Annotated[datetime | None, Query(alias="to")] = None,
    others: Numbers = "",
    caller: Caller = allow(Permission.TRACK_READ),
) -> Response:
    listed, unknown = await _people(conn, caller, PersonId(person_id), others=others)
    played = await _played(conn, caller, listed, since=since, until=until)
    return _page(request, caller, *played, others=others, unknown=unknown)


@router.post("/people/{person_id}/playback")
async def disputed_form(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    since: Annotated[datetime | None, Form()] = None,
    until: Annotated[datetime | None, Form()] = None,
    file: Annotated[UploadFile | None, File()] = None,
    caller: Caller = allow(Permission.TRACK_READ),
) -> Response:
    """Somebody's own track beside the official one; it is shown and forgotten."""
    disputed = tracks_in.read(await file.read(tracks_in.MOST_BYTES + 1)) if file and file.size else []
    played = await _played(conn, caller, [PersonId(person_id)], since=since, until=until)
    return _page(request, caller, *played, disputed=disputed)


@router.post("/people/{person_id}/playback/file")
async def track_file(
    request: Request,
    person_id: http.Id,
    conn: http.Conn,
    *,
    since: Annotated[datetime, Form()],
    until: Annotated[datetime, Form()],
    form: Annotated[Literal["geojson", "gpx", "kml", "mfjson", "csv", "pdf"], Form()],
    reason: Annotated[str, Form(max_length=1000)],
    caller: Caller = allow(Permission.TRACK_EXPORT),
) -> Response:
    period = playing.checked(clock.here(since), clock.here(until))
    await _recorded(conn, caller, PersonId(person_id), form=form, reason=reason, period=period)
    found = await playing.play(conn, caller, PersonId(person_id), since=period[0], until=period[1])
    return _file(request, caller, found, form=form, since=period[0])


def _file(request: Request, caller: Caller, found: Played, *, form: str, since: datetime) -> Response:
    named = f"{found.person.number}-{since.astimezone(clock.HERE):%Y-%m-%d}"
    if form == "pdf":
        language = http.language(request)
        say = request.app.state.texts.speaker(language)
        by, fonts = caller.shown_as, request.app.state.fonts
        made = day_report.printed(found, say, fonts=fonts, language=language, made_at=clock.now(), by=by)
        return _sent(made, "application/pdf", f"{named}.pdf")
    write, media, ending = tracks_out.WRITERS[form]
    return _sent(write(named, found.spots), media, f"{named}.{ending}")


def _sent(content: bytes, media: str, name: str) -> Response:
    return Response(content, media_type=media, headers=http.attached(name))


async def _recorded(
    conn: AsyncConnection,
    caller: Caller,
    person: PersonId,
    *,
    form: str,
    reason: str,
    period: tuple[datetime, datetime],
) -> None:
    if not reason.strip():
        raise ReasonMissing
    await people.known(conn, caller, person=person)
    detail = {"form": form, "since": period[0].isoformat(), "until": period[1].isoformat()}
    await audit.record(
        conn,
        caller.user,
        action=Permission.TRACK_EXPORT,
        subject_kind="person",
        subject=person,
        why=reason.strip(),
        detail=detail,
    )


async def _people(
    conn: AsyncConnection, caller: Caller, first: PersonId, *, others: str
) -> tuple[list[PersonId], list[str]]:
    """The first one and those of these file numbers, each once; and the numbers that are nobody's here."""
    numbers = [one.strip() for one in others.replace(";", ",").split(",") if one.strip()][: playing.MOST - 1]
    found = {one: await store.numbered(conn, one, scope=people.within(caller)) for one in numbers}
    known = [ident for ident in found.values() if ident is not None]
    return list(dict.fromkeys([first, *known])), [one for one in numbers if found[one] is None]


async def _played(
    conn: AsyncConnection,
    caller: Caller,
    listed: list[PersonId],
    *,
    since: datetime | None,
    until: datetime | None,
) -> tuple[list[Played], datetime, datetime]:
    """Today unless a time is asked for."""
    day = clock.local_day(clock.today())
    period = playing.checked(clock.here(since) if since else day[0], clock.here(until) if until else day[1])
    found = [await playing.play(conn, caller, one, since=period[0], until=period[1]) for one in listed]
    return found, *period


def _page(
    request: Request,
    caller: Caller,
    listed: list[Played],
    since: datetime,
    until: datetime,
    *,
    others: str = "",
    unknown: list[str] | None = None,
    disputed: list[Spot] | None = None,
) -> Response:
    t = request.app.state.texts.speaker(http.language(request))
    told = playing.data(listed, disputed or [], name=t("playback.disputed"))
    told |= {"since": to_us(since) // 1000, "until": to_us(until) // 1000}
    values: dict[str, Any] = {
        "played": listed,
        "data": told,
        "others": others,
        "unknown": unknown or [],
        "disputed": disputed or [],
        "since": since.astimezone(clock.HERE).replace(tzinfo=None),
        "until": until.astimezone(clock.HERE).replace(tzinfo=None),
        "at": from_us,
        "share": lambda us: round(1000 * (us - to_us(since)) / (to_us(until) - to_us(since)), 2),
        "thin": lambda points: points[:: -(-len(points) // SHOWN) or 1],
        "may_export": caller.may(Permission.TRACK_EXPORT),
        "forms": [*tracks_out.WRITERS, "pdf"],
    }
    return page(request, "playback.html", **values)
