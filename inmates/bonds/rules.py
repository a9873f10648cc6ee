"""Who may say something of whose bonds, and what is refused. Pure."""

from core.auth import Caller, Permission
from core.errors import Conflict, Invalid
from inmates.bonds.model import Bond


class Declared(Conflict):
    """This bond stands already."""

    code = "bond_declared"


class OwnBond(Conflict):
    """Nobody unties themselves: another human looks at it first."""

    code = "bond_own"


class BondEnded(Conflict):
    code = "bond_ended"


class WordsMissing(Invalid):
    """Whoever ends a bond says why."""

    code = "bond_words_missing"


def may_declare_for_others(caller: Caller) -> bool:
    """Who keeps accounts, and who oversees: a declaration on paper comes in by them."""
    return caller.may(Permission.ACCESS_WRITE) or caller.may(Permission.OVERSIGHT_WRITE)


def check_end(bond: Bond, caller: Caller, *, why: str) -> None:
    if not why:
        raise WordsMissing
    if bond.user == caller.user:
        raise OwnBond
    if bond.end is not None:
        raise BondEnded
