"""When devices are answered: soon, not too often, and gaps only once they are overdue."""

import numpy as np

from core.model import DeviceId
from tracking.answers import ASK_EVERY_US, EVERY_US, OVERDUE_US, Answers
from tracking.marks import Marks
from tracking.model import Mark, Ranges
from tracking.wire.down import Acknowledge

ONE, TWO = DeviceId(1), DeviceId(2)
WHOLE = Marks.of({ONE: Mark(((1, 9),), 1), TWO: Mark((), 1)})


def at(answers: Answers, now_us: int, stored: Ranges) -> list[Acknowledge]:
    answers.owe(np.array([ONE]))
    return [message for _, message in answers.due(Marks.of({ONE: Mark(stored, 1)}), now_us=now_us)]


def test_whoever_speaks_is_answered_once_and_then_in_turn() -> None:
    answers = Answers()
    answers.owe(np.array([ONE, TWO]))
    assert sorted(answers.due(WHOLE, now_us=0), key=str) == sorted(
        [(ONE, Acknowledge(ack=9, last=9)), (TWO, Acknowledge(ack=0, last=0))], key=str
    )
    assert answers.due(WHOLE, now_us=EVERY_US) == []
    answers.owe(np.array([ONE]))
    assert answers.due(WHOLE, now_us=EVERY_US - 1) == []
    assert answers.due(WHOLE, now_us=EVERY_US) == [(ONE, Acknowledge(ack=9, last=9))]


def test_a_gap_is_asked_for_when_overdue_and_again_after_a_while() -> None:
    answers, holed = Answers(), ((1, 3), (6, 9))
    plain, asking = Acknowledge(ack=3, last=9), Acknowledge(ack=3, last=9, resend=((4, 5),))
    asked_us = OVERDUE_US + ASK_EVERY_US
    assert at(answers, ASK_EVERY_US, holed) == [plain]
    assert at(answers, asked_us, holed) == [asking]
    assert at(answers, asked_us + EVERY_US, holed) == [plain]
    assert at(answers, asked_us + ASK_EVERY_US, holed) == [asking]
    assert at(answers, asked_us + 2 * ASK_EVERY_US, ((1, 9),)) == [Acknowledge(ack=9, last=9)]
    assert at(answers, asked_us + 3 * ASK_EVERY_US, holed) == [plain]


def test_a_gap_that_is_being_filled_is_not_asked_for() -> None:
    answers, now_us = Answers(), ASK_EVERY_US
    for ack in range(1, 9):
        now_us += OVERDUE_US - 1
        assert at(answers, now_us, ((1, ack), (20, 20))) == [Acknowledge(ack=ack, last=20)]
    stuck = Acknowledge(ack=8, last=20, resend=((9, 19),))
    assert at(answers, now_us + OVERDUE_US, ((1, 8), (20, 20))) == [stuck]
