"""What may be a photo, what is kept of it, and which one stands in front. Pure."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from typing import Final

from core import pictures
from core.errors import Conflict, Invalid, Refusal
from inmates.photos.model import Photo, Prepared

LONGEST: Final = 5_000_000
"""Bytes of a file as it comes."""
LARGE: Final = (900, 1200)
SMALL: Final = 128
LEAST: Final = 120
"""Points on the shorter side: nobody is known by less."""


class PhotoTooLong(Refusal):
    code = "photo_too_long"
    status = 413


class PhotoUnreadable(Invalid):
    """It is no JPEG, PNG or WebP whatever its name says, or it cannot be read."""

    code = "photo_unreadable"


class PhotoTooSmall(Invalid):
    code = "photo_too_small"


class PhotoFromLater(Invalid):
    code = "photo_from_later"


class PhotoBeforeBirth(Invalid):
    code = "photo_before_birth"


class PhotoKnown(Conflict):
    """This very file is in the file of this person already, withdrawn or not."""

    code = "photo_known"


class PhotoWithdrawn(Conflict):
    """Somebody has withdrawn it already."""

    code = "photo_withdrawn"


class PhotoWhyMissing(Invalid):
    code = "reason_missing"


def dated(taken_on: date, *, born_on: date, today: date) -> date:
    if taken_on > today:
        raise PhotoFromLater
    if taken_on < born_on:
        raise PhotoBeforeBirth
    return taken_on


def prepared(content: bytes) -> Prepared:
    """By what the content is, not by what it is called."""
    if len(content) > LONGEST:
        raise PhotoTooLong(count=LONGEST // 1_000_000)
    kind = pictures.kind_of(content)
    points = pictures.points(content, kind) if kind else None
    if points is None:
        raise PhotoUnreadable
    if min(points.size) < LEAST:
        raise PhotoTooSmall(count=LEAST)
    return Prepared(
        sha256(content).hexdigest(), pictures.within(points, *LARGE), pictures.square(points, SMALL)
    )


def in_order(photos: Iterable[Photo]) -> list[Photo]:
    """The newest first, by the day they show; of one day the one that was entered last."""
    return sorted(photos, key=lambda one: (one.taken_on, one.id), reverse=True)


def current(photos: Iterable[Photo]) -> Photo | None:
    """The newest that nobody withdrew."""
    return next((one for one in in_order(photos) if one.withdrawn is None), None)
