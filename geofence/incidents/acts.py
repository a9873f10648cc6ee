"""What an officer may do with a card: each act gives the entries that say so, or a Refusal; pure."""

from typing import ClassVar

from core.errors import Conflict
from core.model import UserId
from geofence.incidents.model import CallOutcome, Incident
from geofence.model import AlertId, AlertState, Entry, EntryKind, Outcome
from geofence.rules.alerts import (
    LONGEST_NOTE,
    AlreadyClosed,
    AlreadyTaken,
    NoteMissing,
    NoteTooLong,
    NotTaken,
)

Entries = list[tuple[AlertId, Entry]]


class IncidentGrew(Conflict):
    """Something came to the card that the officer has not seen: nothing is closed unseen."""

    code: ClassVar[str] = "incident_grew"


class StepUnknown(Conflict):
    """No alert of this card asks for it, or it is done."""

    code: ClassVar[str] = "step_unknown"


def take(card: Incident, by: UserId, *, instead_of: UserId | None = None) -> Entries:
    """Everything on it that is open; none: one has it already."""
    is_open(card)
    if card.owner not in {None, by, instead_of}:
        raise AlreadyTaken
    wanted = card.new if card.owner == by else card.open
    return [(alert, Entry(EntryKind.TAKEN, by)) for alert in wanted]


def hand(card: Incident, by: UserId, *, to: UserId) -> Entries:
    is_mine(card, by)
    return [(alert, Entry(EntryKind.HANDED, by, to=to)) for alert in card.open]


def release(card: Incident, by: UserId) -> Entries:
    is_mine(card, by)
    return [(alert, Entry(EntryKind.RELEASED, by)) for alert in card.open]


def note(card: Incident, by: UserId, *, text: str) -> Entries:
    if not text.strip():
        raise NoteMissing
    return [(card.lead, Entry(EntryKind.NOTED, by, words(text)))]


def call(card: Incident, by: UserId, *, outcome: CallOutcome, text: str) -> Entries:
    return [(card.lead, Entry(EntryKind.CALLED, by, words(text), said=outcome))]


def step(card: Incident, by: UserId, *, code: str, left: list[str]) -> Entries:
    """One step of the protocol is done. `left`: those that are not."""
    is_open(card)
    if code not in left:
        raise StepUnknown
    return [(card.lead, Entry(EntryKind.STEPPED, by, said=code))]


def message(card: Incident, by: UserId, *, command: int) -> Entries:
    return [(card.lead, Entry(EntryKind.MESSAGED, by, command=command))]


def close(card: Incident, by: UserId, *, outcome: Outcome, text: str, seen: int) -> Entries:
    """The whole card at once, as the officer saw it."""
    is_mine(card, by)
    if card.seen != seen:
        raise IncidentGrew
    return [(alert, Entry(EntryKind.CLOSED, by, words(text), outcome)) for alert in card.open]


def is_open(card: Incident) -> None:
    if card.state is AlertState.CLOSED:
        raise AlreadyClosed


def is_mine(card: Incident, by: UserId) -> None:
    is_open(card)
    if card.owner is None:
        raise NotTaken
    if card.owner != by:
        raise AlreadyTaken


def words(text: str) -> str | None:
    if len(text) > LONGEST_NOTE:
        raise NoteTooLong(most=LONGEST_NOTE)
    return text.strip() or None
