"""Alerts, devices and tracks."""

BODIES = {
    "/v1/alerts/{alert_id}/note": {"text": "called"},
    "/v1/alerts/{alert_id}/close": {"outcome": "false"},
    "/v1/devices/{device_id}/commands": {"kind": "vibrate"},
}
QUESTIONS = {
    "/v1/people/{person_id}/track": {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"},
}
FORMS = {
    "/alerts/{alert_id}/note": {"text": "called"},
    "/alerts/{alert_id}/close": {"outcome": "false"},
}
