"""The entry script: plain sh, every command known, and nothing done that is not missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.cli import COMMANDS

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "ejazo"


def run(*argv: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, capture_output=True, text=True, check=False, cwd="/", env={**os.environ, **extra}
    )


@pytest.mark.parametrize("path", ["ejazo", ".ci/run"])
def test_it_is_plain_sh(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)
    assert run("sh", "-n", str(ROOT / path)).returncode == 0
    text = (ROOT / path).read_text()
    assert text.startswith("#!/bin/sh\n")
    assert not re.findall(r"\[\[|<<<|\$'|&>|=~|^\s*(?:local|function|source|declare)\b", text, re.MULTILINE)


def test_shellcheck_has_nothing_to_say() -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed")
    found = run("shellcheck", "--severity=warning", "--exclude=SC2086,SC1091", str(SCRIPT))
    assert found.returncode == 0, found.stdout


def test_it_knows_exactly_the_commands_of_the_program() -> None:
    (line,) = re.findall(r"^  (demo \| .*)\) ;;$", SCRIPT.read_text(), flags=re.MULTILINE)
    assert set(line.split(" | ")) == {"test", *COMMANDS}


def test_an_unknown_command_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    refused = run(str(SCRIPT), "dema", EJAZO_VAR=str(tmp_path / "var"))
    assert refused.returncode == 1
    assert 'no command "dema"' in refused.stderr
    assert not (tmp_path / "var").exists()


def test_help_is_the_readmes_own_list() -> None:
    shown = run(str(SCRIPT), "--help")
    assert shown.returncode == 0
    assert "`doctor`" in shown.stdout
    assert "Licence" not in shown.stdout


def test_locks_carry_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        pins = re.findall(r"^[A-Za-z0-9].*==", text, flags=re.MULTILINE)
        assert pins
        assert len(pins) == len(re.findall(r"==.*\\\n    --hash=sha256:", text)), lock
        assert "://" not in text
