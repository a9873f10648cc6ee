"""Receipts."""

BODIES = {"/v1/receipts/lookup": {"number": "M-1726-2026-000001", "code": "0000000000000000"}}
FORMS = {
    "/receipt": {"number": "M-1726-2026-000001", "code": "0000000000000000"},
    "/receipt/check": {"signed": "x"},
    "/receipt/slip": {"signed": "x"},
}
