"""Real OwnTracks payloads, and what of that app's messages is no location."""

import json
from pathlib import Path

import pytest

from core.model import DeviceId, PersonId
from tracking import wire
from tracking.directory import Device, Directory, Wearing
from tracking.model import Message, Reason
from tracking.wire import owntracks

SAMPLES = Path(__file__).parents[3] / "shared/data/suites/protocol_samples.jsonl"


def directory(serial: str) -> Directory:
    return Directory.of([Device(DeviceId(8), serial, "owntracks")], [Wearing(DeviceId(8), PersonId(80), 0)])


def decode(
    payload: bytes, topic: str = "owntracks/anna/phone", at_us: int = 1_736_600_000_000_000
) -> wire.Decoded:
    serial = "/".join(topic.split("/")[1:3])
    return wire.decode([Message(topic, payload, at_us)], directory(serial))


def test_every_real_payload_becomes_the_fix_it_states() -> None:
    """All OwnTracks ones; the OsmAnd ones beside them are HTTP requests: out of scope here."""
    if not SAMPLES.exists():
        pytest.skip(f"recorded payloads are absent: {SAMPLES.name} is not beside the repository")
    samples = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines()]
    bodies = [s["body"] for s in samples if s["protocol"] == "OwnTracks"]
    assert len(bodies) == 6
    for body in bodies:
        said = json.loads(body)
        at_us = said["tst"] * 1_000_000 + 60_000_000
        decoded = decode(
            body.encode(),
            said.get("topic", "owntracks/anna/phone"),
            max(at_us, said.get("created_at", 0) * 1_000_000),
        )
        assert not decoded.rejected
        (fix,) = decoded.fixes.rows()
        assert (fix.lon, fix.lat) == (said["lon"], said["lat"])
        assert (fix.sequence, fix.taken_us) == (said["tst"], said["tst"] * 1_000_000)
        assert fix.accuracy_m == (said.get("acc") or None)
        assert fix.battery == said.get("batt")
        assert fix.course_deg == said.get("cog")
        assert (fix.speed_mps is None) == ("vel" not in said)
        if "vel" in said:
            assert fix.speed_mps == pytest.approx(said["vel"] / 3.6, rel=1e-6)
        if "created_at" in said:
            assert fix.sent_us == said["created_at"] * 1_000_000
        assert fix.person == 80


@pytest.mark.parametrize(
    "kind",
    ["transition", "waypoint", "waypoints", "lwt", "card", "steps", "status", "cmd", "encrypted", "dump"],
)
def test_other_kinds_are_counted_and_no_errors(kind: str) -> None:
    decoded = decode(json.dumps({"_type": kind, "tst": 1}).encode(), f"owntracks/anna/phone/{kind}")
    assert (decoded.ignored, len(decoded.rejected), len(decoded.fixes)) == (1, 0, 0)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\xff\xfe", Reason.UNREADABLE),
        (b"[]", Reason.BAD_FIELD),
        (b'{"_type":"location","lat":1,"lon":2}', Reason.BAD_FIELD),
        (
            b'{"_type":"location","lat":1,"lon":2,"tst":1736519167,"topic":"owntracks/eve/phone"}',
            Reason.WRONG_IDENTITY,
        ),
        (b'{"_type":"location","lat":95,"lon":2,"tst":1736519167}', Reason.OUT_OF_RANGE),
        (b'{"_type":"location","lat":5,"lon":2,"tst":1636519167}', Reason.TOO_OLD),
    ],
)
def test_what_claims_to_be_a_location_and_is_none_is_rejected(payload: bytes, reason: Reason) -> None:
    decoded = decode(payload)
    assert [r.reason for r in decoded.rejected] == [reason]
    assert all(r.sequence is None for r in decoded.rejected)


def test_a_telephone_waits_for_no_acknowledgement() -> None:
    decoded = decode(owntracks.encode(1_736_519_167, 69.24, 41.31, acc=12, batt=50))
    assert (decoded.spoke.tolist(), decoded.spoke_us.tolist()) == ([8], [1_736_600_000_000_000])
    assert decoded.phones == {8}
