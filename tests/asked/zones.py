"""Rules as the editor's form says them."""

RULE = {
    "name": "Namuna maktabi",
    "reason": "1-1",
    "shape": "circle",
    "coordinates": "69.24, 41.30",
    "radius": "120",
    "kind": "exclusion",
    "after": "1",
}
LEAVE = {"since": "2026-11-21T08:00", "until": "2026-11-21T12:00", "reason": "shifokor"}
FORMS = {
    "/orders/{order_id}/rules/new": RULE,
    "/conditions/{condition_id}/revise": RULE,
    "/proposals/{proposal_id}/edit": RULE,
    "/proposals/{proposal_id}/publication": {"version": "1"},
    "/proposals/{proposal_id}/withdrawal": {"reason": "too wide"},
    "/zones/new": RULE,
    "/people/{person_id}/rules/conditions/{condition_id}/absences": LEAVE,
    "/people/{person_id}/rules/conditions/{condition_id}/proposed-absences": LEAVE,
    "/people/{person_id}/rules/conditions/{condition_id}/end": {},
    "/people/{person_id}/rules/absences/{absence_id}/end": {},
    "/zones/collections": {"name": "Maktablar"},
}
DRAWN = {"kind": "circle", "geometry": {"type": "Point", "coordinates": [69.24, 41.3]}, "radius_m": 120}
SAID = {"name": "Namuna maktabi", "reason": "1-1", "kind": "exclusion", "shape": DRAWN}
BODIES = {
    "/v1/proposals": {"name": "Namuna maktabi", "reason": "1-1", "shape": DRAWN},
    "/v1/proposals/{proposal_id}/withdrawal": {"reason": "too wide"},
    "/v1/orders/{order_id}/proposals": SAID,
    "/v1/conditions/{condition_id}/proposals": SAID,
    "/v1/proposals/{proposal_id}": SAID,
}
HEADERS = {
    "PUT /v1/proposals/{proposal_id}": {"if-match": '"1"'},
    "POST /v1/proposals/{proposal_id}/publication": {"if-match": '"1"'},
}
