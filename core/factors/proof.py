"""What a session has to have shown: a second factor at all, or a moment ago."""

from datetime import datetime

from core.errors import NotAllowed, NotSignedIn
from core.factors import rules
from core.factors.model import Second


class ProofMissing(NotSignedIn):
    """The password was right; the second factor has not been shown yet."""

    code = "second_factor"


class StepUp(NotSignedIn):
    """A grave deed wants the second factor again."""

    code = "step_up"


class FactorMissing(NotAllowed):
    """The role must have a second factor, and this account has none yet."""

    code = "factor_missing"


def shown(second: Second) -> None:
    if second.is_held and second.proved_at is None:
        raise ProofMissing


def held(second: Second) -> None:
    if second.is_demanded and not second.is_held:
        raise FactorMissing


def fresh(second: Second, *, now: datetime) -> None:
    """Nothing is asked of whoever holds no second factor: where one must be held, `held` has asked."""
    if second.is_held and not rules.is_fresh(second, now=now, within=rules.POLICY.fresh):
        raise StepUp
