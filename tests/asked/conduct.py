"""Conduct."""

DOCUMENT = {"ground": "seen by two", "number": "7-son", "on": "2026-11-20"}
MEMBERS = [{"name": f"Namuna {n}", "is_public": n > 5} for n in range(8)]
BODIES = {
    "/v1/people/{person_id}/incidents": {
        "kind": "refusal_of_food",
        "happened_at": "2026-11-20T08:00:00+05:00",
        "place": "1-blok",
        "text": "did not eat",
    },
    "/v1/people/{person_id}/incidents/{incident_id}/hearings": {
        "heard_at": "2026-11-20T10:00:00+05:00",
        "explanation": None,
    },
    "/v1/people/{person_id}/incidents/{incident_id}/decision": {"measure": "none", "document": DOCUMENT},
    "/v1/people/{person_id}/sanctions/{sanction_id}/entries": {
        "kind": "reviewed",
        "at": "2026-11-20T12:00:00+05:00",
        "document": DOCUMENT,
    },
    "/v1/people/{person_id}/incentives": {"kind": "thanks", "document": DOCUMENT},
    "/v1/people/{person_id}/protocols": {
        "number": "9-son",
        "held_on": "2026-11-20",
        "is_correcting": True,
        "members": MEMBERS,
    },
}
FORMS = {
    "/people/{person_id}/conduct/incidents": {
        "kind": "insult",
        "happened_at": "2026-11-20T08:00",
        "place": "1-blok",
        "text": "shouted",
    },
    "/people/{person_id}/conduct/incidents/{incident_id}/hearing": {
        "heard_at": "2026-11-20T10:00",
        "declined": "yes",
    },
    "/people/{person_id}/conduct/incidents/{incident_id}/decision": {"measure": "none"} | DOCUMENT,
    "/people/{person_id}/conduct/sanctions/{sanction_id}": {"kind": "reviewed"} | DOCUMENT,
    "/people/{person_id}/conduct/incentives": {"kind": "thanks"} | DOCUMENT,
    "/people/{person_id}/conduct/protocols": {
        "number": "9-son",
        "held_on": "2026-11-20",
        "is_correcting": "true",
        "staff": "Bir\nIkki\nUch\nToʻrt\nBesh",
        "public": "Olti\nYetti\nSakkiz",
    },
}
