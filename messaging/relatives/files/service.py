"""Attaching a file of one's own, and reading it where one sees what it is attached to."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from core import audit, clock
from core.auth import Caller, Permission
from core.errors import Conflict, NotFound
from core.kin import Relative
from core.model import UserId
from core.sealing import CannotOpen, Keys
from inmates.service import within
from messaging.appeals import service as appeals
from messaging.appeals.model import AccountId, AppealId
from messaging.mobile.uploads import rules, service
from messaging.mobile.uploads import store as uploads
from messaging.mobile.uploads.model import State, Upload, UploadId
from messaging.relatives.files import store
from messaging.relatives.files.store import Attached
from messaging.relatives.kinship import store as kinship
from messaging.relatives.kinship.model import ClaimId

FOR_EVER: Final = timedelta(days=365 * 100)


class SealedElsewhere(Conflict):
    """The keys of these bytes are not here."""

    code: ClassVar[str] = "file_sealed_elsewhere"


async def attach_to_appeal(
    conn: AsyncConnection, relative: Relative, *, appeal: AppealId, upload: UploadId
) -> Sequence[Attached]:
    await appeals.own(conn, appeals.Owner(account=AccountId(relative.id)), appeal=appeal)
    await _free(conn, relative, upload)
    if not await store.attach(conn, upload, appeal=appeal, at=clock.now()):
        raise rules.AlreadyAttached
    await _kept(conn, upload, subject_kind="appeal", subject=appeal)
    return await store.of_appeal(conn, appeal)


async def recording(conn: AsyncConnection, relative: Relative, *, upload: UploadId) -> str:
    """The digest of a kept recording of one's own, which an appeal may have as its body."""
    found = await _free(conn, relative, upload)
    if found.declared not in rules.RECORDINGS or found.digest is None:
        raise rules.NotSpoken
    return found.digest


async def attach_to_claim(
    conn: AsyncConnection, relative: Relative, *, claim: ClaimId, upload: UploadId
) -> Sequence[Attached]:
    """Proof of kinship or identity, for the officer who decides."""
    if not await kinship.own(conn, relative.id, claim=claim):
        raise NotFound
    await _free(conn, relative, upload)
    if not await store.attach(conn, upload, claim=claim, at=clock.now()):
        raise rules.AlreadyAttached
    await _kept(conn, upload, subject_kind="relative", subject=relative.id)
    return await store.of_claim(conn, claim)


async def of_appeal(conn: AsyncConnection, caller: Caller, *, appeal: AppealId) -> Sequence[Attached]:
    await appeals.sees(conn, caller, appeal=appeal)
    await _read(conn, caller.user, subject_kind="appeal", subject=appeal)
    return await store.of_appeal(conn, appeal)


async def beside(conn: AsyncConnection, appeal: AppealId) -> Sequence[Attached]:
    """For whoever has read the appeal in this transaction, which is recorded."""
    return await store.of_appeal(conn, appeal)


async def open_of_appeal(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, appeal: AppealId, file: UploadId
) -> tuple[Attached, bytes]:
    """Pictures as the derived copy: who looks at them learns no place."""
    await appeals.sees(conn, caller, appeal=appeal)
    await _read(conn, caller.user, subject_kind="appeal", subject=appeal)
    return await _opened(conn, keys, await store.of_appeal(conn, appeal), file)


async def open_of_claim(
    conn: AsyncConnection, keys: Keys, caller: Caller, *, claim: ClaimId, file: UploadId
) -> tuple[Attached, bytes]:
    found = await kinship.one(conn, claim, scope=within(caller))
    if found is None:
        raise NotFound
    await audit.record(
        conn,
        caller.user,
        action=Permission.KINSHIP_READ,
        subject_kind="person",
        subject=found.person,
        detail={"part": "proof", "file": file},
    )
    return await _opened(conn, keys, await store.of_claim(conn, claim), file)


async def _opened(
    conn: AsyncConnection, keys: Keys, files: Sequence[Attached], file: UploadId
) -> tuple[Attached, bytes]:
    found = next((one for one in files if one.id == file), None)
    if found is None:
        raise NotFound
    try:
        return found, await service.shown(conn, keys, upload=file)
    except CannotOpen:
        raise SealedElsewhere from None


async def _free(conn: AsyncConnection, relative: Relative, upload: UploadId) -> Upload:
    found = await service.read(conn, relative, upload=upload)
    if found.state is not State.KEPT:
        raise rules.NotKept
    return found


async def _kept(conn: AsyncConnection, upload: UploadId, *, subject_kind: str, subject: int) -> None:
    await uploads.lengthen(conn, upload, ends_at=clock.now() + FOR_EVER)
    await audit.record(
        conn,
        None,
        action="file:attach",
        subject_kind=subject_kind,
        subject=subject,
        detail={"file": upload},
    )


async def _read(conn: AsyncConnection, user: UserId, *, subject_kind: str, subject: int) -> None:
    await audit.record(
        conn,
        user,
        action=Permission.APPEAL_READ,
        subject_kind=subject_kind,
        subject=subject,
        detail={"part": "files"},
    )
