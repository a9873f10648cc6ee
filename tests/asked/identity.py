"""Identities, duplicates and merges."""

from typing import Any

WHO: dict[str, Any] = {"surname": "Namunayev", "given_name": "Sinov", "sex": "m", "born_on": "1990-05-01"}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/people": WHO | {"number": "ASKED-1"},
    "/v1/duplicates": WHO,
    "/v1/people/{person_id}/identity": WHO | {"ground": "corrected", "why": "misread"},
    "/v1/merges": {"survivor_id": 1, "absorbed_id": 2, "why": "the same"},
    "/v1/merges/{merge_id}/undo": {"why": "two after all"},
}
HEADERS = {"PUT /v1/people/{person_id}/identity": {"if-match": '"1"'}}
FORMS = {
    "/people/new": WHO | {"number": "ASKED-2"},
    "/people/{person_id}/identity": WHO | {"version": "1", "ground": "corrected", "why": "misread"},
    "/people/{person_id}/identity/merge/{double_id}": {"why": "the same"},
    "/people/{person_id}/identity/undo/{merge_id}": {"why": "two after all"},
}
