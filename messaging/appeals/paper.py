"""What staff write down for others: an oral or a paper appeal as a draft of the one register."""

import secrets
from datetime import datetime
from uuid import UUID

from core import clock
from core.model import PersonId, UserId
from messaging.appeals.guards import Incomplete, SealedChannel
from messaging.appeals.model import (
    ANONYMOUS,
    SEALED,
    Applicant,
    ApplicantKind,
    Channel,
    Draft,
    Form,
    Kind,
    Topic,
)


def draft(
    person: PersonId | None,
    *,
    is_own: bool,
    kind: Kind,
    form: Form,
    subject: str,
    body: str,
    topic: Topic = Topic.OTHER,
    channel: Channel = Channel.ORDINARY,
    name: str | None = None,
    address: str | None = None,
    institution: int | None = None,
    users: frozenset[UserId] = frozenset(),
    institutions: frozenset[int] = frozenset(),
    is_danger: bool = False,
    written_at: datetime | None = None,
) -> Draft:
    """Nobody of staff writes into a sealed channel; an electronic one comes from its author."""
    if channel in SEALED:
        raise SealedChannel
    if form is Form.ELECTRONIC:
        raise Incomplete(name="form")
    return Draft(
        client_id=uuid7(clock.now()),
        kind=kind,
        form=form,
        applicant=_applicant(person, is_own=is_own, name=name, address=address),
        subject=subject,
        body=body,
        topic=topic,
        channel=channel,
        about=person,
        institution=institution,
        accused_users=users,
        accused_institutions=institutions,
        is_danger=is_danger,
        client_created_at=written_at,
    )


def _applicant(person: PersonId | None, *, is_own: bool, name: str | None, address: str | None) -> Applicant:
    if is_own:
        if person is None:
            raise Incomplete(name="person")
        return Applicant(ApplicantKind.PERSON, person=person)
    return Applicant(ApplicantKind.OUTSIDER, name=name, address=address) if name else ANONYMOUS


def uuid7(at: datetime) -> UUID:
    """RFC 9562: milliseconds, then chance."""
    value = (clock.to_us(at) // 1000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
