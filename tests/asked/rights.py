"""The rights clock."""

BODIES = {
    "/v1/people/{person_id}/duties/entries": {"kind": "medical_check", "at": "2026-11-20T08:00:00+05:00"},
}
FORMS = {
    "/people/{person_id}/rights": {"kind": "exercise", "at": "2026-11-20T08:00"},
    "/oversight/complaints": {
        "number": "N-1",
        "against": "nobody",
        "made_at": "2026-11-20T08:00",
        "reference": "M-1",
    },
}
