"""Relatives."""

from datetime import timedelta
from typing import Any

from core import clock

UUID = "01936f5e-0000-7000-8000-00000000000"
SOON = (clock.now() + timedelta(days=5)).isoformat()
BODIES: dict[str, dict[str, Any]] = {
    "/v1/my/drafts": {"client_id": f"{UUID}1", "body": "salom"},
    "/v1/my/drafts/{draft_id}": {"body": "yana salom"},
    "/v1/my/push": {"endpoint": "https://updates.push.services.mozilla.com/wpush/v2/namuna"},
    "/v1/my/identity": {
        "surname": "Namunayeva",
        "given_name": "Namuna",
        "born_on": "1970-01-01",
        "document": "AA0000000",
    },
    "/v1/my/claims": {
        "client_id": f"{UUID}2",
        "relation": "parent",
        "surname": "Hech",
        "number": "yoʻq-1",
    },
    "/v1/my/visits": {"client_id": f"{UUID}3", "kin_id": 1, "thing": "call", "wanted_at": SOON},
    "/v1/my/advice": {"client_id": f"{UUID}4", "kin_id": 1, "question": "Qachon?"},
    "/v1/my/appeals": {
        "client_id": f"{UUID}5",
        "kind": "ariza",
        "subject": "Namuna",
        "body": "Namuna soʻrov",
    },
    "/v1/my/appeals/{appeal_id}/reply": {"text": "javob"},
    "/v1/my/appeals/{appeal_id}/withdraw": {"reason": "kerak emas"},
    "/v1/my/appeals/{appeal_id}/rate": {"stars": 5},
}
UUID_META = "client_id MDE5MzZmNWUtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDA5,filetype dGV4dC9wbGFpbg=="
TUS = {"tus-resumable": "1.0.0"}
HEADERS = {
    "PUT /v1/my/drafts/{draft_id}": {"if-match": '"1"'},
    "POST /v1/my/uploads": TUS | {"upload-length": "5", "upload-metadata": UUID_META},
    "HEAD /v1/my/uploads/{upload_id}": TUS,
    "PATCH /v1/my/uploads/{upload_id}": TUS | {"upload-offset": "5"},
}
FORMS = {
    "/kinship/claims/{claim_id}/approve": {"proof": "passport"},
    "/kinship/claims/{claim_id}/refuse": {"reason": "no"},
    "/kinship/claims/{claim_id}/end": {"reason": "no"},
    "/kinship/claims/{claim_id}/consent": {"given": "true", "reason": "sheet 1"},
    "/kinship/claims/{claim_id}/list": {},
    "/kinship/visits/{visit_id}": {"confirmed": "true"},
    "/kinship/visits/{visit_id}/outcome": {"outcome": "kept"},
    "/kinship/advice/{advice_id}": {"answer": "ertaga"},
}
