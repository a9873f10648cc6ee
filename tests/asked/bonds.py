"""Bonds and marks; nobody has this number."""

from datetime import timedelta

from core import clock

TOMORROW = clock.today() + timedelta(days=1)
"""Still to come when midnight passes between reading this and asking."""
MARK = {"number": "TEST-NOBODY", "why": "a singer", "until": TOMORROW.isoformat()}
BOND = {"number": "TEST-NOBODY", "kind": "kin", "words": "a cousin"}
BODIES = {
    "/v1/bonds": BOND,
    "/v1/bonds/{bond_id}/end": {"why": "divorced"},
    "/v1/renown": MARK,
    "/v1/renown/{renown_id}/end": {"why": "forgotten"},
}
FORMS = {
    "/bonds": BOND,
    "/bonds/{bond_id}/end": {"why": "divorced"},
    "/oversight/renown": MARK,
    "/oversight/renown/{renown_id}/end": {"why": "forgotten"},
}
