"""What can be wrong with a file of places or with typed text; each says it in its own sentence."""

from typing import ClassVar

from core.errors import Invalid


class ZoneFileUnreadable(Invalid):
    """Neither GeoJSON nor KML, or with declarations of its own."""

    code: ClassVar[str] = "zone_file_unreadable"


class ZoneFileTooLarge(Invalid):
    code: ClassVar[str] = "zone_file_too_large"


class ZoneFileEmpty(Invalid):
    """No point, line or area in it."""

    code: ClassVar[str] = "zone_file_empty"


class CoordinateUnreadable(Invalid):
    """Not a number, or none that the earth has."""

    code: ClassVar[str] = "coordinate_unreadable"


class AxesSwapped(Invalid):
    """Read as it is written it lies elsewhere; with latitude and longitude exchanged, in the country."""

    code: ClassVar[str] = "axes_swapped"


class HoursUnreadable(Invalid):
    code: ClassVar[str] = "hours_unreadable"


class MomentUnreadable(Invalid):
    code: ClassVar[str] = "moment_unreadable"
