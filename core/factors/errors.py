"""What may go wrong with second factors."""

from core.errors import Conflict, Invalid, NotFound


class WrongCode(Invalid):
    """Not the code of now, used up, or of somebody else: which one is nobody's business."""

    code = "wrong_code"


class WrongPasskey(Invalid):
    code = "wrong_passkey"


class NoDraft(Conflict):
    """There is no secret that waits for its first code."""

    code = "no_totp_draft"


class FactorDemanded(Conflict):
    """The role must have a second factor: the last one stays until there is another."""

    code = "factor_demanded"


class NoFactor(Conflict):
    """Recovery codes help whoever has lost something: first there must be something to lose."""

    code = "no_factor"


class PasskeyKnown(Conflict):
    code = "passkey_known"


class NoUser(NotFound):
    """No account has this login."""

    code = "no_user"


class SessionGone(NotFound):
    code = "session_gone"
