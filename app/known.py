"""What early warning may know about people, put together from the topics and from monitoring."""

from core.sealing import Keys
from dashboards.store import violations
from inmates.flags.model import Input
from inmates.flags.sources import Sources, own


def sources(keys: Keys) -> Sources:
    """An input without a source is not known, and the model says so."""
    return own(keys) | {Input.ALERTS: violations.days}
