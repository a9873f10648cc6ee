"""What the verbs of learning platforms mean for a course."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from inmates.education.model import Kind
from inmates.education.statements.model import Meaning

ADL: Final = "http://adlnet.gov/expapi/verbs/"
VOIDED: Final = f"{ADL}voided"
VERBS: Final = {
    f"{ADL}attempted": Kind.ATTEMPTED,
    f"{ADL}initialized": Kind.ATTEMPTED,
    f"{ADL}launched": Kind.ATTEMPTED,
    f"{ADL}progressed": Kind.PROGRESSED,
    f"{ADL}completed": Kind.COMPLETED,
    f"{ADL}passed": Kind.PASSED,
    f"{ADL}mastered": Kind.PASSED,
    f"{ADL}failed": Kind.FAILED,
}
"""Verbs of the ADL list and of cmi5; others are kept and mean nothing to a course."""
PROGRESS: Final = "https://w3id.org/xapi/cmi5/result/extensions/progress"


def meaning(content: Mapping[str, Any]) -> Meaning | None:
    """None: nothing that counts in a course."""
    kind = VERBS.get(content["verb"]["id"])
    result = content.get("result", {})
    if kind is Kind.PROGRESSED:
        percent = _percent(result)
        return None if percent is None else Meaning(kind, percent=percent)
    if kind in {Kind.PASSED, Kind.FAILED, Kind.COMPLETED}:
        return Meaning(kind, score=_scaled(result))
    return Meaning(kind) if kind else None


def _percent(result: Mapping[str, Any]) -> Decimal | None:
    """0 to 100 as cmi5 says it, else the scaled score of 0 to 1."""
    given = result.get("extensions", {}).get(PROGRESS)
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 100:
        return round(Decimal(str(given)), 2)
    scaled = _scaled(result)
    return round(scaled * 100, 2) if scaled is not None and scaled >= 0 else None


def _scaled(result: Mapping[str, Any]) -> Decimal | None:
    scaled = result.get("score", {}).get("scaled")
    return None if scaled is None else round(Decimal(str(scaled)), 4)
