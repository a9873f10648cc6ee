"""Appeals."""

BODIES = {
    "/v1/register/appeals": {
        "kind": "ariza",
        "form": "paper",
        "subject": "Namuna",
        "body": "Namuna matni",
        "name": "Namuna Karimova",
    },
    "/v1/register/deputies": {"user_id": 1, "for_user_id": 2, "since": "2026-11-20T08:00:00+05:00"},
    "/v1/register/appeals/{appeal_id}/commands": {"command": "note", "values": {"text": "namuna"}},
}
FORMS = {
    "/deputies": {"deputy": "1", "whose": "2", "since": "2026-11-20T08:00"},
    "/appeals/new": {
        "kind": "ariza",
        "form": "paper",
        "topic": "other",
        "subject": "Namuna",
        "body": "Namuna matni",
        "name": "Namuna Karimova",
    },
    "/appeals/{appeal_id}": {"command": "note", "text": "namuna"},
}
