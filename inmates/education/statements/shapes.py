"""The simple values of xAPI 1.0.3 and how each is spelt: identifiers, times, languages, maps."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final
from uuid import UUID

from core.errors import Refusal

IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\ud800-\udfff]+")
MAIL: Final = re.compile(r"mailto:[^@\s\x00-\x20\ud800-\udfff]+@[^@\s\x00-\x20\ud800-\udfff]+")
SHA1: Final = re.compile(r"[0-9a-fA-F]{40}")
TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
UUIDS: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(?P<zone>Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
DURATION: Final = re.compile(
    r"P(?=.)(\d+W|(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?D)?(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?)",
    re.ASCII,
)
LONGEST: Final = 2000
"""Characters of an IRI."""

Check = Callable[[Any, str], None]
"""Refuses the value at the place, or does nothing."""


class BadStatement(Refusal):
    """`place` is where, as `actor.account.name`; `reason` is a code."""

    code = "xapi_bad_statement"
    status = 400


def refuse(place: str, reason: str) -> BadStatement:
    return BadStatement(place=place, reason=reason)


def thing(
    value: Any, place: str, *, known: Collection[str], needed: Collection[str] = ()
) -> Mapping[str, Any]:
    """A JSON object with these keys only; keys are told apart by case."""
    if not isinstance(value, dict):
        raise refuse(place, "not_an_object")
    for key, inner in value.items():
        if key not in known:
            raise refuse(f"{place}.{key[:40]}", "unknown")
        if inner is None:
            raise refuse(f"{place}.{key}", "null")
    for key in needed:
        if key not in value:
            raise refuse(f"{place}.{key}", "missing")
    return value


def each(value: Mapping[str, Any], place: str, checks: Mapping[str, Check]) -> None:
    """What is there is as it should be."""
    for key, check in checks.items():
        if key in value:
            check(value[key], f"{place}.{key}")


def text(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise refuse(place, "not_text")


def boolean(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise refuse(place, "not_a_boolean")


def number(value: Any, place: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise refuse(place, "not_a_number")


def matching(pattern: re.Pattern[str], reason: str) -> Check:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, str) or len(value) > LONGEST or not pattern.fullmatch(value):
            raise refuse(place, reason)

    return check


iri = matching(IRI, "not_an_iri")
mail = matching(MAIL, "not_a_mailto")
sha1 = matching(SHA1, "not_a_sha1")
tag = matching(TAG, "not_a_language")
uuid = matching(UUIDS, "not_a_uuid")
duration = matching(DURATION, "not_a_duration")


def identifier(value: Any, place: str) -> UUID:
    uuid(value, place)
    return UUID(value)


def moment(value: Any, place: str) -> datetime:
    """UTC where it names no zone; microseconds at most. "-00:00" is a zone nobody knows."""
    found = MOMENT.fullmatch(value) if isinstance(value, str) and len(value) < 50 else None
    if not found or (found["zone"] and re.fullmatch(r"-00(:?00)?", found["zone"])):
        raise refuse(place, "not_a_timestamp")
    try:
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise refuse(place, "not_a_timestamp") from None


def timestamp(value: Any, place: str) -> None:
    moment(value, place)


def languages(value: Any, place: str) -> None:
    if not isinstance(value, dict):
        raise refuse(place, "not_an_object")
    for key, said in value.items():
        tag(key, f"{place}.{key[:40]}")
        text(said, f"{place}.{key}")


def extensions(value: Any, place: str) -> None:
    """Anything at all, under IRIs."""
    if not isinstance(value, dict):
        raise refuse(place, "not_an_object")
    for key in value:
        iri(key, f"{place}.{key[:40]}")


def items(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise refuse(place, "not_a_list")
    return value


def one_of(*values: str) -> Check:
    def check(value: Any, place: str) -> None:
        if value not in values or not isinstance(value, str):
            raise refuse(place, "unknown_value")

    return check
