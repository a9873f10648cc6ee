"""Figures, recalls, searches by place and time, pairs."""

from core import clock

FORMS = {
    "/recall": {"thing": "device_lot", "name": "L1", "why": "a batch"},
    "/nearby": {
        "lon": "69.2",
        "lat": "41.3",
        "radius_m": "300",
        "since": "2026-11-20T10:00",
        "until": "2026-11-20T11:00",
        "order_number": "1-1/2026",
        "reason": "theft",
    },
    "/pairs/{relation_id}/end": {},
    "/orders/{order_id}/pairs": {
        "number": "nobody has it",
        "kind": "keep_away",
        "distance_m": "500",
        "document": "act 1",
    },
    "/pairs/{relation_id}/consent": {"word": "withdrawn", "document": "act 2", "on": f"{clock.today()}"},
}
