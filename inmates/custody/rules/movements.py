"""The fold of movements: where a person was at any moment, whatever the order in which it was entered."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Final

from core.errors import Conflict, Invalid, Refusal
from inmates.custody.model import (
    Commitment,
    EpisodeKind,
    Kind,
    Movement,
    MovementId,
    Regime,
    Span,
    Standing,
    State,
    Stay,
)

MILDEST_FIRST: Final = (Regime.IMPROVED, Regime.ORDINARY, Regime.STRICT)


class NotAdmitted(Conflict):
    """There is no admission before it."""

    code = "not_admitted"


class AlreadyAdmitted(Conflict):
    """Two institutions at once."""

    code = "already_admitted"


class SameInstitution(Conflict):
    code = "same_institution"


class Away(Conflict):
    """At court or in hospital: the return comes first."""

    code = "person_away"


class NotAway(Conflict):
    """A return without the trip."""

    code = "person_not_away"


class Escaped(Conflict):
    """Only a recapture or a death can follow."""

    code = "person_escaped"


class NotEscaped(Conflict):
    code = "person_not_escaped"


class EpisodeOver(Conflict):
    """After release or death nothing follows in this episode."""

    code = "episode_over"


class PersonDead(Conflict):
    code = "person_dead"


class MomentTaken(Conflict):
    """Two movements at one moment have no order."""

    code = "moment_taken"


class AlreadyReplaced(Conflict):
    code = "already_replaced"


class InFuture(Invalid):
    code = "movement_in_future"


class NoCommitment(Invalid):
    """No admission without a valid commitment order (Mandela rule 7)."""

    code = "commitment_missing"


class CommitmentExpired(Invalid):
    code = "commitment_expired"


class WrongInstitution(Invalid):
    """Supervision is a probation district's, custody is not."""

    code = "institution_of_another_kind"


TRIPS: Final = {Kind.COURT: State.AT_COURT, Kind.HOSPITAL: State.IN_HOSPITAL}
RETURNS: Final = {Kind.COURT_RETURN: State.AT_COURT, Kind.HOSPITAL_RETURN: State.IN_HOSPITAL}
ENDS: Final = {Kind.RELEASE: State.RELEASED, Kind.DEATH: State.DEAD, Kind.ESCAPE: State.ESCAPED}
AWAY: Final = frozenset(TRIPS.values())
DISTRICT: Final = "probation_district"


def valid(commitment: Commitment, *, on: date) -> Commitment:
    """The same, with its spaces put right; refused if nobody may be admitted by it on that day."""
    put = replace(
        commitment,
        act_number=commitment.act_number.strip(),
        authority=commitment.authority.strip(),
        reasons=commitment.reasons.strip(),
    )
    if not (put.act_number and put.authority and put.reasons) or put.act_on > on:
        raise NoCommitment
    if put.valid_until is not None and put.valid_until < on:
        raise CommitmentExpired
    return put


def kind_at(institution: str) -> EpisodeKind:
    """A supervised person is registered by a probation district, and nobody sleeps there."""
    return EpisodeKind.SUPERVISION if institution == DISTRICT else EpisodeKind.CUSTODY


def fits(kind: EpisodeKind, institution: str) -> None:
    if kind is not kind_at(institution):
        raise WrongInstitution


def effective(movements: Iterable[Movement]) -> list[Movement]:
    """What happened, in the order in which it happened: without what was replaced or withdrawn."""
    every = list(movements)
    replaced = {movement.replaces for movement in every}
    held = [one for one in every if one.id not in replaced and one.kind is not Kind.WITHDRAWN]
    return sorted(held, key=lambda one: one.at)


def fold(movements: Iterable[Movement]) -> tuple[Span, ...]:
    """A person's standings, gapless within an episode; a sequence that cannot have happened is refused."""
    ordered = effective(movements)
    if any(earlier.at == later.at for earlier, later in pairwise(ordered)):
        raise MomentTaken
    spans: list[Span] = []
    for movement in ordered:
        before = spans[-1] if spans else None
        after = _step(before.standing if before else None, movement)
        if before is not None:
            spans[-1] = replace(before, ends_at=movement.at)
        spans.append(Span(after, movement.at, None))
    return tuple(spans)


