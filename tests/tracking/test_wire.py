"""Bytes to values and back: nothing is lost, nothing raises, one bad report does not take others along."""

import json as stdjson
import struct
from dataclasses import replace
from math import inf, isnan, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model import DeviceId, PersonId
from drawn import EVENTS, FIXES, NOW_US
from tracking import fixes as columns
from tracking import wire
from tracking.directory import Device, Directory, Wearing
from tracking.model import (
    DeviceEvent,
    EventKind,
    Fix,
    Holding,
    Message,
    Reason,
    Receipt,
    ReceiptState,
    Report,
)
from tracking.wire import binary, json, limits, quick

PHONE = Device(DeviceId(8), "anna/phone", "owntracks")
BRACELET = Device(DeviceId(7), "EM-7", "ejazo")
NOT_WORN = Directory.of([BRACELET, PHONE], [])
WORN = Directory.of(
    [BRACELET, PHONE], [Wearing(DeviceId(7), PersonId(70), 0), Wearing(DeviceId(8), PersonId(80), 0)]
)


def decode(*payloads: bytes, topic: str = "em/v1/EM-7/up", directory: Directory = NOT_WORN) -> wire.Decoded:
    return wire.decode([Message(topic, p, NOW_US) for p in payloads], directory)


def reasons(decoded: wire.Decoded) -> list[Reason]:
    return [r.reason for r in decoded.rejected]


def a_fix(**changes: Any) -> Fix:
    return replace(
        Fix(DeviceId(7), 1, PersonId(0), NOW_US, NOW_US, 69.2401, 41.3111, sent_us=NOW_US - 5), **changes
    )


def as_json(**fields: Any) -> bytes:
    base = {"v": 1, "sequence": 1, "taken_us": NOW_US, "lon": 69.24, "lat": 41.31}
    return stdjson.dumps({k: v for k, v in (base | fields).items() if v is not ...}).encode()


@given(st.lists(FIXES | EVENTS, min_size=1, max_size=8))
def test_json_gives_back_what_was_said(reports: list[Report]) -> None:
    decoded = decode(json.encode(reports, sent_us=NOW_US - 5))
    assert not decoded.rejected
    assert list(decoded.fixes.rows()) == [r for r in reports if isinstance(r, Fix)]
    assert list(decoded.events) == [r for r in reports if isinstance(r, DeviceEvent)]


@given(st.lists(FIXES, max_size=8), st.integers(0, limits.SEQUENCE_MAX))
def test_a_binary_batch_gives_back_what_was_said(fixes: list[Fix], oldest: int) -> None:
    decoded = decode(binary.encode(columns.of(fixes), sent_us=NOW_US - 5, oldest=oldest))
    assert not decoded.rejected
    assert list(decoded.fixes.rows()) == fixes
    assert decoded.holdings == ((Holding(DeviceId(7), oldest),) if oldest else ())


@given(st.lists(FIXES, max_size=8), st.integers(0, limits.SEQUENCE_MAX))
def test_a_binary_batch_of_scalars_is_the_same_bytes(fixes: list[Fix], oldest: int) -> None:
    packed = binary.pack(fixes, sent_us=NOW_US - 5, oldest=oldest)
    assert packed == binary.encode(columns.of(fixes), sent_us=NOW_US - 5, oldest=oldest)


@given(st.integers(-1_800_000_000, 1_800_000_000))
def test_an_integer_of_the_binary_batch_is_exactly_its_decimal(e7: int) -> None:
    text = f"{'-' if e7 < 0 else ''}{abs(e7) // 10**7}.{abs(e7) % 10**7:07d}"
    raw = np.zeros(1, binary.FIX)
    raw["lon"] = e7
    decoded = binary.columns(raw, device=np.array([7]), sent_us=0, received_us=NOW_US)
    assert decoded.lon[0] == float(text)


def test_the_bytes_of_a_binary_batch_lie_where_the_protocol_says() -> None:
    payload = binary.encode(columns.of([a_fix(sequence=9, accuracy_m=12.5, battery=80)]), sent_us=3, oldest=2)
    assert struct.unpack_from("<2sBBHHqII", payload) == (b"EJ", 1, 0, 1, 0, 3, 2, 0)
    taken, sequence, lon, lat, accuracy, speed = struct.unpack_from("<qIiiff", payload, 24)
    assert (taken, sequence, lon, lat, accuracy) == (NOW_US, 9, 692401000, 413111000, 12.5)
    assert isnan(speed)
    assert payload[60:64] == bytes([255, 80, 1, 0])
    assert len(payload) == 64


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda b: b"EJ\x01\x00" + b))
def test_any_bytes_end_as_values_or_as_rejected(payload: bytes) -> None:
    decoded = decode(payload, payload, topic="em/v1/EM-7/up")
    assert len(decoded.rejected) + len(decoded.fixes) + len(decoded.spoke) > 0
    assert decode(payload, topic="owntracks/anna/phone").fixes is not None


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
# fmt: off
FIELD_NAMES = ["v", "sequence", "taken_us", "lon", "lat", "accuracy_m", "event", "reports", "receipts",
               "flags", "device", "oldest", "lost", "satellites", "sent_us", "mechanism",
               "tst", "_type", "acc", "created_at"]
