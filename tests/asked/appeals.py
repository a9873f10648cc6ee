"""Appeals."""

BODIES = {
    "/v1/register/appeals": {
        "kind": "ariza",
        "form": "paper",
        "subject": "Namuna",
        "body": "Namuna matni",
        "name": "Namuna Karimova",
    },
    "/v1/register/appeals/{appeal_id}/commands": {"command": "note", "values": {"text": "namuna"}},
}
