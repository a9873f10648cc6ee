"""Who somebody is to the platform: one role an account."""

from enum import StrEnum


class Role(StrEnum):
    OFFICER = "officer"
    """Probation: the people of a caseload."""
    ADMINISTRATOR = "administrator"
    """Runs the platform; reads no compartment."""
    REGISTRAR = "registrar"
    """The special unit of an institution: identity, custody, sentences, orders."""
    UNIT_HEAD = "unit_head"
    PSYCHOLOGIST = "psychologist"
    DOCTOR = "doctor"
    TEACHER = "teacher"
    ACCOUNTANT = "accountant"
    OVERSIGHT = "oversight"
    """Sees everybody, changes nothing but its own tasks, its register of complaints about staff and what lies
    at the central desk of appeals."""
    PROVIDER = "provider"
    """A learning platform: sends and reads its own statements, sees nobody's file."""
    OMBUDSMAN = "ombudsman"
    """Empties the Ombudsman's box; sees nothing else, and nobody else sees it."""
    PROSECUTOR = "prosecutor"
    CENTRAL = "central"
    """The central administration's desk for protected appeals."""
    LAWYER = "lawyer"
    """A lawyer with a box for sealed letters of clients, and privileged calls with them."""