# fmt: on


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), JSON_VALUES))
def test_any_json_ends_as_values_or_as_rejected(message: Any) -> None:
    base = {"v": 1, "sequence": 1, "taken_us": NOW_US, "lon": 69.24, "lat": 41.31}
    for payload in (message, base | message, {"v": 1, "reports": [base | message, message]}):
        decode(stdjson.dumps(payload).encode())
    decode(stdjson.dumps({"_type": "location", "tst": 1} | message).encode(), topic="owntracks/anna/phone")


@given(FIXES, st.binary(min_size=40, max_size=40))
def test_a_wild_record_in_a_binary_batch_leaves_the_good_ones(fix: Fix, wild: bytes) -> None:
    good = binary.encode(columns.of([fix, fix]), sent_us=NOW_US)
    payload = good[:4] + struct.pack("<H", 3) + good[6:] + wild
    decoded = decode(payload)
    assert len(decoded.fixes) + len(decoded.rejected) == 3
    assert len(decoded.fixes) >= 2


def test_one_bad_fix_of_a_json_batch_is_rejected_with_its_message_and_the_rest_is_kept() -> None:
    good = {"sequence": 1, "taken_us": NOW_US, "lon": 69.24, "lat": 41.31}
    reports = [
        good,
        good | {"sequence": 2, "lon": "east"},
        good | {"sequence": 3, "lat": 91},
        good | {"sequence": 4},
    ]
    payload = stdjson.dumps({"v": 1, "reports": reports}).encode()
    decoded = decode(payload)
    assert decoded.fixes.sequence.tolist() == [1, 4]
    assert [(r.reason, r.sequence, r.device) for r in decoded.rejected] == [
        (Reason.BAD_FIELD, 2, 7),
        (Reason.OUT_OF_RANGE, 3, 7),
    ]
    assert [r.raw for r in decoded.rejected] == [payload, None]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"lon": 180.5}, Reason.OUT_OF_RANGE),
        ({"lat": -90.1}, Reason.OUT_OF_RANGE),
        ({"accuracy_m": -1}, Reason.OUT_OF_RANGE),
        ({"accuracy_m": 1e300}, Reason.OUT_OF_RANGE),
        ({"speed_mps": 400}, Reason.OUT_OF_RANGE),
        ({"course_deg": 361}, Reason.OUT_OF_RANGE),
        ({"hdop": 1000}, Reason.OUT_OF_RANGE),
        ({"satellites": 201}, Reason.OUT_OF_RANGE),
        ({"battery": 101}, Reason.OUT_OF_RANGE),
        ({"taken_us": NOW_US + limits.AHEAD_US + 1}, Reason.CLOCK_AHEAD),
        ({"sent_us": NOW_US + limits.AHEAD_US + 1}, Reason.CLOCK_AHEAD),
        ({"taken_us": NOW_US - limits.OLDEST_DAYS * limits.DAY_US - 1}, Reason.TOO_OLD),
        ({"sequence": 0}, Reason.BAD_FIELD),
        ({"taken_us": ...}, Reason.BAD_FIELD),
        ({"lon": ...}, Reason.BAD_FIELD),
        ({"lon": nan}, Reason.UNREADABLE),
        ({"lon": inf}, Reason.UNREADABLE),
        ({"flags": ["on_fire"]}, Reason.BAD_FIELD),
        ({"mechanism": "stars"}, Reason.BAD_FIELD),
        ({"event": "sneezed"}, Reason.BAD_FIELD),
        ({"event": "heartbeat", "value": 40_000}, Reason.OUT_OF_RANGE),
        ({"event": "battery", "value": -1}, Reason.OUT_OF_RANGE),
        ({"event": "boot", "taken_us": NOW_US + limits.AHEAD_US + 1}, Reason.CLOCK_AHEAD),
        ({"v": 2}, Reason.UNKNOWN_VERSION),
        ({"v": 2, "lon": "x"}, Reason.UNKNOWN_VERSION),
        ({"v": ...}, Reason.BAD_FIELD),
        ({"device": "EM-8"}, Reason.WRONG_IDENTITY),
    ],
)
def test_every_limit_rejects_with_its_reason(fields: dict[str, Any], reason: Reason) -> None:
    decoded = decode(as_json(**fields))
    assert reasons(decoded) == [reason]
    assert not len(decoded.fixes)


def test_at_the_limit_is_still_good() -> None:
    decoded = decode(as_json(lon=180, lat=-90, battery=100, taken_us=NOW_US + limits.AHEAD_US, device="EM-7"))
    assert len(decoded.fixes) == 1


