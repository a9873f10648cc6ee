"""Child processes that run as an ordinary user and never outlive the one that started them."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class ServiceError(RuntimeError):
    """A private service cannot start; the text says why and is shown as it is."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The ordinary user for whom root's services run: PostgreSQL refuses root, the others do not need it."""

    uid: int
    gid: int


def owner() -> Owner | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(entry.pw_uid, entry.pw_gid)
    raise ServiceError("neither the user postgres nor nobody exists, and PostgreSQL refuses to run as root")


def credentials(who: Owner | None) -> dict[str, Any]:
    """Arguments of `subprocess` that start a program as `who` from its first instruction."""
    return {} if who is None else {"user": who.uid, "group": who.gid, "extra_groups": []}


def give(path: Path, who: Owner | None) -> None:
    if who is not None:
        os.chown(path, who.uid, who.gid)


def folder(path: Path, who: Owner | None) -> Path:
    """Make a folder that only `who` (and root) may enter, and let them reach it."""
    for missing in reversed([p for p in (path, *path.parents) if not p.exists()]):
        missing.mkdir(mode=0o711 if who and missing != path else 0o700)
    give(path, who)
    path.chmod(0o700)
    return path


def keep(path: Path, text: str, who: Owner | None) -> None:
    """Write a file whole or not at all, for the eyes of `who` (and root) only."""
    new = path.with_name(f"{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text, "utf-8")
    give(new, who)
    new.rename(path)


def ends_with_parent(sign: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: it runs after the change of user, which would clear the wish. Linux only."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, sign)
            if os.getppid() != parent:
                os.kill(os.getpid(), signal.SIGKILL)

    return ask


def launch(
    argv: Sequence[str | Path],
    log: IO[bytes] | int,
    *,
    who: Owner | None,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    at_parents_end: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches the supervisor alone."""
    return subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=cwd,
        env=env,
        start_new_session=True,
        preexec_fn=ends_with_parent(at_parents_end),  # noqa: PLW1509 - one prctl call, no Python locks
        **credentials(who),
    )


def end(child: subprocess.Popen[bytes] | None, sign: signal.Signals, *, patience_s: float = 15) -> None:
    if child is None or child.poll() is not None:
        return
    child.send_signal(sign)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def tail(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-lines:])
