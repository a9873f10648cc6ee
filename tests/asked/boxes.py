"""Sealed boxes."""

QUESTIONS = {"/v1/boxes/openings": {"box": "ombudsman"}}
BODIES = {
    "/v1/boxes/own/keys": {"signed": "x.y.z", "ceremony": "namuna"},
    "/v1/boxes/own/openings": {"signed": "x.y.z", "letters": []},
    "/v1/boxes/own/letters/{letter_id}/answers": {"message": "AAAA"},
}
FORMS = {"/boxes/keys": {"ceremony": "namuna"}, "/boxes/openings": {}}
