"""What a person's own file says of relatives: who was confirmed, with whose consent, and who looked."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from inmates.handover.model import Entry, Section, Subject
from messaging.relatives.kinship import rules, store

LOOKS = 1000


async def relatives(conn: AsyncConnection, subject: Subject) -> Section:
    """Relatives by their relation, readings by role or relation; no telephones and no names."""
    claims = await store.of_person(conn, subject.person.id)
    looks = await store.looks(conn, subject.person.id, most=LOOKS)
    kin = [
        {"relation": claim.relation, "entries": [{"kind": e.kind, "at": e.at} for e in claim.entries]}
        for claim in claims
    ]
    entries = [_kin(subject, claim.relation, rules.fold(claim.entries).until) for claim in claims]
    entries += [
        Entry(
            subject.say(f"relatives.relation.{look.relation}")
            if look.relation
            else subject.say("relatives.by_staff"),
            ((subject.say("handover.fact.at"), subject.say("relatives.moment", at=look.at)),),
        )
        for look in looks
        if look.relation or look.role
    ]
    data = {"kin": kin, "looks": looks}
    return Section(subject.say("handover.section.relatives"), msgspec.to_builtins(data), entries)


def _kin(subject: Subject, relation: str, until: object) -> Entry:
    facts = ((subject.say("handover.fact.until"), subject.say("relatives.day", on=until)),) if until else ()
    return Entry(subject.say(f"relatives.relation.{relation}"), facts)
