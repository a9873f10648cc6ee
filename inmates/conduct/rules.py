"""What may be decided about conduct, and what the facts come to on a day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from core.auth import Role
from core.calendar import months_after
from core.clock import HERE
from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from inmates.conduct.model import (
    Decision,
    Entry,
    EntryKind,
    Hearing,
    IncentiveKind,
    Incident,
    IncidentKind,
    Measure,
    Member,
    Proposal,
    Protocol,
    Record,
    Sanction,
    Standing,
    State,
)

ENDINGS = {EntryKind.LIFTED: State.LIFTED, EntryKind.ANNULLED: State.ANNULLED}
NOTHING = "none"


class NotPunishable(Conflict):
    """A state of need, or a deed of staff: nobody is punished for it."""

    code = "not_punishable"


class WrongDecider(Conflict):
    """The law gives this decision to another office."""

    code = "wrong_decider"


class NotHeard(Conflict):
    """No decision before the person was asked for an explanation."""

    code = "not_heard"


class DecidedAlready(Conflict):
    code = "decided_already"


class TooLate(Conflict):
    """The time in which a sanction may be imposed has passed."""

    code = "sanction_too_late"


class DaysExceeded(Invalid):
    """Longer than the law allows, or days where the measure has none."""

    code = "sanction_days"


class OutOfOrder(Invalid):
    """It would lie before what it follows from, or in the future."""

    code = "conduct_out_of_order"


class ExplanationMissing(Invalid):
    """Either what the person said, or that they declined to say anything."""

    code = "explanation_missing"


class SanctionOver(Conflict):
    """It is no longer in force."""

    code = "sanction_over"


class NoFinding(Conflict):
    """Only for whoever, by the commission's finding, has taken the path of correction."""

    code = "no_finding"


class CommissionTooSmall(Invalid):
    code = "commission_too_small"


def refuse_decision(
    proposal: Proposal,
    incident: Incident,
    *,
    hearing: Hearing | None,
    earlier: Decision | None,
    role: Role,
    at: datetime,
    law: RuleSet,
) -> None:
    """Raises what stands against it; the earlier decision is one that was not annulled."""
    if hearing is None:
        raise NotHeard
    if earlier is not None:
        raise DecidedAlready
    if not hearing.heard_at <= at:
        raise OutOfOrder
    _refuse_decider(role, law.text(f"sanction.{proposal.measure}.decided_by"))
    if proposal.measure is Measure.NONE:
        _refuse_days(proposal, 0)
        return
    if not is_punishable(incident.kind, law):
        raise NotPunishable
    if at > incident.reported_at + timedelta(days=law.whole("sanction.decide_within_days")):
        raise TooLate
    limits = law.under(f"sanction.{proposal.measure}")
    _refuse_days(proposal, int(limits["days_most"].value) if "days_most" in limits else 0)


def is_punishable(kind: IncidentKind, law: RuleSet) -> bool:
    """Whether a deed of this kind is a breach at all: need, protest and what staff did are none."""
    return law.text(f"incident.{kind}.punishable") == "yes"


def _refuse_decider(role: Role, allowed: str) -> None:
    if role not in allowed.split():
        raise WrongDecider


def _refuse_days(proposal: Proposal, most: int) -> None:
    """Exactly the measures with a longest term have days and a first day."""
    given = proposal.days is not None, proposal.begins_on is not None
    if given != (most > 0, most > 0) or (proposal.days is not None and not 1 <= proposal.days <= most):
        raise DaysExceeded(most=most)
    if proposal.begins_on and proposal.begins_on < proposal.document.on:
        raise OutOfOrder


def refuse_hearing(incident: Incident, *, heard_at: datetime, now: datetime) -> None:
    if not incident.happened_at <= heard_at <= now:
        raise OutOfOrder


def refuse_entry(sanction: Sanction, *, kind: EntryKind, at: datetime, now: datetime) -> None:
    """An annulment is possible whatever became of the sanction; everything else while it is in force."""
    if not sanction.decision.decided_at <= at <= now:
        raise OutOfOrder
    if sanction.state is State.ANNULLED:
        raise SanctionOver
    open_ = sanction.state in {State.IN_FORCE, State.BEING_SERVED}
    if not open_ and kind not in {EntryKind.ANNULLED, EntryKind.APPEALED}:
        raise SanctionOver


