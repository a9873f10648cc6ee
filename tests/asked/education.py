"""Education and the statements of learning platforms."""

COURSE = {"code": "ASKED", "title": "x", "isced_level": 3, "isced_field": "0613", "hours": "72"}
EVENT = {"kind": "missed", "at": "2026-11-20T10:00:00+05:00", "hours": "2"}
BOOK = {
    "title": "x",
    "author": "y",
    "read_on": "2026-09-01",
    "decided_on": "2026-09-02",
    "decision": "1",
}
BODIES = {
    "/v1/courses": COURSE,
    "/v1/courses/activities": {"provider": "nobody", "iri": "https://a.test/1", "course": "ASKED"},
    "/v1/people/{person_id}/enrolments": {"course": "KEPT"},
    "/v1/people/{person_id}/accounts": {
        "provider": "kept-platform",
        "home_page": "https://a.test",
        "name": "l-1",
    },
    "/v1/enrolments/{enrolment_id}/events": EVENT | {"kind": "withdrawn", "hours": None, "reason": "other"},
    "/v1/lessons": {"at": EVENT["at"], "hours": "2", "attended": []},
    "/v1/people/{person_id}/readings": BOOK | {"members": ["a", "b", "c"]},
    "/v1/people/{person_id}/readings/{reading_id}/annulment": {"why": "a mistake"},
    "/v1/education/records": {"csv": "person,course,kind,at\n"},
}
QUESTIONS = {"/education/lessons": {"course": "KEPT"}}
FORMS = {
    "/people/{person_id}/education/enrolments": {"course": "KEPT", "on": "2026-11-20"},
    "/people/{person_id}/education/enrolments/{enrolment_id}": {
        "kind": "withdrawn",
        "at": "2026-11-20T10:00",
        "reason": "other",
    },
    "/people/{person_id}/education/books": BOOK | {"members": "a\nb\nc"},
    "/people/{person_id}/education/books/{reading_id}": {"why": "a mistake"},
    "/education/lessons": {"at": "2026-11-20T10:00", "hours": "2", "mark": ""},
    "/education/courses": COURSE | {"code": "ASKED-2"},
    "/education/activities": {"provider": "nobody", "iri": "https://a.test/1", "course": "ASKED"},
}
