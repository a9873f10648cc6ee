"""What the feed says of alerts and terms: ids and codes, never names or places."""

from collections.abc import Iterable

from core.bus import Row
from core.model import PersonId
from geofence.model import Alert
from geofence.store.breaches import News


def alert(after: Alert) -> Row:
    """An officer did something with it."""
    body = {
        "alert": after.id,
        "breach": after.breach,
        "kind": after.kind,
        "state": after.state,
        "severity": after.severity,
    }
    return Row("alert", body, after.person)


def news(told: News) -> Row:
    """The platform wrote an entry: raised, ended or annulled."""
    body = {
        "alert": told.alert,
        "breach": told.breach,
        "kind": told.kind,
        "state": told.state,
        "severity": told.severity,
        "entry": told.entry,
    }
    return Row("alert", body, told.person)


def terms(people: Iterable[PersonId], **changed: int) -> list[Row]:
    """Zones or conditions of these people are others now."""
    return [Row("terms", dict(changed), person) for person in people]
