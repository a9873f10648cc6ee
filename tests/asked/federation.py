"""Identities of other providers."""

BODIES = {
    "/v1/sessions/current/signature": {"provider": "none", "signature": "AAAA"},
    "/v1/identities": {"login": "nobody-at-all", "provider": "none", "subject": "1"},
    "/v1/identities/end": {"identity": 1},
}
FORMS = {
    "/sign-in/signed/{name}": {"state": "none", "signature": "AAAA"},
    "/prove/signed/{name}": {"signature": "AAAA"},
    "/access/identities": {"login": "nobody-at-all", "provider": "none", "subject": "1"},
    "/access/identities/end": {"identity": "1"},
}
