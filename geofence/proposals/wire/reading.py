"""A file of places: GeoJSON or KML by its first sign, read with care and never believed."""

from typing import Final

from geofence.proposals.model import Place
from geofence.proposals.wire import geojson, kml
from geofence.proposals.wire.coordinates import Budget, check_axes
from geofence.proposals.wire.faults import ZoneFileEmpty, ZoneFileTooLarge

MOST_BYTES: Final = 6_000_000


def read(content: bytes, *, most: int) -> list[Place]:
    """`most`: how many points it may have."""
    if len(content) > MOST_BYTES:
        raise ZoneFileTooLarge(points=most)
    plain = content.lstrip(b"\xef\xbb\xbf \r\n\t")
    found = (kml.read if plain.startswith(b"<") else geojson.read)(plain, Budget(most))
    if not found:
        raise ZoneFileEmpty
    check_axes([place.geometry for place in found])
    return found