@pytest.mark.parametrize("bad", [nan, inf, -inf])
def test_numbers_that_are_none_reject_a_binary_fix_or_mean_unknown(bad: float) -> None:
    raw = bytearray(binary.encode(columns.of([a_fix()])))
    struct.pack_into("<f", raw, 24 + 20, bad)
    decoded = decode(bytes(raw))
    assert (len(decoded.fixes), len(decoded.rejected)) == ((1, 0) if isnan(bad) else (0, 1))


def test_accuracy_nought_is_unknown_and_never_perfect() -> None:
    for payload in (as_json(accuracy_m=0), binary.encode(columns.of([a_fix(accuracy_m=0.0)]))):
        assert next(decode(payload).fixes.rows()).accuracy_m is None


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("em/v1/EM-9/up", Reason.UNKNOWN_DEVICE),
        ("em/v1/EM-9/past", Reason.UNKNOWN_DEVICE),
        ("em/v1/EM-7/down", Reason.UNKNOWN_TOPIC),
        ("em/v1/anna/phone/up", Reason.UNKNOWN_TOPIC),
        ("em/v2/EM-7/up", Reason.UNKNOWN_TOPIC),
        ("weather", Reason.UNKNOWN_TOPIC),
        ("owntracks/anna", Reason.UNKNOWN_TOPIC),
    ],
)
def test_identity_comes_from_the_topic(topic: str, reason: Reason) -> None:
    assert reasons(decode(as_json(), topic=topic)) == [reason]


def test_truncated_and_longer_batches_are_unreadable() -> None:
    payload = binary.encode(columns.of([a_fix()]))
    assert reasons(decode(payload[:-1], payload + b"x", payload[:10], b"EJ\x02" + payload[3:])) == [
        Reason.UNREADABLE,
        Reason.UNREADABLE,
        Reason.UNREADABLE,
        Reason.UNKNOWN_VERSION,
    ]


def test_what_a_device_holds_and_answers_comes_along() -> None:
    payload = json.encode(
        [],
        oldest=5,
        lost=((7, 8),),
        receipts=(json.Answer(command=3, state=ReceiptState.DONE, at_us=NOW_US),),
    )
    decoded = decode(payload)
    assert decoded.holdings == (Holding(DeviceId(7), 5, ((7, 8),)),)
    assert decoded.receipts == (Receipt(DeviceId(7), 3, ReceiptState.DONE, NOW_US),)
    assert (decoded.spoke.tolist(), decoded.spoke_us.tolist()) == ([7], [NOW_US])
    assert not decoded.phones


def test_reports_know_who_wore_the_device_at_their_moment() -> None:
    day = limits.DAY_US
    directory = Directory.of(
        [BRACELET],
        [
            Wearing(DeviceId(7), PersonId(1), NOW_US - 3 * day, NOW_US - 2 * day),
            Wearing(DeviceId(7), PersonId(2), NOW_US - day),
            Wearing(DeviceId(6), PersonId(9), 0),
        ],
    )
    moments = [NOW_US - 4 * day, NOW_US - 3 * day, NOW_US - 2 * day, NOW_US - day, NOW_US]
    fixes = [a_fix(sequence=n + 1, taken_us=t) for n, t in enumerate(moments)]
    events = [
        DeviceEvent(DeviceId(7), n + 10, PersonId(0), t, NOW_US, EventKind.BOOT)
        for n, t in enumerate(moments)
    ]
    decoded = decode(json.encode([*fixes, *events]), directory=directory)
    assert decoded.fixes.person.tolist() == [0, 1, 0, 2, 2]
    assert [e.person for e in decoded.events] == [0, 1, 0, 2, 2]


MESSAGES = st.lists(
    st.one_of(
        st.lists(FIXES | EVENTS, max_size=3).map(lambda r: json.encode(r, sent_us=NOW_US - 5)),
        st.lists(FIXES, min_size=1, max_size=3).map(
            lambda f: binary.encode(columns.of(f), oldest=len(f) - 1)
        ),
        FIXES.map(lambda f: json.encode([f], oldest=1)),
        FIXES.map(lambda f: json.encode([replace(f, lat=91.0)])),
        st.binary(max_size=80).map(lambda b: b"EJ\1" + b),
        st.sampled_from([b"", b"{", as_json(), as_json(lon=...), as_json(v=2), as_json(device="EM-8")]),
    ),
    max_size=8,
)


@given(MESSAGES)
def test_the_quick_reader_says_what_the_careful_one_says(payloads: list[bytes]) -> None:
    quickly = decode(*payloads, directory=WORN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tracking.wire.quick.take", lambda messages, _: quick.Taken(rest=list(messages)))
        carefully = decode(*payloads, directory=WORN)
    assert sorted(map(repr, quickly.fixes.rows())) == sorted(map(repr, carefully.fixes.rows()))
    assert sorted(map(repr, quickly.holdings)) == sorted(map(repr, carefully.holdings))
    assert sorted(quickly.spoke.tolist()) == sorted(carefully.spoke.tolist())
    assert quickly.events == carefully.events
    assert sorted(map(repr, quickly.rejected)) == sorted(map(repr, carefully.rejected))
