"""Structured logs of all processes: one JSON object a line, ids and counts only; what slips in is masked."""

import json
import logging
import re
import sys
import warnings
from collections.abc import Mapping
from typing import Final

MASK: Final = "…"
PERSONAL: Final = re.compile(
    r"\+?998[ -]?\d{2}[ -]?\d{3}[ -]?\d{2}[ -]?\d{2}"  # a telephone
    r"|(?<![\d.])-?\d{1,3}\.\d{4,}(?!\d)"  # degrees: four digits are eleven metres
    r"|(?<!\d)\d{14}(?!\d)"  # a personal number
)
NAMING: Final = frozenset(
    {"name", "names", "surname", "given", "patronymic", "phone", "pinfl", "address", "login"}
    | {"text", "subject", "payload", "lon", "lat", "place"}
)
"""Fields whose value is never written, whatever it is."""
_STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Lines(logging.Formatter):
    """What was passed as `extra` becomes fields; of an exception its kind and place, never its text:
    the database quotes values in it."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "part": record.name,
            "what": masked(record.getMessage()),
            **{k: _shown(k, v) for k, v in vars(record).items() if k not in _STANDARD},
        }
        if record.exc_info and record.exc_info[0] is not None:
            said |= {"error": record.exc_info[0].__name__, "where": _where(record)}
        return json.dumps(said, default=lambda value: masked(str(value)))


def masked(text: str) -> str:
    """Without what looks like a telephone, a place or a personal number. Names have no looks: who logs writes
    none, and `NAMING` holds back fields that are called so."""
    return PERSONAL.sub(MASK, text)


def _shown(field: str, value: object) -> object:
    """However deep it lies: a list of telephones is as telling as one."""
    if field in NAMING:
        return MASK
    if isinstance(value, Mapping):
        return {masked(str(key)): _shown(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_shown("", inner) for inner in value]
    return masked(value) if isinstance(value, str) else value


def begin() -> None:
    """Call once, at the start of a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    silence()


def silence() -> None:
    """Libraries warn of strange files on stderr: without form, quoting them, as often as somebody sends one.
    What is wrong with a file, its sender is told."""
    warnings.filterwarnings("ignore", module=r"(?:PIL|openpyxl|shapely)\b")


def _where(record: logging.LogRecord) -> list[str]:
    places, trace = [], record.exc_info[2] if record.exc_info else None
    while trace is not None:
        places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-6:]
