"""Entitlements."""

BODIES = {
    "/v1/people/{person_id}/uses": {"thing": "call", "at": "2026-03-01T10:00:00+05:00"},
    "/v1/uses/{use_id}/withdrawal": {"reason": "typed twice"},
    "/v1/people/{person_id}/grants": {"thing": "parcel", "year": 2026, "ground": "order 7"},
    "/v1/grants/{grant_id}/withdrawal": {"reason": "annulled"},
    "/v1/people/{person_id}/contacts": {"name": "Namuna", "relation": "parent", "since": "2026-01-01"},
    "/v1/contacts/{contact_id}/ending": {"reason": "asked for"},
}
FORMS = {
    "/people/{person_id}/entitlements/uses": {"thing": "call", "at": "2026-03-01T10:00", "outcome": "kept"},
    "/people/{person_id}/entitlements/contacts": {
        "name": "Namuna",
        "relation": "parent",
        "since": "2026-01-01",
    },
    "/people/{person_id}/entitlements/contacts/{contact_id}/ending": {"reason": "asked for"},
    "/people/{person_id}/entitlements/uses/{use_id}/withdrawal": {"reason": "typed twice"},
    "/people/{person_id}/entitlements/grants": {"thing": "parcel", "year": "2026", "ground": "order 7"},
    "/people/{person_id}/entitlements/grants/{grant_id}/withdrawal": {"reason": "annulled"},
}
