"""Messages up as they lie on the wire, many at once: fields of fixed width in a matrix of bytes.

Numbers are padded with blanks, which JSON allows before a value. `docs/protocol.md` says what they mean."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simulators.crowd import packets
from simulators.crowd.devices import Reports
from simulators.crowd.lives import I8
from tracking.links import packets as mqtt
from tracking.model import UP, Flag, Mechanism
from tracking.wire import binary

Bytes = NDArray[np.uint8]
Encode = Callable[[Reports, I8, I8, I8 | None], Bytes]
"""(reports by message and place, their numbers, sent_us, oldest) → one payload a row, all equally long."""

FOURS: Final = np.array([list(f"{n:04}".encode()) for n in range(10_000)], dtype=np.uint8)
BLANK: Final = 32
FLAGS: Final = np.array([list(b"[]        "), list(b'["motion"]')], dtype=np.uint8)

REPORT: Final = (
    b'"sequence":%10d,"taken_us":%16d,"lon":%3d.%7d,"lat":%3d.%7d,"accuracy_m":%3d.%1d,"speed_mps":%2d.%1d,'
    b'"course_deg":%3d,"satellites":%2d,"hdop":%2d.%1d,"battery":%3d,"flags":%10s'
)
MANNERS_OF_ASKING: Final = b'{"v":1}'
"""A message without reports: the platform answers with the device's mark."""


def whole(cells: Bytes, values: I8, *, is_padded: bool = True) -> None:
    """Write numbers ≥ 0 into cells (rows, width), right-aligned; the width must hold them."""
    width, rest = cells.shape[1], values
    for ends in range(width, 0, -4):
        begins = max(0, ends - 4)
        rest, four = np.divmod(rest, 10_000) if begins else (rest, rest)
        cells[:, begins:ends] = FOURS[four][:, 4 - (ends - begins) :]
    if is_padded:
        for place in range(width - 1):
            cells[values < 10 ** (width - 1 - place), place] = BLANK


class Template:
    """Text with gaps; `%10d` is a whole number in ten cells, `%3d.%7d` one with seven decimals."""

    def __init__(self, text: bytes) -> None:
        made, self.gaps = bytearray(), []
        for number, part in enumerate(text.split(b"%")):
            width, tail = (0, part) if number == 0 else self._gap(part)
            if number:
                self.gaps.append(slice(len(made), len(made) + width))
            made += b" " * width + tail
        self.row = np.frombuffer(bytes(made), np.uint8)

    @staticmethod
    def _gap(part: bytes) -> tuple[int, bytes]:
        digits = len(part) - len(part.lstrip(b"0123456789"))
        return int(part[:digits]), part[digits + 1 :]

    def rows(self, count: int) -> Bytes:
        return np.tile(self.row, (count, 1))


ONE: Final = Template(b'{"v":1,"sent_us":%16d,' + REPORT + b"}")
ONE_OLDEST: Final = Template(b'{"v":1,"sent_us":%16d,"oldest":%10d,' + REPORT + b"}")
HEAD: Final = Template(b'{"v":1,"sent_us":%16d,"reports":[')
HEAD_OLDEST: Final = Template(b'{"v":1,"sent_us":%16d,"oldest":%10d,"reports":[')
MANY: Final = Template(b"{" + REPORT + b"},")


def as_json(reports: Reports, sequence: I8, sent_us: I8, oldest: I8 | None) -> Bytes:
    count, many = sequence.shape
    if many == 1:
        one = ONE if oldest is None else ONE_OLDEST
        rows = one.rows(count)
        used = _head(rows, one, sent_us, oldest=oldest)
        _report(rows, one.gaps[used:], reports, sequence=sequence.ravel())
        return rows
    head = HEAD if oldest is None else HEAD_OLDEST
    first = head.rows(count)
    _head(first, head, sent_us, oldest=oldest)
    rows = MANY.rows(count * many)
    _report(rows, MANY.gaps, reports, sequence=sequence.ravel())
    body = rows.reshape(count, -1)
    body[:, -1] = ord("]")
    return np.hstack((first, body, np.full((count, 1), ord("}"), np.uint8)))


