"""Which worker a device belongs to, where several share the work (ADR-0004, ADR-0022)."""

from dataclasses import dataclass
from typing import Final

FNV_OFFSET: Final = 0x811C9DC5
FNV_PRIME: Final = 0x01000193
PARTITION: Final = "p/{}/"
"""What a broker that sorts by shard puts before a topic."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several equal parts of all devices, chosen by the hash of their serial numbers."""

    number: int = 0
    count: int = 1

    def owns(self, serial: str) -> bool:
        return self.count == 1 or shard_of(serial, self.count) == self.number

    def prefix(self, *, is_sorted: bool) -> str:
        """Under which topics our devices report at a broker that sorts them by shard."""
        return PARTITION.format(self.number) if is_sorted else ""

    def named(self, name: str) -> str:
        """A name of its own for each part of several; the whole keeps the plain one."""
        return name if self.count == 1 else f"{name}-{self.number}-of-{self.count}"


WHOLE: Final = Shard()


def shard_of(serial: str, count: int) -> int:
    """FNV-1a (32 bits) over the bytes of the serial number, modulo the count: as NATS partitions, which joins
    the parts of `user/device` and, from 2.10 on, writes a dot as `//` (before, it refuses one)."""
    value = FNV_OFFSET
    for byte in serial.replace("/", "").replace(".", "//").encode():
        value = ((value ^ byte) * FNV_PRIME) & 0xFFFFFFFF
    return value % count
