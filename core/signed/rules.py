"""What the statutes say of a signature; pure."""

from typing import Final

from core.signed.model import Demand, Level
from core.statutes import RuleSet

STATUTE: Final = "signatures"
NONE: Final = Demand(Level.FREE, "", "")


def demand(kind: str, law: RuleSet) -> Demand:
    """Of the day of the decision. What no rule names, nobody asks to be signed."""
    rule = law.rules.get(kind)
    return Demand(Level(rule.value), rule.article, rule.source) if rule else NONE
