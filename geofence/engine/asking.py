"""Many places, each against one zone of the pool: inside or not, and how far from the border."""

from geofence.engine.compiled import Column, lean
from geofence.engine.distance import covers, signed
from geofence.engine.grids import seek
from geofence.engine.layout import View
from geofence.engine.plane import metres_per_degree


@lean
def covers_pairs(view: View, zone: Column, lon: Column, lat: Column, found: Column) -> None:
    """zone: int64 (n,) numbers; lon, lat: float64 (n,) degrees; found: bool (n,), filled."""
    for i in range(len(zone)):
        address = seek(view, zone[i], lon[i], lat[i])
        found[i] = covers(view, zone[i], address, lon[i], lat[i]) == 1


@lean
def measure_pairs(view: View, zone: Column, lon: Column, lat: Column, reach_m: Column, found: Column) -> None:
    """zone: int64 (n,) numbers; lon, lat: float64 (n,) degrees; reach_m: float64 (n,) metres.
    found: float64 (n,), filled: metres to the border, + outside, - inside, within ±reach."""
    for i in range(len(zone)):
        kx, ky = metres_per_degree(lat[i])
        found[i] = signed(view, zone[i], lon[i], lat[i], kx, ky, reach_m[i])


@lean
def measure_pair(view: View, zone: int, lon: float, lat: float, reach_m: float) -> float:
    """Signed metres from one place (degrees) to the border of one zone, within ±reach."""
    kx, ky = metres_per_degree(lat)
    return signed(view, zone, lon, lat, kx, ky, reach_m)
