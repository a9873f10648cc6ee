"""Seals of a crowd are those of its devices one by one, whoever speaks twice at once, and kept for later."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators import sealing
from simulators.crowd import payloads
from simulators.crowd.payloads import serial
from simulators.crowd.seals import Seals
from tracking.seals.model import Way
from tracking.seals.wire import Sealer

DEVICES = 5
KEYLESS = 3


def keys() -> dict[str, Sealer]:
    """Of everybody but one; they are in different places of their chains."""
    return {
        topic.format(serial(who)): Sealer(who + 1, bytes([who]) * 32, who * 7, who * 99, way)
        for who in range(DEVICES)
        if who != KEYLESS
        for way, topic in sealing.TOPICS.items()
    }


speakers = st.lists(st.sampled_from([0, 1, 2, 4]), max_size=12)


@given(st.lists(st.tuples(st.sampled_from(Way), speakers), max_size=5))
def test_together_they_seal_as_each_alone(rounds: list[tuple[Way, list[int]]]) -> None:
    alone, seals, number = keys(), Seals.of(keys(), DEVICES), 0
    for way, speak in rounds:
        who = np.array(speak, np.int64)
        rows = np.zeros((len(who), 3), np.uint8)
        rows[:, 0] = np.arange(number, number + len(who))
        number += len(who)
        made = seals.seal(who, rows, way=way)
        topics = [sealing.TOPICS[way].format(serial(one)) for one in speak]
        expected = [alone[t].seal(row.tobytes()) for t, row in zip(topics, rows, strict=True)]
        assert [row.tobytes() for row in made] == expected
    assert seals.sealers() == alone


def test_who_has_no_key_has_none() -> None:
    seals = Seals.of(keys(), DEVICES)
    assert seals.has(np.arange(DEVICES)).tolist() == [True, True, True, False, True]
    assert not Seals(DEVICES).has(np.arange(DEVICES)).any()


def test_a_second_run_goes_on_where_the_first_stopped(tmp_path: Path) -> None:
    serials = [serial(who) for who in range(DEVICES)]
    said = {"serial": serials[0], "number": 1, "key": (b"k" * 32).hex()}
    (tmp_path / f"{serials[0]}.seal").write_text(json.dumps(said), "utf-8")
    one = Sealer(1, b"k" * 32)
    for _ in range(2):
        seals = Seals.of(sealing.sealers(tmp_path, serials), DEVICES)
        made = seals.seal(np.array([0, 0]), payloads.asking(2), way=Way.UP)
        assert [row.tobytes() for row in made] == [one.seal(payloads.MANNERS_OF_ASKING) for _ in range(2)]
        sealing.keep(tmp_path, serials, seals.sealers())


@pytest.mark.parametrize("many", [1, 300])
def test_a_seal_is_32_bytes_more(many: int) -> None:
    seals = Seals.of(keys(), DEVICES)
    assert seals.seal(np.zeros(many, np.int64), payloads.asking(many), way=Way.UP).shape == (many, 7 + 32)
