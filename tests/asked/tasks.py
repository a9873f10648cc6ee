"""Tasks."""

BODIES = {"/v1/tasks/{task_id}/done": {"outcome": "seen"}}
FORMS = {"/tasks/{task_id}": {"outcome": "seen"}}
