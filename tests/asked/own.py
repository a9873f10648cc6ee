"""Own pages of supervised people."""

FORMS = {
    "/people/{person_id}/own": {"phone": "+998 90 999 00 01"},
    "/own/alerts/{alert_id}": {"text": "The bus did not come"},
}
