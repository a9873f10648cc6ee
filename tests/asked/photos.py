"""Photos: one more, and one that shows somebody else."""

from base64 import b64encode
from typing import Any

from filed.photos import photo

BODIES: dict[str, dict[str, Any]] = {
    "/v1/people/{person_id}/photos": {
        "taken_on": "2026-11-01",
        "content": b64encode(photo("olive")).decode(),
    },
    "/v1/people/{person_id}/photos/{photo_id}/withdrawal": {"why": "somebody else"},
}
FORMS: dict[str, dict[str, str]] = {
    "/people/{person_id}/photos": {"taken_on": "2026-11-01"},
    "/people/{person_id}/photos/{photo_id}/withdrawal": {"why": "somebody else"},
    "/people/{person_id}/health/parts": {},
    "/people/{person_id}/psychology/parts": {},
}
