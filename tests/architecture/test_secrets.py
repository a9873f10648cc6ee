"""No secret lies in the repository: keys, passwords, tokens by their looks, and what only chance writes."""

import math
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LOOKS: Final = {
    "a private key": r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{40}",
    "a key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a forge": r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|glpat-[\w-]{20,})",
    "a token of a chat": r"\bxox[abprs]-[\w-]{10,}",
    "a signed token": r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}",
    "an address with a password": r"://[^\s/:@{}$<>'\"]+:(?!CHANGE|password@|s%3Acret@)[^\s/@:{}$<>'\"]{6,}@[\w.-]+",
}
WORDS: Final = re.compile(r"[\"'`]([A-Za-z0-9+/_=-]{32,})[\"'`]")
"""What stands in quotation marks without a blank."""
CHANCE: Final = 4.6
"""Bits a letter: words and names have less, drawn base64 of this length more; hexadecimal cannot reach it."""
HEX: Final = re.compile(r"[\"'`]([0-9a-f]{64}|[0-9a-f]{128})[\"'`]")
SECRET_NAMED: Final = re.compile(
    r"(?i)(?:secret|private|password|token)\w*\s*[:=]\s*b?(?:bytes\.fromhex\()?$"
)
TEXT: Final = {
    *(".py", ".sh", ".md", ".toml", ".yaml", ".yml", ".json", ".js", ".html", ".conf", ".example", ".txt"),
    *(".service", ".sql", ".in", ".ini", ".env", ".css", ".svg", ""),
}
KNOWN: Final = {"dashboards/web/package-lock.json": "digests of packages"}
"""Files that hold such texts, and why."""
ALPHABET: Final = "ABCDEFGHIJ"


def found(text: str) -> Iterator[str]:
    for what, looks in LOOKS.items():
        if re.search(looks, text):
            yield what
    for match in WORDS.finditer(text):
        if chance(match[1]) >= CHANCE and ALPHABET not in match[1]:
            yield f"drawn by chance: {match[1][:6]}…"
    for match in HEX.finditer(text):
        if SECRET_NAMED.search(text[max(0, match.start() - 60) : match.start()]):
            yield f"a secret in hexadecimal: {match[1][:6]}…"


def chance(word: str) -> float:
    """Shannon's entropy; only of words with capitals, small letters and digits."""
    kinds = (str.isupper, str.islower, str.isdigit)
    if not all(any(kind(sign) for sign in word) for kind in kinds):
        return 0.0
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def files() -> list[Path]:
    said = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return [ROOT / name for name in said if name and (ROOT / name).is_file()]


def test_no_file_holds_a_secret() -> None:
    some, used = {}, set()
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in TEXT:
            assert path.suffix not in {".key", ".pem", ".p12", ".pfx", ".kdbx"}, name
            continue
        said = list(found(path.read_text("utf-8", "replace")))
        used |= {name} if said else set()
        if said and name not in KNOWN:
            some[name] = said
    assert not some
    assert used == KNOWN.keys(), "what is excused needs its excuse"


@pytest.mark.parametrize(
    "planted",
    [
        "key = '''-----BEGIN " + "PRIVATE KEY-----\n" + "MC4CAQAwBQYDK2VwBCIEIA" * 3,
        "aws = 'AKIA" + "IOSFODNN7EXAMPLE'",
        "url = 'postgresql://ejazo:" + "hunter2hunter2@db.example/ejazo'",
        "token = 'gh" + "p_" + "a1B2" * 9 + "'",
        "said = 'q7Zp0LkT9vXcR2" + "mYw5BdH8sJfN3gAeU6'",
        "secret = '" + "0f" * 32 + "'",
    ],
)
def test_what_is_planted_is_found(planted: str) -> None:
    assert list(found(planted))


def test_words_and_digests_are_no_secrets() -> None:
    assert not list(found("digest = '" + "0f" * 32 + "'; name = 'test_a_device_speaks_for_itself_alone_2'"))
