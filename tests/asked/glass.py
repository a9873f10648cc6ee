"""Broken glass; nobody has this number."""

WHY = "Fell ill in the street, and the ambulance asks whom to tell"
BODIES = {
    "/v1/glass": {"number": "TEST-NOBODY", "why": WHY},
    "/v1/glass/{break_id}/reviews": {"verdict": "justified", "words": "An ambulance had called"},
}
FORMS = {
    "/glass": {"number": "TEST-NOBODY", "why": WHY},
    "/glass/{break_id}/reviews": {"verdict": "justified", "words": "An ambulance had called"},
}
