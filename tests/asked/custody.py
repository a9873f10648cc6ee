"""Custody."""

ACT = {"act_number": "1-26/7", "authority": "Namuna sudi", "act_on": "2026-01-01", "reasons": "JK 169"}
BODIES = {
    "/v1/institutions/{institution_id}/people/{person_id}": {
        "at": "2026-02-01T10:00:00+05:00",
        "commitment": ACT,
    },
    "/v1/episodes/{episode_id}/movements": {
        "movements": [{"kind": "court", "at": "2026-03-01T10:00:00+05:00"}]
    },
    "/v1/movements/{movement_id}/correction": {"kind": "admission", "at": "2026-02-01T10:00:00+05:00"},
    "/v1/admissions/{admission_id}/answers": {"item": "injuries", "words": "a bruise"},
    "/v1/people/{person_id}/children": {"born_on": "2020-02-29", "place": "Namuna"},
    "/v1/institutions/{institution_id}/places": {"name": "1", "capacity": 10},
    "/v1/people/{person_id}/marks": {"kind": "repeater", "ground": "1-26/7"},
}
QUESTIONS = {"/v1/people/{person_id}/standing": {"at": "2026-03-01T10:00:00+05:00"}}
FORMS = {
    "/institutions/{institution_id}/places": {"name": "2", "capacity": "10"},
    "/institutions/{institution_id}/people": {
        "number": "nobody has it",
        "at": "2026-02-01T10:00",
        "act_number": "1-26/7",
        "authority": "Namuna sudi",
        "act_on": "2026-01-01",
        "reasons": "JK 169",
    },
    "/people/{person_id}/custody/movements/{episode_id}": {"kind": "court", "at": "2026-03-01T10:00"},
    "/people/{person_id}/custody/movements/{movement_id}/correction": {
        "kind": "admission",
        "at": "2026-02-01T10:00",
    },
    "/people/{person_id}/custody/movements/{movement_id}/withdrawal": {},
    "/people/{person_id}/custody/marks": {"kind": "repeater", "ground": "1-26/7"},
    "/people/{person_id}/custody/children": {"born_on": "2020-02-29", "place": "Namuna"},
    "/people/{person_id}/custody/children/{child_id}/withdrawal": {},
    "/people/{person_id}/custody/answers/{admission_id}": {"item": "gender", "said": "declined"},
    "/people/{person_id}/custody/places/{place_id}": {"reason": "x"},
}
