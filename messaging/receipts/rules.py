"""The secret code: 15 random digits and Damm's check digit, which finds every single mistyped digit."""

import re
from typing import Final

DIGITS: Final = 16
DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
"""A quasigroup of Damm (2004): it finds every wrong digit, and neighbours that were swapped."""


def code(drawn: int) -> str:
    """Of a number below 10**15."""
    digits = f"{drawn:0{DIGITS - 1}d}"
    return digits + str(check(digits))


def check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = int(DAMM[interim][int(digit)])
    return interim


def is_sound(text: str) -> bool:
    """Nobody has mistyped one digit, nor swapped two neighbours."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", text) is not None and check(text) == 0


def plain(text: str) -> str:
    """As people write it: `1234 5678 9012 3456`, `1234-5678-…`."""
    return re.sub(r"[\s\-]", "", text)


def grouped(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
