"""What each topic gives to a person's own file; `app.sections` lists them, whoever adds a topic adds one."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from core import clock, i18n
from inmates import store as people
from inmates.conduct import store as conduct_store
from inmates.conduct.model import Decision, Document, Record
from inmates.custody.store import admissions, movements, places
from inmates.employment import store as work_store
from inmates.employment import store_payrolls
from inmates.handover import store
from inmates.handover.model import Entry, Identifiers, Section, Subject
from inmates.health import service as health_service
from inmates.identity import service as identity_service
from inmates.identity.model import DocumentKind
from inmates.photos import service as photos_service
from inmates.sentences import service as sentences_service
from inmates.sentences import store as sentences_store
from inmates.sentences import wire
from inmates.sentences.model import kind_of
from inmates.sentences.wording import Wording

DOCUMENTS = {
    DocumentKind.PASSPORT: "passport",
    DocumentKind.ID_CARD: "passport",
    DocumentKind.DIPLOMATIC: "diplomatic",
    DocumentKind.BIRTH_CERTIFICATE: "birth_certificate",
}
"""Kind → field of `Identifiers`; a foreign passport has a system of its country, and is left out."""


async def photos(conn: AsyncConnection, subject: Subject) -> Section:
    """Every photo that counts, the newest first; one that shows somebody else is nothing of this person."""
    found = await photos_service.every(conn, subject.keys, person=subject.person.id)
    entries = [
        Entry(subject.say("handover.photo.taken", on=one.taken_on), picture=b64encode(shown or b"").decode())
        for one, shown in found
    ]
    data = [{"id": one.id, "taken_on": one.taken_on.isoformat(), "digest": one.digest} for one, _ in found]
    return Section(subject.say("handover.section.photos"), data, entries)


async def orders(conn: AsyncConnection, subject: Subject) -> Section:
    """Court orders under supervision."""
    found = await people.orders_of(conn, subject.person.id)
    entries = [
        Entry(
            subject.say(f"people.order.{order.kind}"),
            _facts(
                subject,
                {
                    "court": order.court,
                    "act": order.act_number,
                    "on": order.act_on,
                    "since": order.begins_at,
                    "until": order.ends_at,
                },
            ),
        )
        for order in found
    ]
    return Section(subject.say("handover.section.orders"), plain(found), entries)


async def custody(conn: AsyncConnection, subject: Subject) -> Section:
    """Every movement with its day and hour, where the person stayed, and what was asked on admission."""
    person = subject.person.id
    episodes = await movements.episodes_of(conn, person)
    asked, names = await admissions.admissions_of(conn, person), await places.every_name(conn)
    stays = await store.stays_of(conn, person)
    entries = [
        Entry(name, _facts(subject, {"since": since, "until": until})) for name, _, since, until in stays
    ]
    entries += [
        Entry(
            subject.say(f"custody.movement.{entered.movement.kind}"),
            _facts(
                subject,
                {
                    "at": entered.movement.at,
                    "where": names.get(entered.movement.institution_id)
                    if entered.movement.institution_id
                    else entered.movement.destination,
                },
            ),
        )
        for episode in episodes
        for entered in episode.movements
        if not entered.is_replaced
    ]
    entries += [
        Entry(
            subject.say(f"custody.item.{answer.item}"),
            _facts(subject, {"said": subject.say(f"custody.said.{answer.said}"), "words": answer.words}),
        )
        for admission in asked
        for answer in admission.answers
    ]
    data = {"episodes": plain(episodes), "admissions": plain(asked), "stays": plain(stays)}
    return Section(subject.say("handover.section.custody"), data, entries)


async def sentence(conn: AsyncConnection, subject: Subject) -> Section:
    """What courts said, and how the dates follow from it, line by line."""
    person = subject.person.id
    words = Wording(subject.texts, subject.language)
    known = await sentences_store.entries(conn, person)
    outcome = await sentences_service.computed(conn, person, on=clock.today())
    entries = [
        Entry(subject.say(f"sentences.kind.{kind_of(one.fact)}"), [(f"№ {one.id}", words.fact(one.fact))])
        for one in known
    ]
    for found in outcome.computed.sentences if outcome.computed else ():
        lines = words.lines(found.steps)
        facts = [(f"{n}. {line.what}", f"{line.sum} {line.article}") for n, line in enumerate(lines, 1)]
        entries.append(Entry(subject.say("sentences.derivation"), facts))
    if outcome.refusal:
        entries.append(Entry(subject.say(f"problems.{outcome.refusal.code}")))
    data = {
        "facts": [
            {"id": one.id, "kind": kind_of(one.fact), "replaces": one.replaces} | wire.packed(one.fact)
            for one in known
        ],
        "computed": wire.plain(outcome.computed) if outcome.computed else None,
        "digests": list(outcome.law.digests),
    }
    return Section(subject.say("handover.section.sentence"), data, entries)


async def conduct(conn: AsyncConnection, subject: Subject) -> Section:
    """Incidents with what was decided, incentives, findings of the commission."""
    found = await conduct_store.record(conn, subject.person.id)
    return Section(subject.say("handover.section.conduct"), plain(found), _conduct(found, subject))


async def work(conn: AsyncConnection, subject: Subject) -> Section:
    """Jobs, and every approved month's wage; the payslips themselves explain each line."""
    placed = await work_store.placements_of(conn, subject.person.id)
    slips = await store_payrolls.slips_of(conn, subject.person.id)
    entries = [Entry(one.title, _facts(subject, {"since": one.since, "until": one.until})) for one in placed]
    entries += [
        Entry(
            f"{kept.payroll.institution}, {kept.payroll.month:%m.%Y}",
            [
                (subject.say(f"handover.fact.{name}"), i18n.number(subject.language, sum_))
                for name, sum_ in (
                    ("gross", kept.slip.gross),
                    ("tax", kept.slip.tax),
                    ("deducted", kept.slip.deducted),
                    ("kept", kept.slip.kept),
                )
            ],
        )
        for kept in slips
    ]
    months = [{"month": kept.payroll.month, "slip": kept.slip, "law": kept.payroll.digest} for kept in slips]
    data = {"placements": plain(placed), "months": plain(months)}
    return Section(subject.say("handover.section.work"), data, entries)


