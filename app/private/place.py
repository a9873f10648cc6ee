"""Where this clone keeps what it makes: unpacked programs, and the state of its private services."""

import hashlib
import os
import tempfile
from pathlib import Path

TRAINING = "EJAZO_TRAINING"
ROOT = Path(__file__).resolve().parents[2]
LONGEST_SOCKET_FOLDER = 85
"""A Unix socket's path has at most 107 bytes, and PostgreSQL adds `/.s.PGSQL.5432.lock`."""


def var() -> Path:
    """Root's services run as another user, who cannot pass a closed home such as /root."""
    if given := os.environ.get("EJAZO_VAR"):
        return Path(given).resolve()
    return Path(f"/var/lib/ejazo-{_mark(ROOT)}") if os.geteuid() == 0 else ROOT / "var"


def unpacked() -> Path:
    """Debian packages that `./ejazo` unpacked because it could not install them."""
    return var() / "opt"


def state() -> Path:
    """The data of the demo's private services, and apart from them those of training: whoever removes it
    starts anew."""
    own = "training" if os.environ.get(TRAINING) == "1" else "state"
    return Path(os.environ.get("EJAZO_STATE") or var() / own).resolve()


def socket_folder(home: Path) -> Path:
    near = home / "socket"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
        return near
    return Path(tempfile.gettempdir()) / f"ejazo-{os.geteuid()}-{_mark(home)}"


def programs() -> list[Path]:
    """Folders that hold servers; an ordinary user's PATH often leaves them out."""
    own = [unpacked() / "usr/sbin", unpacked() / "usr/bin"]
    return [*map(Path, os.get_exec_path()), Path("/usr/local/sbin"), Path("/usr/sbin"), *own]


def environment(program: Path) -> dict[str, str] | None:
    """What a program needs around it: one that was unpacked finds its libraries beside it."""
    opt = unpacked()
    if not program.is_relative_to(opt):
        return None
    near = [p for lib in ("usr/lib", "lib") for p in sorted((opt / lib).glob("*-linux-*"))]
    deeper = [p / name for p in near for name in ("blas", "lapack", "pulseaudio") if (p / name).is_dir()]
    libraries = [*map(str, near + deeper), os.environ.get("LD_LIBRARY_PATH", "")]
    found = ":".join(filter(None, libraries))
    return {**os.environ, "LD_LIBRARY_PATH": found, "PROJ_DATA": str(opt / "usr/share/proj")}


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
