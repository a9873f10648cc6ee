"""Identities of other providers."""

BODIES = {
    "/v1/identities": {"login": "nobody-at-all", "provider": "none", "subject": "1"},
    "/v1/identities/end": {"identity": 1},
}
FORMS = {
    "/access/identities": {"login": "nobody-at-all", "provider": "none", "subject": "1"},
    "/access/identities/end": {"identity": "1"},
}
