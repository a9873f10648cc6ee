"""What glass opens to whom and for how long, by the law of the day, and what is no reason. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from core.errors import Conflict, Invalid
from core.statutes import RuleSet

NEVER: Final = frozenset(
    {"psychology", "box", "appeal", "statement", "oversight", "kinship", "access", "call", "flag", "glass"}
)
"""Scopes that no emergency opens, whatever a file of rules says: sealed boxes, appeals, the psychologists'
notes, who loves whom, who watches whom."""
VARIETY: Final = 3
"""A reason has at least one different letter for so many letters that it must have."""


class ReasonMissing(Invalid):
    """Whoever looks at it afterwards must understand it."""

    code = "glass_reason_missing"


class Needless(Conflict):
    """The file is open to the caller anyway."""

    code = "glass_needless"


class Reviewed(Conflict):
    """Somebody has said something of it since: a correction names what it replaces."""

    code = "glass_reviewed"


class OwnGlass(Conflict):
    """Nobody reviews themselves."""

    code = "glass_own"


def reason(said: str, *, law: RuleSet) -> str:
    words, least = " ".join(said.split()), law.whole("reason_letters")
    if len(words) < least or len(set(words)) * VARIETY < least:
        raise ReasonMissing(count=least)
    return words


def opens(role: str, *, law: RuleSet, granted: Collection[str]) -> frozenset[str]:
    """Readings only, of the role's own; empty: this role breaks nothing."""
    found = law.rules.get(f"opens.{role}")
    said = found.value.split() if found else []
    return frozenset(one for one in said if one in granted and _may_open(one))


def _may_open(permission: str) -> bool:
    scope, _, verb = permission.partition(":")
    return verb == "read" and scope not in NEVER


def ends_at(now: datetime, *, law: RuleSet) -> datetime:
    return now + timedelta(minutes=law.whole("lasts_minutes"))


def due_at(now: datetime, *, law: RuleSet) -> datetime:
    return now + timedelta(hours=law.whole("reviewed_within_hours"))
