"""Second factors, own sessions, and what a role must have."""

BODIES = {
    "/v1/sessions/current/proof": {"code": "AAAA-BBBB-CCCC-DDDD"},
    "/v1/sessions/current/passkey": {"credential": {}},
    "/v1/me/factors/totp/confirm": {"code": "000000"},
    "/v1/me/factors/passkeys": {"name": "key", "credential": {}},
    "/v1/me/factors/drop": {"kind": "totp"},
    "/v1/me/sessions/end": {"session": "00" * 32},
    "/v1/factor-demands": {"role": "provider", "is_demanded": False},
    "/v1/factors/forget": {"login": "nobody-at-all"},
}
FORMS = {
    "/prove": {"code": "AAAA-BBBB-CCCC-DDDD"},
    "/me/totp/confirm": {"code": "000000"},
    "/me/drop": {"kind": "totp"},
    "/me/sessions/end": {"session": "00" * 32},
    "/access/demand": {"role": "provider", "is_demanded": "false"},
    "/access/forget": {"login": "nobody-at-all"},
}
