"""Sentences."""

BOOK = {"fact": {"kind": "reading", "read_on": "2026-03-01", "title": "Oʻtkan kunlar"}}
BODIES = {
    "/v1/people/{person_id}/sentence/facts": BOOK,
    "/v1/people/{person_id}/sentence/preview": BOOK,
    "/v1/people/{person_id}/sentence/computations": {"purpose": "release", "reference": "7"},
}
FORMS = {
    "/people/{person_id}/sentence/facts": {
        "kind": "reading",
        "read_on": "2026-03-01",
        "title": "Mehrobdan chayon",
    },
    "/people/{person_id}/sentence/computations": {"purpose": "release", "reference": "8"},
}
