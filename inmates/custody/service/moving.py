"""Admitting, moving and correcting: each deed adds an event, and folds the stays anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission, freshly_proven
from core.errors import Conflict, Invalid, NotFound
from core.model import PersonId
from inmates import store as people
from inmates.custody.model import (
    Commitment,
    EpisodeId,
    EpisodeKind,
    InstitutionId,
    Kind,
    Movement,
    MovementId,
    Regime,
)
from inmates.custody.rules import admission as asking
from inmates.custody.rules import movements as rules
from inmates.custody.rules.admission import AdmissionId, Said
from inmates.custody.service import alarms
from inmates.custody.store import admissions
from inmates.custody.store import movements as store
from inmates.legality import service as legality
from inmates.legality.model import Deed, DeedKind
from inmates.service import known, within


class InstitutionMissing(Invalid):
    """It goes to an institution: which one?"""

    code = "institution_missing"


class RegimeMissing(Invalid):
    code = "regime_missing"


class KindWrong(Invalid):
    """An admission brings its act with it, a withdrawal names what was not: neither is entered here."""

    code = "movement_kind_wrong"


class NobodyFree(Conflict):
    """Nobody has this number, or an institution has the person: a stranger cannot tell which."""

    code = "nobody_free"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody is received: where, when, and by which act."""

    kind: EpisodeKind | None
    """None: as the institution is, a district or not."""
    institution_id: InstitutionId
    at: datetime
    regime: Regime
    commitment: Commitment


@dataclass(frozen=True, slots=True)
class Step:
    """A movement as somebody enters it."""

    kind: Kind
    at: datetime
    institution_id: InstitutionId | None = None
    regime: Regime | None = None
    destination: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    episode_id: EpisodeId
    movement_id: MovementId
    admission_id: AdmissionId | None
    """What has to be asked; none under supervision."""


async def admit(conn: AsyncConnection, caller: Caller, *, person: PersonId, arrival: Arrival) -> Admitted:
    """By the institution that receives; nobody without a valid commitment order."""
    await _may_receive(conn, caller, person=person, institution=arrival.institution_id)
    institution = await _kind_of(conn, arrival.institution_id)
    kind = arrival.kind or rules.kind_at(institution)
    rules.fits(kind, institution)
    commitment = rules.valid(arrival.commitment, on=arrival.at.astimezone(clock.HERE).date())
    step = Step(Kind.ADMISSION, arrival.at, arrival.institution_id, arrival.regime)
    episode = await store.add_episode(conn, person, kind=kind, commitment=commitment, by=caller.user)
    (made,) = await _enter(conn, caller, _movement(step, episode), person=person)
    asked = None
    if kind is EpisodeKind.CUSTODY:
        asked = await _ask(conn, caller, person=person, episode=episode, arrival=arrival)
    return Admitted(episode, made, asked)


async def receive(conn: AsyncConnection, caller: Caller, *, number: str, arrival: Arrival) -> PersonId:
    """As `admit`, for a registrar who has the paper and cannot see the file yet: by its number."""
    if not await store.works_in(conn, within(caller), arrival.institution_id):
        raise NotFound
    person = await store.free_of_number(conn, number.strip(), scope=within(caller))
    if person is None:
        raise NobodyFree
    await admit(conn, caller, person=person, arrival=arrival)
    return person


async def move(
    conn: AsyncConnection, caller: Caller, *, episode: EpisodeId, steps: Sequence[Step]
) -> list[MovementId]:
    """Events of an episode, now or belatedly; together, so that a trip can be entered with its return."""
    person = await store.episode_of(conn, episode, scope=within(caller))
    if person is None:
        raise NotFound
    if any(step.kind in {Kind.ADMISSION, Kind.WITHDRAWN} for step in steps):
        raise KindWrong
    _grave(caller, *steps)
    for step in steps:
        await _check(conn, person, episode=episode, step=step)
    return await _enter(conn, caller, *(_movement(step, episode) for step in steps), person=person)


def _grave(caller: Caller, *steps: Step) -> None:
    """Whoever sets somebody free shows the second factor again (ADR-0030)."""
    if any(step.kind is Kind.RELEASE for step in steps):
        freshly_proven(caller)


