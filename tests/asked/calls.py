"""Calls."""

from datetime import timedelta
from typing import Any

from core import clock

SOON = clock.now() + timedelta(days=2)
LEGAL: dict[str, Any] = {
    "lawyer": "counsel",
    "begins_at": SOON.isoformat(),
    "minutes": 30,
    "warrant": "order 1",
}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/people/{person_id}/legal-calls": LEGAL,
    "/v1/kiosk": {"code": "00000000"},
}
FORMS = {
    "/calls": {
        "number": "TEST-0",
        "lawyer": "counsel",
        "begins_at": SOON.astimezone(clock.HERE).strftime("%Y-%m-%dT%H:%M"),
        "minutes": "30",
        "warrant": "order 1",
    },
    "/calls/{call_id}/code": {},
    "/calls/{call_id}/end": {},
}
