"""Shifts."""

BODIES = {"/v1/shifts": {"to": "nobody"}}
FORMS = {"/shift": {"to": "nobody"}}
