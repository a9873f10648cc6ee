"""Is a proposal complete, who may publish it, from when on does it bind?"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar, Final

from core.errors import Conflict, Invalid
from core.model import UserId
from geofence.model import ConditionKind, Hours
from geofence.proposals.model import Content, End, Leave, Target
from geofence.refusals import CurfewWithoutHours, NameMissing, PeriodEmpty, ReasonMissing
from geofence.rules import drawing

MOST_LEAVES: Final = 50
MOST_DAYS: Final = 400


class OwnProposal(Conflict):
    """Four eyes: whoever wrote any version of it does not publish it."""

    code: ClassVar[str] = "own_proposal"


class ProposalOver(Conflict):
    """It was published or withdrawn."""

    code: ClassVar[str] = "proposal_over"


class ProposalKindMissing(Invalid):
    """Of an order's condition: exclusion, inclusion, curfew or boundary."""

    code: ClassVar[str] = "proposal_kind_missing"


class DayTwice(Invalid):
    code: ClassVar[str] = "day_twice"


class TooManyDays(Invalid):
    code: ClassVar[str] = "too_many_days"


def settled(target: Target, content: Content) -> Content:
    """A shared zone has neither kind nor hours: each order gives it its own."""
    if target.order is not None:
        return content
    return replace(content, kind=None, uses=None, hours=Hours(), leaves=(), until=None)


def check(target: Target, content: Content) -> None:
    """Raises the first refusal that applies."""
    if content.shape is None and content.uses is None:
        raise drawing.ShapeEmpty
    if not content.name.strip():
        raise NameMissing
    if not content.reason.strip():
        raise ReasonMissing
    if content.shape is not None:
        drawing.check(content.shape)
    if content.since and content.until and content.since >= content.until:
        raise PeriodEmpty
    if target.order is not None:
        _check_hours(content)


def _check_hours(content: Content) -> None:
    if content.kind is None:
        raise ProposalKindMissing
    days = [day.on for day in content.hours.exceptions]
    if len(days) > MOST_DAYS or len(content.leaves) > MOST_LEAVES:
        raise TooManyDays(days=MOST_DAYS, absences=MOST_LEAVES)
    if twice := [day for day in days if days.count(day) > 1]:
        raise DayTwice(on=twice[0])
    drawing.check_hours(content.hours)
    if content.kind is ConditionKind.CURFEW and not content.hours.weekly:
        raise CurfewWithoutHours
    for leave in content.leaves:
        _check_leave(leave)


def _check_leave(leave: Leave) -> None:
    if leave.since >= leave.until:
        raise PeriodEmpty
    if not leave.reason.strip():
        raise ReasonMissing


def check_open(end: End | None) -> None:
    if end is not None:
        raise ProposalOver


def check_second(authors: Iterable[UserId], by: UserId) -> None:
    if by in set(authors):
        raise OwnProposal


def binds_from(content: Content, now: datetime) -> datetime:
    """A rule never binds backwards: whose day has passed while it waited begins with its publication."""
    return now if content.since is None else max(content.since, now)
