"""What ends an appeal in writing, as papers that are signed: the answer, and the conclusion that leaves it
without consideration (ADR-0053)."""

from typing import Any, Final

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.auth import Caller
from core.clock import HERE
from core.signed.model import Decided, Kind, NotDecided
from inmates import store as people
from messaging.appeals import papers, service
from messaging.appeals.dossiers import Dossier
from messaging.appeals.model import Appeal, AppealId, Entry
from messaging.appeals.papers import Paper
from messaging.appeals.store import reading

TEXTS: Final = ("text", "grounds", "legal_basis", "contest")


async def answer(conn: AsyncConnection, caller: Caller, subject: int) -> Decided:
    found, given = await _found(conn, caller, subject, paper=Paper.ANSWER)
    said = {"outcome": given.values["outcome"], **{name: given.values[name] for name in TEXTS}}
    return await _decided(conn, found.appeal, given, said)


async def conclusion(conn: AsyncConnection, caller: Caller, subject: int) -> Decided:
    """The words are those of the proposal that the head approves."""
    found, given = await _found(conn, caller, subject, paper=Paper.CONCLUSION)
    drafted = [one for one in found.entries if one.command == "propose_leaving"][-1]
    said = {"leaving": drafted.values["ground"], "conclusion": drafted.values["text"]}
    return await _decided(conn, found.appeal, given, said, drafted=drafted)


async def _found(
    conn: AsyncConnection, caller: Caller, subject: int, *, paper: Paper
) -> tuple[Dossier, Entry]:
    found = await service.read(conn, caller, appeal=AppealId(subject))
    written = papers.written(found.entries)
    if written is None or written[0] is not paper:
        raise NotDecided
    return found, written[1]


async def _decided(
    conn: AsyncConnection, appeal: Appeal, given: Entry, said: dict[str, str], *, drafted: Entry | None = None
) -> Decided:
    """`content_sha256` binds it to what was handed in."""
    head = {
        "appeal": appeal.number,
        "appeal_sha256": appeal.content_sha256,
        "received_on": appeal.received_at.astimezone(HERE).date().isoformat(),
    }
    by = {"decided_by": given.by, "drafted_by": drafted.by if drafted else None}
    staff = await people.staff(conn, {one for one in by.values() if one is not None})
    names = {name: staff[one] for name, one in by.items() if one is not None}
    return Decided(given.at, given.by, head | said | {"law": appeal.law}, names)


def answered(caller: Caller) -> Select[Any]:
    return _taken(caller, Paper.ANSWER)


def concluded(caller: Caller) -> Select[Any]:
    return _taken(caller, Paper.CONCLUSION)


def _taken(caller: Caller, paper: Paper) -> Select[Any]:
    commands = [command for command, ends_in in papers.OF.items() if ends_in is paper]
    return reading.ended_by(service.reader(caller), commands=commands)


KINDS: Final = (
    Kind(Paper.ANSWER, answer, answered, {"outcome": "appeal.outcome"}),
    Kind(Paper.CONCLUSION, conclusion, concluded, {"leaving": "appeal.leaving"}),
)
