"""Signatures under a decision, with a key and by hand; no provider checks any where these are asked."""

SIGNATURE = {"shown": "0" * 64, "signature": "AAAA"}
FORMS = {
    "/appeals/{appeal_id}/paper": SIGNATURE,
    "/appeals/{appeal_id}/conclusion": SIGNATURE,
    "/sanctions/{sanction_id}/paper": SIGNATURE,
    "/orders/{order_id}/paper": SIGNATURE,
    "/proposals/{proposal_id}/paper": SIGNATURE,
}
FORMS |= {f"{path}/by-hand": {"where": "case 7, sheet 12"} for path in FORMS}
