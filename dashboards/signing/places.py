"""Where each kind of decision has its paper, who may read and sign it, and where one comes from."""

from dataclasses import dataclass
from typing import Final

import geofence.proposals.signed
import inmates.conduct.signed
import inmates.supervision.signed
import messaging.appeals.signed
from core.auth import Permission
from core.model import PersonId
from core.signed.model import Kind


@dataclass(frozen=True, slots=True)
class Place:
    kind: Kind
    path: str
    number: str
    """The name of the decision's number in the path."""
    read: Permission
    sign: Permission
    page: str
    """Of the decision itself: with `{subject}`, or `{person}` where it stands in somebody's file."""

    def address(self, subject: int) -> str:
        return self.path.format(**{self.number: subject})

    def back(self, subject: int, person: PersonId | None) -> str:
        return self.page.format(subject=subject, person=person)


ANSWER, CONCLUSION = messaging.appeals.signed.KINDS
PLACES: Final = (
    Place(
        ANSWER,
        "/appeals/{appeal_id}/paper",
        "appeal_id",
        Permission.APPEAL_READ,
        Permission.APPEAL_WRITE,
        "/appeals/{subject}",
    ),
    Place(
        CONCLUSION,
        "/appeals/{appeal_id}/conclusion",
        "appeal_id",
        Permission.APPEAL_READ,
        Permission.APPEAL_HEAD,
        "/appeals/{subject}",
    ),
    Place(
        inmates.conduct.signed.KIND,
        "/sanctions/{sanction_id}/paper",
        "sanction_id",
        Permission.CONDUCT_READ,
        Permission.CONDUCT_WRITE,
        "/people/{person}/conduct",
    ),
    Place(
        inmates.supervision.signed.KIND,
        "/orders/{order_id}/paper",
        "order_id",
        Permission.ORDER_READ,
        Permission.ORDER_WRITE,
        "/people/{person}/supervision",
    ),
    Place(
        geofence.proposals.signed.KIND,
        "/proposals/{proposal_id}/paper",
        "proposal_id",
        Permission.RULE_READ,
        Permission.RULE_PUBLISH,
        "/proposals/{subject}",
    ),
)