def as_binary(reports: Reports, sequence: I8, sent_us: I8, oldest: I8 | None) -> Bytes:
    count, many = sequence.shape
    head, rows = np.zeros(count, binary.HEADER), np.zeros(count * many, binary.FIX)
    head["magic"], head["version"], head["count"] = binary.MAGIC, binary.VERSION, many
    head["sent_us"], head["oldest"] = sent_us, 0 if oldest is None else oldest
    rows["taken_us"], rows["sequence"] = reports.taken_us, sequence.ravel()
    rows["lon"], rows["lat"] = reports.lon_e7, reports.lat_e7
    for name, values in (
        ("accuracy_m", reports.accuracy_dm / 10),
        ("speed_mps", reports.speed_dmps / 10),
        ("course_deg", reports.course_deg),
        ("hdop", reports.hdop_tenths / 10),
        ("satellites", reports.satellites),
        ("battery", reports.battery),
    ):
        rows[name] = values
    rows["mechanism"], rows["flags"] = Mechanism.GNSS, reports.moves * Flag.MOTION.value
    return np.hstack((_bytes(head, count), _bytes(rows, count)))


ENCODINGS: Final[dict[str, Encode]] = {"json": as_json, "binary": as_binary}


def asking(count: int) -> Bytes:
    return np.tile(np.frombuffer(MANNERS_OF_ASKING, np.uint8), (count, 1))


def frames(who: I8, packet: I8, payloads: Bytes, *, topic: str = UP) -> Bytes:
    """Whole PUBLISH packets, one a row; the numbers of all these devices must have equally many digits."""
    digits = len(serial(int(who[0]))) - len("SIM-")
    named = Template(topic.format(f"SIM-%{digits}d").encode())
    size = 2 + len(named.row) + 2 + payloads.shape[1]
    head = bytes([packets.PUBLISH_1]) + mqtt.length(size) + len(named.row).to_bytes(2, "big")
    rows = np.tile(np.frombuffer(head + named.row.tobytes(), np.uint8), (len(who), 1))
    gap = named.gaps[0]
    whole(rows[:, len(head) + gap.start : len(head) + gap.stop], who + 1, is_padded=False)
    return np.hstack((rows, _bytes(packet.astype(">u2"), len(who)), payloads))


def serial(who: int) -> str:
    """As `world.resident` names devices."""
    return f"SIM-{who + 1:05}"


def _head(rows: Bytes, template: Template, sent_us: I8, *, oldest: I8 | None) -> int:
    """How many gaps are filled."""
    whole(rows[:, template.gaps[0]], sent_us, is_padded=False)
    if oldest is None:
        return 1
    whole(rows[:, template.gaps[1]], oldest)
    return 2


def _report(rows: Bytes, gaps: list[slice], reports: Reports, *, sequence: I8) -> None:
    r = reports
    whole(rows[:, gaps[0]], sequence)
    whole(rows[:, gaps[1]], r.taken_us, is_padded=False)
    decimals = (
        (r.lon_e7, 10**7), (r.lat_e7, 10**7), (r.accuracy_dm, 10), (r.speed_dmps, 10),
        (r.course_deg, 0), (r.satellites, 0), (r.hdop_tenths, 10), (r.battery, 0),
    )  # fmt: skip
    at = 2
    for values, scale in decimals:
        if scale:
            integer, fraction = np.divmod(values, scale)
            whole(rows[:, gaps[at]], integer)
            whole(rows[:, gaps[at + 1]], fraction, is_padded=False)
            at += 2
        else:
            whole(rows[:, gaps[at]], values)
            at += 1
    rows[:, gaps[at]] = FLAGS[r.moves.astype(np.int64)]


def _bytes(rows: NDArray[np.generic], count: int) -> Bytes:
    return np.ascontiguousarray(rows).view(np.uint8).reshape(count, -1)
