"""The psychologists' compartment."""

from typing import Any

GAD7: dict[str, Any] = {"screen": "gad7", "language": "en", "basis": "consent", "basis_note": "act 1"}
BODIES = {
    "/v1/people/{person_id}/psychology/screenings": GAD7 | {"answers": [0] * 7},
    "/v1/people/{person_id}/psychology/notes": {"text": "calm"},
    "/v1/screens/{name}/signatures": {"language": "ru"},
}
FORMS = {
    "/people/{person_id}/psychology/screenings": GAD7 | {f"item_{n}": "0" for n in range(1, 8)},
    "/people/{person_id}/psychology/notes": {"text": "calm"},
    "/people/{person_id}/psychology/signatures": {"screen": "gad7", "language": "ru"},
}
