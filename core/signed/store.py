"""Reading and writing papers, their signatures and what these were judged by."""

from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from core.federation.tables import sign_in_identities
from core.model import PersonId, UserId
from core.pkcs7.model import Signer, Trust
from core.sealing import Keys
from core.signed.model import HERE, SERVER, ByHand, Paper, Signature, Signed
from core.signed.tables import hand_signatures, paper_signatures, signature_grounds, signed_papers
from core.signed.wire import AUTHORITIES, LISTS
from core.tables import users

COMPARTMENT = "papers"
FOLDERS = {"authority": (AUTHORITIES, "cer"), "list": (LISTS, "crl")}


async def paper(conn: AsyncConnection, keys: Keys, *, kind: str, subject: int) -> Paper | None:
    query = select(signed_papers.c.id, signed_papers.c.content).where(
        signed_papers.c.kind == kind, signed_papers.c.subject_id == subject
    )
    row = (await conn.execute(query)).one_or_none()
    if row is None:
        return None
    return Paper(row.id, keys.open_bytes(COMPARTMENT, row.content, place=_of_paper(kind, subject)))


async def hold(conn: AsyncConnection, keys: Keys, content: bytes, *, kind: str, subject: int) -> Paper:
    """The paper as it was signed first; whoever signs first makes it."""
    sealed = keys.seal_bytes(COMPARTMENT, content, place=_of_paper(kind, subject))
    row = {"kind": kind, "subject_id": subject, "sha256": sha256(content).digest(), "content": sealed}
    await conn.execute(insert(signed_papers).values(row).on_conflict_do_nothing())
    found = await paper(conn, keys, kind=kind, subject=subject)
    if found is None:
        raise LookupError(kind)
    return found


async def add(
    conn: AsyncConnection, keys: Keys, held: Paper, *, user: UserId, signer: Signer, pkcs7: bytes, at: Any
) -> int | None:
    """None: this user has signed it."""
    place = _of_signature(held.id, user)
    row = {
        "paper_id": held.id,
        "user_id": user,
        "pkcs7": keys.seal_bytes(COMPARTMENT, pkcs7, place=place),
        "name": keys.seal(COMPARTMENT, signer.name, place=f"{place}.name"),
        "certificate": signer.certificate,
        "signed_at": signer.signed_at,
        "checked_at": at,
        "checked_by": HERE if signer.grounds else SERVER,
        "grounds": await _keep(conn, signer.grounds) if signer.grounds else [],
    }
    made = insert(paper_signatures).values(row).on_conflict_do_nothing().returning(paper_signatures.c.id)
    found: int | None = (await conn.execute(made)).scalar_one_or_none()
    return found


async def _keep(conn: AsyncConnection, grounds: Trust) -> list[int]:
    found = []
    ders = [("authority", one.public_bytes(Encoding.DER)) for one in grounds.anchors]
    ders += [("list", one.public_bytes(Encoding.DER)) for one in grounds.lists]
    for kind, der in ders:
        row = {"kind": kind, "sha256": sha256(der).digest(), "content": der}
        await conn.execute(insert(signature_grounds).values(row).on_conflict_do_nothing())
        query = select(signature_grounds.c.id).where(signature_grounds.c.sha256 == row["sha256"])
        found.append((await conn.execute(query)).scalar_one())
    return found


async def signatures(conn: AsyncConnection, keys: Keys, held: Paper) -> list[Signature]:
    """In the order in which they came."""
    query = (
        select(paper_signatures, users.c.shown_as)
        .join(users, users.c.id == paper_signatures.c.user_id)
        .where(paper_signatures.c.paper_id == held.id)
        .order_by(paper_signatures.c.id)
    )
    return [_signature(row, keys) for row in await conn.execute(query)]


def _signature(row: Any, keys: Keys) -> Signature:
    place = _of_signature(row.paper_id, row.user_id)
    return Signature(
        UserId(row.user_id),
        row.shown_as,
        keys.open(COMPARTMENT, row.name, place=f"{place}.name"),
        row.certificate,
        row.signed_at,
        row.checked_at,
        row.checked_by,
        keys.open_bytes(COMPARTMENT, row.pkcs7, place=place),
        tuple(row.grounds),
    )