def _step(before: Standing | None, movement: Movement) -> Standing:
    refusal = _refusal(before, movement)
    if refusal is not None:
        raise refusal
    if movement.kind is Kind.ADMISSION or before is None:
        return _admitted(movement)
    if movement.kind is Kind.TRANSFER:
        where = movement.institution_id or before.institution_id
        return replace(before, institution_id=where, regime=movement.regime or Regime.ORDINARY)
    if movement.kind is Kind.REGIME:
        return replace(before, regime=movement.regime or before.regime)
    after = (TRIPS | ENDS).get(movement.kind, State.PRESENT)
    return replace(before, state=after)


def _admitted(movement: Movement) -> Standing:
    if movement.institution_id is None:
        raise NotAdmitted
    regime = movement.regime or Regime.ORDINARY
    return Standing(State.PRESENT, movement.episode_id, movement.institution_id, regime)


def _refusal(before: Standing | None, movement: Movement) -> Refusal | None:
    """Why it cannot follow; none: it can."""
    if before is not None and before.state is State.DEAD:
        return PersonDead()
    if movement.kind is Kind.ADMISSION:
        return None if before is None or before.is_over else AlreadyAdmitted()
    if before is None or before.episode_id != movement.episode_id:
        return NotAdmitted()
    if before.is_over:
        return EpisodeOver()
    return _refusal_inside(before, movement)


def _refusal_inside(before: Standing, movement: Movement) -> Refusal | None:
    kind, state = movement.kind, before.state
    if kind is Kind.RECAPTURE:
        return None if state is State.ESCAPED else NotEscaped()
    if state is State.ESCAPED:
        return None if kind is Kind.DEATH else Escaped()
    if kind in RETURNS:
        return None if state is RETURNS[kind] else NotAway()
    if state in AWAY and (kind in TRIPS or kind is Kind.TRANSFER):
        return Away()
    if kind is Kind.TRANSFER and movement.institution_id == before.institution_id:
        return SameInstitution()
    return None


def with_new(movements: Sequence[Movement], *new: Movement, now: datetime) -> tuple[Span, ...]:
    """The fold with these movements besides, if all of that can have happened."""
    replaced = {one.replaces for one in movements if one.replaces is not None}
    if any(one.at > now for one in new):
        raise InFuture
    if any(one.replaces in replaced for one in new):
        raise AlreadyReplaced
    return fold([*movements, *new])


def at(spans: Iterable[Span], moment: datetime) -> Standing | None:
    """None: nobody held or supervised the person yet."""
    return next((span.standing for span in spans if span.holds(moment)), None)


def tightens(movement: Movement, spans: Iterable[Span]) -> bool:
    """A change of regime for the worse."""
    before = next((span.standing for span in spans if span.ends_at == movement.at), None)
    if movement.kind is not Kind.REGIME or movement.regime is None or before is None:
        return False
    return MILDEST_FIRST.index(movement.regime) > MILDEST_FIRST.index(before.regime)


def stays(spans: Iterable[Span]) -> list[Stay]:
    """Whose file it was: one institution at a time. Court, hospital and escape change nothing in that."""
    found: list[Stay] = []
    for span in spans:
        if span.standing.is_over:
            continue
        last = found[-1] if found else None
        where = span.standing.institution_id
        if last is not None and last.ends_at == span.begins_at and last.institution_id == where:
            found[-1] = replace(last, ends_at=span.ends_at)
        else:
            found.append(Stay(where, span.begins_at, span.ends_at))
    return found


def age(born_on: date, on: date) -> int:
    """Full years; whoever was born on 29 February completes one on 1 March of other years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


NEW: Final = MovementId(0)
"""Of a movement that is not stored yet."""
