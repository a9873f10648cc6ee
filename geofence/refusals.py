"""What is missing or wrong in what somebody writes down about zones, hours and absences."""

from typing import ClassVar

from core.errors import Invalid


class NameMissing(Invalid):
    code: ClassVar[str] = "name_missing"


class ReasonMissing(Invalid):
    code: ClassVar[str] = "reason_missing"


class PeriodEmpty(Invalid):
    code: ClassVar[str] = "period_empty"


class InThePast(Invalid):
    """Shapes and conditions bind from now on; only absences may be granted for what has been."""

    code: ClassVar[str] = "in_the_past"


class CurfewWithoutHours(Invalid):
    code: ClassVar[str] = "curfew_without_hours"
