"""Putting sealed letters into boxes: checked in size and addressee, kept without sender, title or hour.

`submit(conn, keys, sealed)` is the seam for whoever takes appeals in: channel `ombudsman_box` is the box
`ombudsman`, channel `protected` one of `prosecutor` and `central`, channel `legal` a lawyer's. No head of
an appeal is written for it: the register must not know who wrote to whom. Nor an audit row, with its hour."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from core import calendar, clock, rule_sets, statutes
from core.errors import Conflict, Invalid
from core.sealing import Keys
from messaging.receipts import service as receipts
from messaging.receipts.model import Slip, Standing, Step
from messaging.sealed import rules, wire
from messaging.sealed.model import AddresseeKey, Box, BoxKind, Letter, LetterId, Opening, Sealed, Shown
from messaging.sealed.store import boxes, letters

REGIME = "appeals_law"
REGION = "1700"
"""Of the whole country: no letter says where it came from."""
MOST = 100


class KeyOutOfDate(Conflict):
    """Sealed to a key that is not this box's newest valid one: seal it again."""

    code: ClassVar[str] = "box_key_out_of_date"


class NotFilledUp(Invalid):
    """Its length would tell how long it is."""

    code: ClassVar[str] = "sealed_size"


class LetterKnown(Conflict):
    """These very bytes are here under another secret."""

    code: ClassVar[str] = "sealed_letter_known"


async def submit(conn: AsyncConnection, keys: Keys, sealed: Sealed) -> Slip:
    """The same letter again gives the same receipt: an outbox may send twice."""
    _refuse_sizes(sealed)
    digest = rules.digest(sealed.message, sealed.files)
    known = await letters.by_digest(conn, digest)
    if known is not None:
        return await _again(conn, keys, known, token=sealed.token)
    key = await _newest(conn, sealed)
    held = statutes.load("boxes").on(clock.today())
    on = clock.today()
    due_on = _working(on + timedelta(days=held.whole(f"box.{sealed.box.kind}.answer_days")))
    number = f"M-{REGION}-{on.year}-{secrets.randbelow(9 * 10**8) + 10**8}"
    slip = await receipts.issue_sealed(
        conn,
        keys,
        number=number,
        content=digest,
        regime=REGIME,
        registered_on=on,
        due_on=due_on,
        token=sealed.token,
    )
    ident, law = LetterId(secrets.randbelow(2**62) + 1), await rule_sets.keep(conn, held)
    await letters.add(conn, ident, sealed, number=number, key=key, on=on, due_on=due_on, law=law)
    return slip


def _refuse_sizes(sealed: Sealed) -> None:
    if rules.message_bucket(sealed.message) is None or len(sealed.files) > rules.MOST_FILES:
        raise NotFilledUp
    if any(rules.file_bucket(file) is None for file in sealed.files):
        raise NotFilledUp


async def _again(conn: AsyncConnection, keys: Keys, known: Letter, *, token: bytes) -> Slip:
    slip = await receipts.reissued(conn, keys, number=known.number, token_hash=sha256(token).digest())
    if slip is None:
        raise LetterKnown
    return slip


async def _newest(conn: AsyncConnection, sealed: Sealed) -> AddresseeKey:
    key = rules.current(await boxes.keys(conn, sealed.box), clock.today())
    if key is None or key.fingerprint != sealed.fingerprint:
        raise KeyOutOfDate
    return key


def _working(day: date) -> date:
    return calendar.of(statutes.load("calendar").on(clock.today())).from_then(day)


async def standing(conn: AsyncConnection, number: str) -> Standing | None:
    """What a receipt opens (messaging.receipts.service.View)."""
    letter = await letters.by_number(conn, number)
    if letter is None:
        return None
    answers = await letters.answers(conn, letter)
    state = "answered" if answers else "opened" if letter.opening else "in_box"
    steps = [Step(letter.received_on, "registered"), *(Step(on, "answered") for on, _ in answers)]
    return Standing(
        number,
        state,
        letter.received_on,
        letter.due_on,
        is_overdue=(answers[0][0] if answers else clock.today()) > letter.due_on,
        steps=steps,
        sealed_answers=[wire.packed(message) for _, message in answers],
    )


async def shown(conn: AsyncConnection) -> Sequence[Shown]:
    """All boxes, those of lawyers among them, with the key to seal to. Not how many letters wait."""
    lawyers = await boxes.lawyers(conn)
    known = [Box(kind) for kind in BoxKind if kind is not BoxKind.LAWYER]
    known += [Box(BoxKind.LAWYER, holder) for holder in sorted(lawyers)]
    return [await _shown(conn, box, name=lawyers.get(box.holder) if box.holder else None) for box in known]


async def _shown(conn: AsyncConnection, box: Box, *, name: str | None) -> Shown:
    keys, last = await boxes.keys(conn, box), await boxes.openings(conn, box, most=1)
    key, today = rules.current(keys, clock.today()), clock.today()
    days = statutes.load("boxes").on(today).whole(f"box.{box.kind}.open_days")
    opened_at = last[0].record.opened_at if last else None
    begun = (
        opened_at.astimezone(clock.HERE).date()
        if opened_at
        else min((k.valid_from for k in keys), default=None)
    )
    return Shown(box, name, key, opened_at, begun + timedelta(days=days) if begun else None)


async def openings(conn: AsyncConnection, box: Box, *, most: int) -> Sequence[Opening]:
    """The protocol of the seal, for everybody: whoever has a receipt finds its digest in one of them."""
    return await boxes.openings(conn, box, most=min(most, MOST))
