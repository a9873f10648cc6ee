"""Alerts, devices and tracks."""

BODIES = {
    "/v1/alerts/{alert_id}/note": {"text": "called"},
    "/v1/alerts/{alert_id}/close": {"outcome": "false"},
    "/v1/incidents/{alert_id}/hand": {"to": "nobody"},
    "/v1/incidents/{alert_id}/note": {"text": "called"},
    "/v1/incidents/{alert_id}/call": {"outcome": "no_answer"},
    "/v1/incidents/{alert_id}/message": {"kind": "vibrate"},
    "/v1/incidents/{alert_id}/step": {"code": "call_wearer"},
    "/v1/incidents/{alert_id}/close": {"outcome": "false", "seen": 1},
    "/v1/devices/{device_id}/commands": {"kind": "vibrate"},
}
QUESTIONS = {
    "/v1/people/{person_id}/track": {"since": "2026-11-20T00:00:00Z", "until": "2026-11-21T00:00:00Z"},
}
FORMS = {
    "/alerts/{alert_id}/note": {"text": "called"},
    "/alerts/{alert_id}/take": {},
    "/alerts/{alert_id}/hand": {"to": "nobody"},
    "/alerts/{alert_id}/call": {"outcome": "no_answer"},
    "/alerts/{alert_id}/message": {"kind": "vibrate"},
    "/people/{person_id}/message": {"kind": "vibrate"},
    "/alerts/{alert_id}/step": {"code": "call_wearer"},
    "/alerts/{alert_id}/close": {"outcome": "false", "seen": "1"},
}
