"""Oversight."""

BODIES = {
    "/v1/oversight/complaints": {
        "person_id": 1,
        "against": 1,
        "made_at": "2026-11-20T08:00:00+05:00",
        "reference": "M-1",
    },
}