async def correct(conn: AsyncConnection, caller: Caller, *, movement: MovementId, step: Step) -> MovementId:
    """What is put right stays in the file, named by what takes its place; what is not said anew holds on."""
    person, wrong = await _found(conn, caller, movement)
    if wrong.kind is Kind.WITHDRAWN or step.kind is Kind.WITHDRAWN:
        raise KindWrong
    if (step.kind is Kind.ADMISSION) != (wrong.kind is Kind.ADMISSION):
        raise KindWrong
    _grave(caller, step)
    if step.kind is wrong.kind:
        where, regime = step.institution_id or wrong.institution_id, step.regime or wrong.regime
        step = replace(step, institution_id=where, regime=regime)
    await _check(conn, person, episode=wrong.episode_id, step=step)
    put = replace(_movement(step, wrong.episode_id), replaces=movement)
    return (await _enter(conn, caller, put, person=person))[0]


async def withdraw(conn: AsyncConnection, caller: Caller, *, movement: MovementId) -> MovementId:
    """It did not happen."""
    person, wrong = await _found(conn, caller, movement)
    if wrong.kind is Kind.WITHDRAWN:
        raise KindWrong
    gone = Movement(rules.NEW, wrong.episode_id, Kind.WITHDRAWN, wrong.at, replaces=movement)
    return (await _enter(conn, caller, gone, person=person))[0]


async def _may_receive(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, institution: InstitutionId
) -> None:
    """Their own institution; and a person whom they know, or who stays nowhere."""
    scope = within(caller)
    if not await store.works_in(conn, scope, institution):
        raise NotFound
    if not await store.is_free(conn, person, scope=scope):
        await known(conn, caller, person=person)


async def _kind_of(conn: AsyncConnection, institution: InstitutionId | None) -> str:
    kind = None if institution is None else await store.institution_kind(conn, institution)
    if kind is None:
        raise InstitutionMissing
    return kind


async def _check(conn: AsyncConnection, person: PersonId, *, episode: EpisodeId, step: Step) -> None:
    """What a movement needs beside its place in the sequence."""
    if step.kind is Kind.REGIME and step.regime is None:
        raise RegimeMissing
    if step.kind not in {Kind.ADMISSION, Kind.TRANSFER}:
        return
    mine = next(one for one in await store.episodes_of(conn, person) if one.id == episode)
    rules.fits(mine.kind, await _kind_of(conn, step.institution_id))
    if step.kind is Kind.ADMISSION:
        rules.valid(mine.commitment, on=step.at.astimezone(clock.HERE).date())


async def _found(conn: AsyncConnection, caller: Caller, movement: MovementId) -> tuple[PersonId, Movement]:
    found = await store.movement_of(conn, movement, scope=within(caller))
    if found is None:
        raise NotFound
    return found


async def _enter(conn: AsyncConnection, caller: Caller, *new: Movement, person: PersonId) -> list[MovementId]:
    """Decide, save, fold, record, tell."""
    await people.hold(conn, person)
    spans = rules.with_new(await store.movements_of(conn, person), *new, now=clock.now())
    made = [await store.add(conn, one, person=person, by=caller.user) for one in new]
    await store.write_stays(conn, person, folded=rules.stays(spans))
    for one, ident in zip(new, made, strict=True):
        await audit.record(
            conn,
            caller.user,
            action=Permission.CUSTODY_WRITE,
            subject_kind="person",
            subject=person,
            detail={"movement": ident, "kind": one.kind, "replaces": one.replaces},
        )
        await alarms.of_movement(conn, person, kind=one.kind, movement=ident)
        deed = DeedKind.TRANSFER if one.kind is Kind.TRANSFER else None
        if rules.tightens(one, spans):
            deed = DeedKind.REGIME_TIGHTENED
        if deed is not None:
            acting = frozenset({caller.user})
            await legality.weigh(conn, Deed(deed, person, acting, clock.now(), ident))
    return made


async def _ask(
    conn: AsyncConnection, caller: Caller, *, person: PersonId, episode: EpisodeId, arrival: Arrival
) -> AdmissionId:
    """Opens what has to be asked; what the act and the clock say is answered already."""
    opened = await admissions.open_one(conn, person, episode=episode, at=arrival.at)
    for item, words in asking.known_already(arrival.commitment, arrival.at).items():
        await admissions.answer(conn, opened, item=item, said=Said.ANSWERED, words=words, by=caller.user)
    return opened


def _movement(step: Step, episode: EpisodeId) -> Movement:
    """Only what its kind has: a court trip has no institution, a release no regime."""
    housed = step.kind in {Kind.ADMISSION, Kind.TRANSFER}
    regime = (step.regime or Regime.ORDINARY) if housed else None
    return Movement(
        rules.NEW,
        episode,
        step.kind,
        step.at,
        step.institution_id if housed else None,
        step.regime if step.kind is Kind.REGIME else regime,
        step.destination.strip(),
    )
