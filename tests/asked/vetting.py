"""Access reviews."""

BODIES = {"/v1/vetting/items/{vetting_item_id}/verdicts": {"verdict": "kept"}}
FORMS = {"/vetting/items/{vetting_item_id}": {"verdict": "kept"}}
