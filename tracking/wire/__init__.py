"""Bytes to values: whatever devices send becomes reports, receipts, or a `Rejected` with its reason."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from core.model import DeviceId, PersonId
from tracking.directory import NOBODY, Device, Directory
from tracking.fixes import I8, Fixes
from tracking.model import (
    LEVELS,
    PAST,
    UP,
    DeviceEvent,
    EventKind,
    Holding,
    Message,
    Reason,
    Receipt,
    Rejected,
)
from tracking.wire import binary, json, limits, owntracks, quick
from tracking.wire.rows import Rows

SUBSCRIPTIONS: Final = (UP.format("+"), "owntracks/+/+")
OF_THE_PAST: Final = (PAST.format("+"),)
WAYS: Final = frozenset({"up", "past"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a batch of messages said. `person` of fixes and events is 0 where nobody wore the device then."""

    fixes: Fixes
    events: tuple[DeviceEvent, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    holdings: tuple[Holding, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    ignored: int = 0
    """OwnTracks messages that are no locations, and what belongs to other shards."""
    spoke: I8 = field(default_factory=lambda: np.zeros(0, np.int64))
    """The device of each readable message,"""
    spoke_us: I8 = field(default_factory=lambda: np.zeros(0, np.int64))
    """and when that was received."""
    phones: frozenset[DeviceId] = frozenset()
    """Those of them that do not count their reports, nor wait for acknowledgements."""


@dataclass(slots=True)
class _Table:
    """What has been read so far."""

    oldest_days: int
    rows: Rows = field(default_factory=Rows)
    events: list[DeviceEvent] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    ignored: int = 0
    spoke: list[DeviceId] = field(default_factory=list)
    spoke_us: list[int] = field(default_factory=list)
    phones: set[DeviceId] = field(default_factory=set)

    def reject(
        self,
        message: Message,
        reason: Reason,
        *,
        device: DeviceId | None = None,
        sequence: int | None = None,
    ) -> None:
        self.rejected.append(
            Rejected(message.received_us, message.topic, reason, message.payload, device, sequence)
        )

    def hear(self, message: Message, device: Device) -> None:
        self.spoke.append(device.id)
        self.spoke_us.append(message.received_us)
        if device.protocol != "ejazo":
            self.phones.add(device.id)


def decode(
    messages: Iterable[Message], directory: Directory, *, oldest_days: int = limits.OLDEST_DAYS
) -> Decoded:
    """Never raises, whatever the bytes; a bad report is rejected alone, the rest of its message is kept."""
    taken, table = quick.take(messages, directory.topics), _Table(oldest_days)
    for message in taken.rest:
        _read(table, message, directory)
    fixes = _good(table, taken)
    return Decoded(
        replace(fixes, person=directory.wearers(fixes.device, fixes.taken_us)),
        tuple(_worn(event, directory) for event in table.events),
        tuple(table.receipts),
        (*taken.holdings, *table.holdings),
        _raw_once(table.rejected),
        table.ignored,
        np.array(taken.spoke + table.spoke, np.int64),
        np.array(taken.spoke_us + table.spoke_us, np.int64),
        frozenset(table.phones),
    )


def counts(decoded: Decoded) -> dict[str, int]:
    """For the log: how many of each, and of the rejected by reason."""
    reasons = Counter(f"rejected_{r.reason}" for r in decoded.rejected)
    return {"fixes": len(decoded.fixes), "events": len(decoded.events), "ignored": decoded.ignored, **reasons}


def _read(table: _Table, message: Message, directory: Directory) -> None:
    parts = message.topic.split("/")
    if not directory.shard.owns(_serial(parts)):
        table.ignored += 1
        return
    if parts[0] == "owntracks" and len(parts) >= 3:
        _read_owntracks(table, message, directory.devices.get(f"{parts[1]}/{parts[2]}"))
        return
    if len(parts) != 4 or parts[:2] != ["em", "v1"] or parts[3] not in WAYS:
        table.reject(message, Reason.UNKNOWN_TOPIC)
        return
    device = directory.devices.get(parts[2])
    if device is None or device.protocol != "ejazo":
        table.reject(message, Reason.UNKNOWN_DEVICE)
    elif binary.is_ours(message.payload):
        _read_binary(table, message, device)
    else:
        _read_json(table, message, device)


def _serial(parts: list[str]) -> str:
    """The device that a topic names."""
    return "/".join(parts[1:3]) if parts[0] == "owntracks" else parts[2] if len(parts) > 2 else ""


def _read_owntracks(table: _Table, message: Message, device: Device | None) -> None:
    one = owntracks.read(message.payload)
    if isinstance(one, owntracks.Ignored) or not message.payload:  # an empty payload clears a retained one
        table.ignored += 1
    elif isinstance(one, Reason):
        table.reject(message, one)
    elif device is None or device.protocol != "owntracks":
        table.reject(message, Reason.UNKNOWN_DEVICE)
    elif one.topic is not None and one.topic != f"owntracks/{device.serial}":
        table.reject(message, Reason.WRONG_IDENTITY)
    else:
        table.hear(message, device)
        sent = one.created_at * limits.SECOND_US if one.created_at else message.received_us
        table.rows.add(message, device.id, sent_us=sent, row=owntracks.fix_row(one))


def _read_binary(table: _Table, message: Message, device: Device) -> None:
    batch = binary.read(message.payload)
    if isinstance(batch, Reason):
        table.reject(message, batch)
        return
    table.hear(message, device)
    table.rows.add_batch(message, device.id, batch=batch)
    if batch.oldest:
        table.holdings.append(Holding(device.id, batch.oldest))


def _read_json(table: _Table, message: Message, device: Device) -> None:
    up = json.read(message.payload)
    if isinstance(up, Reason):
        table.reject(message, up)
        return
    if up.device is not None and up.device != device.serial:
        table.reject(message, Reason.WRONG_IDENTITY)
        return
    table.hear(message, device)
    sent = up.sent_us or message.received_us
    for one in up.reports:
        if one.event is None:
            table.rows.add(message, device.id, sent_us=sent, row=json.fix_row(one))
        else:
            _event(table, message, device.id, one=one, sent_us=sent)
    if up.oldest or up.lost:
        table.holdings.append(Holding(device.id, up.oldest, up.lost))
    table.receipts.extend(Receipt(device.id, a.command, a.state, a.at_us) for a in up.receipts)
    for bad in up.bad:
        table.reject(message, bad.reason, device=device.id, sequence=bad.sequence)


def _event(table: _Table, message: Message, device: DeviceId, *, one: json.Said, sent_us: int) -> None:
    for moment in (one.taken_us, sent_us):
        wrong = limits.moment(moment, received_us=message.received_us, oldest_days=table.oldest_days)
        if wrong is not None:
            table.reject(message, wrong, device=device, sequence=one.sequence)
            return
    kind = EventKind(str(one.event))
    if kind in LEVELS and not (one.value is None or 0 <= one.value <= limits.BATTERY_MAX):
        table.reject(message, Reason.OUT_OF_RANGE, device=device, sequence=one.sequence)
        return
    table.events.append(
        DeviceEvent(
            device=device,
            sequence=one.sequence,
            person=PersonId(NOBODY),
            taken_us=one.taken_us,
            received_us=message.received_us,
            kind=kind,
            value=one.value,
            sent_us=sent_us,
        )
    )


def _good(table: _Table, taken: quick.Taken) -> Fixes:
    """All fixes as columns, without those that break a limit: these are rejected one by one."""
    parts, messages = table.rows.columns()
    fixes, messages = quick.joined(taken.parts + parts), taken.said_by + messages
    wrong = limits.check(fixes, oldest_days=table.oldest_days)
    if not wrong.any():
        return fixes
    for at in wrong.nonzero()[0].tolist():
        sequence, device = int(fixes.sequence[at]), DeviceId(int(fixes.device[at]))
        readable = 1 <= sequence <= limits.SEQUENCE_MAX and device not in table.phones
        table.reject(
            messages[at],
            limits.reason(int(wrong[at])),
            device=device if readable else None,
            sequence=sequence if readable else None,
        )
    return fixes.take(wrong == 0)


def _worn(event: DeviceEvent, directory: Directory) -> DeviceEvent:
    person = directory.wearer(event.device, event.taken_us)
    return event if person is None else replace(event, person=person)


def _raw_once(rejected: list[Rejected]) -> tuple[Rejected, ...]:
    """A message is kept with the first of its rejected reports: no thousand copies for a thousand of them."""
    seen: set[int] = set()
    kept = []
    for one in rejected:
        kept.append(replace(one, raw=None) if id(one.raw) in seen else one)
        seen.add(id(one.raw))
    return tuple(kept)
