"""Logs: one JSON object a line, and nothing in it by which a person is known."""

import io
import json
import logging
import warnings

import pytest
from PIL import Image

from app.log import MASK, Lines, silence
from core import pictures


def said(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = json.loads(Lines().format(record))
    return found


@pytest.mark.parametrize(
    "secret",
    ["+998901234567", "998 90 123-45-67", "41.3111", "-0.12345", "69.279737", "31203900012345"],
)
def test_what_slips_into_a_message_or_a_field_is_masked(secret: str) -> None:
    record = logging.makeLogRecord({"msg": "said %s", "args": (f"<{secret}>",), "about": f"x {secret} y"})
    line = said(record)
    assert line["what"] == f"said <{MASK}>"
    assert line["about"] == f"x {MASK} y"


def test_fields_that_name_people_are_never_written_and_counts_are() -> None:
    line = said(
        logging.makeLogRecord({"msg": "m", "surname": "Sinov", "lat": 41.3, "count": 12345678, "took": 1.5})
    )
    assert (line["surname"], line["lat"], line["count"], line["took"]) == (MASK, MASK, 12345678, 1.5)


def test_what_lies_deep_in_a_field_is_masked_too() -> None:
    deep = {"rows": [{"phone": "1", "n": 2}, ("+998901234567", "ok")], "31203900012345": {"at": "41.3111"}}
    line = said(logging.makeLogRecord({"msg": "m", "seen": deep}))
    assert line["seen"] == {"rows": [{"phone": MASK, "n": 2}, [MASK, "ok"]], MASK: {"at": MASK}}


def test_an_error_is_its_kind_and_place_and_not_its_words() -> None:
    with pytest.raises(ValueError, match="Sinov") as caught:
        int("+998901234567 of Sinov")
    error = (caught.type, caught.value, caught.tb)
    line = Lines().format(logging.makeLogRecord({"msg": "m", "exc_info": error}))
    assert "ValueError" in line
    assert "test_log.py" in line
    assert "Sinov" not in line
    assert "998" not in line


def test_a_strange_picture_writes_nothing_into_the_log() -> None:
    made = io.BytesIO()
    Image.new("RGB", (9, 9)).save(made, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    with pytest.warns(UserWarning, match="EXIF"):
        pictures.points(made.getvalue(), "image/jpeg")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        silence()
        assert pictures.points(made.getvalue(), "image/jpeg") is not None
