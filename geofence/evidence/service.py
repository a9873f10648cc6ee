"""Exporting evidence: read at one moment, told again, signed, and recorded with the act and the reason."""

import asyncio
import secrets
from dataclasses import replace
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from core import archive, audit, clock, signing
from core.auth import Caller, Permission
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import Texts
from core.ledger import store_heads
from core.sealing import Keys
from geofence import engine, hearing, policies, replay
from geofence.evidence import report, signature, store
from geofence.evidence.model import Asked, Files, Made, Material, Recorded, Whose
from geofence.evidence.wire import bundle
from geofence.hearing import Heard
from geofence.rules.duty import Duty
from geofence.store import record
from geofence.zones import ReasonMissing
from inmates import service as people
from tracking.seals.store import proof

LONGEST_US: Final = 31 * 86_400_000_000
AROUND_US: Final = 3_600_000_000
"""Before and after one breach."""
MOST_ACT: Final = 200


class ActMissing(Invalid):
    """Nothing about a person leaves without the number of the act that asks for it."""

    code: ClassVar[str] = "act_missing"


class EvidencePeriod(Invalid):
    code: ClassVar[str] = "evidence_period"


class Exported(NamedTuple):
    number: str
    content: bytes

    @property
    def name(self) -> str:
        return f"{self.number}.zip"


class Paper(NamedTuple):
    """What the printed report needs besides the material."""

    texts: Texts
    fonts: Path
    language: str


async def export(
    conn: AsyncConnection, caller: Caller, *, asked: Asked, keys: Keys, paper: Paper
) -> Exported:
    """One file with everything; that it was made is recorded in the same transaction."""
    if not caller.may(Permission.EVIDENCE_EXPORT):
        raise NotAllowed
    person = await people.known(conn, caller, person=asked.person)
    names = (person.surname, person.given_name, person.patronymic)
    whose = Whose(person.number, " ".join(name for name in names if name))
    made = Made(_number(), clock.now(), caller.shown_as, caller.login, paper.language)
    async with store.snapshot(conn) as moment:
        wanted = await _settled(moment, _checked(asked))
        material = await gathered(moment, wanted, whose=whose, made=made)
    content, digest = await asyncio.to_thread(packed, material, signature.seed(keys), paper=paper)
    await _record(conn, caller, material, digest=digest)
    return Exported(made.number, content)


async def gathered(conn: asyncpg.Connection, asked: Asked, *, whose: Whose, made: Made) -> Material:
    """Changes nothing."""
    period = {"since_us": asked.since_us, "until_us": asked.until_us}
    heard = await hearing.hear(conn, asked.person, **period)
    begin = heard.finding.begin
    first_us = min([asked.since_us, *(r.taken_us for r in heard.finding.reports)])
    duty = (await replay.duties(conn, [asked.person]))[asked.person]
    devices = await store.devices(conn, asked.person, since_us=first_us, until_us=asked.until_us)
    return Material(
        asked,
        made,
        whose,
        devices,
        begin,
        heard.finding.reports,
        bound(duty, since_us=begin.at_us, until_us=asked.until_us),
        await record.called(conn, asked.person),
        [_recorded(one) for one in heard.heard if one.line.recorded],
        heard.finding.told,
        heard.absent,
        await store.blind(conn, since_us=first_us, until_us=asked.until_us),
        engine.version(),
        {one.id: _policy(one.id) for one in policies.known()},
        seals=await proof.standings(conn, [one.id for one in devices], since=clock.from_us(first_us)),
        is_training=await store.is_training(conn),
        head=await store_heads.last_head(conn),
    )


def bound(duty: Duty, *, since_us: int, until_us: int) -> Duty:
    """Of what binds a person, what matters in a time: no other home, no other order."""
    held = tuple(
        term
        for term in duty.terms
        if term.since_us < until_us and (term.until_us is None or term.until_us >= since_us)
    )
    offs = tuple(off for off in duty.taken_off if since_us <= off.taken_us < until_us)
    return Duty(held, offs)


def packed(material: Material, seed: bytes, *, paper: Paper) -> tuple[bytes, str]:
    """The archive, and the digest of its manifest."""
    held = bundle.files(material)
    sums = bundle.summed(material)
    say = paper.texts.speaker(paper.language)
    held[bundle.REPORT] = report.printed(
        material, say, fonts=paper.fonts, root=sums["root"], key=signing.key_id(signing.public(seed))
    )
    held[bundle.KEY] = signature.beside(seed)
    files = {name: held[name] for name in sorted(held)}
    manifest = bundle.manifest(material, files)
    return archive.write(signed(files, manifest, seed)), sha256(manifest).hexdigest()


def signed(files: Files, manifest: bytes, seed: bytes) -> Files:
    return {bundle.MANIFEST: manifest, bundle.SIGNATURE: signature.sign(seed, manifest), **files}


def _checked(asked: Asked) -> Asked:
    act, reason = asked.act.strip(), asked.reason.strip()
    if not act or len(act) > MOST_ACT:
        raise ActMissing
    if not reason:
        raise ReasonMissing
    heard_us = clock.now_us() - replay.PATIENCE_US  # reports of the last moments are still on their way
    return replace(asked, act=act, reason=reason, until_us=min(asked.until_us, heard_us))


async def _settled(conn: asyncpg.Connection, asked: Asked) -> Asked:
    """The period; about one breach, the hours around it are enough."""
    if asked.breach is not None:
        found = await store.span(conn, asked.breach)
        if found is None or found[0] != asked.person:
            raise NotFound
        _, opened_us, closed_us = found
        since_us = min(asked.since_us, opened_us - AROUND_US)
        until_us = asked.until_us if closed_us is None else max(asked.until_us, closed_us + AROUND_US)
        heard_us = clock.now_us() - replay.PATIENCE_US
        asked = replace(asked, since_us=since_us, until_us=min(until_us, heard_us))
    if not 0 < asked.until_us - asked.since_us <= LONGEST_US:
        raise EvidencePeriod(days=LONGEST_US // 86_400_000_000)
    return asked


def _recorded(heard: Heard) -> Recorded:
    episode = heard.line.shown
    return Recorded(heard.breach, episode, str(heard.line.match), heard.engine, heard.cites)


def _policy(name: str) -> str:
    return (resources.files(policies) / f"{name}.toml").read_text("utf-8")


def _number() -> str:
    return f"EV-{clock.today():%Y%m%d}-{secrets.token_hex(4)}"


async def _record(conn: AsyncConnection, caller: Caller, material: Material, *, digest: str) -> None:
    asked = material.asked
    detail: dict[str, Any] = {
        "number": material.made.number,
        "manifest": digest,
        "since": clock.from_us(asked.since_us).isoformat(),
        "until": clock.from_us(asked.until_us).isoformat(),
        "breach": asked.breach,
        "rows": len(material.reports),
    }
    await audit.record(
        conn,
        caller.user,
        action=Permission.EVIDENCE_EXPORT,
        subject_kind="person",
        subject=asked.person,
        why=f"{asked.act}: {asked.reason}",
        detail=detail,
    )
