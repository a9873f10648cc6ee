"""From entries to standing, and from a command to the next entry: pure; the law is a parameter."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

from core.auth import Role
from core.errors import NotFound
from core.model import UserId
from messaging.appeals import machine, terms
from messaging.appeals.guards import GUARDS, Case, Incomplete, NotNow, SealedChannel, is_lacking
from messaging.appeals.model import (
    GRAVE,
    SEALED,
    Appeal,
    AppealId,
    ApplicantKind,
    Channel,
    Deed,
    Desk,
    Draft,
    Entry,
    Kind,
    Outcome,
    Proposal,
    Regime,
    Side,
    Standing,
    State,
    Topic,
)
from messaging.appeals.terms import Law

PROPOSALS: Final = {"propose_extension": "extension", "propose_leaving": "leaving"}
SETTLING: Final = frozenset({"extend", "leave", "decline"})
HANDLING: Final = frozenset({"take", "assign"})
ROUTING: Final = frozenset({"submit", "forward", "name_accused"})
OVERSEEING: Final = frozenset({"note", "name_accused", "allow_withdrawal"})
"""What oversight may do with an appeal at somebody else's desk."""


def regime(draft: Draft) -> Regime:
    """Relatives and outsiders come under the law on appeals; it does not hold for those in custody."""
    if draft.applicant.kind is not ApplicantKind.PERSON:
        return Regime.APPEALS_LAW
    return Regime.SAFETY_REQUEST if draft.topic is Topic.SAFETY else Regime.CRIMINAL_EXECUTIVE


def desk(draft: Draft, *, has_place: bool) -> Desk:
    """Who answers first: a complaint about staff goes past their unit, whatever else it says."""
    if draft.accused_users or draft.accused_institutions or not has_place:
        return Desk.CENTRAL
    return Desk.MEDICAL if draft.channel is Channel.MEDICAL else Desk.INSTITUTION


def content(draft: Draft) -> bytes:
    """What the receipt's digest is of, in the one spelling that everybody can compute."""
    said = {"body": draft.body, "kind": draft.kind, "subject": draft.subject, "topic": draft.topic}
    if draft.voice_sha256:
        said["voice"] = draft.voice_sha256
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def digest(draft: Draft) -> str:
    return sha256(content(draft)).hexdigest()


def headed(draft: Draft, ident: AppealId, *, number: str, regime: Regime, law: str, at: datetime) -> Appeal:
    """The head that a draft becomes."""
    return Appeal(
        ident,
        number,
        draft.client_id,
        draft.kind,
        draft.form,
        draft.channel,
        regime,
        draft.topic,
        draft.subject,
        draft.body,
        draft.applicant,
        draft.person,
        draft.is_danger,
        draft.language,
        digest(draft),
        at,
        draft.client_created_at,
        draft.repeats,
        law,
        draft.voice_sha256,
    )


def refuse_draft(draft: Draft) -> None:
    """Registration is never refused; what is no appeal at all is not one yet."""
    if draft.channel in SEALED:
        raise SealedChannel
    if not (draft.subject and draft.subject.strip()):
        raise Incomplete(name="subject")
    if bool(draft.body and draft.body.strip()) == bool(draft.voice_sha256):
        raise Incomplete(name="body")
    if draft.client_id.version != 7:
        raise Incomplete(name="client_id")


def fold(appeal: Appeal, entries: Iterable[Entry], *, law: Law) -> Standing:
    """Where the entries leave the appeal."""
    known = list(entries)
    standing = _begun(appeal, known[0], law)
    for entry in known:
        standing = _step(standing, entry, appeal=appeal, law=law)
    return standing


def _begun(appeal: Appeal, first: Entry, law: Law) -> Standing:
    due_at = terms.due(appeal.received_at, law.of("term", appeal.regime, appeal.kind), law)
    notice = law.of("study_notice", appeal.regime) if appeal.kind is Kind.TAKLIF else None
    since = terms.day_of(appeal.received_at)
    return Standing(
        state=State.DRAFT,
        desk=Desk(first.values["desk"]),
        institution=first.values.get("institution"),
        received_at=appeal.received_at,
        registered_on=terms.registered_on(appeal.received_at, law),
        due_at=due_at,
        due_on=terms.day_of(due_at),
        forward_due_on=terms.last_day(since, law.of("forward", appeal.regime), law),
        study_notice_due_on=terms.last_day(since, notice, law) if notice else None,
        is_danger=appeal.is_danger or appeal.topic in GRAVE,
    )


