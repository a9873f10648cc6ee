"""A bad link for a crowd: messages doubled, held back until others overtake them, followed by garbage."""

import numpy as np

from simulators.crowd.lives import I8
from simulators.crowd.memory import Bools, Messages, joined, nothing
from simulators.link import GOOD, MOST_DELAY_US, Manners


class Mischief:
    def __init__(self, manners: Manners, seed: int) -> None:
        self.manners = manners
        self.random = np.random.default_rng((seed, 17))
        self.held, self.held_us = nothing(), np.zeros(0, np.int64)

    def through(self, messages: Messages, now_us: int) -> tuple[Messages, I8]:
        """What leaves at once, and the devices whose message is followed by one that nobody can read."""
        m = self.manners
        repeated, late, garbled = (self._some(len(messages), s) for s in (m.repeats, m.shuffles, m.garbage))
        self._hold(messages.take(repeated), now_us)
        self._hold(messages.take(late), now_us)
        return messages.take(~late), messages.who[garbled]

    def let_go(self) -> None:
        """Nothing is held back any longer, and no more mischief is made."""
        self.manners = GOOD
        self.held_us[:] = 0

    def due(self, now_us: int) -> Messages:
        """What was held back until now."""
        if not len(self.held):
            return self.held
        is_due = self.held_us <= now_us
        out, self.held, self.held_us = self.held.take(is_due), self.held.take(~is_due), self.held_us[~is_due]
        return out

    def _some(self, many: int, share: float) -> Bools:
        return self.random.random(many) < share if share else np.zeros(many, np.bool_)

    def _hold(self, messages: Messages, now_us: int) -> None:
        if len(messages):
            self.held = joined(self.held, messages)
            until = now_us + self.random.integers(0, MOST_DELAY_US, len(messages))
            self.held_us = np.concatenate((self.held_us, until))
