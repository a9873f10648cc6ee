"""The shape of a FHIR R5 Patient, as far as a hand-over uses it, and what UZ Core adds."""

import re
from collections.abc import Iterator
from typing import Any

ELEMENTS = {
    *("resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "extension"),
    *("modifierExtension", "identifier", "active", "name", "telecom", "gender", "birthDate"),
    *("deceasedBoolean", "deceasedDateTime", "address", "maritalStatus", "multipleBirthBoolean"),
    *("multipleBirthInteger", "photo", "contact", "communication", "generalPractitioner"),
    *("managingOrganization", "link"),
}
NAME = {"use", "text", "family", "given", "prefix", "suffix", "period"}
IDENTIFIER = {"use", "type", "system", "value", "period", "assigner"}
USES = {"usual", "official", "temp", "secondary", "old"}
NAME_USES = {"usual", "official", "temp", "nickname", "anonymous", "old", "maiden"}
GENDERS = {"male", "female", "other", "unknown"}
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
URI = re.compile(r"(https?://|urn:)\S+")


def complaints(found: dict[str, Any]) -> list[str]:
    return list(_patient(found))


def _patient(found: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown element {name}" for name in found.keys() - ELEMENTS)
    yield from (f"empty {path}" for path in _empty(found, "Patient"))
    if found.get("resourceType") != "Patient":
        yield "no Patient"
    if not ID.fullmatch(found.get("id", "")):
        yield "id"
    if found.get("gender") not in GENDERS:
        yield "gender"
    if not DATE.fullmatch(found.get("birthDate", "")):
        yield "birthDate"
    if not found.get("identifier"):
        yield "UZ Core wants an identifier"
    for one in found.get("identifier", []):
        yield from _identifier(one)
    for one in found.get("name", []):
        yield from _name(one)


def _identifier(one: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown identifier.{name}" for name in one.keys() - IDENTIFIER)
    if one.get("use") not in USES or not URI.fullmatch(one.get("system", "")):
        yield "identifier.use or system"
    if not isinstance(one.get("value"), str):
        yield "identifier.value"
    for coding in one.get("type", {}).get("coding", [{}]):
        if coding.keys() - {"system", "version", "code", "display", "userSelected"} or not coding.get("code"):
            yield "identifier.type"


def _name(one: dict[str, Any]) -> Iterator[str]:
    yield from (f"unknown name.{name}" for name in one.keys() - NAME)
    if one.get("use") not in NAME_USES:
        yield "name.use"
    for name in ("given", "prefix", "suffix"):
        if not all(isinstance(part, str) for part in one.get(name, [])):
            yield f"name.{name}"
    if not isinstance(one.get("family", "x"), str):
        yield "name.family"


def _empty(value: Any, path: str) -> Iterator[str]:
    """FHIR has neither empty strings nor empty lists and objects."""
    if value in ("", [], {}) or value is None:
        yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _empty(inner, f"{path}.{name}")
    if isinstance(value, list):
        for inner in value:
            yield from _empty(inner, path)
