"""Evidence under an act."""

TIME = {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"}
BODIES = {"/v1/people/{person_id}/evidence": {**TIME, "act": "1-1", "reason": "case 7"}}
FORMS = {
    "/people/{person_id}/evidence": {
        "since": "2026-11-20T00:00",
        "until": "2026-11-21T00:00",
        "act": "1-1",
        "reason": "case 7",
    },
    "/people/{person_id}/playback": {"since": "2026-11-20T00:00", "until": "2026-11-21T00:00"},
    "/people/{person_id}/playback/file": {
        "since": "2026-11-20T00:00",
        "until": "2026-11-21T00:00",
        "form": "gpx",
        "reason": "case 7",
    },
}
