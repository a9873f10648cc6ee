"""No way to record or to overhear a call exists: no route, permission, column, or piece of code."""

import re
from pathlib import Path

import pytest

from core.auth import Permission
from core.db import metadata
from messaging.calls import tables
from ways import house, ways

ROOT = Path(__file__).parents[2]
ROUTES = {
    "GET /calls",
    "GET /counsel",
    "GET /counsel/{call_id}",
    "GET /kiosk",
    "GET /my/call",
    "GET /v1/calls",
    "GET /v1/legal-calls",
    "GET /v1/my/calls",
    "POST /calls",
    "POST /calls/{call_id}/code",
    "POST /calls/{call_id}/end",
    "POST /v1/calls/{call_id}/code",
    "POST /v1/calls/{call_id}/ending",
    "POST /v1/kiosk",
    "POST /v1/legal-calls/{call_id}/pass",
    "POST /v1/my/calls/{call_id}/pass",
    "POST /v1/people/{person_id}/legal-calls",
    "SOCKET /v1/calls/line",
}
"""Everything that has to do with a call; a new line here is a decision about what is confidential."""
COLUMNS = {
    "calls": "id kind person_id begins_at ends_at visit_id thing lawyer warrant law made_by made_at",
    "call_codes": "id call_id blind ends_at made_by made_at",
    "call_passes": "id call_id party blind code_id made_at",
    "call_events": "id call_id kind party at by",
}
TOOLS = re.compile(
    r"MediaRecorder|captureStream|getDisplayMedia|RTCRtpScriptTransform|createEncodedStreams|TrackProcessor"
    r"|AudioWorklet|createMediaStream|drawImage|toBlob|toDataURL|DataChannel|ImageCapture|WebTransport"
    r"|SpeechRecognition"
)
"""With which a browser could keep or send on what it plays."""
MEDIA = re.compile(r"^\s*(?:import|from) (?:aiortc|av|cv2|ffmpeg|gi|pyaudio|soundfile|wave)\b", re.MULTILINE)
KEEPS = re.compile(r"\blog\b|logging|print\(|open\(|write_|insert\(")


def test_the_ways_to_a_call_are_these_and_no_other() -> None:
    about = re.compile(r"calls\b|/my/call|kiosk|counsel")
    assert {way.name for way in ways(house()) if about.search(way.path)} == ROUTES


def test_no_permission_lets_anybody_listen() -> None:
    verbs = {one.value for one in Permission if re.search(r"call|listen|record|media", one.value)}
    assert verbs == {"call:read", "call:write", "call:join"}


@pytest.mark.parametrize("name", COLUMNS)
def test_no_column_could_hold_what_was_said(name: str) -> None:
    assert list(metadata.tables[name].columns.keys()) == COLUMNS[name].split()


def test_no_other_table_belongs_to_calls() -> None:
    assert {one for one in metadata.tables if one.startswith("call")} == set(COLUMNS)
    assert tables.call_events.c.kind.nullable is False


def test_no_script_of_a_call_keeps_or_copies_what_it_plays() -> None:
    scripts = sorted((ROOT / "dashboards/static/call").glob("*.js"))
    assert len(scripts) == 6
    assert not {
        path.name: TOOLS.findall(text) for path in scripts if TOOLS.search(text := path.read_text("utf-8"))
    }


def test_nothing_here_reads_media_and_the_line_writes_nothing_down() -> None:
    everywhere = (ROOT / "messaging").rglob("*.py")
    assert not [path.name for path in everywhere if MEDIA.search(path.read_text("utf-8"))]
    for name in ("line.py", "rooms.py"):
        assert not KEEPS.search((ROOT / "messaging/calls" / name).read_text("utf-8"))
