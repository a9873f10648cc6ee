"""Who has an account in a demonstration: one user of each role."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Member:
    login: str
    password: str
    role: str
    shown_as: str


def _member(role: str, shown_as: str) -> Member:
    return Member(role, f"{role.replace('_', '-')}-demo", role, shown_as)


STAFF: Final = (
    _member("registrar", "Namuna Registrator"),
    _member("unit_head", "Namuna Boʻlim boshligʻi"),
    _member("psychologist", "Namuna Psixolog"),
    _member("doctor", "Namuna Shifokor"),
    _member("teacher", "Namuna Oʻqituvchi"),
    _member("accountant", "Namuna Hisobchi"),
    _member("oversight", "Namuna Nazorat"),
)
"""They work in the first institution."""
OUTSIDE: Final = (
    _member("ombudsman", "Namuna Ombudsman"),
    _member("prosecutor", "Namuna Prokuror"),
    _member("central", "Namuna Markaziy boshqaruv"),
    _member("lawyer", "Namuna Advokat"),
)
"""Addressees of sealed letters, and who speaks with somebody inside: they work in none."""
