"""Appeals of an account: registered with a receipt in one transaction, read and answered by their owner."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncConnection

from core.kin import Relative
from core.model import PersonId
from core.sealing import Keys
from messaging.appeals import service as appeals
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import GRAVE, AccountId, AppealId, Applicant, ApplicantKind, Draft
from messaging.appeals.store.looks import Look
from messaging.mobile import service as mobile
from messaging.mobile.model import Thing
from messaging.mobile.uploads.model import UploadId
from messaging.receipts import service as receipts
from messaging.receipts.model import Slip
from messaging.relatives.files import service as files
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship.model import ClaimId


@dataclass(frozen=True, slots=True)
class Handed:
    filed: appeals.Filed
    slip: Slip | None
    """None: it was handed in before, and its code is known to nobody any more."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Kept uploads that go with an appeal, and the recording that is its body."""

    files: Sequence[UploadId] = ()
    voice: UploadId | None = None

    @property
    def all(self) -> Sequence[UploadId]:
        return [*self.files, self.voice] if self.voice and self.voice not in self.files else self.files


NOTHING = Enclosed()


def owner(relative: Relative) -> appeals.Owner:
    return appeals.Owner(account=AccountId(relative.id))


def applicant(relative: Relative) -> Applicant:
    """The account; an officer finds its owner beside the claim, so that a change of name splits no outbox."""
    return Applicant(ApplicantKind.ACCOUNT, account=AccountId(relative.id))


async def hand_in(
    conn: AsyncConnection,
    keys: Keys,
    relative: Relative,
    *,
    draft: Draft,
    claim: ClaimId | None,
    enclosed: Enclosed = NOTHING,
) -> Handed:
    """About somebody only where the kinship is confirmed: an answer would tell where they are."""
    about: PersonId | None = None
    if claim is not None:
        _, person = await kinship.kin(conn, relative, claim=claim)
        about = person.id
    coined = await receipts.coin()
    spoken = await files.recording(conn, relative, upload=enclosed.voice) if enclosed.voice else None
    filed = await appeals.submit(conn, replace(draft, about=about, voice_sha256=spoken))
    if not filed.is_new:
        return Handed(filed, None)
    for upload in enclosed.all:
        await files.attach_to_appeal(conn, relative, appeal=filed.appeal.id, upload=upload)
    one, standing = filed.appeal, filed.standing
    slip = await receipts.issue(
        conn,
        keys,
        coined=coined,
        number=one.number,
        content=bytes.fromhex(one.content_sha256),
        regime=one.regime,
        registered_at=one.received_at,
        due_on=standing.due_on,
    )
    await mobile.announce(conn, relative.id, thing=Thing.APPEAL, subject=one.id)
    return Handed(filed, slip)


async def act(
    conn: AsyncConnection,
    relative: Relative,
    *,
    appeal: AppealId,
    command: str,
    values: dict[str, str | int],
) -> Dossier:
    """reply, withdraw, rate, and so on: what the state machine gives an applicant."""
    await appeals.act_for(conn, owner(relative), appeal=appeal, command=command, values=values)
    return await appeals.own(conn, owner(relative), appeal=appeal)


async def read(conn: AsyncConnection, relative: Relative, *, appeal: AppealId) -> Dossier:
    return await appeals.own(conn, owner(relative), appeal=appeal)


async def looks(conn: AsyncConnection, relative: Relative, *, appeal: AppealId) -> Sequence[Look]:
    """The journal of one's own appeal, newest first."""
    return await appeals.looks(conn, owner(relative), appeal=appeal)


async def listed(
    conn: AsyncConnection, relative: Relative, *, after: AppealId | None, most: int
) -> appeals.Page:
    return await appeals.owned(conn, owner(relative), after=after, most=most)


async def repeating(conn: AsyncConnection, relative: Relative, draft: Draft, *, first: AppealId) -> Draft:
    """Contests the answer to an appeal of one's own, or its silence."""
    await appeals.own(conn, owner(relative), appeal=first)
    return replace(draft, repeats=first)


async def withdraw(conn: AsyncConnection, relative: Relative, *, appeal: AppealId, reason: str) -> Dossier:
    """At once, or, where safety is at stake, asked for: oversight decides."""
    found = await read(conn, relative, appeal=appeal)
    grave = found.appeal.topic in GRAVE or found.standing.is_danger
    command = "ask_withdrawal" if grave else "withdraw"
    return await act(conn, relative, appeal=appeal, command=command, values={"reason": reason})
