"""Rows of the register as values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.model import PersonId, UserId
from messaging.appeals.model import (
    AccountId,
    Appeal,
    AppealId,
    Applicant,
    ApplicantKind,
    Channel,
    Entry,
    Form,
    Kind,
    Regime,
    Side,
    Topic,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Queued with the entry it tells of; whoever delivers it keeps note elsewhere."""

    id: int
    appeal: AppealId
    template: str
    audience: str
    """applicant | handler | role"""
    user: UserId | None
    role: str | None
    made_at: datetime


def appeal(row: Any) -> Appeal:
    applicant = Applicant(
        ApplicantKind(row.applicant),
        None if row.applicant_person_id is None else PersonId(row.applicant_person_id),
        None if row.account_id is None else AccountId(row.account_id),
        row.applicant_name,
        row.applicant_address,
    )
    return Appeal(
        AppealId(row.id),
        row.number,
        row.client_id,
        Kind(row.kind),
        Form(row.form),
        Channel(row.channel),
        Regime(row.regime),
        Topic(row.topic),
        row.subject,
        row.body,
        applicant,
        None if row.person_id is None else PersonId(row.person_id),
        row.is_danger,
        row.language,
        row.content_sha256,
        row.received_at,
        row.client_created_at,
        None if row.repeats_id is None else AppealId(row.repeats_id),
        row.law,
        row.voice_sha256,
    )


def entry(row: Any) -> Entry:
    by = None if row.by is None else UserId(row.by)
    return Entry(row.position, row.command, row.at, Side(row.side), by, row.is_visible, row.said)


def notice(row: Any) -> Notice:
    user = None if row.user_id is None else UserId(row.user_id)
    return Notice(row.id, AppealId(row.appeal_id), row.template, row.audience, user, row.role, row.made_at)
