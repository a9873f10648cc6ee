"""A device's reports as JSON: one fix, one event, or a batch of both; with what it holds and its receipts."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from tracking.model import (
    DeviceEvent,
    EventKind,
    Flag,
    Mechanism,
    Ranges,
    Reason,
    ReceiptState,
    Report,
)
from tracking.wire import limits

VERSION: Final = 1

Us = Annotated[int, Meta(ge=0, le=2**62)]
Number = Annotated[int, Meta(ge=1, le=limits.SEQUENCE_MAX)]
Small = Annotated[int, Meta(ge=-1, le=2**15 - 1)]
MechanismName = Literal["gnss", "wifi", "cell", "beacon"]
FlagName = Literal["strap_open", "case_open", "charging", "motion", "jamming", "mock"]

MECHANISMS: Final[dict[str, int]] = {name: Mechanism[name.upper()].value for name in get_args(MechanismName)}
FLAGS: Final[dict[str, int]] = {name: Flag[name.upper()].value for name in get_args(FlagName)}


class Said(Struct, kw_only=True, gc=False, omit_defaults=True):
    """One report: with `event` an event, without it a fix."""

    sequence: Number
    taken_us: Us
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    speed_mps: float | None = None
    course_deg: float | None = None
    satellites: Small | None = None
    hdop: float | None = None
    battery: Small | None = None
    mechanism: MechanismName = "gnss"
    flags: tuple[FlagName, ...] = ()
    event: EventKind | None = None
    value: Annotated[int, Meta(ge=-limits.VALUE_MAX, le=limits.VALUE_MAX)] | None = None


class Answer(Struct, kw_only=True, gc=False):
    """A receipt for a command."""

    command: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    state: ReceiptState
    at_us: Us


class Up(Said, kw_only=True, gc=True, omit_defaults=True):
    """The message: its own fields, and either one report beside them or `reports`."""

    v: int
    sequence: Number | UnsetType = UNSET  # type: ignore[assignment]
    taken_us: Us | UnsetType = UNSET  # type: ignore[assignment]
    device: str | None = None
    sent_us: Us = 0
    oldest: Annotated[int, Meta(ge=0, le=limits.SEQUENCE_MAX)] = 0
    lost: tuple[tuple[Number, Number], ...] = ()
    reports: list[Said] = []
    receipts: list[Answer] = []


class Envelope(Struct, kw_only=True):
    """The same message with its reports unread: where one of them is wrong, the others still count."""

    v: int
    device: str | None = None
    sent_us: Us = 0
    oldest: Annotated[int, Meta(ge=0, le=limits.SEQUENCE_MAX)] = 0
    lost: tuple[tuple[Number, Number], ...] = ()
    reports: list[Raw] = []
    receipts: list[Raw] = []
    sequence: Raw = Raw()


class _Version(Struct):
    v: int


class _Numbered(Struct):
    sequence: Number


@dataclass(frozen=True, slots=True)
class Bad:
    """A report that could not be read, and its number where at least that could be."""

    reason: Reason
    sequence: int | None


@dataclass(frozen=True, slots=True)
class Read:
    device: str | None
    sent_us: int
    oldest: int
    lost: Ranges
    reports: list[Said]
    receipts: list[Answer]
    bad: list[Bad]


_up: Final = msgspec.json.Decoder(Up)
_envelope: Final = msgspec.json.Decoder(Envelope)
_version: Final = msgspec.json.Decoder(_Version)
_numbered: Final = msgspec.json.Decoder(_Numbered)
_said: Final = msgspec.json.Decoder(Said)
_answer: Final = msgspec.json.Decoder(Answer)
_any: Final = msgspec.json.Decoder()
_encoder: Final = msgspec.json.Encoder()


read_whole: Final = _up.decode
"""The message as it stands; raises ValueError or RecursionError if anything is wrong with it."""


def flags(names: tuple[str, ...]) -> int:
    """Their bits; one named twice counts once."""
    return sum({FLAGS[name] for name in names})


def read(payload: bytes) -> Read | Reason:
    """Reads in one go; only a message with something wrong in it is read again, report by report."""
    try:
        up = read_whole(payload)
    except (ValueError, RecursionError):
        return _careful(payload)
    if up.v != VERSION:
        return Reason.UNKNOWN_VERSION
    if up.sequence is not UNSET and up.taken_us is UNSET:
        return _careful(payload)
    reports: list[Said] = up.reports if up.sequence is UNSET else [up, *up.reports]
    bad = [Bad(Reason.BAD_FIELD, said.sequence) for said in reports if not _is_whole(said)]
    if bad:
        reports = [said for said in reports if _is_whole(said)]
    return Read(up.device, up.sent_us, up.oldest, up.lost, reports, up.receipts, bad)


def encode(
    reports: list[Report] | tuple[Report, ...],
    *,
    sent_us: int = 0,
    device: str | None = None,
    oldest: int = 0,
    lost: Ranges = (),
    receipts: tuple[Answer, ...] = (),
) -> bytes:
    """What a device sends: a single report beside the message's own fields, several as a batch."""
    head: dict[str, Any] = {"v": VERSION, "sent_us": sent_us}
    head |= {k: v for k, v in (("device", device), ("oldest", oldest), ("lost", lost)) if v}
    if receipts:
        head["receipts"] = receipts
    if len(reports) == 1:
        return _encoder.encode(head | msgspec.to_builtins(said(reports[0])))
    return _encoder.encode(head | {"reports": [said(r) for r in reports]})