async def consequences(conn: AsyncConnection, subject: Subject) -> Section:
    """What doctors decided that others must heed; the findings behind it stay with the doctors."""
    found = await health_service.consequences(conn, subject.person.id, clock.now())
    entries = [
        Entry(
            subject.say(f"health.kind.{one.kind}"),
            _facts(subject, {"since": one.starts_at, "until": one.ends_at}),
        )
        for one in found
    ]
    shown = [{"kind": one.kind, "starts_at": one.starts_at, "ends_at": one.ends_at} for one in found]
    return Section(subject.say("handover.section.consequences"), plain(shown), entries)


async def identify(conn: AsyncConnection, subject: Subject) -> Identifiers:
    """By the documents entered; the number of the file stands where no penitentiary number was given."""
    found, _ = await identity_service.current(conn, subject.keys, subject.person)
    kind = DOCUMENTS.get(found.document_kind) if found.document_kind else None
    document = {kind: found.document} if kind else {}
    return Identifiers(pinfl=found.pinfl, pcn=found.pcn or subject.person.number, **document)


def plain(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _conduct(found: Record, subject: Subject) -> Sequence[Entry]:
    decided = {one.incident_id: one for one in found.decisions}
    entries = [
        Entry(
            subject.say(f"conduct.incident.{one.kind}"),
            _facts(subject, {"at": one.happened_at, "where": one.place, "words": one.text})
            + _decision(decided.get(one.id), subject),
        )
        for one in found.incidents
    ]
    entries += [
        Entry(subject.say(f"conduct.incentive.{one.kind}"), _paper(one.document, subject))
        for one in found.incentives
    ]
    entries += [
        Entry(
            subject.say("conduct.correcting" if one.minutes.is_correcting else "conduct.not_correcting"),
            _facts(subject, {"act": one.minutes.number, "on": one.minutes.held_on}),
        )
        for one in found.protocols
    ]
    return entries


def _decision(found: Decision | None, subject: Subject) -> list[tuple[str, str]]:
    if found is None:
        return []
    measure = subject.say(f"conduct.measure.{found.measure}")
    return [(subject.say("handover.fact.decision"), measure), *_paper(found.document, subject)]


def _paper(document: Document, subject: Subject) -> list[tuple[str, str]]:
    return _facts(subject, {"ground": document.ground, "act": document.number, "on": document.on})


def _facts(subject: Subject, values: dict[str, str | date | datetime | None]) -> list[tuple[str, str]]:
    """What is missing is left out."""
    return [
        (subject.say(f"handover.fact.{name}"), i18n.shown(subject.language, value))
        for name, value in values.items()
        if value
    ]
