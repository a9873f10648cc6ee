"""Orders under supervision."""

ACT = {
    "kind": "house_arrest",
    "court": "Namuna sudi",
    "act_number": "1-2",
    "act_on": "2026-11-20",
    "begins_at": "2026-11-21T04:00:00Z",
    "last_day": "2027-01-20",
    "ruled_at": "2026-11-20T12:30:00Z",
}
OBLIGATION = {"kind": "contacts", "words": "no calls", "act_number": "1-2"}
BODIES = {
    "/v1/people/{person_id}/order-drafts": ACT,
    "/v1/order-drafts/{order_draft_id}": ACT,
    "/v1/orders/{order_id}/assignments": {"act_number": "5"},
    "/v1/orders/{order_id}/release": {"act_number": "9", "ground": "served"},
    "/v1/orders/{order_id}/obligations": OBLIGATION,
    "/v1/obligations/{obligation_id}/revisions": OBLIGATION,
    "/v1/obligations/{obligation_id}/checks": {"on": "2026-11-20", "outcome": "kept"},
    "/v1/people/{person_id}/fitting-circumstances": {
        "kind": "child",
        "since": "2026-01-01",
        "document": "I-NA 1",
    },
    "/v1/orders/{order_id}/fittings/{device_id}": {},
    "/v1/fittings/{fitting_id}/removal": {"ground": "replaced"},
    "/v1/orders/{order_id}/violations": {"kind": "damage", "at": "2026-11-20T12:30:00Z"},
    "/v1/bracelet-measures/{bracelet_measure_id}/decision": {"decision": "taken", "act_number": "7"},
}
HEADERS = {"PUT /v1/order-drafts/{order_draft_id}": {"if-match": '"1"'}}
PAGE = "/people/{person_id}/supervision"
FORMS = {
    f"{PAGE}/drafts": ACT | {"begins_at": "2026-11-21T09:00", "ruled_at": "2026-11-20T17:30"},
    f"{PAGE}/drafts/{{order_draft_id}}/activation": {},
    f"{PAGE}/drafts/{{order_draft_id}}/edit": ACT
    | {"begins_at": "2026-11-21T09:00", "ruled_at": "2026-11-20T17:30", "version": "1"},
    f"{PAGE}/orders/{{order_id}}/assignments": {"act_number": "5"},
    f"{PAGE}/orders/{{order_id}}/obligations": OBLIGATION,
    f"{PAGE}/obligations/{{obligation_id}}/checks": {"on": "2026-11-20", "outcome": "kept"},
    f"{PAGE}/obligations/{{obligation_id}}/revisions": OBLIGATION,
    f"{PAGE}/circumstances": {"kind": "child", "since": "2026-01-01", "document": "I-NA 1"},
    f"{PAGE}/orders/{{order_id}}/fittings": {"serial": "none", "body_part": "ankle"},
    f"{PAGE}/fittings/{{fitting_id}}/removal": {"ground": "replaced"},
    f"{PAGE}/orders/{{order_id}}/violations": {"kind": "damage", "at": "2026-11-20T17:30"},
    f"{PAGE}/measures/{{bracelet_measure_id}}": {"decision": "taken", "said": "7"},
    f"{PAGE}/orders/{{order_id}}/release": {"act_number": "9", "ground": "served"},
}
