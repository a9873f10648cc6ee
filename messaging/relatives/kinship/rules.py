"""What entries fold to, and what of it a relative may see. Pure; the law is a parameter."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from core.calendar import months_after
from core.errors import Conflict, Invalid
from core.statutes import RuleSet
from messaging.relatives.kinship.model import Claim, Entry, EntryKind, Standing, State

STATUTE: Final = "kinship"


class ProofMissing(Invalid):
    """What the officer saw has to be named."""

    code = "kin_proof_missing"


class TermWrong(Invalid):
    """Longer than the law gives, or over already."""

    code = "kin_term_wrong"


class TooManyClaims(Conflict):
    """Nobody tries out names."""

    code = "kin_too_many_claims"


class ClaimDecided(Conflict):
    code = "kin_claim_decided"


class NobodyNamed(Conflict):
    """The relative has not said who they are, or nobody here can read it."""

    code = "kin_nobody_named"


class NotApproved(Conflict):
    code = "kin_not_approved"


def fold(entries: Iterable[Entry]) -> Standing:
    """In their order; the last word counts."""
    until, is_refused, has_consent = None, False, None
    for entry in entries:
        if entry.kind is EntryKind.APPROVED:
            until, is_refused = entry.until, False
        elif entry.kind is EntryKind.REFUSED:
            until, is_refused = None, True
        elif entry.kind is EntryKind.ENDED:
            until = None
        else:
            has_consent = entry.kind is EntryKind.CONSENT_GIVEN
    return Standing(until, is_refused, has_consent)


def is_kin(standing: Standing, *, on: date) -> bool:
    """Both: an officer's approval that has not run out, and the person's own will."""
    return bool(standing.until and on <= standing.until and standing.has_consent)


def seen(claim: Claim, *, on: date) -> State:
    """Refused, not found, not asked, not willing: one and the same from outside."""
    if claim.person is not None and is_kin(fold(claim.entries), on=on):
        return State.CONFIRMED
    return State.RECEIVED if on <= claim.due_on else State.NOT_CONFIRMED


def longest(law: RuleSet, *, on: date) -> date:
    return months_after(on, law.whole("approval.months"))


def check_approval(claim: Claim, *, until: date, proof: str, law: RuleSet, on: date) -> None:
    if not proof.strip():
        raise ProofMissing
    if not on <= until <= longest(law, on=on):
        raise TermWrong
    check_open(claim, on=on)


def check_open(claim: Claim, *, on: date) -> None:
    """An approval that runs, or a refusal, is decided; what ran out may be approved anew."""
    standing = fold(claim.entries)
    if standing.is_refused or (standing.until is not None and on <= standing.until):
        raise ClaimDecided


def check_running(claim: Claim, *, on: date) -> None:
    until = fold(claim.entries).until
    if until is None or on > until:
        raise NotApproved
