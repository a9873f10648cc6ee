"""The medical part of a person's own file, in words that the person can read. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from core import i18n
from inmates.health.model import Consequence, Finding
from inmates.health.rules import Kept
from inmates.parts.model import Entry, Gathered


def gathered(
    appointments: Sequence[Kept],
    findings: Sequence[Finding],
    consequences: Sequence[Consequence],
    *,
    say: Callable[..., str],
    language: str,
) -> Gathered:
    """Everything that the compartment holds; what its keys do not open is named as such."""
    found = [
        *(_finding(one, say, language) for one in findings),
        *(_appointment(one, say, language) for one in appointments),
        *(_consequence(one, say, language) for one in consequences),
    ]
    data = {
        "findings": [{"made_at": one.made_at.isoformat(), "text": one.text} for one in findings],
        "appointments": [_data(one) for one in appointments],
        "consequences": [
            {"kind": one.kind, "starts_at": one.starts_at.isoformat(), "ends_at": _iso(one.ends_at)}
            for one in consequences
        ],
    }
    return Gathered(say("part.of.health"), data, found)


def _finding(one: Finding, say: Callable[..., str], language: str) -> Entry:
    text = say("health.sealed") if one.text is None else one.text
    return Entry(i18n.moment(language, one.made_at), [(say("health.text"), text)])


def _appointment(one: Kept, say: Callable[..., str], language: str) -> Entry:
    purpose, said = one.appointment.purpose, one.attendance
    facts = [(say("health.purpose"), say("health.sealed") if purpose is None else purpose)]
    if said and said.outcome:
        facts.append((say("health.outcome"), say(f"health.result.{said.outcome}")))
    if said and said.note:
        facts.append((say("health.note"), said.note))
    return Entry(i18n.moment(language, one.appointment.due_at), facts)


def _consequence(one: Consequence, say: Callable[..., str], language: str) -> Entry:
    days = (("handover.fact.since", one.starts_at), ("handover.fact.until", one.ends_at))
    return Entry(
        say(f"health.kind.{one.kind}"), [(say(k), i18n.moment(language, at)) for k, at in _known(days)]
    )


def _known(days: Iterable[tuple[str, datetime | None]]) -> list[tuple[str, datetime]]:
    return [(name, at) for name, at in days if at is not None]


def _data(one: Kept) -> dict[str, str | None]:
    said = one.attendance
    return {
        "due_at": one.appointment.due_at.isoformat(),
        "purpose": one.appointment.purpose,
        "outcome": said.outcome if said else None,
        "note": said.note if said else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
