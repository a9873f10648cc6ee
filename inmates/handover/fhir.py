"""A person as an R5 Patient of UZ Core (uzinfocom-org/digital-health-ig): what health care needs to know whom
it treats, and nothing of the sentence."""

from typing import Any, Final

from inmates.handover.model import Identifiers
from inmates.model import Person

MEDIA: Final = "application/fhir+json"
PROFILE: Final = "https://dhp.uz/fhir/core/StructureDefinition/uz-core-patient"
TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
PLACE: Final = "https://dhp.uz/fhir/core/sid/pid/uz"
KINDS: Final = {
    "pinfl": ("NI", f"{PLACE}/ni"),
    "passport": ("PPN", f"{PLACE}/ppn/local"),
    "diplomatic": ("DP", f"{PLACE}/ppn/dp"),
    "birth_certificate": ("BCT", f"{PLACE}/bct"),
    "pcn": ("PCN", f"{PLACE}/pcn"),
}
"""Field → code of its type, and the system it is unique in (aliases of the guide, 2026)."""
GENDERS: Final = {"m": "male", "f": "female"}


def patient(person: Person, known: Identifiers) -> dict[str, Any]:
    """At least one identifier: UZ Core demands it, and the penitentiary number is always there."""
    return {
        "resourceType": "Patient",
        "id": str(person.id),
        "meta": {"profile": [PROFILE]},
        "identifier": [
            _identifier(name, value) for name in KINDS if (value := getattr(known, name)) is not None
        ],
        "active": True,
        "name": [_name(person)],
        "gender": GENDERS[person.sex],
        "birthDate": person.born_on.isoformat(),
    }


def _identifier(name: str, value: str) -> dict[str, Any]:
    code, system = KINDS[name]
    kind = {"coding": [{"system": TYPES, "code": code}]}
    return {"use": "official", "type": kind, "system": system, "value": value}


def _name(person: Person) -> dict[str, Any]:
    """UZ Core keeps the patronymic among the suffixes; what is missing is left out, never empty."""
    parts = (person.surname, person.given_name, person.patronymic)
    found: dict[str, Any] = {"use": "usual", "text": " ".join(part for part in parts if part)}
    if person.surname:
        found["family"] = person.surname
    if person.given_name:
        found["given"] = [person.given_name]
    if person.patronymic:
        found["suffix"] = [person.patronymic]
    return found
