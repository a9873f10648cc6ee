"""The whole file."""

BODIES = {"/v1/people/{person_id}/certificates": {"purpose": "release"}}
FORMS = {"/people/{person_id}/handover/certificates": {"purpose": "request"}}
QUESTIONS = {"/v1/certificates": {"number": "2026-00000000", "digest": "0" * 64}}
