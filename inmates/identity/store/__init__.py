"""Identities, versions and merges as the records hold them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, cast, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from core.model import PersonId, UserId
from inmates.identity import rules
from inmates.identity.model import DocumentKind, Ground, Identity, Merge, MergeId, Secret, Version
from inmates.identity.rules import NAMES, SECRETS
from inmates.identity.tables import identities, merge_undoings, merges
from inmates.tables import caseloads, persons

CLEAR = (*NAMES, *(f"{name}_cyrl" for name in NAMES), "sex", "born_on", "birth_place", "citizenship")
MERGE = (
    merges.c.id,
    merges.c.survivor_id,
    merges.c.absorbed_id,
    merges.c.why,
    merges.c.made_at,
    merges.c.made_by,
    merge_undoings.c.made_at,
    merge_undoings.c.made_by,
    merge_undoings.c.why,
)
COMPONENT = text("""
-- Whose files hang together with these by merges in force?
with recursive
in_force as (
    select survivor_id, absorbed_id
    from merges m
    where not exists (select from merge_undoings u where u.merge_id = m.id)
),
held (id) as (
    select unnest(cast(:people as bigint[]))
    union
    select case when m.survivor_id = h.id then m.absorbed_id else m.survivor_id end
    from held h join in_force m on h.id in (m.survivor_id, m.absorbed_id)
)
select id from held
""")


async def make(conn: AsyncConnection, identity: Identity, *, number: str) -> PersonId | None:
    """None: the number is another person's."""
    row = headed(identity) | {"number": number}
    taken = select(persons.c.id).where(persons.c.number == number)
    if (await conn.execute(taken)).first():
        return None
    made = await conn.execute(insert(persons).values(row).returning(persons.c.id))
    return PersonId(made.scalar_one())


async def show_to(conn: AsyncConnection, person: PersonId, *, user: UserId, during: Any) -> None:
    await conn.execute(insert(caseloads).values(user_id=user, person_id=person, during=during))


async def write(
    conn: AsyncConnection,
    person: PersonId,
    version: int,
    *,
    ground: Ground,
    why: str,
    by: UserId | None,
    row: Any,
) -> None:
    values = row | {"person_id": person, "version": version, "ground": ground, "why": why, "made_by": by}
    await conn.execute(insert(identities).values(values))


def row_of(identity: Identity, secrets: Mapping[str, Secret]) -> dict[str, Any]:
    row = {name: getattr(identity, name) for name in CLEAR}
    row["document_kind"] = identity.document_kind.value if identity.document_kind else None
    for name in SECRETS:
        secret = secrets.get(name)
        row[name], row[f"{name}_blind"] = (secret.sealed, secret.blind) if secret else (None, None)
    return row


async def rename(conn: AsyncConnection, person: PersonId, identity: Identity, *, other_names: str) -> None:
    """What the other topics read of a person, and what the person is found by."""
    row = headed(identity) | {"other_names": other_names}
    await conn.execute(update(persons).where(persons.c.id == person).values(row))


async def versions(conn: AsyncConnection, person: PersonId) -> list[Version]:
    """Newest first."""
    query = select(identities).where(identities.c.person_id == person)
    rows = (await conn.execute(query.order_by(identities.c.version.desc()))).mappings()
    return [_version(row) for row in rows]


async def holders(
    conn: AsyncConnection, blinds: Mapping[str, Collection[bytes]]
) -> dict[str, list[PersonId]]:
    """Who has or had such an identifier, by the field."""
    found = {}
    for name in SECRETS:
        if wanted := list(blinds.get(name, ())):
            query = select(identities.c.person_id).where(identities.c[f"{name}_blind"].in_(wanted)).distinct()
            found[name] = [PersonId(person) for person in (await conn.execute(query)).scalars()]
    return found


async def alone(conn: AsyncConnection) -> None:
    """One merge or undoing at a time, until the end of the transaction: where files lead is folded from all
    of them that hang together."""
    await conn.execute(text("lock table merges in share row exclusive mode"))


async def merge(
    conn: AsyncConnection, survivor: PersonId, absorbed: PersonId, *, by: UserId, why: str
) -> MergeId:
    row = {"survivor_id": survivor, "absorbed_id": absorbed, "made_by": by, "why": why}
    return MergeId((await conn.execute(insert(merges).values(row).returning(merges.c.id))).scalar_one())


async def undo(conn: AsyncConnection, ident: MergeId, *, by: UserId, why: str) -> None:
    await conn.execute(insert(merge_undoings).values(merge_id=ident, made_by=by, why=why))


async def merge_of(conn: AsyncConnection, ident: MergeId) -> Merge | None:
    query = select(*MERGE).outerjoin(merge_undoings).where(merges.c.id == ident)
    row = (await conn.execute(query)).one_or_none()
    return Merge(*row) if row else None


async def merges_of(conn: AsyncConnection, people: Collection[PersonId]) -> list[Merge]:
    """Those that touch any of these, undone ones too, newest first."""
    touched = or_(merges.c.survivor_id.in_(people), merges.c.absorbed_id.in_(people))
    query = select(*MERGE).outerjoin(merge_undoings).where(touched).order_by(merges.c.id.desc())
    return [Merge(*row) for row in (await conn.execute(query)).all()]


async def together(conn: AsyncConnection, people: Collection[PersonId]) -> list[PersonId]:
    """These, and all that hang together with them by merges in force."""
    found = await conn.execute(COMPONENT, {"people": list(people)})
    return [PersonId(person) for person in found.scalars()]


async def lead(
    conn: AsyncConnection, people: Collection[PersonId], ends: Mapping[PersonId, PersonId]
) -> None:
    """Where each of these leads; who is not in `ends` leads nowhere."""
    wanted = func.unnest(
        cast(list(people), ARRAY(BigInteger)), cast([ends.get(p) for p in people], ARRAY(BigInteger))
    )
    led = wanted.table_valued("person", "survivor", name="led").render_derived()
    query = update(persons).where(persons.c.id == led.c.person).values(survivor_id=led.c.survivor)
    await conn.execute(query)


async def everyone(conn: AsyncConnection, person: PersonId) -> tuple[PersonId, ...]:
    """All files of one human, the surviving one first."""
    root = func.coalesce(persons.c.survivor_id, persons.c.id)
    mine = select(root).where(persons.c.id == person).scalar_subquery()
    query = select(persons.c.id).where(or_(persons.c.id == mine, persons.c.survivor_id == mine))
    query = query.order_by(persons.c.survivor_id.is_not(None), persons.c.id)
    return tuple(PersonId(found) for found in (await conn.execute(query)).scalars())


def headed(identity: Identity) -> dict[str, Any]:
    headed = rules.shown(identity)
    return {name: getattr(headed, name) for name in (*NAMES, "sex", "born_on")}


def _version(row: Any) -> Version:
    clear = {name: row[name] for name in CLEAR}
    kind = DocumentKind(row["document_kind"]) if row["document_kind"] else None
    secrets = {name: Secret(row[name], row[f"{name}_blind"]) for name in SECRETS if row[name] is not None}
    return Version(
        PersonId(row["person_id"]),
        row["version"],
        Ground(row["ground"]),
        row["why"],
        Identity(**clear, document_kind=kind),
        row["made_at"],
        row["made_by"],
        secrets,
    )
