"""Pages of calls: the staff's list, a lawyer's, the kiosk's, a relative's."""

from dashboards.calls.pages import router as router
