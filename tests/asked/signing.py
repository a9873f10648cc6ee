"""A signature under a decision; no provider checks any where these are asked."""

SIGNATURE = {"shown": "0" * 64, "signature": "AAAA"}
FORMS = {
    "/appeals/{appeal_id}/paper": SIGNATURE,
    "/appeals/{appeal_id}/conclusion": SIGNATURE,
    "/sanctions/{sanction_id}/paper": SIGNATURE,
    "/orders/{order_id}/paper": SIGNATURE,
    "/proposals/{proposal_id}/paper": SIGNATURE,
}
