"""For how long somebody may be marked, and what is refused. Pure."""

from datetime import date, timedelta

from core.errors import Conflict, Invalid
from inmates.renown.model import Renown


class ReasonMissing(Invalid):
    code = "renown_reason_missing"


class TermWrong(Invalid):
    """The last day lies before today, or further off than the operator's number allows."""

    code = "renown_term_wrong"


class Marked(Conflict):
    code = "renown_marked"


class MarkOver(Conflict):
    """It has been taken off already."""

    code = "renown_over"


def check(*, why: str, until: date, today: date, longest: timedelta) -> None:
    if not why:
        raise ReasonMissing
    if not today <= until <= today + longest:
        raise TermWrong(count=longest.days)


def check_end(renown: Renown, *, why: str) -> None:
    if not why:
        raise ReasonMissing
    if renown.end is not None:
        raise MarkOver
