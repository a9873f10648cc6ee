"""A confirmed relative who is signed in, and what they keep, ask and hand in."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from core import clock, db, rule_sets
from core.kin import Relative
from core.model import PersonId, RelativeId, UserId
from core.sealing import Keys
from core.tables import users
from files import numbers, row
from inmates.entitlements.model import Thing
from messaging.appeals.model import AppealId, Draft, Kind
from messaging.mobile import service
from messaging.mobile.uploads import store as uploads
from messaging.mobile.uploads.model import UploadId
from messaging.relatives.accounts.tables import handsets
from messaging.relatives.contact import store as contact
from messaging.relatives.files import store as files
from messaging.relatives.kinship import service as kinship
from messaging.relatives.kinship import store
from messaging.relatives.kinship.model import ClaimId, Entry, EntryKind, Relation
from messaging.relatives.letters import service as letters
from related import enrolled, signed_in
from simulators.relatives.handset import uuid7


async def decider(engine: AsyncEngine) -> UserId:
    who = {"login": f"decider-{next(numbers)}", "password_hash": "x", "role": "registrar", "shown_as": "D"}
    return UserId(await row(engine, users, **who))


async def claimed(
    conn: AsyncConnection, relative: RelativeId, person: PersonId, *, relation: Relation = Relation.PARENT
) -> ClaimId:
    today = clock.today()
    made = await store.add(
        conn,
        relative,
        uuid7(),
        relation=relation,
        said=b"?",
        person=person,
        at=clock.now(),
        due_on=today + timedelta(days=15),
        rule_set=await rule_sets.keep(conn, kinship.law(today)),
    )
    assert made is not None
    return made


async def confirmed(engine: AsyncEngine, relative: RelativeId, person: PersonId) -> ClaimId:
    """Approved for a month, and consented to."""
    by, until = await decider(engine), clock.today() + timedelta(days=30)
    async with db.transaction(engine) as conn:
        made = await claimed(conn, relative, person)
        await store.enter(conn, made, Entry(EntryKind.APPROVED, clock.now(), by, "passport", until))
        await store.enter(conn, made, Entry(EntryKind.CONSENT_GIVEN, clock.now(), by, "sheet 1", None))
    return made


async def kept(conn: AsyncConnection, relative: RelativeId, *, declared: str = "text/plain") -> UploadId:
    """A whole file whose bytes nobody can open; its digest is its number."""
    at = clock.now()
    made = await uploads.add(
        conn, relative, uuid7(), length=5, declared=declared, at=at, ends_at=at + timedelta(days=7)
    )
    await uploads.add_part(conn, made, at=0, body=b"?", size=5)
    await uploads.finish(conn, made, fault=None, digest=f"{made:064x}", derived=None)
    return made


async def everything(engine: AsyncEngine, made: Mapping[str, int]) -> dict[str, int]:
    """Sealed with keys of its own: who shows it says that it cannot be opened."""
    keys = Keys(Path(mkdtemp(prefix="ejazo-keys-")))
    who, person = await enrolled(engine, keys), PersonId(made["person_id"])
    await signed_in(engine, who)
    kin = await confirmed(engine, who, person)
    at = clock.now()
    async with db.transaction(engine) as conn:
        query = select(handsets.c.id).where(handsets.c.relative_id == who)
        handset = (await conn.execute(query)).scalar_one()
        relative = Relative(who, handset, frozenset())
        draft = await service.add_draft(conn, keys, relative, client_id=uuid7(), body="salom")
        visit = await contact.add_visit(
            conn, kin, uuid7(), thing=Thing.CALL, wanted_at=at + timedelta(days=3), at=at
        )
        advice = await contact.ask(
            conn, kin, uuid7(), question=b"?", at=at, due_on=clock.today() + timedelta(days=15)
        )
        open_claim = await claimed(conn, who, person, relation=Relation.SIBLING)
        upload, file, proof = [await kept(conn, who) for _ in range(3)]
        await files.attach(conn, file, appeal=AppealId(made["appeal_id"]), at=at)
        await files.attach(conn, proof, claim=open_claim, at=at)
    return {
        "relative_id": who,
        "handset_id": handset,
        "draft_id": draft.id,
        "kin_id": kin,
        "claim_id": open_claim,
        "visit_id": visit,
        "advice_id": advice or 0,
        "upload_id": upload,
        "file_id": file,
        "proof_id": proof,
    }


async def letter(engine: AsyncEngine, keys: Keys, relative: Relative) -> int:
    """An appeal of an account."""
    said = Draft(uuid7(), Kind.ARIZA, letters.applicant(relative), subject="Namuna", body="Namuna soʻrov")
    async with db.transaction(engine) as conn:
        made = await letters.hand_in(conn, keys, relative, draft=said, claim=None)
    return made.filed.appeal.id