async def grounds(conn: AsyncConnection, some: Collection[int]) -> dict[str, bytes]:
    """By the names that they have in a file of proof."""
    columns = signature_grounds.c
    query = select(columns.kind, columns.sha256, columns.content).where(columns.id.in_(set(some)))
    named = {}
    for row in await conn.execute(query):
        folder, ending = FOLDERS[row.kind]
        named[f"{folder}{row.sha256.hex()[:16]}.{ending}"] = bytes(row.content)
    return named


async def signed(conn: AsyncConnection, kind: str, subjects: Collection[int]) -> dict[int, Sequence[Signed]]:
    """Who signed which of these decisions; those that nobody signed are not among them."""
    query = (
        select(
            signed_papers.c.subject_id,
            paper_signatures.c.user_id,
            users.c.shown_as,
            paper_signatures.c.checked_at,
        )
        .join(signed_papers, signed_papers.c.id == paper_signatures.c.paper_id)
        .join(users, users.c.id == paper_signatures.c.user_id)
        .where(signed_papers.c.kind == kind, signed_papers.c.subject_id.in_(set(subjects)))
        .order_by(paper_signatures.c.id)
    )
    found: dict[int, list[Signed]] = {}
    for subject, *rest in await conn.execute(query):
        found.setdefault(subject, []).append(Signed(*rest))
    return {subject: tuple(some) for subject, some in found.items()}


async def unsigned(
    conn: AsyncConnection, taken: Select[Any], *, kind: str, user: UserId, most: int
) -> list[tuple[int, datetime, str, PersonId | None]]:
    """Of these decisions (see `model.Taken`) those that this user has signed neither way, newest first."""
    one = taken.subquery()
    is_signed = (
        select(signed_papers.c.id)
        .join(paper_signatures, paper_signatures.c.paper_id == signed_papers.c.id)
        .where(
            signed_papers.c.kind == kind,
            signed_papers.c.subject_id == one.c.subject,
            paper_signatures.c.user_id == user,
        )
        .exists()
    )
    by_hand = (
        select(hand_signatures.c.id)
        .where(
            hand_signatures.c.kind == kind,
            hand_signatures.c.subject_id == one.c.subject,
            hand_signatures.c.user_id == user,
        )
        .exists()
    )
    columns = one.c.subject, one.c.at, one.c.called, one.c.person_id
    query = (
        select(*columns)
        .where(~is_signed, ~by_hand)
        .order_by(one.c.at.desc(), one.c.subject.desc())
        .limit(most)
    )
    return [(row[0], row[1], row[2], row[3]) for row in await conn.execute(query)]


async def hands(conn: AsyncConnection, *, kind: str, subject: int) -> list[ByHand]:
    """In the order in which it was said."""
    columns = hand_signatures.c
    query = (
        select(columns.user_id, users.c.shown_as, columns.place, columns.made_at)
        .join(users, users.c.id == columns.user_id)
        .where(columns.kind == kind, columns.subject_id == subject)
        .order_by(columns.id)
    )
    return [ByHand(UserId(row[0]), row[1], row[2], row[3]) for row in await conn.execute(query)]


async def add_hand(conn: AsyncConnection, *, kind: str, subject: int, user: UserId, place: str) -> bool:
    """False: it was said already."""
    row = {"kind": kind, "subject_id": subject, "user_id": user, "place": place}
    made = insert(hand_signatures).values(row).on_conflict_do_nothing().returning(hand_signatures.c.id)
    return (await conn.execute(made)).scalar_one_or_none() is not None


async def is_training(conn: AsyncConnection) -> bool:
    """Everybody here is made up (ADR-0046)."""
    return bool((await conn.execute(text("select exists (select from training)"))).scalar())


async def is_linked(conn: AsyncConnection, user: UserId, *, provider: str) -> bool:
    """An administrator has said which PINFL is theirs."""
    columns = sign_in_identities.c
    query = select(columns.id).where(
        columns.user_id == user, columns.provider == provider, columns.ended_at.is_(None)
    )
    return (await conn.execute(query.limit(1))).scalar() is not None


def _of_paper(kind: str, subject: int) -> str:
    return f"signed_papers.{kind}.{subject}"


def _of_signature(paper: int, user: int) -> str:
    return f"paper_signatures.{paper}.{user}"
