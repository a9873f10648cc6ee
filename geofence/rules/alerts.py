"""What may happen to an alert next: taken by one officer, noted by anybody, closed by the one who has it."""

from dataclasses import dataclass, replace
from typing import ClassVar

from core.errors import Conflict, Invalid
from core.model import UserId
from geofence.model import Alert, AlertState, Entry, EntryKind, Outcome

LONGEST_NOTE = 4000
"""Characters."""


class AlreadyTaken(Conflict):
    code: ClassVar[str] = "alert_already_taken"


class AlreadyClosed(Conflict):
    code: ClassVar[str] = "alert_already_closed"


class NotTaken(Conflict):
    """Closing is an answer of somebody who looked: take it first."""

    code: ClassVar[str] = "alert_not_taken"


class NoteMissing(Invalid):
    code: ClassVar[str] = "note_missing"


class NoteTooLong(Invalid):
    code: ClassVar[str] = "note_too_long"


@dataclass(frozen=True, slots=True)
class Take:
    by: UserId
    instead_of: UserId | None = None
    """Whom they relieve, knowingly: shifts end and alerts do not."""


@dataclass(frozen=True, slots=True)
class Note:
    by: UserId
    text: str


@dataclass(frozen=True, slots=True)
class Close:
    by: UserId
    outcome: Outcome
    note: str = ""


Command = Take | Note | Close


def answer(alert: Alert, command: Command) -> tuple[Alert, tuple[Entry, ...]]:
    """The alert after the command and the entries that say so, or a Refusal; no entries: nothing to do."""
    if isinstance(command, Take):
        return _take(alert, command)
    if isinstance(command, Note):
        return _note(alert, command)
    return _close(alert, command)


def _take(alert: Alert, command: Take) -> tuple[Alert, tuple[Entry, ...]]:
    if alert.state is AlertState.CLOSED:
        raise AlreadyClosed
    if alert.state is AlertState.TAKEN:
        if alert.taken_by == command.by:
            return alert, ()  # a repeated click is no second fact
        if alert.taken_by != command.instead_of:
            raise AlreadyTaken
    taken = replace(alert, state=AlertState.TAKEN, taken_by=command.by)
    return taken, (Entry(EntryKind.TAKEN, command.by),)


def _note(alert: Alert, command: Note) -> tuple[Alert, tuple[Entry, ...]]:
    if not command.text.strip():
        raise NoteMissing
    return alert, (Entry(EntryKind.NOTED, command.by, _text(command.text)),)


def _close(alert: Alert, command: Close) -> tuple[Alert, tuple[Entry, ...]]:
    if alert.state is AlertState.CLOSED:
        raise AlreadyClosed
    if alert.state is AlertState.NEW:
        raise NotTaken
    if alert.taken_by != command.by:
        raise AlreadyTaken
    closed = replace(alert, state=AlertState.CLOSED)
    return closed, (Entry(EntryKind.CLOSED, command.by, _text(command.note), command.outcome),)


def _text(note: str) -> str | None:
    if len(note) > LONGEST_NOTE:
        raise NoteTooLong(most=LONGEST_NOTE)
    return note.strip() or None
