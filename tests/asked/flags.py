"""Early-warning flags."""

DECISION = {"agrees": True, "reason": "talked with him", "effects": ["talk"]}
BODIES = {
    "/v1/flags/{flag_id}/decision": DECISION,
    "/v1/flags/{flag_id}/contests": {"words": "I was in the hospital"},
}
FORMS = {
    "/people/{person_id}/flags": {"x": ""},
    "/people/{person_id}/flags/{flag_id}/decision": {"agrees": "true", "reason": "talked", "effects": "talk"},
    "/people/{person_id}/flags/{flag_id}/contests": {"words": "I was in the hospital"},
}
