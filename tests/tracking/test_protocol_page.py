"""The protocol page is true: its examples are read, its tables name everything, its schemas fit."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.model import DeviceId
from drawn import EVENTS, FIXES
from tracking import answers, retention, wire
from tracking.directory import Device, Directory
from tracking.model import EventKind, Flag, Mechanism, Message, Reason, Report
from tracking.wire import binary, down, limits
from tracking.wire import json as said

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "protocol.md").read_text("utf-8")
API: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text("utf-8"))
AT_US = 1_794_000_070_000_000
DIRECTORY = Directory.of([Device(DeviceId(1), "EM-1001", "ejazo")], [])


def examples(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def decode(payload: bytes) -> wire.Decoded:
    return wire.decode([Message("em/v1/EM-1001/up", payload, AT_US)], DIRECTORY)


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": API["components"]}
    )


def test_every_example_up_is_read_and_fits_its_schema() -> None:
    found = examples("json up")
    assert len(found) == 4
    for text in found:
        assert not decode(text.encode()).rejected
        schema("Up").validate(json.loads(text))


def test_the_binary_example_is_the_first_json_example() -> None:
    (text,) = examples("hex up")
    payload = bytes.fromhex(text)
    first = decode(examples("json up")[0].encode())
    assert list(decode(payload).fixes.rows()) == list(first.fixes.rows())
    assert binary.encode(first.fixes, sent_us=1_794_000_003_000_000) == payload


def test_every_example_down_is_understood_by_a_device() -> None:
    for text in examples("json down"):
        message = down.decode(text.encode())
        assert message is not None
        assert json.loads(down.encode(message)) == json.loads(text)
        schema("Acknowledgement" if isinstance(message, down.Acknowledge) else "Command").validate(
            json.loads(text)
        )


@pytest.mark.parametrize("word", [*EventKind, *Reason, *said.FLAGS, *said.MECHANISMS])
def test_the_page_names_every_word_of_the_wire(word: str) -> None:
    assert f"`{word}`" in PAGE or re.search(rf"\b{word}\b", PAGE)


def test_the_tables_of_bits_are_the_code_s() -> None:
    assert [f"{bit} {name.replace('_', ' ')}" for name, bit in said.FLAGS.items()] == [
        part.strip(" ;|")
        for part in re.search(r"`flags`: (.*?) \|", PAGE)[1].split(",")  # type: ignore[index]
    ]
    assert {f.name for f in Flag} == {name.upper() for name in said.FLAGS}
    assert {m.name.lower(): m.value for m in Mechanism} == said.MECHANISMS


def test_the_figures_on_the_page_are_the_code_s() -> None:
    assert f"header, {binary.HEADER.itemsize} bytes" in PAGE.lower()
    assert f"n times {binary.FIX.itemsize} bytes" in PAGE
    assert f"{limits.AHEAD_US // 60_000_000} minutes ahead" in PAGE
    assert f"more than {retention.load().accept_days} days old" in PAGE
    assert f"within {answers.EVERY_US // 1_000_000} seconds" in PAGE
    assert f"older than {answers.OVERDUE_US // 1_000_000} seconds" in PAGE
    assert f"every {answers.ASK_EVERY_US // 1_000_000} seconds, at most {answers.RANGES_MAX} ranges" in PAGE


@given(st.lists(FIXES | EVENTS, max_size=3))
def test_whatever_we_encode_fits_the_schema(reports: list[Report]) -> None:
    schema("Up").validate(json.loads(said.encode(reports, device="EM-1", oldest=1, lost=((1, 2),))))


@pytest.mark.parametrize("wrong", [{"v": 2}, {"v": 1, "sequence": 0}, {"v": 1, "reports": [{"sequence": 1}]}])
def test_the_schema_refuses_what_the_platform_refuses(wrong: dict[str, Any]) -> None:
    assert decode(json.dumps(wrong).encode()).rejected
    with pytest.raises(jsonschema.ValidationError):
        schema("Up").validate(wrong)


def test_every_reference_of_the_asyncapi_page_leads_somewhere() -> None:
    for path in re.findall(r"\$ref': '#/(.*?)'", str(API)):
        place: Any = API
        for step in path.split("/"):
            place = place[step]
    assert {c["address"] for c in API["channels"].values()} == {
        "em/v1/{serial}/up", "em/v1/{serial}/past", "em/v1/{serial}/down", "owntracks/{user}/{device}"
    }  # fmt: skip