def _step(before: Standing, entry: Entry, *, appeal: Appeal, law: Law) -> Standing:
    row = machine.transitions()[entry.command]
    after = replace(before, state=row.after or before.state, entries=before.entries + 1)
    after = _clocked(after, entry, clock=row.clock, appeal=appeal, law=law)
    return replace(after, **_changes(before, entry))


def _clocked(standing: Standing, entry: Entry, *, clock: str, appeal: Appeal, law: Law) -> Standing:
    """The clock never pauses: it starts, it may get a longer term, it stops."""
    if clock == "stop":
        return replace(standing, ended_at=entry.at, proposal=None)
    if clock == "study":
        term = law.of("study", appeal.regime, appeal.kind)
        due_at = max(standing.due_at, terms.due(appeal.received_at, term, law))
        return replace(standing, needs_study=True, due_at=due_at, due_on=terms.day_of(due_at))
    if clock == "extend":
        proposed = standing.proposal.values if standing.proposal else entry.values
        until = date.fromisoformat(proposed["until"])
        return replace(standing, is_extended=True, due_at=terms.end_of(until), due_on=until)
    return standing


def _changes(before: Standing, entry: Entry) -> dict[str, Any]:
    """What a command says besides state and clock."""
    said, command = entry.values, entry.command
    if command in ROUTING:
        return _routed(before, said)
    if command in HANDLING:
        return {"handler": UserId(said["handler"]) if "handler" in said else entry.by}
    if command in PROPOSALS:
        return {"proposal": Proposal(PROPOSALS[command], entry.by, entry.at, said)}
    if command in SETTLING:
        return {"proposal": None}
    if command in {"answer", "answer_joined"}:
        return {"outcome": Outcome(said["outcome"])}
    one: dict[str, dict[str, Any]] = {
        "alarm": {"is_danger": True},
        "join": {"joined_to": AppealId(said.get("target", 0))},
        "unjoin": {"joined_to": None},
        "ask_withdrawal": {"withdrawal_asked": True},
        "rate": {"rating": said.get("stars")},
        "escalate": {"escalated": before.escalated | {said.get("rung", "")}},
    }
    return one.get(command, {})


def _routed(before: Standing, said: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever had it at the desk before has it no longer; number, first day and clock stay."""
    where = {"desk": Desk(said["desk"]), "institution": said.get("institution")}
    same = (before.desk, before.institution) == (where["desk"], where["institution"])
    return where if same else where | {"handler": None, "proposal": None}


def next_entry(case: Case, deed: Deed) -> Entry:
    """What the command leaves in the register, or why it may not be given."""
    row = machine.transitions()[deed.command]
    if deed.side not in row.by or case.standing.state not in row.before:
        raise NotNow(state=case.standing.state)
    for name in row.needs:
        if is_lacking(deed, name):
            raise Incomplete(name=name)
    for name in row.guards:
        if not (deed.side is Side.APPLICANT and name == "handler"):
            GUARDS[name](case, deed)
    is_visible = bool(deed.values.get("is_visible")) if row.is_visible is None else row.is_visible
    values = {
        name: value for name, value in deed.values.items() if value is not None and name != "is_visible"
    }
    return Entry(case.standing.entries + 1, deed.command, deed.at, deed.side, deed.by, is_visible, values)


def is_at_desk(standing: Standing, role: Role, *, command: str) -> bool:
    """Oversight sees the desks of institutions, and does not do their work."""
    return role is not Role.OVERSIGHT or standing.desk is Desk.CENTRAL or command in OVERSEEING


def commands(case: Case, side: Side) -> list[machine.Transition]:
    """What this side may think of giving now, guards aside."""
    known = machine.transitions().values()
    return [row for row in known if side in row.by and case.standing.state in row.before]


def visible(entries: Iterable[Entry], side: Side) -> list[Entry]:
    """The applicant reads what is meant for the applicant."""
    return [one for one in entries if side is not Side.APPLICANT or one.is_visible]


def known_command(name: str) -> str:
    if name not in machine.transitions():
        raise NotFound
    return name
