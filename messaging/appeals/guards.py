"""What stands against a command: pure functions by the names that states.toml calls them by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.errors import Conflict, Invalid
from core.signed.model import Unsigned
from messaging.appeals import terms
from messaging.appeals.model import GRAVE, Appeal, ApplicantKind, Deed, Desk, Leaving, Regime, Standing
from messaging.appeals.terms import Law


class NotNow(Conflict):
    """The state that the appeal is in does not know this command."""

    code = "appeal_not_now"


class Incomplete(Invalid):
    """A value is missing without which the law does not let it happen."""

    code = "appeal_incomplete"


class SealedChannel(Invalid):
    """What is for this addressee alone never comes here in the open: it is sealed where it was written."""

    code = "appeal_sealed_channel"


class NotAtDesk(Conflict):
    """Another desk has it: overseeing is not answering."""

    code = "appeal_not_at_desk"


class NotHandler(Conflict):
    code = "appeal_not_handler"


class OtherEyes(Conflict):
    """Whoever handles or proposes it does not decide it."""

    code = "appeal_other_eyes"


class NothingProposed(Conflict):
    code = "appeal_nothing_proposed"


class ProposedAlready(Conflict):
    code = "appeal_proposed_already"


class ExtendedAlready(Conflict):
    code = "appeal_extended_already"


class TermTooLong(Invalid):
    code = "appeal_term_too_long"


class StudiedAlready(Conflict):
    code = "appeal_studied_already"


class NotLeft(Conflict):
    """Not for this reason, or never: a request for safety is decided."""

    code = "appeal_not_left"


class NotWithdrawn(Conflict):
    """Safety and torture: oversight decides."""

    code = "appeal_not_withdrawn"


class ToAccused(Conflict):
    """A complaint is never sent to those whom it is about."""

    code = "appeal_to_accused"


class TargetUnfit(Invalid):
    """Another appeal, open, of whom it has to be."""

    code = "appeal_target_unfit"


class DeskUnfit(Invalid):
    code = "appeal_desk_unfit"


class RatedAlready(Conflict):
    code = "appeal_rated_already"


@dataclass(frozen=True, slots=True)
class Case:
    """What a guard may look at."""

    appeal: Appeal
    standing: Standing
    law: Law
    barred: frozenset[int] = frozenset()
    """Institutions that are accused, or where somebody accused works."""
    same_applicant: bool = False
    """As the appeal that the command names."""
    lacks_signature: bool = False
    """The law forces a key under what ended it in writing, and there is none (ADR-0053)."""


Guard = Callable[[Case, Deed], None]


def _handler(case: Case, deed: Deed) -> None:
    """Whoever took it goes on with it; where nobody has, anybody at the desk may."""
    if case.standing.handler is not None and case.standing.handler != deed.by:
        raise NotHandler


def _other_eyes(case: Case, deed: Deed) -> None:
    proposal = case.standing.proposal
    if deed.by is None or deed.by in {case.standing.handler, proposal.by if proposal else None}:
        raise OtherEyes


def _proposed(kind: str | None) -> Guard:
    def guard(case: Case, _deed: Deed) -> None:
        proposal = case.standing.proposal
        if proposal is None or (kind is not None and proposal.kind != kind):
            raise NothingProposed

    return guard


def _nothing_proposed(case: Case, _deed: Deed) -> None:
    if case.standing.proposal is not None:
        raise ProposedAlready


def _not_extended(case: Case, _deed: Deed) -> None:
    if case.standing.is_extended:
        raise ExtendedAlready


def _within_extension(case: Case, deed: Deed) -> None:
    until = date.fromisoformat(deed.values["until"])
    last = terms.longest_extension(case.standing, case.appeal.regime, case.law)
    if not case.standing.due_on < until <= last:
        raise TermTooLong(last=last)


def _not_studied(case: Case, _deed: Deed) -> None:
    if case.standing.needs_study:
        raise StudiedAlready


def _may_be_left(case: Case, deed: Deed) -> None:
    ground = Leaving(deed.values["ground"])
    named = case.appeal.applicant.kind is not ApplicantKind.ANONYMOUS
    if case.appeal.regime is Regime.SAFETY_REQUEST or (ground is Leaving.ANONYMOUS and named):
        raise NotLeft


def _may_be_withdrawn(case: Case, _deed: Deed) -> None:
    if case.appeal.topic in GRAVE or case.standing.is_danger or case.appeal.regime is Regime.SAFETY_REQUEST:
        raise NotWithdrawn


def _may_be_passed_on(case: Case, _deed: Deed) -> None:
    if case.appeal.regime is Regime.SAFETY_REQUEST:
        raise NotLeft


def _withdrawal_asked(case: Case, _deed: Deed) -> None:
    if not case.standing.withdrawal_asked:
        raise NothingProposed


def _not_to_accused(case: Case, deed: Deed) -> None:
    """Where somebody is accused, nothing leaves the central desk for their unit."""
    if deed.values.get("institution") in case.barred:
        raise ToAccused
    if case.barred and deed.values["desk"] != Desk.CENTRAL and deed.values.get("institution") is None:
        raise ToAccused


def _fit_desk(case: Case, deed: Deed) -> None:
    """To another one than now; institutions are named, the central desk has none."""
    wanted, where = Desk(deed.values["desk"]), deed.values.get("institution")
    same = (wanted, where) == (case.standing.desk, case.standing.institution)
    if wanted in {Desk.OMBUDSMAN, Desk.LAWYER} or same or (wanted is Desk.CENTRAL) != (where is None):
        raise DeskUnfit


def _same_applicant(case: Case, _deed: Deed) -> None:
    if not case.same_applicant:
        raise TargetUnfit


def _not_rated(case: Case, _deed: Deed) -> None:
    if case.standing.rating is not None:
        raise RatedAlready


def _signed(case: Case, _deed: Deed) -> None:
    if case.lacks_signature:
        raise Unsigned


GUARDS: Final[Mapping[str, Guard]] = {
    "handler": _handler,
    "other_eyes": _other_eyes,
    "extension_proposed": _proposed("extension"),
    "leaving_proposed": _proposed("leaving"),
    "something_proposed": _proposed(None),
    "nothing_proposed": _nothing_proposed,
    "not_extended": _not_extended,
    "within_extension": _within_extension,
    "not_studied": _not_studied,
    "may_be_left": _may_be_left,
    "may_be_withdrawn": _may_be_withdrawn,
    "may_be_passed_on": _may_be_passed_on,
    "withdrawal_asked": _withdrawal_asked,
    "not_to_accused": _not_to_accused,
    "fit_desk": _fit_desk,
    "same_applicant": _same_applicant,
    "not_rated": _not_rated,
    "signed": _signed,
}


def is_lacking(deed: Deed, name: str) -> bool:
    value = deed.values.get(name)
    return value is None or (isinstance(value, str) and not value.strip())
