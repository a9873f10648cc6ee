"""Sealed bytes ↔ what doctors wrote: the only place that opens the health compartment's values."""

import json
from typing import Any, Final

from core import compartments
from core.model import PersonId, UserId
from core.sealing import Keys
from inmates.health.model import Appointment, AppointmentId, Attendance, Finding, FindingId, Outcome

NAME: Final = "health"
"""Of the compartment and its keys."""


def purpose(keys: Keys, text: str, *, ident: int) -> bytes:
    return compartments.seal(keys, NAME, text, place=f"health_appointments:{ident}:purpose")


def said(keys: Keys, outcome: Outcome, *, note: str, ident: int) -> bytes:
    text = json.dumps({"outcome": outcome, "note": note})
    return compartments.seal(keys, NAME, text, place=f"health_attendances:{ident}:said")


def text(keys: Keys, words: str, *, ident: int) -> bytes:
    return compartments.seal(keys, NAME, words, place=f"health_findings:{ident}:text")


def appointment(keys: Keys, row: Any) -> Appointment:
    opened = compartments.unseal(keys, NAME, row.purpose, place=f"health_appointments:{row.id}:purpose")
    return Appointment(
        AppointmentId(row.id),
        PersonId(row.person_id),
        row.due_at,
        row.made_at,
        UserId(row.made_by),
        opened,
    )


def attendance(keys: Keys, row: Any) -> Attendance:
    opened = compartments.unseal(keys, NAME, row.said, place=f"health_attendances:{row.id}:said")
    content: dict[str, Any] = json.loads(opened) if opened else {"outcome": None, "note": ""}
    return Attendance(
        row.id,
        AppointmentId(row.appointment_id),
        row.noted_at,
        UserId(row.noted_by),
        Outcome(content["outcome"]) if content["outcome"] else None,
        content["note"],
        row.replaces,
    )


def finding(keys: Keys, row: Any) -> Finding:
    opened = compartments.unseal(keys, NAME, row.text, place=f"health_findings:{row.id}:text")
    return Finding(FindingId(row.id), PersonId(row.person_id), row.made_at, UserId(row.made_by), opened)
