"""Which numbers of a month of monitoring are shown. Pure."""

from collections.abc import Mapping
from typing import Final

from core.open_months import FLOOR, WHOLE, Cell, divided
from geofence.open.model import Part

MINUTES: Final = 5
"""A median is told in steps of so many: a middle one is somebody."""


def shown(
    orders: Mapping[str, int], alerts: Mapping[str, int], outcomes: Mapping[str, int]
) -> dict[Cell, int | None]:
    """(part, name) → exact count or None. Alerts are divided twice, orders once; the two have no number in
    common."""
    of_orders = divided({Part.ORDERS: orders})
    of_alerts = divided({Part.ALERTS: alerts, Part.OUTCOMES: outcomes})
    found: dict[Cell, int | None] = {
        (Part.ORDERS, WHOLE): of_orders.pop((WHOLE, WHOLE)),
        (Part.ALERTS, WHOLE): of_alerts.pop((WHOLE, WHOLE)),
    }
    return found | of_orders | of_alerts


def median_shown(minutes: float | None, *, answered: int) -> int | None:
    """None, too, where few were answered."""
    if minutes is None or answered < FLOOR:
        return None
    return MINUTES * round(minutes / MINUTES)
