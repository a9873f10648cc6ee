"""The words of orders under supervision: obligations, obstacles, circumstances, violations, measures."""

from enum import StrEnum


class ObligationKind(StrEnum):
    """The ten of Criminal Code 48-1, and what other orders add."""

    HOME_HOURS = "home_hours"
    PLACES = "places"
    MASS_EVENTS = "mass_events"
    ACTIVITIES = "activities"
    OBJECTS = "objects"
    DRIVING = "driving"
    TERRITORY = "territory"
    """Also: no change of home, work or study without consent."""
    CONTACTS = "contacts"
    COMMUNICATION = "communication"
    ALCOHOL = "alcohol"
    REGISTRATION = "registration"
    OTHER = "other"


class CheckedBy(StrEnum):
    GPS = "gps"
    OFFICER = "officer"


SEEN_FROM_ABOVE = frozenset({ObligationKind.HOME_HOURS, ObligationKind.PLACES, ObligationKind.TERRITORY})
"""All that a position can tell; whoever reads the others off a map is wrong."""


class CheckOutcome(StrEnum):
    KEPT = "kept"
    BROKEN = "broken"
    EXCUSED = "excused"


class Obstacle(StrEnum):
    """Why nobody may put a device on somebody; `problems.fitting_<code>` says it in words."""

    UNDER_AGE = "under_age"
    PREGNANT = "pregnant"
    YOUNG_CHILD = "young_child"
    DISABILITY = "disability"
    NO_BRACELET = "no_bracelet"
    """A doctor says so; why is in the health compartment only."""
    KIND = "kind"
    """This kind of order knows no device."""
    NOT_IN_FORCE = "not_in_force"
    FEMALE_OFFICER = "female_officer"
    OFFICER_UNKNOWN = "officer_unknown"
    """The sex of the officer is not written down: no woman is fitted by somebody unknown."""
    ARM_WITHOUT_REASON = "arm_without_reason"


EXEMPT = frozenset(
    {
        Obstacle.UNDER_AGE,
        Obstacle.PREGNANT,
        Obstacle.YOUNG_CHILD,
        Obstacle.DISABILITY,
        Obstacle.NO_BRACELET,
    }
)
"""What also takes a device off that is worn already."""


class CircumstanceKind(StrEnum):
    CHILD = "child"
    PREGNANCY = "pregnancy"
    DISABILITY = "disability"
    WITHDRAWN = "withdrawn"
    """What it replaces was wrong or is over."""


class BodyPart(StrEnum):
    ANKLE = "ankle"
    ARM = "arm"


class Ground(StrEnum):
    """Why a device came off, or an order ended."""

    EXPIRED = "expired"
    RELEASED = "released"
    EXEMPT = "exempt"
    REPLACED = "replaced"
    """By another device."""


class ReleaseGround(StrEnum):
    SERVED = "served"
    COURT = "court"
    """Lifted or replaced by a court."""
    AMNESTY = "amnesty"
    DEATH = "death"


class ViolationKind(StrEnum):
    REFUSAL = "refusal"
    REMOVAL = "removal"
    FAILURE_TO_CHARGE = "failure_to_charge"
    DAMAGE = "damage"
    OBLIGATION = "obligation"
    """Not kept, though the device was worn as ordered: hours, places, territory, distance."""


class MeasureKind(StrEnum):
    OFFICIAL_WARNING = "official_warning"
    COURT_REPORT = "court_report"
    DISCIPLINARY = "disciplinary"


class Decision(StrEnum):
    TAKEN = "taken"
    REJECTED = "rejected"


class RegistrationState(StrEnum):
    KEPT = "kept"
    MISSED = "missed"
    DUE = "due"
