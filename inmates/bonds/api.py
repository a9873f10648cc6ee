"""The register of conflicts of interest over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from core import http
from core.auth import Caller, Permission, allow
from inmates.bonds import service
from inmates.bonds.model import BondId, Kind

router = APIRouter(prefix="/v1/bonds", tags=["bonds"])


class BondEnd(BaseModel, from_attributes=True):
    ended_at: datetime
    shown_as: str
    why: str


class Bond(BaseModel, from_attributes=True):
    id: int
    login: str
    shown_as: str
    person_id: int
    number: str
    kind: Kind
    words: str
    declared_at: datetime
    end: BondEnd | None


class Declaration(BaseModel):
    number: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Of the file, or the personal number."""
    kind: Kind
    words: Annotated[str, StringConstraints(max_length=2000)] = ""
    login: Annotated[str, StringConstraints(max_length=100)] = ""
    """Whose bond it is; empty: the caller's own."""


class BondMade(BaseModel):
    id: int


class Untying(BaseModel):
    why: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


@router.get("", summary="Who is bound to whom: one's own, for oversight everybody's; newest first")
async def read_bonds(
    conn: http.Conn, after: http.After = None, caller: Caller = allow(Permission.BOND_READ)
) -> list[Bond]:
    found = await service.listed(conn, caller, before=BondId(after) if after else None)
    return [Bond.model_validate(one) for one in found]


@router.post("", status_code=201, summary="Declare that one is kin of a person, or knows them")
async def declare_bond(
    said: Declaration, conn: http.Conn, keys: http.Sealing, caller: Caller = allow(Permission.BOND_WRITE)
) -> BondMade:
    return BondMade(id=await service.declare(conn, keys, caller, **said.model_dump()))


@router.post("/{bond_id}/end", status_code=204, summary="End a bond that is not one's own")
async def end_bond(
    bond_id: http.Id, said: Untying, conn: http.Conn, caller: Caller = allow(Permission.OVERSIGHT_WRITE)
) -> None:
    await service.end(conn, caller, bond=BondId(bond_id), why=said.why)
