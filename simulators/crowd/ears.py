"""What the platform says to the crowd: acknowledgements read at once, what is rarer by the wire's decoder."""

from dataclasses import dataclass, field
from typing import Final

from tracking.wire import down

PREFIX: Final = b'{"v":1,"kind":"ack","ack":'
LAST: Final = b',"last":'
NAMES: Final = b"em/v1/SIM-"
"""So begin the topics of the crowd's devices."""


@dataclass(slots=True)
class Ears:
    """Collects until somebody looks: devices, acknowledgements and highest numbers, place by place."""

    devices: int
    who: list[int] = field(default_factory=list)
    ack: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    gaps: list[tuple[int, tuple[tuple[int, int], ...]]] = field(default_factory=list)
    commands: list[tuple[int, down.Command]] = field(default_factory=list)

    def hear(self, topic: bytes, payload: bytes) -> None:
        who = self._who(topic)
        if who is None:
            return
        if payload.startswith(PREFIX) and payload.endswith(b"}"):
            ack, _, last = payload[len(PREFIX) : -1].partition(LAST)
            if ack.isdigit() and last.isdigit():
                self._note(who, int(ack), int(last))
                return
        message = down.decode(payload)
        if isinstance(message, down.Acknowledge):
            self._note(who, message.ack, message.last)
            self.gaps.append((who, message.resend))
        elif message is not None:
            self.commands.append((who, message))

    def _note(self, who: int, ack: int, last: int) -> None:
        self.who.append(who)
        self.ack.append(ack)
        self.last.append(last)

    def _who(self, topic: bytes) -> int | None:
        """None for devices of others, heard by whoever listens to all."""
        number, _, _ = topic[len(NAMES) :].partition(b"/")
        if not topic.startswith(NAMES) or not number.isdigit():
            return None
        who = int(number) - 1
        return who if 0 <= who < self.devices else None
