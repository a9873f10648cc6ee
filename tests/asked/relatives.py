"""Relatives."""

BODIES = {
    "/v1/my/drafts": {"client_id": "01936f5e-0000-7000-8000-000000000001", "body": "salom"},
    "/v1/my/drafts/{draft_id}": {"body": "yana salom"},
}
HEADERS = {"PUT /v1/my/drafts/{draft_id}": {"if-match": '"1"'}}