def refuse_incentive(
    kind: IncentiveKind,
    *,
    role: Role,
    lifted: Sanction | None,
    finding: Protocol | None,
    law: RuleSet,
) -> None:
    _refuse_decider(role, law.text(f"incentive.{kind}.decided_by"))
    if (kind is IncentiveKind.EARLY_LIFTING) != (lifted is not None):
        raise OutOfOrder
    if lifted is not None and lifted.state not in {State.IN_FORCE, State.BEING_SERVED}:
        raise SanctionOver
    if law.text(f"incentive.{kind}.path_of_correction") == "yes" and not (
        finding and finding.minutes.is_correcting
    ):
        raise NoFinding


def refuse_commission(members: Sequence[Member], *, law: RuleSet) -> None:
    least, public = law.whole("commission.members_least"), law.whole("commission.public_least")
    names = {member.name.casefold().strip() for member in members}
    if len(names) < max(least, len(members)) or sum(member.is_public for member in members) < public:
        raise CommissionTooSmall(count=least, public=public)


def notices(kind: IncidentKind, *, law: RuleSet) -> list[Role]:
    """Who must be told at once."""
    said = law.text(f"incident.{kind}.notice")
    return [] if said == NOTHING else [Role(name) for name in said.split()]


def standing(record: Record, on: date, *, laws: Mapping[str, RuleSet]) -> Standing:
    """The pure fold: facts known until the end of that day give what holds on it. A sanction expires by the
    rule set it was decided under: `laws` has those of all decisions, by digest."""
    entries = [one for one in record.entries if day_of(one.at) <= on]
    decisions = [one for one in record.decisions if day_of(one.decided_at) <= on]
    annulled = {one.decision_id for one in entries if one.kind is EntryKind.ANNULLED}
    decided = {one.incident_id for one in decisions if one.id not in annulled}
    sanctions = [
        _sanction(one, entries, on=on, law=laws[one.law])
        for one in decisions
        if one.measure is not Measure.NONE
    ]
    undecided = [one for one in record.incidents if one.id not in decided and day_of(one.reported_at) <= on]
    held = [one for one in record.protocols if one.minutes.held_on <= on]
    return Standing(
        on, sanctions, undecided, max(held, key=lambda one: (one.minutes.held_on, one.id), default=None)
    )


def _sanction(decision: Decision, entries: Iterable[Entry], *, on: date, law: RuleSet) -> Sanction:
    mine = [one for one in entries if one.decision_id == decision.id]
    ends_on = cell_end(decision, mine)
    months = law.whole(f"sanction.{decision.measure}.expires_after_months")
    expires_on = months_after(ends_on or day_of(decision.decided_at), months)
    state = _state(mine, on=on, ends_on=ends_on, expires_on=expires_on)
    until = {State.BEING_SERVED: ends_on, State.IN_FORCE: expires_on}.get(state)
    appealed = any(one.kind is EntryKind.APPEALED for one in mine)
    return Sanction(decision, state, ends_on, expires_on, (until - on).days if until else 0, appealed)


def cell_end(decision: Decision, entries: Iterable[Entry]) -> date | None:
    """As decided, or earlier where it was recorded as served; never later than decided."""
    if decision.begins_on is None or decision.days is None:
        return None
    planned = decision.begins_on + timedelta(days=decision.days)
    return min([planned, *(day_of(one.at) for one in entries if one.kind is EntryKind.SERVED)])


def _state(entries: Iterable[Entry], *, on: date, ends_on: date | None, expires_on: date) -> State:
    ended = {ENDINGS[one.kind] for one in entries if one.kind in ENDINGS}
    if State.ANNULLED in ended:
        return State.ANNULLED
    if State.LIFTED in ended:
        return State.LIFTED
    if on >= expires_on:
        return State.EXPIRED
    return State.BEING_SERVED if ends_on and on < ends_on else State.IN_FORCE


def day_of(at: datetime) -> date:
    return at.astimezone(HERE).date()
