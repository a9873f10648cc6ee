"""The health compartment."""

SINCE = "2026-11-20T00:00:00Z"
BODIES = {
    "/v1/people/{person_id}/health/appointments": {"due_at": SINCE, "purpose": "dressing"},
    "/v1/appointments/{appointment_id}/outcome": {"outcome": "kept"},
    "/v1/people/{person_id}/health/findings": {
        "text": "back",
        "consequences": [{"kind": "light_work", "starts_at": SINCE}],
    },
    "/v1/consequences/{consequence_id}/replacement": {"starts_at": SINCE, "text": "better"},
}
FORMS = {
    "/people/{person_id}/health/appointments": {"due_at": "2026-11-20T09:00", "purpose": "dressing"},
    "/people/{person_id}/health/appointments/{appointment_id}": {"outcome": "kept", "note": ""},
    "/people/{person_id}/health/findings": {"text": "back", "kind": "light_work", "starts_on": "2026-11-20"},
    "/people/{person_id}/health/consequences/{consequence_id}": {"ends_on": "2026-12-20", "text": "better"},
}
