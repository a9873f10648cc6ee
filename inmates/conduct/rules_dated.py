"""What others read from conduct: dated facts for clocks, times in the cell, and who had a part in it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from core.clock import HERE
from core.model import PersonId, UserId
from inmates.conduct import rules
from inmates.conduct.model import Decision, Entry, EntryKind, IncentiveKind, Record
from inmates.legality.model import Segregation
from inmates.model import Fact

CELL_FACTS = {
    EntryKind.REVIEWED: ("cell_reviewed",),
    EntryKind.SERVED: ("cell_ended",),
    EntryKind.LIFTED: ("cell_ended",),
    EntryKind.ANNULLED: ("cell_ended",),
}
"""What clocks hear of these entries."""


def segregations(record: Record) -> list[Segregation]:
    """Times in the cell that were decided and not annulled: to when they ended, or are to end."""
    annulled = {one.decision_id for one in record.entries if one.kind is EntryKind.ANNULLED}
    cells = [one for one in record.decisions if one.begins_on and one.id not in annulled]
    return [_segregation(one, record.entries) for one in cells]


def _segregation(decision: Decision, entries: Iterable[Entry]) -> Segregation:
    mine = [one for one in entries if one.decision_id == decision.id]
    begins_on, ends_on = decision.begins_on or date.max, rules.cell_end(decision, mine)
    lifted = [rules.day_of(one.at) for one in mine if one.kind is EntryKind.LIFTED]
    ends = [max(day, begins_on) for day in (ends_on, *lifted) if day]
    return Segregation(begins_on, min(ends, default=None))


def dated(person: PersonId, record: Record) -> list[Fact]:
    """The facts that clocks count from."""
    found = [Fact("incident_reported", person, one.reported_at, one.id) for one in record.incidents]
    found += [
        Fact("incident_decided", person, one.decided_at, one.incident_id, by=one.decided_by)
        for one in record.decisions
    ]
    incidents = {one.id: one.incident_id for one in record.decisions}
    found += [
        Fact("incident_reported", person, one.at, incidents[one.decision_id])
        for one in record.entries
        if one.kind is EntryKind.ANNULLED
    ]  # an annulment asks for a decision anew
    for one in record.decisions:
        if one.begins_on and one.days:
            begins = max(one.decided_at, datetime.combine(one.begins_on, time(), HERE))
            due = begins + timedelta(days=one.days)
            found.append(Fact("cell_begun", person, begins, one.id, due, one.decided_by))
    found += [
        Fact(kind, person, one.at, one.decision_id, by=one.by)
        for one in record.entries
        for kind in CELL_FACTS.get(one.kind, ())
    ]
    found += [
        Fact("early_release_submitted", person, one.decided_at, by=one.decided_by)
        for one in record.incentives
        if one.kind is IncentiveKind.EARLY_RELEASE_SUBMISSION
    ]
    return found


def people_of(record: Record) -> set[UserId]:
    """Who reported, heard, decided or wrote."""
    return {
        *(one.reported_by for one in record.incidents),
        *(one.heard_by for one in record.hearings),
        *(one.decided_by for one in record.decisions),
        *(one.decided_by for one in record.incentives),
        *(one.by for one in record.entries),
        *(one.written_by for one in record.protocols),
    }