def said(report: Report) -> Said:
    """A report in the words of the wire."""
    if isinstance(report, DeviceEvent):
        return Said(sequence=report.sequence, taken_us=report.taken_us, event=report.kind, value=report.value)
    return Said(
        sequence=report.sequence,
        taken_us=report.taken_us,
        lon=report.lon,
        lat=report.lat,
        accuracy_m=report.accuracy_m,
        speed_mps=report.speed_mps,
        course_deg=report.course_deg,
        satellites=report.satellites,
        hdop=report.hdop,
        battery=report.battery,
        mechanism=report.mechanism.name.lower(),  # type: ignore[arg-type]
        flags=tuple(name for name, bit in FLAGS.items() if report.flags & bit),  # type: ignore[misc]
    )


def _careful(payload: bytes) -> Read | Reason:
    try:
        _any.decode(payload)
    except (ValueError, RecursionError):
        return Reason.UNREADABLE
    try:
        if _version.decode(payload).v != VERSION:
            return Reason.UNKNOWN_VERSION
        envelope = _envelope.decode(payload)
    except ValueError:
        return Reason.BAD_FIELD
    reports, bad = [], []
    for raw in [*([Raw(payload)] if bytes(envelope.sequence) else ()), *envelope.reports]:
        one = _one(bytes(raw))
        if isinstance(one, Bad):
            bad.append(one)
        else:
            reports.append(one)
    answers = [a for a in map(_receipt, envelope.receipts) if a is not None]
    bad += [Bad(Reason.BAD_FIELD, None) for r in envelope.receipts if _receipt(r) is None]
    if not (reports or bad or answers):
        return Reason.BAD_FIELD
    return Read(envelope.device, envelope.sent_us, envelope.oldest, envelope.lost, reports, answers, bad)


def _one(raw: bytes) -> Said | Bad:
    try:
        one = _said.decode(raw)
    except ValueError:
        return Bad(Reason.BAD_FIELD, _number(raw))
    return one if _is_whole(one) else Bad(Reason.BAD_FIELD, one.sequence)


def _receipt(raw: Raw) -> Answer | None:
    try:
        return _answer.decode(raw)
    except ValueError:
        return None


def _number(raw: bytes) -> int | None:
    try:
        return _numbered.decode(raw).sequence
    except ValueError:
        return None


def _is_whole(one: Said) -> bool:
    return one.event is not None or (one.lon is not None and one.lat is not None)


def is_fix(one: Said) -> bool:
    return one.event is None and one.lon is not None and one.lat is not None


def fix_row(one: Said) -> tuple[Any, ...]:
    """The fix's part of the columns: sequence, time, and lon to flags in their order."""
    return (
        one.sequence,
        one.taken_us,
        one.lon,
        one.lat,
        one.accuracy_m,
        one.speed_mps,
        one.course_deg,
        -1 if one.satellites is None else one.satellites,
        one.hdop,
        -1 if one.battery is None else one.battery,
        MECHANISMS[one.mechanism],
        flags(one.flags),
    )
